/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flags and selectors that set_regs is given, which sigreturn(2) takes from any program: those of
 * the user go in, the others stay out, and none that a guest can choose harms more than itself.
 */
#include "platform/conformance/test_conformance.h"

SNIPPET(code_flags, "pushfq\n pop %rbx\n mov $39, %eax\n syscall\n ud2");
SNIPPET(code_nops, "nop\n nop\n nop\n nop\n mov $39, %eax\n syscall\n nop\n ud2");
/* In 32-bit code: inc %eax is a prefix of 64-bit code. */
SNIPPET(code_compat, ".byte 0x40\n .byte 0x40\n ud2");
SNIPPET(code_compat_int80, "int $0x80\n ud2");
SNIPPET(code_selectors, "mov %ds, %ebx\n mov %es, %ecx\n mov %fs, %edx\n mov %gs, %esi\n ud2");

enum {
	FLAGS_FIXED = 0x202,
	/* CF PF AF ZF SF DF OF AC: what sigreturn takes, without TF and RF */
	FLAGS_OF_USER = 0x1 | 0x4 | 0x10 | 0x40 | 0x80 | 0x400 | 0x800 | 0x40000,
	FLAG_TF = 0x100,
	FLAG_RF = 0x10000,
};

/* What the guest sees when set_regs is given these flags. */
static uint64_t flags_seen(struct guest *g, uint64_t flags)
{
	struct lx_user_regs regs = guest_regs_at(CODE);

	regs.eflags = flags;
	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
	EXPECT_EQ(guest_switch(g).why, PLAT_SYSCALL);
	return guest_regs(g).rbx;
}

CONFORMANCE(each_flag_of_the_user_is_loaded)
{
	struct guest g;

	guest_start(&g, ops, code_flags);
	for (unsigned int bit = 0; bit < 32; bit++) {
		uint64_t flag = 1ULL << bit;

		if (!(flag & FLAGS_OF_USER))
			continue;
		EXPECT_EQ(flags_seen(&g, FLAGS_FIXED | flag), FLAGS_FIXED | flag);
		EXPECT_EQ(flags_seen(&g, FLAGS_FIXED), FLAGS_FIXED);
	}
	EXPECT_EQ(flags_seen(&g, FLAGS_FIXED | FLAGS_OF_USER), FLAGS_FIXED | FLAGS_OF_USER);
	guest_end(&g);
}

CONFORMANCE(each_other_flag_stays_out)
{
	struct guest g;

	guest_start(&g, ops, code_flags);
	EXPECT_EQ(flags_seen(&g, 0), FLAGS_FIXED); /* interrupts stay on */
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t flag = 1ULL << bit;

		if (flag & (FLAGS_OF_USER | FLAG_TF | FLAG_RF))
			continue;
		EXPECT_EQ(flags_seen(&g, flag), FLAGS_FIXED);
	}
	EXPECT_EQ(flags_seen(&g, UINT64_MAX & ~(uint64_t)(FLAG_TF | FLAG_RF)),
		  FLAGS_FIXED | FLAGS_OF_USER);
	guest_end(&g);
}

CONFORMANCE(set_regs_keeps_privileged_selectors_out)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_getpid_loop);
	regs.cs = 0x30;
	regs.ss = 0x28;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	regs = guest_regs(&g);
	EXPECT_EQ(regs.cs, 0x33);
	EXPECT_EQ(regs.ss, 0x2b);
	guest_end(&g);
}

/* The guest set the trap flag itself, so each instruction traps until it is cleared. */
CONFORMANCE(trap_flag_of_the_guest_traps_after_each_instruction)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_nops);
	regs.eflags |= FLAG_TF;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	for (uint64_t i = 1; i <= 3; i++) {
		struct plat_event ev = guest_switch(&g);

		EXPECT_EQ(ev.why, PLAT_FAULT);
		EXPECT_EQ(ev.fault.signo, SIGTRAP);
		EXPECT_EQ(ev.fault.code, TRAP_TRACE);
		regs = guest_regs(&g);
		EXPECT_EQ(regs.rip, CODE + i);
		EXPECT_TRUE(regs.eflags & FLAG_TF);
	}
	regs.eflags &= ~(uint64_t)FLAG_TF;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

CONFORMANCE(code_of_32_bits_runs_and_faults)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, ops, code_compat);
	regs.cs = 0x23;
	regs.rax = 5;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGILL);
	regs = guest_regs(&g);
	EXPECT_EQ(regs.cs, 0x23);
	EXPECT_EQ(regs.rip, CODE + 2);
	EXPECT_EQ(regs.rax, 7);

	/* The same bytes at the same place are other code in 64-bit mode. */
	regs.cs = 0x33;
	regs.rip = CODE;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ(guest_regs(&g).rax, 7);
	guest_end(&g);
}

CONFORMANCE(int80_does_not_exist_in_code_of_32_bits_either)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, ops, code_compat_int80);
	regs.cs = 0x23;
	regs.rax = 20;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.trapno, 13);
	regs = guest_regs(&g);
	EXPECT_EQ(regs.rip, CODE);
	EXPECT_EQ(regs.cs, 0x23);
	EXPECT_EQ(regs.rax, 20);
	guest_end(&g);
}

/* sigreturn does not load these in 64-bit code, and neither need a platform. */
CONFORMANCE(data_selectors_are_loaded_or_left_empty)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_selectors);
	regs.ds = regs.es = regs.fs = regs.gs = 0x2b;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	regs = guest_regs(&g);
	EXPECT_TRUE(regs.rbx == 0x2b || regs.rbx == 0);
	EXPECT_EQ(regs.rcx, regs.rbx);
	EXPECT_EQ(regs.rdx, regs.rbx);
	EXPECT_EQ(regs.rsi, regs.rbx);
	regs = guest_regs_at(CODE);
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	regs = guest_regs(&g);
	EXPECT_EQ(regs.rbx | regs.rcx | regs.rdx | regs.rsi, 0);
	guest_end(&g);
}

enum selector { CS, SS, DS, ES, FS, GS, SELECTORS };

static uint64_t *selector_of(struct lx_user_regs *regs, enum selector which)
{
	switch (which) {
	case CS:
		return &regs->cs;
	case SS:
		return &regs->ss;
	case DS:
		return &regs->ds;
	case ES:
		return &regs->es;
	case FS:
		return &regs->fs;
	case GS:
	case SELECTORS:
		break;
	}
	return &regs->gs;
}

/* After whatever it was given, the guest can be put back to work. */
static void expect_works(struct guest *g)
{
	struct lx_user_regs regs = guest_regs_at(CODE);

	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
	EXPECT_EQ(guest_switch(g).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_regs(g).cs, 0x33);
}

CONFORMANCE(no_selector_harms)
{
	struct guest g;

	guest_start(&g, ops, code_getpid_loop);
	for (enum selector which = CS; which < SELECTORS; which++) {
		for (uint64_t value = 0; value < 0x90; value++) {
			struct lx_user_regs regs = guest_regs_at(CODE);
			struct plat_event ev;
			int r;

			*selector_of(&regs, which) = value;
			r = g.ops->set_regs(g.pc, &regs);
			EXPECT_TRUE(r == 0 || r == -EINVAL);
			if (r < 0)
				continue;
			ev = guest_switch(&g);
			EXPECT_TRUE(ev.why == PLAT_SYSCALL || ev.why == PLAT_FAULT);
		}
		expect_works(&g);
	}
	guest_end(&g);
}

CONFORMANCE(no_instruction_pointer_harms)
{
	static const uint64_t places[] = {
		0,          1,          0x7fffffffefff,     0x7ffffffff000, 0x7fffffffffff,
		1ULL << 47, 1ULL << 63, 0xffff800000000000, UINT64_MAX - 1, UINT64_MAX};
	struct guest g;

	guest_start(&g, ops, code_getpid_loop);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct lx_user_regs regs = guest_regs_at(places[i]);
		struct plat_event ev;
		int r = g.ops->set_regs(g.pc, &regs);

		EXPECT_TRUE(r == 0 || r == -EINVAL);
		if (r == 0) {
			ev = guest_switch(&g);
			EXPECT_EQ(ev.why, PLAT_FAULT);
			EXPECT_EQ(ev.fault.signo, SIGSEGV);
		}
		expect_works(&g);
	}
	guest_end(&g);
}

CONFORMANCE_MAIN()
