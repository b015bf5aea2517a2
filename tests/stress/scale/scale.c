/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many of one thing:
 *
 *   scale threads N     N threads alive at once, each told by futex and by signal, joined
 *   scale processes N   N children alive at once, each answers, all are reaped
 *   scale forks N       N children one after the other; says how often 1,000 were done
 *   scale chain N       a child of a child of a child ..., N deep, each with its own memory
 *   scale files N       N files in the tmpfs /dev/shm, written, found again, and removed
 *   scale sleepers N    N threads that sleep, until standard input ends
 *   scale busy N        N threads that make calls, until somebody kills them
 */
#include "../../guest/guest.h"

#include <dirent.h>
#include <stdatomic.h>

#include <linux/futex.h>

#define PER_DIRECTORY 1000UL

static void futex_wait(_Atomic uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* ---- threads ---- */

struct worker {
	pthread_t thread;
	_Atomic uint32_t ping, pong;
	atomic_uint signals;
};

static _Thread_local struct worker *own;

static void on_signal(int sig)
{
	(void)sig;
	atomic_fetch_add(&own->signals, 1);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	uint32_t seen = 0;

	own = w;
	while (seen != UINT32_MAX) {
		atomic_store(&w->pong, seen + 1);
		futex_wake(&w->pong);
		while (atomic_load(&w->ping) == seen)
			futex_wait(&w->ping, seen);
		seen = atomic_load(&w->ping);
	}
	return w;
}

static void ping_all(struct worker *w, size_t n, uint32_t value)
{
	for (size_t i = 0; i < n; i++) {
		atomic_store(&w[i].ping, value);
		futex_wake(&w[i].ping);
	}
	for (size_t i = 0; i < n && value != UINT32_MAX; i++) {
		uint32_t was;

		while ((was = atomic_load(&w[i].pong)) != value + 1)
			futex_wait(&w[i].pong, was);
	}
}

static void start_workers(struct worker *w, size_t n)
{
	pthread_attr_t attr;

	EXPECT_EQ(pthread_attr_init(&attr), 0);
	EXPECT_EQ(pthread_attr_setstacksize(&attr, 65536), 0);
	for (size_t i = 0; i < n; i++) {
		int r = pthread_create(&w[i].thread, &attr, work, &w[i]);

		if (r != 0)
			FAIL("thread %zu: %s", i, strerror(r));
	}
}

static void threads(size_t n)
{
	struct sigaction sa = {.sa_handler = on_signal};
	struct worker *w = calloc(n, sizeof(*w));

	EXPECT(w != NULL);
	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	start_workers(w, n);
	ping_all(w, n, 1);
	for (size_t i = 0; i < n; i++)
		EXPECT_EQ(pthread_kill(w[i].thread, SIGUSR1), 0);
	ping_all(w, n, 2);
	for (size_t i = 0; i < n; i++)
		EXPECT_EQ(atomic_load(&w[i].signals), 1);
	ping_all(w, n, UINT32_MAX);
	for (size_t i = 0; i < n; i++) {
		void *ret;

		EXPECT_EQ(pthread_join(w[i].thread, &ret), 0);
		EXPECT(ret == &w[i]);
	}
	free(w);
}

static void sleepers(size_t n)
{
	struct worker *w = calloc(n, sizeof(*w));
	char c;

	EXPECT(w != NULL);
	start_workers(w, n);
	ping_all(w, n, 1);
	EXPECT_EQ(write(1, "ready\n", 6), 6);
	EXPECT_EQ(read(0, &c, 1), 0);
}

static void *make_calls(void *arg)
{
	for (;;)
		syscall(SYS_getppid);
	return arg;
}

static void busy(size_t n)
{
	pthread_t t;

	for (size_t i = 1; i < n; i++)
		EXPECT_EQ(pthread_create(&t, NULL, make_calls, NULL), 0);
	EXPECT_EQ(write(1, "ready\n", 6), 6);
	make_calls(NULL);
}

/* ---- processes ---- */

static void processes(size_t n)
{
	int go[2], said[2];
	uint64_t sum = 0, want = 0;
	pid_t pid;
	char c;

	EXPECT_OK(pipe2(go, O_CLOEXEC));
	EXPECT_OK(pipe2(said, O_CLOEXEC));
	for (size_t i = 0; i < n; i++) {
		pid = EXPECT_OK(fork());
		if (pid == 0) {
			close(go[1]);
			pid = getpid();
			if (write(said[1], &pid, sizeof(pid)) != sizeof(pid) ||
			    read(go[0], &c, 1) != 0)
				_exit(1);
			_exit((int)(i % 100) + 2);
		}
	}
	for (size_t i = 0; i < n; i++) {
		EXPECT_EQ(read(said[0], &pid, sizeof(pid)), sizeof(pid));
		EXPECT_OK(kill(pid, 0));
	}
	close(go[1]);
	for (size_t i = 0; i < n; i++) {
		int status;

		EXPECT_OK(waitpid(-1, &status, 0));
		EXPECT(WIFEXITED(status));
		sum += (uint64_t)WEXITSTATUS(status);
		want += i % 100 + 2;
	}
	EXPECT_EQ(sum, want);
	EXPECT_ERRNO(waitpid(-1, NULL, 0), ECHILD);
}

static void forks(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pid_t pid = EXPECT_OK(fork());

		if (pid == 0)
			_exit((int)(i % 250));
		EXPECT_EXIT(pid, (int)(i % 250));
		if ((i + 1) % 1000 == 0)
			EXPECT_EQ(write(1, ".\n", 2), 2);
	}
}

static int go_down(volatile size_t *depth, size_t left)
{
	int status;
	pid_t pid;

	if (left == 0)
		return 7;
	pid = fork();
	if (pid < 0)
		return 1;
	if (pid == 0) {
		size_t before = (*depth)++;

		_exit(*depth == before + 1 ? go_down(depth, left - 1) : 2);
	}
	size_t mine = *depth;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || *depth != mine)
		return 3;
	return WEXITSTATUS(status);
}

static void chain(size_t n)
{
	size_t *depth = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	EXPECT_EQ(go_down(depth, n), 7);
}

/* ---- files ---- */

static void file_name(char name[64], size_t i)
{
	snprintf(name, 64, "/dev/shm/scale/%zu/%zu", i / PER_DIRECTORY, i);
}

static void make_file(size_t i)
{
	char name[64];
	int fd;

	if (i % PER_DIRECTORY == 0) {
		snprintf(name, sizeof(name), "/dev/shm/scale/%zu", i / PER_DIRECTORY);
		EXPECT_OK(mkdir(name, 0700));
	}
	file_name(name, i);
	fd = EXPECT_OK(open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
	EXPECT_EQ(write(fd, &i, sizeof(i)), sizeof(i));
	EXPECT_OK(close(fd));
}

static size_t count_entries(size_t directory)
{
	char name[64];
	size_t n = 0;
	DIR *d;

	snprintf(name, sizeof(name), "/dev/shm/scale/%zu", directory);
	d = opendir(name);
	EXPECT(d != NULL);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void files(size_t n)
{
	char name[64];

	EXPECT_OK(mkdir("/dev/shm/scale", 0700));
	for (size_t i = 0; i < n; i++)
		make_file(i);
	for (size_t i = 0; i < n; i += PER_DIRECTORY)
		EXPECT_EQ(count_entries(i / PER_DIRECTORY),
			  n - i < PER_DIRECTORY ? n - i : PER_DIRECTORY);
	for (size_t i = 0; i < n; i++) {
		size_t got = 0;
		int fd;

		file_name(name, i);
		fd = EXPECT_OK(open(name, O_RDONLY | O_CLOEXEC));
		EXPECT_EQ(read(fd, &got, sizeof(got)), sizeof(got));
		EXPECT_EQ(got, i);
		EXPECT_OK(close(fd));
		EXPECT_OK(unlink(name));
	}
	for (size_t i = 0; i < n; i += PER_DIRECTORY) {
		snprintf(name, sizeof(name), "/dev/shm/scale/%zu", i / PER_DIRECTORY);
		EXPECT_OK(rmdir(name));
	}
	EXPECT_OK(rmdir("/dev/shm/scale"));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(size_t n);
	} verbs[] = {
		{"threads", threads}, {"processes", processes}, {"forks", forks}, {"chain", chain},
		{"files", files},     {"sleepers", sleepers},   {"busy", busy},
	};

	alarm(0); /* who started it knows how long it may take */
	for (size_t i = 0; argc == 3 && i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(argv[1], verbs[i].name) == 0) {
			verbs[i].run(strtoul(argv[2], NULL, 10));
			return 0;
		}
	}
	FAIL("usage: scale threads|processes|forks|chain|files|sleepers N");
}
