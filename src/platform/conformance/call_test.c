/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of the guest, and what it gets for them. */
#include "platform/conformance/test_conformance.h"

#include <sys/syscall.h>
#include <time.h>

/* Call number rdi shows what the call before it returned. */
SNIPPET(code_echo, "1: mov $1000, %eax\n syscall\n inc %rdi\n mov %rax, %rsi\n jmp 1b");
SNIPPET(code_any_number, "1: syscall\n jmp 1b");
SNIPPET(code_six_args, "mov $1000, %eax\n syscall\n ud2");

CONFORMANCE(system_call_shows_number_arguments_and_place)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, ops, code_six_args);
	regs.rdi = 1;
	regs.rsi = 2;
	regs.rdx = 3;
	regs.r10 = 4;
	regs.r8 = 5;
	regs.r9 = UINT64_MAX;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	EXPECT_EQ(ev.sys.nr, 1000);
	for (uint64_t i = 0; i < 5; i++)
		EXPECT_EQ(ev.sys.args[i], i + 1);
	EXPECT_EQ(ev.sys.args[5], UINT64_MAX);
	EXPECT_EQ(ev.sys.ip, CODE + 7);
	EXPECT_EQ(guest_regs(&g).rsp, regs.rsp);
	EXPECT_EQ(guest_regs(&g).orig_rax, 1000);
	guest_end(&g);
}

CONFORMANCE(result_reaches_rax_and_nothing_else_changes)
{
	struct guest g;
	struct lx_user_regs before, after;

	guest_start(&g, ops, code_getpid_loop);
	EXPECT_EQ(guest_switch(&g).sys.nr, SYS_getpid);
	before = guest_regs(&g);
	g.ops->set_result(g.pc, -4242);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	g.ops->set_result(g.pc, 77);
	after = guest_regs(&g);
	EXPECT_EQ(after.rax, 77);
	after.rax = before.rax;
	EXPECT_MEMEQ(&before, &after, sizeof(before));
	guest_end(&g);
}

CONFORMANCE(memory_commands_between_call_and_result_leave_registers_alone)
{
	struct guest g;
	struct lx_user_regs before, after;

	guest_start(&g, ops, code_getpid_loop);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	before = guest_regs(&g);
	EXPECT_EQ(guest_map(&g, MORE, 8192, PROT_READ), 0);
	g.ops->set_result(g.pc, 9);
	EXPECT_EQ(guest_map(&g, 0x30002000, 8192, PROT_READ), 0);
	after = guest_regs(&g);
	EXPECT_EQ(after.rax, 9);
	after.rax = before.rax;
	EXPECT_MEMEQ(&before, &after, sizeof(before));
	EXPECT_EQ(guest_switch(&g).sys.ip, CODE + 7);
	guest_end(&g);
}

enum when { NEVER, BEFORE_THE_RESULT, AFTER_THE_RESULT };

/* The guest gets this value, once, and goes on behind the call. */
static void expect_result(struct guest *g, int64_t value, enum when kick)
{
	uint64_t n = guest_switch(g).sys.args[0];
	struct plat_event ev;

	if (kick == BEFORE_THE_RESULT)
		g->ops->context_interrupt(g->pc);
	g->ops->set_result(g->pc, value);
	if (kick == AFTER_THE_RESULT)
		g->ops->context_interrupt(g->pc);
	if (kick != NEVER)
		EXPECT_EQ(guest_switch(g).why, PLAT_INTERRUPTED);
	ev = guest_switch(g);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	EXPECT_EQ(ev.sys.args[0], n + 1);
	EXPECT_EQ(ev.sys.args[1], value);
	g->ops->set_result(g->pc, 0);
}

/* -ERESTARTSYS and its kind in rax mean something to the host kernel, which must not act on them. */
CONFORMANCE(results_that_look_like_restarts_are_only_numbers)
{
	static const int64_t values[] = {-512,  -513,  -514,      -515,     -516, -511,
					 -517,  -4,    -38,       -1,       0,    1,
					 -4095, -4096, INT64_MIN, INT64_MAX};
	struct guest g;

	guest_start(&g, ops, code_echo);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		expect_result(&g, values[i], NEVER);
		expect_result(&g, values[i], BEFORE_THE_RESULT);
		expect_result(&g, values[i], AFTER_THE_RESULT);
	}
	guest_end(&g);
}

CONFORMANCE(result_is_the_last_one_that_was_set)
{
	struct guest g;

	guest_start(&g, ops, code_echo);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	g.ops->set_result(g.pc, 1);
	g.ops->set_result(g.pc, -514);
	g.ops->set_result(g.pc, 3);
	EXPECT_EQ(guest_switch(&g).sys.args[1], 3);
	guest_end(&g);
}

CONFORMANCE(every_number_is_shown_as_it_is)
{
	static const uint32_t numbers[] = {0,          1,          56,         57,
					   59,         60,         61,         62,
					   231,        435,        500,        4095,
					   65535,      0x40000000, 0x40000027, 0x40000200,
					   0x7fffffff, 0x80000000, 0xfffffffe};
	struct guest g;

	guest_start(&g, ops, code_any_number);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct lx_user_regs regs = guest_regs_at(CODE);
		struct plat_event ev;

		regs.rax = numbers[i];
		regs.rdi = i;
		EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
		ev = guest_switch(&g);
		EXPECT_EQ(ev.why, PLAT_SYSCALL);
		EXPECT_EQ((uint32_t)ev.sys.nr, numbers[i]);
		EXPECT_EQ(ev.sys.args[0], i);
		EXPECT_EQ(ev.sys.ip, CODE + 2);
	}
	guest_end(&g);
}

/* -1 is how the host's kernel marks that there is no call. */
CONFORMANCE(call_number_minus_one_is_a_call)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, ops, code_any_number);
	regs.rax = UINT64_MAX;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	EXPECT_EQ((uint32_t)ev.sys.nr, UINT32_MAX);
	g.ops->set_result(g.pc, 39);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	EXPECT_EQ(ev.sys.nr, 39);
	guest_end(&g);
}

/* The guest's stack pointer is its own affair, and what lies below it as well. */
CONFORMANCE(call_needs_no_stack)
{
	static const uint64_t stacks[] = {
		0, 8, 0x7fff12345678, PLAT_GUEST_TOP + 64, 1ULL << 63, UINT64_MAX};
	struct guest g;

	guest_start(&g, ops, code_getpid_loop);
	for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
		struct lx_user_regs regs = guest_regs_at(CODE);
		struct plat_event ev;

		regs.rsp = stacks[i];
		EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
		for (int j = 0; j < 3; j++) {
			ev = guest_switch(&g);
			EXPECT_EQ(ev.why, PLAT_SYSCALL);
			EXPECT_EQ(guest_regs(&g).rsp, stacks[i]);
			EXPECT_EQ(guest_regs(&g).rsp, stacks[i]);
		}
		g.ops->context_interrupt(g.pc);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	}
	guest_end(&g);
}

CONFORMANCE(memory_below_the_stack_pointer_is_left_alone)
{
	enum { HALF = 2048 };
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	unsigned char before[2 * HALF], after[2 * HALF];

	guest_start(&g, ops, code_echo);
	memset(before, 0x5a, sizeof(before));
	EXPECT_EQ(guest_write(&g, DATA, before, sizeof(before)), sizeof(before));
	regs.rsp = DATA + HALF;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	for (int i = 0; i < 20; i++) {
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		g.ops->context_interrupt(g.pc);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		regs = guest_regs(&g);
		EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
		EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	}
	EXPECT_EQ(guest_read(&g, DATA, after, sizeof(after)), sizeof(after));
	EXPECT_MEMEQ(before, after, sizeof(before));
	guest_end(&g);
}

/* Not judged: it depends on the host and on where its scheduler puts the two threads. */
CONFORMANCE(cost_of_an_intercepted_call_is_shown)
{
	enum { CALLS = 5000 };
	struct guest g;
	struct timespec from, to;

	guest_start(&g, ops, code_getpid_loop);
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < CALLS; i++) {
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		g.ops->set_result(g.pc, 1);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	print_message("%ld ns per intercepted getpid\n",
		      ((to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec) /
			      CALLS);
	guest_end(&g);
}

CONFORMANCE_MAIN()
