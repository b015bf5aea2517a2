/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONFORMANCE(name) is a TEST that runs once on every platform of platform_list, by the names
 * "ptrace: what the test says" and so on; `ops` is the platform in its body. `PROGRAM 'ptrace: *'`
 * runs those of one platform, and `PROGRAM 'unotify: *' frames` with its options.
 * CONFORMANCE_MAIN() is what TEST_MAIN() is elsewhere.
 *
 * A platform is begun once in a process of a single thread; so each test is a process. One that
 * fails, crashes or leaves threads behind says nothing of the others, and its stubs die with it.
 *
 * Also here: what the host tells about stubs. A platform may do without processes of its own (kvm);
 * then there is no stub to be found, and tests that need one are skipped. For *_test.c only.
 */
#pragma once

#include "platform/test_guest.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/uio.h>

#include "base/check.h"

#define CONFORMANCE(name)                                                                          \
	static void conforms_##name(const struct platform_ops *ops);                               \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		conformance_run(*state, conforms_##name);                                          \
	}                                                                                          \
	__attribute__((constructor)) static void test_register_##name(void)                        \
	{                                                                                          \
		conformance_register(#name, test_##name);                                          \
	}                                                                                          \
	static void conforms_##name(const struct platform_ops *ops)

enum { CHILDREN_MAX = 1024 };

struct children {
	pid_t pids[CHILDREN_MAX];
	size_t n;
	size_t zombies;
};

/* A process of the host: its parent and state. false: it has ended. */
static inline UNUSED bool read_parent(pid_t pid, pid_t *ret_parent, char *ret_state)
{
	char path[64], text[512], *after;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = 0;
	after = strrchr(text, ')');
	return after && sscanf(after + 1, " %c %d", ret_state, ret_parent) == 2;
}

/* The processes that are children of `parent` now. */
static inline UNUSED void list_children(pid_t parent, struct children *ret)
{
	DIR *dir = opendir("/proc");
	char state = 0;
	pid_t of;

	*ret = (struct children){0};
	EXPECT_TRUE(dir != NULL);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid <= 0 || !read_parent(pid, &of, &state) || of != parent)
			continue;
		EXPECT_TRUE(ret->n < CHILDREN_MAX);
		ret->pids[ret->n++] = pid;
		ret->zombies += state == 'Z';
	}
	closedir(dir);
}

/* Kill and reap every child of ours. */
static inline UNUSED void kill_children(void)
{
	struct children *all = calloc(1, sizeof(*all));

	EXPECT_TRUE(all != NULL);
	list_children(getpid(), all);
	for (size_t i = 0; i < all->n; i++) {
		kill(all->pids[i], SIGKILL);
		waitpid(all->pids[i], NULL, __WALL);
	}
	free(all);
}

enum { SKIPPED = 77 };

/* Is this the process of one test? */
static UNUSED bool in_test_process;

/* The one test of this process has failed, and cmocka goes on to the next, or to the end of all. */
static inline UNUSED int leave_test_process(void **state UNUSED)
{
	if (in_test_process)
		exit(1);
	return 0;
}

#undef TEST_SKIP
#define TEST_SKIP(reason)                                                                          \
	do {                                                                                       \
		print_message("skipped: %s\n", reason);                                            \
		exit(SKIPPED);                                                                     \
	} while (0)

static inline UNUSED void conformance_run(const struct platform_ops *ops,
					  void (*fn)(const struct platform_ops *ops))
{
	int status = 0;
	pid_t pid;

	leave_test_process(NULL);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		in_test_process = true;
		fn(ops);
		exit(0);
	}
	EXPECT_TRUE(pid > 0);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		skip();
	if (WIFSIGNALED(status))
		print_error("ended by signal %d\n", WTERMSIG(status));
	EXPECT_EQ(status, 0);
}

#define CONFORMANCE_MAIN()                                                                         \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		if (argc > 1)                                                                      \
			cmocka_set_test_filter(argv[1]);                                           \
		if (argc > 2)                                                                      \
			platform_options = argv[2];                                                \
		return _cmocka_run_group_tests(__FILE__, test_table, test_count, NULL,             \
					       leave_test_process);                                \
	}

static inline UNUSED void conformance_register(const char *name, CMUnitTestFunction fn)
{
	static char names[TEST_MAX][128];

	for (size_t i = 0; platform_list[i]; i++) {
		char *full = names[test_count];

		if (test_count == TEST_MAX)
			abort();
		snprintf(full, sizeof(names[0]), "%s: %s", platform_list[i]->name, name);
		for (char *c = full; *c; c++)
			*c = *c == '_' ? ' ' : *c;
		test_table[test_count].initial_state =
			(void *)(uintptr_t)(const void *)platform_list[i];
		test_register(full, fn);
	}
}

/*
 * A thread of the test, with a small stack: where addresses are not random, large ones would come
 * to lie where the next platform wants its stub.
 */
static inline UNUSED pthread_t start_thread(void *(*fn)(void *), void *arg)
{
	enum { STACK = 128 * 1024 };
	pthread_attr_t attr;
	pthread_t thread;

	EXPECT_EQ(pthread_attr_init(&attr), 0);
	EXPECT_EQ(pthread_attr_setstacksize(&attr, STACK), 0);
	EXPECT_EQ(pthread_create(&thread, &attr, fn, arg), 0);
	pthread_attr_destroy(&attr);
	return thread;
}

#define MARK_AT (DATA + DATA_LEN - 8) /* where find_stub leaves a mark */

/* The stub of this address space: the child of ours that has what we write there. 0: no child of
 * ours has. */
static inline UNUSED pid_t find_stub(struct guest *g)
{
	static struct children all;
	static uint64_t marks = 0x57ab57ab00000000;
	uint64_t mark = ++marks;

	EXPECT_EQ(guest_write(g, MARK_AT, &mark, sizeof(mark)), sizeof(mark));
	list_children(getpid(), &all);
	for (size_t i = 0; i < all.n; i++) {
		uint64_t word = 0;
		struct iovec ours = {&word, sizeof(word)};
		struct iovec theirs = {(void *)(uintptr_t)MARK_AT, sizeof(word)};

		if (process_vm_readv(all.pids[i], &ours, 1, &theirs, 1, 0) == sizeof(word) &&
		    word == mark)
			return all.pids[i];
	}
	return 0;
}

static inline UNUSED pid_t need_stub(struct guest *g)
{
	pid_t pid = find_stub(g);

	if (pid == 0) {
		guest_end(g);
		TEST_SKIP("this platform has no stub processes that we may look at");
	}
	return pid;
}

/* A mapping of a stub, from /proc/PID/maps. */
struct region {
	uint64_t lo, hi;
	char perms[5];
};

enum { REGIONS_MAX = 64 };

/* What a stub has mapped of its own: all at or above PLAT_GUEST_TOP. */
static inline UNUSED size_t stub_regions(pid_t pid, struct region *ret)
{
	char path[64], line[512];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	EXPECT_TRUE(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		struct region r = {0};

		EXPECT_EQ(sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &r.lo, &r.hi, r.perms), 3);
		if (r.lo < PLAT_GUEST_TOP || strstr(line, "[vsyscall]"))
			continue;
		EXPECT_TRUE(n < REGIONS_MAX);
		ret[n++] = r;
	}
	fclose(f);
	return n;
}
