/* SPDX-License-Identifier: Apache-2.0 */
/* Single steps: one instruction, one trap, whatever comes between. */
#include "platform/conformance/test_conformance.h"

SNIPPET(code_three_nops, "nop\n nop\n nop\n mov $39, %eax\n syscall\n nop\n ud2");
SNIPPET(code_step_jump, "jmp 1f\n ud2\n 1: call 2f\n ud2\n 2: push %rax\n popfq\n nop\n nop\n ud2");
SNIPPET(code_step_calls, "1: syscall\n jmp 1b");
SNIPPET(code_step_load, "mov (%rdi), %rax\n nop\n nop");

static void expect_step(struct guest *g, uint64_t rip)
{
	struct plat_event ev;

	g->ops->set_step(g->pc, true);
	ev = guest_switch(g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGTRAP);
	EXPECT_EQ(ev.fault.code, TRAP_TRACE);
	EXPECT_EQ(guest_regs(g).rip, rip);
}

CONFORMANCE(single_steps_count_instructions_and_a_system_call_is_one)
{
	static const uint64_t places[] = {1, 2, 3, 8};
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_three_nops);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		expect_step(&g, CODE + places[i]);
	g.ops->set_step(g.pc, true);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	g.ops->set_result(g.pc, 5);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGTRAP);
	EXPECT_EQ(guest_regs(&g).rip, CODE + 10);
	EXPECT_EQ(guest_regs(&g).rax, 5);
	/* It is off again. */
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	guest_end(&g);
}

CONFORMANCE(step_is_off_after_its_trap)
{
	struct guest g;

	guest_start(&g, ops, code_three_nops);
	expect_step(&g, CODE + 1);
	EXPECT_FALSE(guest_regs(&g).eflags & 0x100); /* the guest never sees our trap flag */
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

CONFORMANCE(step_that_was_taken_back_does_not_happen)
{
	struct guest g;

	guest_start(&g, ops, code_three_nops);
	g.ops->set_step(g.pc, true);
	g.ops->set_step(g.pc, false);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	g.ops->set_step(g.pc, true);
	g.ops->set_step(g.pc, false);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	guest_end(&g);
}

CONFORMANCE(step_follows_jumps_and_calls)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_step_jump);
	regs.rax = 0x202;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	expect_step(&g, CODE + 4);
	expect_step(&g, CODE + 11);
	expect_step(&g, CODE + 12);
	expect_step(&g, CODE + 13);
	expect_step(&g, CODE + 14);
	guest_end(&g);
}

CONFORMANCE(interrupt_comes_before_a_step_and_takes_nothing_from_it)
{
	struct guest g;

	guest_start(&g, ops, code_three_nops);
	for (uint64_t i = 1; i <= 3; i++) {
		g.ops->set_step(g.pc, true);
		g.ops->context_interrupt(g.pc);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		EXPECT_EQ(guest_regs(&g).rip, CODE + i - 1);
		EXPECT_EQ(guest_switch(&g).fault.signo, SIGTRAP);
		EXPECT_EQ(guest_regs(&g).rip, CODE + i);
	}
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

CONFORMANCE(commands_take_nothing_from_a_step)
{
	struct guest g;

	guest_start(&g, ops, code_three_nops);
	for (uint64_t i = 1; i <= 3; i++) {
		g.ops->set_step(g.pc, true);
		EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
		EXPECT_EQ(guest_switch(&g).fault.signo, SIGTRAP);
		EXPECT_EQ(guest_regs(&g).rip, CODE + i);
	}
	expect_step(&g, CODE + 8);
	g.ops->set_step(g.pc, true);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	g.ops->set_result(g.pc, 6);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGTRAP);
	EXPECT_EQ(guest_regs(&g).rip, CODE + 10);
	EXPECT_EQ(guest_regs(&g).rax, 6);
	guest_end(&g);
}

/* A fault comes instead of the trap; the step is for the instruction's next try. */
CONFORMANCE(step_of_a_faulting_instruction_traps_once_it_succeeds)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, ops, code_step_load);
	regs.rdi = MORE;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	g.ops->set_step(g.pc, true);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(guest_regs(&g).rip, CODE);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	expect_step(&g, CODE + 3);
	expect_step(&g, CODE + 4);
	guest_end(&g);
}

CONFORMANCE(many_stepped_calls_are_each_seen_once)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_step_calls);
	regs.rax = 1000;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	for (uint64_t i = 0; i < 200; i++) {
		struct plat_event ev;

		g.ops->set_step(g.pc, true);
		ev = guest_switch(&g);
		EXPECT_EQ(ev.why, PLAT_SYSCALL);
		EXPECT_EQ(ev.sys.nr, 1000 + i);
		g.ops->set_result(g.pc, (int64_t)(1001 + i));
		EXPECT_EQ(guest_switch(&g).fault.signo, SIGTRAP);
		EXPECT_EQ(guest_regs(&g).rip, CODE + 2);
		expect_step(&g, CODE);
	}
	guest_end(&g);
}

CONFORMANCE_MAIN()
