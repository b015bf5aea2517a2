/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that come to fast_entry instead of a `syscall` instruction, and what a thread looks like at
 * every moment on that way. Platforms without one are skipped.
 */
#include "platform/conformance/test_conformance.h"

/* As a patched site and its trampoline do; r15 is the entry. */
SNIPPET(code_fast, "lea 1f(%rip), %rcx\n jmp *%r15\n .skip 54, 0xcc\n 1: syscall\n ud2");
/* Counts in rbx the calls whose result was r14. */
SNIPPET(code_fast_loop,
	"2: mov $39, %eax\n lea 1f(%rip), %rcx\n jmp *%r15\n .skip 54, 0xcc\n 1: syscall\n cmp %rax, %r14\n"
	"jne 3f\n inc %rbx\n jmp 2b\n 3: ud2");
SNIPPET(code_load_gs, "mov %gs:0, %rax\n ud2");
SNIPPET(code_write_gs, "wrgsbase %rdi\n jmp *%rdx");

enum { LANDING = 64, FLAG_TF = 0x100, FLAG_RF = 0x10000, FLAGS = 0x202 | 0x8d5 | 0x400 };

static const struct plat_identity identity = {100, 101, 102, 103, 104, UINT32_MAX};

static const struct {
	uint64_t nr, answer;
} answers[] = {{39, 100}, {186, 101}, {102, 102}, {107, 103}, {104, 104}, {108, UINT32_MAX}};

static uint64_t fast_start(struct guest *g, const struct platform_ops *ops,
			   const unsigned char *code, const unsigned char *end)
{
	uint64_t entry = 0;

	guest_start_(g, ops, code, end);
	if (ops->fast_entry)
		entry = ops->fast_entry(g->p);
	if (entry == 0) {
		guest_end(g);
		TEST_SKIP("this platform answers nothing by itself");
	}
	return entry;
}

static struct lx_user_regs regs_for(uint64_t entry, uint64_t nr)
{
	struct lx_user_regs regs = guest_regs_at(CODE);

	regs.rax = nr;
	regs.r15 = entry;
	regs.rbx = 1;
	regs.rdx = 2;
	regs.rsi = 3;
	regs.rbp = 4;
	regs.r8 = 5;
	regs.r9 = 6;
	regs.r10 = 7;
	regs.r12 = 8;
	regs.r13 = 9;
	regs.r14 = 10;
	regs.eflags = FLAGS;
	return regs;
}

/* All but what a system call changes. */
static void expect_same(const struct lx_user_regs *a, const struct lx_user_regs *b)
{
	struct lx_user_regs x = *a, y = *b;

	x.rip = x.rax = x.rcx = x.r11 = x.orig_rax = 0;
	y.rip = y.rax = y.rcx = y.r11 = y.orig_rax = 0;
	x.eflags &= ~(uint64_t)FLAG_RF; /* set by faults */
	y.eflags &= ~(uint64_t)FLAG_RF;
	EXPECT_EQ(memcmp(&x, &y, sizeof(x)), 0);
}

/* The guest is at its ud2, with this result. */
static void expect_result(struct guest *g, const struct plat_event *ev,
			  const struct lx_user_regs *was, uint64_t result)
{
	struct lx_user_regs now = guest_regs(g);

	EXPECT_EQ(ev->why, PLAT_FAULT);
	EXPECT_EQ(ev->fault.signo, SIGILL);
	EXPECT_EQ(now.rip, CODE + LANDING + 2);
	EXPECT_EQ(now.rax, result);
	expect_same(&now, was);
}

CONFORMANCE(identity_calls_are_answered_without_a_switch)
{
	struct guest g;
	uint64_t entry = fast_start(&g, ops, code_fast, code_fast_end);

	EXPECT_TRUE(ops->set_identity(g.pc, &identity));
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct lx_user_regs regs = regs_for(entry, answers[i].nr);
		struct plat_event ev;

		EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
		ev = guest_switch(&g);
		expect_result(&g, &ev, &regs, answers[i].answer);
	}
	guest_end(&g);
}

CONFORMANCE(other_calls_go_on_at_the_instruction)
{
	static const uint64_t nrs[] = {0, 1, 38, 40, 103, 1000, 0x100000027, UINT64_MAX};
	struct guest g;
	uint64_t entry = fast_start(&g, ops, code_fast, code_fast_end);

	EXPECT_TRUE(ops->set_identity(g.pc, &identity));
	for (size_t i = 0; i < ARRAY_SIZE(nrs); i++) {
		struct lx_user_regs regs = regs_for(entry, nrs[i]);
		struct plat_event ev;

		if ((uint32_t)nrs[i] == 39)
			continue; /* the kernel looks at 32 bits, too */
		EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
		ev = guest_switch(&g);
		EXPECT_EQ(ev.why, PLAT_SYSCALL);
		EXPECT_EQ((uint32_t)ev.sys.nr, (uint32_t)nrs[i]);
		EXPECT_EQ(ev.sys.ip, CODE + LANDING + 2);
		EXPECT_EQ(ev.sys.args[5], 6);
		ops->set_result(g.pc, 77);
		ev = guest_switch(&g);
		expect_result(&g, &ev, &regs, 77);
	}
	guest_end(&g);
}

/* Without an identity, after it was taken back, and in copies, the instruction is executed. */
static void expect_not_answered(struct guest *g, uint64_t entry)
{
	struct lx_user_regs regs = regs_for(entry, 39);
	struct plat_event ev;

	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
	EXPECT_EQ(guest_switch(g).why, PLAT_SYSCALL);
	g->ops->set_result(g->pc, 5);
	ev = guest_switch(g);
	expect_result(g, &ev, &regs, 5);
}

CONFORMANCE(who_has_no_identity_is_not_answered)
{
	struct guest g, child;
	uint64_t entry = fast_start(&g, ops, code_fast, code_fast_end);
	struct aspace *old, *next;

	expect_not_answered(&g, entry);
	EXPECT_TRUE(ops->set_identity(g.pc, &identity));
	ops->clear_identity(g.pc);
	expect_not_answered(&g, entry);
	EXPECT_TRUE(ops->set_identity(g.pc, &identity));
	child = guest_fork(&g);
	expect_not_answered(&child, entry);
	guest_leave(&child);

	old = g.as;
	EXPECT_EQ(ops->aspace_new(g.p, &next), 0);
	EXPECT_EQ(ops->context_move(g.pc, next), 0);
	ops->aspace_free(old);
	g.as = next;
	guest_load(&g, code_fast, code_fast_end);
	expect_not_answered(&g, entry);
	guest_end(&g);
}

/* A trap after each instruction of the way: what it looks like there, and that it can be left and
 * entered again there. */
CONFORMANCE(registers_show_the_thread_at_the_instruction_or_behind_it)
{
	struct guest g;
	uint64_t entry = fast_start(&g, ops, code_fast, code_fast_end);
	unsigned int traps = 1;

	EXPECT_TRUE(ops->set_identity(g.pc, &identity));
	for (unsigned int leave_at = 0; leave_at < traps; leave_at++) {
		struct lx_user_regs regs = regs_for(entry, 108), now;
		struct plat_event ev;

		regs.eflags |= FLAG_TF;
		EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
		for (traps = 0;; traps++) {
			ev = guest_switch(&g);
			if (ev.why == PLAT_SYSCALL) {
				EXPECT_EQ(ev.sys.nr, 108);
				ops->set_result(g.pc, UINT32_MAX);
				continue;
			}
			EXPECT_EQ(ev.why, PLAT_FAULT);
			if (ev.fault.signo != SIGTRAP)
				break;
			now = guest_regs(&g);
			expect_same(&now, &regs);
			if (now.rip == CODE + LANDING + 2)
				EXPECT_EQ(now.rax, UINT32_MAX);
			else
				EXPECT_EQ(now.rax, 108);
			EXPECT_TRUE(now.rip == CODE + 7 || now.rip == CODE + LANDING ||
				    now.rip == CODE + LANDING + 2);
			if (traps == leave_at)
				EXPECT_EQ(ops->set_regs(g.pc, &now), 0);
		}
		expect_result(&g, &ev, &regs, UINT32_MAX);
		EXPECT_TRUE(traps >= 3);
	}
	EXPECT_TRUE(traps > 15);
	guest_end(&g);
}

struct stormer {
	const struct platform_ops *ops;
	struct pcontext *pc;
	atomic_int stop;
};

static void *storm(void *arg)
{
	struct stormer *s = arg;

	while (!atomic_load(&s->stop)) {
		s->ops->context_interrupt(s->pc);
		sched_yield();
	}
	return NULL;
}

CONFORMANCE(interrupts_anywhere_on_the_way_change_no_result)
{
	struct guest g;
	uint64_t entry = fast_start(&g, ops, code_fast_loop, code_fast_loop_end);
	struct stormer s = {.ops = ops, .pc = g.pc};
	struct lx_user_regs regs = regs_for(entry, 39);
	unsigned int interrupts = 0;
	uint64_t before = 0;
	pthread_t thread;

	regs.rbx = 0;
	regs.r14 = identity.tgid;
	EXPECT_TRUE(ops->set_identity(g.pc, &identity));
	EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
	thread = start_thread(storm, &s);
	while (interrupts < 5000) {
		struct plat_event ev = guest_switch(&g);

		if (ev.why == PLAT_SYSCALL) {
			ops->set_result(g.pc, identity.tgid);
			continue;
		}
		EXPECT_EQ(ev.why, PLAT_INTERRUPTED);
		interrupts++;
		if (interrupts % 3 == 0)
			continue;
		regs = guest_regs(&g);
		EXPECT_TRUE(regs.rip >= CODE && regs.rip < CODE + CODE_SIZE);
		EXPECT_TRUE(regs.rbx >= before);
		before = regs.rbx;
		if (interrupts % 3 == 1)
			EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
	}
	atomic_store(&s.stop, 1);
	pthread_join(thread, NULL);
	EXPECT_TRUE(before > 0);
	guest_end(&g);
}

/* The gs base is the guest's as soon as the guest wants it. */
CONFORMANCE(guests_keep_their_gs_base)
{
	struct guest g;
	uint64_t entry = fast_start(&g, ops, code_fast, code_fast_end);
	struct lx_user_regs regs;
	struct plat_event ev;
	uint64_t word = 0x1234;

	EXPECT_EQ(guest_write(&g, DATA, &word, sizeof(word)), sizeof(word));
	guest_load_at(&g, MORE, code_load_gs, code_load_gs_end);
	guest_load_at(&g, MORE + CODE_SIZE, code_write_gs, code_write_gs_end);
	EXPECT_TRUE(ops->set_identity(g.pc, &identity));
	regs = regs_for(entry, 39);
	EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	expect_result(&g, &ev, &regs, identity.tgid);
	EXPECT_EQ(guest_regs(&g).gs_base, 0);

	/* Asked for: */
	regs.gs_base = DATA;
	regs.rip = MORE;
	EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ(guest_regs(&g).rax, word);
	EXPECT_EQ(guest_regs(&g).gs_base, DATA);
	regs = regs_for(entry, 39);
	regs.gs_base = DATA;
	EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_regs(&g).gs_base, DATA);

	/* Given up again, and taken by itself: */
	regs = regs_for(entry, 39);
	EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	expect_result(&g, &ev, &regs, identity.tgid);
	regs = regs_for(entry, 39);
	regs.rip = MORE + CODE_SIZE;
	regs.rdi = DATA;
	regs.rdx = CODE;
	EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_regs(&g).gs_base, DATA);
	guest_end(&g);
}

CONFORMANCE(who_uses_gs_gets_no_identity)
{
	struct guest g;
	uint64_t entry = fast_start(&g, ops, code_fast, code_fast_end);
	struct lx_user_regs regs = regs_for(entry, 39);

	regs.gs_base = DATA;
	EXPECT_EQ(ops->set_regs(g.pc, &regs), 0);
	EXPECT_FALSE(ops->set_identity(g.pc, &identity));
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_regs(&g).gs_base, DATA);
	guest_end(&g);
}

TEST_MAIN()
