/* SPDX-License-Identifier: Apache-2.0 */
/* Guest memory on the ptrace platform: access from outside, and commands. */
#include "platform/test_guest.h"

#include <fcntl.h>
#include <sys/uio.h>

#include "platform/ptrace/ptrace_priv.h"

TEST(access_stops_at_the_first_page_that_is_not_there)
{
	struct guest g;
	char buf[3 * 4096], one;
	struct plat_piece two[2] = {{DATA, &one, 1}, {DATA + DATA_LEN - 4096, buf, sizeof(buf)}};

	guest_start(&g, &platform_ptrace, code_spin);
	EXPECT_EQ(guest_read(&g, DATA + DATA_LEN - 4096, buf, sizeof(buf)), 4096);
	EXPECT_EQ(g.ops->read(g.as, two, 2), 4097);
	EXPECT_EQ(guest_read(&g, DATA + DATA_LEN, buf, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, 0, buf, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, DATA, buf, 0), 0);
	guest_end(&g);
}

TEST(access_never_reaches_the_stub)
{
	struct guest g;
	char buf[8192];
	struct plat_piece wrap = {UINT64_MAX - 10, buf, 100};

	guest_start(&g, &platform_ptrace, code_spin);
	EXPECT_EQ(guest_map(&g, PLAT_GUEST_TOP - 4096, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_read(&g, PLAT_GUEST_TOP - 4096, buf, sizeof(buf)), 4096);
	EXPECT_EQ(guest_read(&g, PLAT_GUEST_TOP, buf, 1), -EFAULT);
	EXPECT_EQ(guest_write(&g, PLAT_GUEST_TOP + 4096, buf, 1), -EFAULT);
	EXPECT_EQ(g.ops->read(g.as, &wrap, 1), -EFAULT);
	guest_end(&g);
}

TEST(access_in_many_pieces_moves_them_all)
{
	struct guest g;
	enum { N = 1500 };
	uint64_t words[N];
	struct plat_piece pieces[N];

	guest_start(&g, &platform_ptrace, code_spin);
	for (uint64_t i = 0; i < N; i++) {
		words[i] = i * i;
		pieces[i] = (struct plat_piece){DATA + i * 8, &words[i], 8};
	}
	EXPECT_EQ(g.ops->write(g.as, pieces, N), sizeof(words));
	memset(words, 0, sizeof(words));
	EXPECT_EQ(g.ops->read(g.as, pieces, N), sizeof(words));
	for (uint64_t i = 0; i < N; i++)
		EXPECT_EQ(words[i], i * i);
	guest_end(&g);
}

TEST(write_respects_protection)
{
	struct guest g;

	guest_start(&g, &platform_ptrace, code_spin);
	EXPECT_EQ(guest_write(&g, CODE, "x", 1), -EFAULT);
	EXPECT_EQ(guest_map(&g, 0x30000000, 4096, PROT_NONE), 0);
	EXPECT_EQ(guest_read(&g, 0x30000000, &(char){0}, 1), -EFAULT);
	guest_end(&g);
}

TEST(compare_exchange_stores_only_what_was_expected)
{
	struct guest g;
	uint32_t word = 5, old = 0;

	guest_start(&g, &platform_ptrace, code_spin);
	EXPECT_EQ(guest_write(&g, DATA, &word, 4), 4);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA, 4, 9, &old), 0);
	EXPECT_EQ(old, 5);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA, 5, 0xfffffffe, &old), 0);
	EXPECT_EQ(old, 5);
	EXPECT_EQ(guest_read(&g, DATA, &word, 4), 4);
	EXPECT_EQ(word, 0xfffffffe);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, CODE, 0, 0, &old), -EFAULT);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, 0, 0, 0, &old), -EFAULT);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA + 2, 0, 0, &old), -EFAULT);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, PLAT_GUEST_TOP + 4096, 0, 0, &old), -EFAULT);
	guest_end(&g);
}

TEST(commands_stop_at_the_first_that_fails)
{
	struct guest g;
	struct plat_cmd cmds[3] = {
		{.op = PLAT_MAP,
		 .addr = 0x30000000,
		 .len = 4096,
		 .prot = PROT_READ,
		 .flags = MAP_PRIVATE,
		 .fd = -1},
		{.op = PLAT_PROTECT, .addr = 0x40000000, .len = 4096, .prot = PROT_READ, .ret = 1},
		{.op = PLAT_UNMAP, .addr = 0x30000000, .len = 4096, .ret = 1},
	};

	guest_start(&g, &platform_ptrace, code_spin);
	EXPECT_EQ(g.ops->run(g.pc, cmds, 3), -ENOMEM);
	EXPECT_EQ(cmds[0].ret, 0);
	EXPECT_EQ(cmds[1].ret, -ENOMEM);
	EXPECT_EQ(cmds[2].ret, 1);
	EXPECT_EQ(guest_read(&g, 0x30000000, &(char){0}, 1), 1);
	guest_end(&g);
}

TEST(commands_never_reach_the_stub)
{
	static const struct plat_cmd bad[] = {
		{.op = PLAT_MAP,
		 .addr = PLAT_GUEST_TOP,
		 .len = 4096,
		 .flags = MAP_PRIVATE,
		 .fd = -1},
		{.op = PLAT_MAP,
		 .addr = PLAT_GUEST_TOP - 4096,
		 .len = 8192,
		 .flags = MAP_PRIVATE,
		 .fd = -1},
		{.op = PLAT_UNMAP, .addr = PLAT_GUEST_TOP - 4096, .len = UINT64_MAX - 4095},
		{.op = PLAT_PROTECT, .addr = PLAT_GUEST_TOP + 4096, .len = 4096},
		{.op = PLAT_MOVE,
		 .addr = DATA,
		 .len = 4096,
		 .new_addr = PLAT_GUEST_TOP,
		 .new_len = 4096},
		{.op = PLAT_MOVE,
		 .addr = PLAT_GUEST_TOP,
		 .len = 4096,
		 .new_addr = DATA,
		 .new_len = 4096},
		{.op = PLAT_ADVISE,
		 .addr = PLAT_GUEST_TOP + 4096,
		 .len = 4096,
		 .flags = MADV_DONTNEED},
		{.op = PLAT_MAP,
		 .addr = DATA,
		 .len = 4096,
		 .flags = MAP_PRIVATE | MAP_HUGETLB,
		 .fd = -1},
		{.op = PLAT_MAP,
		 .addr = DATA,
		 .len = 4096,
		 .flags = MAP_PRIVATE,
		 .fd = -1,
		 .prot = 0x1000000},
	};
	struct guest g;

	guest_start(&g, &platform_ptrace, code_spin);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct plat_cmd cmd = bad[i];

		EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), -EINVAL);
		EXPECT_EQ(cmd.ret, -EINVAL);
	}
	guest_end(&g);
}

TEST(move_and_resize_keep_the_bytes)
{
	struct guest g;
	struct plat_cmd away = {.op = PLAT_MOVE,
				.addr = DATA,
				.len = 8192,
				.new_addr = 0x30000000,
				.new_len = 16384};
	struct plat_cmd shrink = {.op = PLAT_MOVE,
				  .addr = 0x30000000,
				  .len = 16384,
				  .new_addr = 0x30000000,
				  .new_len = 4096};
	char c = 0;

	guest_start(&g, &platform_ptrace, code_spin);
	EXPECT_EQ(guest_write(&g, DATA + 100, "q", 1), 1);
	EXPECT_EQ(g.ops->run(g.pc, &away, 1), 0);
	EXPECT_EQ(guest_read(&g, DATA + 100, &c, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, 0x30000064, &c, 1), 1);
	EXPECT_EQ(c, 'q');
	EXPECT_EQ(g.ops->run(g.pc, &shrink, 1), 0);
	EXPECT_EQ(guest_read(&g, 0x30001000, &c, 1), -EFAULT);
	guest_end(&g);
}

static int make_file(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

TEST(shared_file_mapping_is_the_file)
{
	struct guest g;
	int fd = make_file("hello");
	struct plat_cmd cmd = {.op = PLAT_MAP,
			       .addr = 0x30000000,
			       .len = 4096,
			       .prot = PROT_READ | PROT_WRITE,
			       .flags = MAP_SHARED,
			       .fd = fd};
	char buf[6] = {0};

	guest_start(&g, &platform_ptrace, code_spin);
	for (int i = 0; i < 100; i++) { /* nothing piles up in the stub */
		EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), 0);
		EXPECT_EQ(guest_read(&g, cmd.addr, buf, 5), 5);
		EXPECT_STREQ(buf, "hello");
	}
	EXPECT_EQ(guest_write(&g, cmd.addr, "HELLO", 5), 5);
	EXPECT_EQ(pread(fd, buf, 5, 0), 5);
	EXPECT_STREQ(buf, "HELLO");
	guest_end(&g);
	close(fd);
}

TEST(file_mapping_needs_the_rights_of_the_descriptor)
{
	struct guest g;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct plat_cmd cmd = {.op = PLAT_MAP,
			       .addr = 0x30000000,
			       .len = 4096,
			       .prot = PROT_WRITE,
			       .flags = MAP_SHARED,
			       .fd = fd};

	guest_start(&g, &platform_ptrace, code_spin);
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), -EACCES);
	cmd.fd = 1000000;
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), -EBADF);
	cmd.fd = fd;
	cmd.prot = PROT_READ;
	cmd.flags = MAP_PRIVATE;
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), 0);
	guest_end(&g);
	close(fd);
}

/* The stub's data page is the guest's to write. It loses its own mapping by that, and nobody
 * else's. */
TEST(ruined_message_header_costs_only_a_mapping)
{
	struct guest g;
	int fd = make_file("hello"), other = make_file("other");
	struct plat_cmd cmd = {.op = PLAT_MAP,
			       .addr = 0x30000000,
			       .len = 4096,
			       .prot = PROT_READ,
			       .flags = MAP_SHARED};
	struct iovec page = {(void *)(PLAT_GUEST_TOP + 4096), 4096}, saved, junk;
	char was[4096], bad[4096], buf[6] = {0};
	pid_t pid;

	guest_start(&g, &platform_ptrace, code_spin);
	pid = g.as->pid;
	saved = (struct iovec){was, sizeof(was)};
	junk = (struct iovec){bad, sizeof(bad)};
	EXPECT_EQ(process_vm_readv(pid, &saved, 1, &page, 1, 0), 4096);
	for (int fill = 0; fill <= 255; fill += 51) {
		memset(bad, fill, sizeof(bad));
		EXPECT_EQ(process_vm_writev(pid, &junk, 1, &page, 1, 0), 4096);
		cmd.fd = fd;
		EXPECT_TRUE(g.ops->run(g.pc, &cmd, 1) < 0);
	}
	EXPECT_EQ(process_vm_writev(pid, &saved, 1, &page, 1, 0), 4096);
	cmd.fd = other;
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), 0);
	EXPECT_EQ(guest_read(&g, cmd.addr, buf, 5), 5);
	EXPECT_STREQ(buf, "other");
	guest_end(&g);
	close(fd);
	close(other);
}

TEST_MAIN()
