/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sandbox at rest can be frozen by its host: once contexts are parked and the platform has
 * settled, a group stop of a stub completes, which takes every one of its threads. Afterwards
 * everything goes on as if nothing had been.
 */
#include "platform/conformance/test_conformance.h"

static void need_park(const struct platform_ops *ops)
{
	if (!ops->context_park)
		TEST_SKIP("this platform can be frozen as it is");
}

/* Stop a stub, wait until all its threads have stopped, and let it go on. */
static void freeze_and_thaw(pid_t pid)
{
	siginfo_t info;

	EXPECT_EQ(kill(pid, SIGSTOP), 0);
	EXPECT_EQ(waitid(P_PID, (id_t)pid, &info, WSTOPPED | __WALL), 0);
	EXPECT_EQ(info.si_status, SIGSTOP);
	EXPECT_EQ(kill(pid, SIGCONT), 0);
}

static void park(struct guest *g)
{
	EXPECT_EQ(g->ops->context_park(g->pc), 0);
	if (g->ops->settle)
		g->ops->settle(g->p);
}

CONFORMANCE(parked_in_a_call_it_keeps_the_result)
{
	struct guest g;
	pid_t pid;

	need_park(ops);
	guest_start(&g, ops, code_getpid_loop);
	pid = need_stub(&g);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		park(&g);
		freeze_and_thaw(pid);
		g.ops->set_result(g.pc, 1234);
		EXPECT_EQ(guest_regs(&g).rax, 1234);
		EXPECT_EQ(guest_regs(&g).rip, CODE + 7);
	}
	guest_end(&g);
}

CONFORMANCE(parked_after_an_interruption_it_goes_on)
{
	struct lx_user_regs before, after;
	struct guest g;
	pid_t pid;

	need_park(ops);
	guest_start(&g, ops, code_spin);
	pid = need_stub(&g);
	g.ops->context_interrupt(g.pc);
	EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
	before = guest_regs(&g);
	park(&g);
	freeze_and_thaw(pid);
	after = guest_regs(&g);
	EXPECT_EQ(memcmp(&before, &after, sizeof(before)), 0);
	g.ops->context_interrupt(g.pc);
	EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
	guest_end(&g);
}

CONFORMANCE(parked_before_it_ever_ran_it_starts)
{
	struct guest g;
	pid_t pid;

	need_park(ops);
	guest_start(&g, ops, code_getpid_loop);
	pid = need_stub(&g);
	park(&g);
	freeze_and_thaw(pid);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

CONFORMANCE(commands_and_copies_wake_what_has_settled)
{
	struct guest g;
	struct aspace *copy;
	pid_t pid;

	need_park(ops);
	guest_start(&g, ops, code_getpid_loop);
	pid = need_stub(&g);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	park(&g);
	freeze_and_thaw(pid);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ | PROT_WRITE), 0);
	park(&g);
	freeze_and_thaw(pid);
	EXPECT_EQ(g.ops->aspace_fork(g.pc, &copy), 0);
	g.ops->aspace_free(copy);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

CONFORMANCE(context_that_is_parked_can_end)
{
	struct guest g;

	need_park(ops);
	guest_start(&g, ops, code_getpid_loop);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	park(&g);
	guest_end(&g);
}

CONFORMANCE_MAIN()
