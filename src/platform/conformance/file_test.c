/* SPDX-License-Identifier: Apache-2.0 */
/* Files in guest memory, and the descriptors that brought them there: none stays. */
#include "platform/conformance/test_conformance.h"

#include <fcntl.h>

static int make_file(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static struct plat_cmd map_file(int fd, int prot, int flags)
{
	return (struct plat_cmd){
		.op = PLAT_MAP, .addr = MORE, .len = 4096, .prot = prot, .flags = flags, .fd = fd};
}

/* Descriptors open in the stub now; -1: there is none to look at. */
static long stub_open(pid_t stub)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd", stub);
	return stub > 0 ? test_count_entries(path) : -1;
}

CONFORMANCE(shared_file_mapping_is_the_file)
{
	struct guest g;
	int fd = make_file("hello");
	struct plat_cmd cmd = map_file(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
	char buf[6] = {0};
	uint32_t old;

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_run(&g, cmd), 0);
	EXPECT_EQ(guest_read(&g, MORE, buf, 5), 5);
	EXPECT_STREQ(buf, "hello");
	EXPECT_EQ(guest_write(&g, MORE, "HELLO", 5), 5);
	EXPECT_EQ(pread(fd, buf, 5, 0), 5);
	EXPECT_STREQ(buf, "HELLO");
	memcpy(&old, buf, 4);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, MORE, old, 0x64636261, &old), 0);
	EXPECT_EQ(pread(fd, buf, 5, 0), 5);
	EXPECT_STREQ(buf, "abcdO");
	guest_end(&g);
	close(fd);
}

CONFORMANCE(private_file_mapping_leaves_the_file_alone)
{
	struct guest g;
	int fd = make_file("hello");
	struct plat_cmd cmd = map_file(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	char buf[6] = {0};

	guest_start(&g, ops, code_store);
	EXPECT_EQ(guest_run(&g, cmd), 0);
	EXPECT_EQ(pwrite(fd, "H", 1, 0), 1); /* seen as long as the page is the file's */
	EXPECT_EQ(guest_read(&g, MORE, buf, 5), 5);
	EXPECT_STREQ(buf, "Hello");
	EXPECT_EQ(guest_write(&g, MORE, "world", 5), 5);
	EXPECT_EQ(pread(fd, buf, 5, 0), 5);
	EXPECT_STREQ(buf, "Hello");
	EXPECT_EQ(guest_read(&g, MORE, buf, 5), 5);
	EXPECT_STREQ(buf, "world");
	guest_end(&g);
	close(fd);
}

CONFORMANCE(file_mapping_begins_at_its_offset)
{
	struct guest g;
	int fd = make_file("first");
	struct plat_cmd cmd = map_file(fd, PROT_READ, MAP_SHARED);
	char buf[7] = {0};

	EXPECT_EQ(pwrite(fd, "second", 6, 3 * 4096), 6);
	EXPECT_EQ(ftruncate(fd, 1LL << 40), 0);
	EXPECT_EQ(pwrite(fd, "far   ", 6, (1LL << 40) - 4096), 6);
	guest_start(&g, ops, code_spin);
	cmd.off = 3 * 4096;
	EXPECT_EQ(guest_run(&g, cmd), 0);
	EXPECT_EQ(guest_read(&g, MORE, buf, 6), 6);
	EXPECT_STREQ(buf, "second");
	cmd.off = (1ULL << 40) - 4096;
	EXPECT_EQ(guest_run(&g, cmd), 0);
	EXPECT_EQ(guest_read(&g, MORE, buf, 6), 6);
	EXPECT_STREQ(buf, "far   ");
	cmd.off = 100;
	EXPECT_EQ(guest_run(&g, cmd), -EINVAL);
	guest_end(&g);
	close(fd);
}

CONFORMANCE(file_mapping_needs_the_rights_of_the_descriptor)
{
	struct guest g;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct plat_cmd cmd = map_file(fd, PROT_WRITE, MAP_SHARED);

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_run(&g, cmd), -EACCES);
	cmd.fd = 1000000;
	EXPECT_EQ(guest_run(&g, cmd), -EBADF);
	cmd.fd = fd;
	cmd.prot = PROT_READ;
	cmd.flags = MAP_PRIVATE;
	EXPECT_EQ(guest_run(&g, cmd), 0);
	EXPECT_EQ(guest_protect(&g, MORE, 4096, PROT_READ | PROT_WRITE), 0);
	guest_end(&g);
	close(fd);
}

/* The stub must not gain by a mapping what the descriptor did not give. */
CONFORMANCE(shared_mapping_of_a_read_only_file_cannot_be_made_writable)
{
	struct guest g;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct plat_cmd cmd = map_file(fd, PROT_READ, MAP_SHARED);

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_run(&g, cmd), 0);
	EXPECT_EQ(guest_protect(&g, MORE, 4096, PROT_READ | PROT_WRITE), -EACCES);
	EXPECT_EQ(guest_write(&g, MORE, "x", 1), -EFAULT);
	guest_end(&g);
	close(fd);
}

CONFORMANCE(what_cannot_be_mapped_is_refused)
{
	struct guest g;
	int pipes[2], dir = open("/proc/self", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	struct plat_cmd cmd = map_file(dir, PROT_READ, MAP_PRIVATE);

	EXPECT_EQ(pipe2(pipes, O_CLOEXEC), 0);
	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_write(&g, DATA, "k", 1), 1);
	cmd.addr = DATA;
	EXPECT_EQ(guest_run(&g, cmd), -ENODEV);
	cmd.fd = pipes[0];
	EXPECT_EQ(guest_run(&g, cmd), -ENODEV);
	cmd.fd = pipes[1];
	EXPECT_EQ(guest_run(&g, cmd), -EACCES);
	EXPECT_EQ(guest_word(&g, DATA), 'k');
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	guest_end(&g);
	close(pipes[0]);
	close(pipes[1]);
	close(dir);
}

/* What a stub has open, once no more than `most` or after long waiting: a descriptor by which a new
 * thread of a stub is handed over may be closed a moment after the thread is there. */
static long stub_open_soon(pid_t stub, long most)
{
	long n = stub_open(stub);

	for (int i = 0; i < 20000 && n > most; i++)
		n = stub_open(stub);
	return n;
}

CONFORMANCE(no_descriptor_stays_in_the_stub)
{
	struct guest g;
	int fd = make_file("hello"), dir = open("/proc/self", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	struct plat_cmd cmd = map_file(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
	struct guest child;
	pid_t stub;
	long before;

	guest_start(&g, ops, code_getpid_loop);
	stub = find_stub(&g);
	before = stub_open_soon(stub, 1); /* the socket */
	for (uint64_t i = 0; i < 100; i++) {
		cmd.addr = MORE + i * 4096;
		EXPECT_EQ(guest_run(&g, cmd), 0);
		EXPECT_EQ(stub_open_soon(stub, before), before);
	}
	cmd = map_file(dir, PROT_READ, MAP_PRIVATE); /* one that fails leaves none either */
	EXPECT_EQ(guest_run(&g, cmd), -ENODEV);
	cmd.fd = 1000000;
	EXPECT_EQ(guest_run(&g, cmd), -EBADF);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(stub_open_soon(stub, before), before);
	child = guest_fork(&g);
	EXPECT_EQ(stub_open_soon(find_stub(&child), before), before);
	guest_leave(&child);
	EXPECT_EQ(stub_open_soon(stub, before), before);
	guest_end(&g);
	close(fd);
	close(dir);
}

/* Each lands where its command says, in one batch. */
CONFORMANCE(many_files_are_mapped_in_one_batch)
{
	enum { FILES = 100 };
	struct plat_cmd cmds[FILES];
	int fds[FILES];
	struct guest g;

	for (size_t i = 0; i < FILES; i++) {
		char text[16];

		snprintf(text, sizeof(text), "file %5zu", i);
		fds[i] = make_file(text);
		cmds[i] = map_file(fds[i], PROT_READ, i % 2 == 0 ? MAP_SHARED : MAP_PRIVATE);
		cmds[i].addr = MORE + i * 4096;
	}
	guest_start(&g, ops, code_spin);
	EXPECT_EQ(g.ops->run(g.pc, cmds, FILES), 0);
	for (size_t i = 0; i < FILES; i++) {
		char want[16], got[16] = {0};

		snprintf(want, sizeof(want), "file %5zu", i);
		EXPECT_EQ(guest_read(&g, cmds[i].addr, got, 10), 10);
		EXPECT_STREQ(got, want);
	}
	guest_end(&g);
	for (size_t i = 0; i < FILES; i++)
		close(fds[i]);
}

struct mapper {
	struct guest g;
	int number;
	long bad;
};

static void *map_own_file(void *arg)
{
	struct mapper *m = arg;
	int fd = memfd_create("own", MFD_CLOEXEC);

	check(fd >= 0 && pwrite(fd, &m->number, sizeof(m->number), 0) == sizeof(m->number));
	check(m->g.ops->aspace_new(m->g.p, &m->g.as) == 0);
	check(m->g.ops->context_new(m->g.as, NULL, &m->g.pc) == 0);
	check(m->g.ops->context_attach(m->g.pc) == 0);
	for (int i = 0; i < 100; i++) {
		struct plat_cmd cmd = map_file(fd, PROT_READ, MAP_SHARED);
		int got = -1;

		m->bad += m->g.ops->run(m->g.pc, &cmd, 1) < 0;
		m->bad += m->g.ops->read(m->g.as, &(struct plat_piece){MORE, &got, sizeof(got)},
					 1) != sizeof(got);
		m->bad += got != m->number;
	}
	m->g.ops->context_free(m->g.pc);
	m->g.ops->aspace_free(m->g.as);
	close(fd);
	return NULL;
}

/* No stub ever gets another's descriptor. */
CONFORMANCE(files_of_many_stubs_do_not_mix)
{
	static struct mapper mappers[8];
	pthread_t threads[ARRAY_SIZE(mappers)];
	struct guest g;

	guest_platform(&g, ops);
	for (size_t i = 0; i < ARRAY_SIZE(mappers); i++) {
		mappers[i] = (struct mapper){.g = g, .number = (int)i};
		threads[i] = start_thread(map_own_file, &mappers[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(mappers); i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(mappers[i].bad, 0);
	}
	guest_platform_end(&g);
}

CONFORMANCE_MAIN()
