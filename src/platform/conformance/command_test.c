/* SPDX-License-Identifier: Apache-2.0 */
/* Memory commands: what they do, in which order, and what they may not touch. */
#include "platform/conformance/test_conformance.h"

static const struct plat_cmd map_more = {.op = PLAT_MAP,
					 .addr = MORE,
					 .len = 4096,
					 .prot = PROT_READ | PROT_WRITE,
					 .flags = MAP_PRIVATE,
					 .fd = -1};

CONFORMANCE(commands_stop_at_the_first_that_fails)
{
	struct guest g;
	struct plat_cmd cmds[3] = {
		map_more,
		{.op = PLAT_PROTECT, .addr = 0x40000000, .len = 4096, .prot = PROT_READ, .ret = 1},
		{.op = PLAT_UNMAP, .addr = MORE, .len = 4096, .ret = 1},
	};

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(g.ops->run(g.pc, cmds, 3), -ENOMEM);
	EXPECT_EQ(cmds[0].ret, 0);
	EXPECT_EQ(cmds[1].ret, -ENOMEM);
	EXPECT_EQ(cmds[2].ret, 1);
	EXPECT_EQ(guest_read(&g, MORE, &(char){0}, 1), 1);
	EXPECT_EQ(g.ops->run(g.pc, cmds, 0), 0);
	guest_end(&g);
}

/* More than any platform would queue at once, one of them bad. */
CONFORMANCE(thousand_commands_run_in_order)
{
	enum { N = 1000, BAD = 700 };
	static struct plat_cmd cmds[N];
	struct guest g;

	guest_start(&g, ops, code_spin);
	for (uint64_t i = 0; i < N; i++) {
		cmds[i] = map_more;
		cmds[i].addr = MORE + (i % 3) * 4096;
		cmds[i].len = (i % 5 + 1) * 4096;
		cmds[i].ret = 1;
		if (i % 7 == 6)
			cmds[i].op = PLAT_UNMAP;
	}
	cmds[BAD].addr = PLAT_GUEST_TOP;
	EXPECT_EQ(g.ops->run(g.pc, cmds, N), -EINVAL);
	for (size_t i = 0; i < N; i++)
		EXPECT_EQ(cmds[i].ret, i < BAD ? 0 : i == BAD ? -EINVAL : 1);

	for (uint64_t i = 0; i < N; i++) { /* each needs the one before it */
		cmds[i] = (struct plat_cmd){.op = PLAT_MOVE,
					    .addr = MORE + (i + 1) * 8192,
					    .len = 4096,
					    .new_len = 4096};
		cmds[i].new_addr = MORE + (i + 2) * 8192;
	}
	cmds[0] = map_more;
	cmds[0].addr = MORE + 2 * 8192;
	EXPECT_EQ(g.ops->run(g.pc, cmds, N), 0);
	EXPECT_EQ(guest_read(&g, MORE + (N + 1) * 8192ULL, &(char){0}, 1), 1);
	EXPECT_EQ(guest_read(&g, MORE + N * 8192ULL, &(char){0}, 1), -EFAULT);
	guest_end(&g);
}

CONFORMANCE(commands_never_reach_the_stub)
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
		{.op = PLAT_UNMAP, .addr = 0, .len = PLAT_GUEST_TOP + 4096},
		{.op = PLAT_PROTECT, .addr = PLAT_GUEST_TOP + 4096, .len = 4096},
		{.op = PLAT_MOVE,
		 .addr = DATA,
		 .len = 4096,
		 .new_addr = PLAT_GUEST_TOP,
		 .new_len = 4096},
		{.op = PLAT_MOVE,
		 .addr = DATA,
		 .len = 4096,
		 .new_addr = PLAT_GUEST_TOP - 4096,
		 .new_len = 8192},
		{.op = PLAT_MOVE,
		 .addr = PLAT_GUEST_TOP,
		 .len = 4096,
		 .new_addr = DATA,
		 .new_len = 4096},
		{.op = PLAT_ADVISE,
		 .addr = PLAT_GUEST_TOP + 4096,
		 .len = 4096,
		 .flags = MADV_DONTNEED},
		{.op = PLAT_ADVISE,
		 .addr = PLAT_GUEST_TOP - 4096,
		 .len = 8192,
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

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_map(&g, PLAT_GUEST_TOP - 4096, 4096, PROT_READ), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(guest_run(&g, bad[i]), -EINVAL);
	EXPECT_EQ(guest_read(&g, PLAT_GUEST_TOP - 4096, &(char){0}, 1), 1);
	guest_end(&g);
}

CONFORMANCE(commands_that_the_host_refuses_change_nothing)
{
	static const struct plat_cmd bad[] = {
		{.op = PLAT_MAP, .addr = DATA + 1, .len = 4096, .flags = MAP_PRIVATE, .fd = -1},
		{.op = PLAT_MAP, .addr = DATA, .len = 0, .flags = MAP_PRIVATE, .fd = -1},
		{.op = PLAT_MAP, .addr = DATA, .len = 4096, .flags = 0, .fd = -1},
		{.op = PLAT_UNMAP, .addr = DATA + 1, .len = 4096},
		{.op = PLAT_UNMAP, .addr = DATA, .len = 0},
		{.op = PLAT_PROTECT, .addr = DATA + 1, .len = 4096},
		{.op = PLAT_MOVE,
		 .addr = DATA,
		 .len = 8192,
		 .new_addr = DATA + 4096,
		 .new_len = 8192},
		{.op = PLAT_MOVE, .addr = DATA + 1, .len = 4096, .new_addr = MORE, .new_len = 4096},
		{.op = PLAT_ADVISE, .addr = DATA, .len = 4096, .flags = 9999},
	};
	struct guest g;

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_write(&g, DATA, "k", 1), 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(guest_run(&g, bad[i]), -EINVAL);
	EXPECT_EQ(guest_word(&g, DATA), 'k');
	guest_end(&g);
}

CONFORMANCE(map_replaces_and_unmap_forgives_holes)
{
	struct guest g;

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_write(&g, DATA, "o", 1), 1);
	EXPECT_EQ(guest_map(&g, DATA, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_word(&g, DATA), 0);
	EXPECT_EQ(guest_unmap(&g, DATA + 4096, 4096), 0);
	EXPECT_EQ(guest_unmap(&g, DATA, DATA_LEN), 0);
	EXPECT_EQ(guest_unmap(&g, DATA, DATA_LEN), 0);
	EXPECT_EQ(guest_read(&g, DATA, &(char){0}, 1), -EFAULT);
	guest_end(&g);
}

CONFORMANCE(everything_can_be_unmapped_at_once)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_unmap(&g, 0, PLAT_GUEST_TOP), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.addr, CODE);
	guest_load(&g, code_getpid_loop, code_getpid_loop_end);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

CONFORMANCE(protect_changes_what_the_guest_may_do)
{
	struct guest g;

	guest_start(&g, ops, code_store);
	EXPECT_EQ(guest_protect(&g, DATA, 4096, PROT_READ), 0);
	EXPECT_EQ(guest_switch(&g).fault.code, SEGV_ACCERR);
	EXPECT_EQ(guest_protect(&g, DATA, 4096, PROT_NONE), 0);
	EXPECT_EQ(guest_switch(&g).fault.code, SEGV_ACCERR);
	EXPECT_EQ(guest_protect(&g, DATA, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ(guest_protect(&g, CODE, 4096, PROT_READ), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGSEGV);
	guest_end(&g);
}

CONFORMANCE(advice_is_followed)
{
	struct guest g;
	struct guest child;
	struct plat_cmd forget = {
		.op = PLAT_ADVISE, .addr = DATA, .len = 4096, .flags = MADV_DONTNEED};
	struct plat_cmd keep = {
		.op = PLAT_ADVISE, .addr = DATA + 4096, .len = 4096, .flags = MADV_DONTFORK};
	struct plat_cmd wipe = {
		.op = PLAT_ADVISE, .addr = DATA + 8192, .len = 4096, .flags = MADV_WIPEONFORK};

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_write(&g, DATA, "a", 1), 1);
	EXPECT_EQ(guest_run(&g, forget), 0);
	EXPECT_EQ(guest_word(&g, DATA), 0);
	EXPECT_EQ(guest_write(&g, DATA + 8192, "b", 1), 1);
	EXPECT_EQ(guest_run(&g, keep), 0);
	EXPECT_EQ(guest_run(&g, wipe), 0);
	child = guest_fork(&g);
	EXPECT_EQ(guest_read(&child, DATA + 4096, &(char){0}, 1), -EFAULT);
	EXPECT_EQ(guest_word(&child, DATA + 8192), 0);
	EXPECT_EQ(guest_word(&g, DATA + 8192), 'b');
	EXPECT_EQ(guest_word(&g, DATA + 4096), 0);
	guest_leave(&child);
	guest_end(&g);
}

CONFORMANCE(move_and_resize_keep_the_bytes)
{
	struct guest g;
	struct plat_cmd away = {
		.op = PLAT_MOVE, .addr = DATA, .len = 8192, .new_addr = MORE, .new_len = 16384};
	struct plat_cmd shrink = {
		.op = PLAT_MOVE, .addr = MORE, .len = 16384, .new_addr = MORE, .new_len = 4096};
	struct plat_cmd grow = {
		.op = PLAT_MOVE, .addr = MORE, .len = 4096, .new_addr = MORE, .new_len = 8192};
	char c = 0;

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_write(&g, DATA + 100, "q", 1), 1);
	EXPECT_EQ(guest_run(&g, away), 0);
	EXPECT_EQ(guest_read(&g, DATA + 100, &c, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, MORE + 100, &c, 1), 1);
	EXPECT_EQ(c, 'q');
	EXPECT_EQ(guest_run(&g, shrink), 0);
	EXPECT_EQ(guest_read(&g, MORE + 4096, &c, 1), -EFAULT);
	EXPECT_EQ(guest_run(&g, grow), 0);
	EXPECT_EQ(guest_read(&g, MORE + 4096, &c, 1), 1);
	EXPECT_EQ(guest_read(&g, MORE + 100, &c, 1), 1);
	EXPECT_EQ(c, 'q');
	guest_end(&g);
}

CONFORMANCE(growing_over_a_neighbour_is_refused_and_moving_replaces_it)
{
	struct guest g;
	struct plat_cmd grow = {
		.op = PLAT_MOVE, .addr = MORE, .len = 4096, .new_addr = MORE, .new_len = 8192};
	struct plat_cmd replace = {
		.op = PLAT_MOVE, .addr = MORE, .len = 4096, .new_addr = DATA, .new_len = 4096};

	guest_start(&g, ops, code_spin);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_map(&g, MORE + 4096, 4096, PROT_READ), 0);
	EXPECT_EQ(guest_run(&g, grow), -ENOMEM);
	EXPECT_EQ(guest_write(&g, MORE, "m", 1), 1);
	EXPECT_EQ(guest_write(&g, DATA, "d", 1), 1);
	EXPECT_EQ(guest_run(&g, replace), 0);
	EXPECT_EQ(guest_word(&g, DATA), 'm');
	EXPECT_EQ(guest_read(&g, MORE, &(char){0}, 1), -EFAULT);
	guest_end(&g);
}

CONFORMANCE(largest_mapping_can_be_made)
{
	struct guest g;
	struct plat_abilities able;
	struct plat_cmd cmd = map_more;

	guest_start(&g, ops, code_spin);
	g.ops->abilities(g.p, &able);
	EXPECT_TRUE(able.largest_map >= 1ULL << 30);
	cmd.addr = 1ULL << 40;
	cmd.len = able.largest_map < 1ULL << 44 ? able.largest_map : 1ULL << 44;
	cmd.prot = PROT_NONE;
	cmd.flags |= MAP_NORESERVE;
	EXPECT_EQ(guest_run(&g, cmd), 0);
	EXPECT_EQ(guest_protect(&g, cmd.addr + cmd.len - 4096, 4096, PROT_READ), 0);
	EXPECT_EQ(guest_read(&g, cmd.addr + cmd.len - 4096, &(char){0}, 1), 1);
	guest_end(&g);
}

CONFORMANCE(incore_tells_touched_pages)
{
	struct guest g;
	uint8_t vec[DATA_LEN / 4096] = {0};

	guest_start(&g, ops, code_spin);
	if (!ops->incore) {
		guest_end(&g);
		TEST_SKIP("this platform does not know");
	}
	EXPECT_EQ(guest_write(&g, DATA + 4096, "t", 1), 1);
	EXPECT_EQ(g.ops->incore(g.pc, DATA, DATA_LEN, vec), 0);
	EXPECT_EQ(vec[0] & 1, 0);
	EXPECT_EQ(vec[1] & 1, 1);
	guest_end(&g);
}

CONFORMANCE_MAIN()
