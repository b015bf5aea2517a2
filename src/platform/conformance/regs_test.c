/* SPDX-License-Identifier: Apache-2.0 */
/*
 * General registers: every one survives whatever stops the guest, and set_regs loads every one,
 * wherever the guest was stopped. What the guest itself sees is told by code_dump, which stores its
 * registers without using any.
 */
#include "platform/conformance/test_conformance.h"

#include <stddef.h>
#include <sys/auxv.h>

/* Places in CODE are part of the tests. */
SNIPPET(code_stops, "syscall\n ud2\n 1: pause\n jmp 1b\n nop\n nop\n int3");
enum { AT_CALL = 0, AT_UD2 = 2, AT_SPIN = 4, AT_NOP = 8, AT_INT3 = 10 };

#define DUMP       0x20001000 /* where code_dump leaves registers */
#define DUMP_FLAGS (16 * 8)
SNIPPET(code_dump,
	"mov %rax, 0x20001000\n mov %rbx, 0x20001008\n mov %rcx, 0x20001010\n mov %rdx, 0x20001018\n"
	"mov %rsi, 0x20001020\n mov %rdi, 0x20001028\n mov %rbp, 0x20001030\n mov %rsp, 0x20001038\n"
	"mov %r8, 0x20001040\n mov %r9, 0x20001048\n mov %r10, 0x20001050\n mov %r11, 0x20001058\n"
	"mov %r12, 0x20001060\n mov %r13, 0x20001068\n mov %r14, 0x20001070\n mov %r15, 0x20001078\n"
	"pushfq\n popq 0x20001080\n mov %fs:0x10, %rax\n mov %rax, 0x20001088\n mov %gs:0x10, %rax\n"
	"mov %rax, 0x20001090\n ud2");
#define DUMP_CODE (CODE + CODE_SIZE)

SNIPPET(code_fs, "mov $39, %eax\n syscall\n mov %fs:8, %rax\n mov $40, %eax\n syscall\n ud2");
SNIPPET(code_kernel_gs,
	"mov $0xffff888000000000, %rax\n wrgsbase %rax\n mov $39, %eax\n syscall\n rdgsbase %rdi\n"
	"mov $40, %eax\n syscall\n ud2");

#define FLAGS_PLAIN 0x202ULL
#define FLAGS_ALL   (FLAGS_PLAIN | 0x8d5ULL) /* OF SF ZF AF PF CF */
#define FLAG_TF     0x100ULL
#define FLAG_RF     0x10000ULL

static struct lx_user_regs pattern(uint64_t rip)
{
	return (struct lx_user_regs){
		.r15 = 0xf15f15f15f15f15f,
		.r14 = 0x1414141414141414,
		.r13 = 0x8000000000000013,
		.r12 = 0x1212121212121212,
		.rbp = 0xbbbbbbbbbbbbbbbb,
		.rbx = 0xb0b0b0b0b0b0b0b0,
		.r11 = 0x1111111111111111,
		.r10 = 0x1010101010101010,
		.r9 = 0x9999999999999999,
		.r8 = 0x8888888888888888,
		.rax = 0x270,
		.rcx = 0xcccccccccccccccc,
		.rdx = 0xdddddddddddddddd,
		.rsi = UINT64_MAX,
		.rdi = 0xd1d1d1d1d1d1d1d1,
		.orig_rax = UINT64_MAX,
		.rip = rip,
		.cs = 0x33,
		.eflags = FLAGS_ALL,
		.rsp = DATA + 0x800,
		.ss = 0x2b,
		.fs_base = DATA + 0x2000,
		.gs_base = DATA + 0x2008,
	};
}

enum { SKIP_NONE = 0, SKIP_RAX = 1, SKIP_CALL = 2 /* what `syscall` itself changes */ };

static void expect_regs(const struct lx_user_regs *want, const struct lx_user_regs *got, int skip)
{
	const size_t n = sizeof(*want) / sizeof(uint64_t);
	uint64_t a[sizeof(*want) / sizeof(uint64_t)], b[sizeof(*want) / sizeof(uint64_t)];
	struct lx_user_regs w = *want, g = *got;

	w.orig_rax = g.orig_rax = 0;
	w.eflags &= ~FLAG_RF; /* the processor sets it in what a fault saves */
	g.eflags &= ~FLAG_RF;
	if (skip & SKIP_RAX)
		w.rax = g.rax = 0;
	if (skip & SKIP_CALL)
		w.rcx = g.rcx = w.r11 = g.r11 = 0;
	memcpy(a, &w, sizeof(a));
	memcpy(b, &g, sizeof(b));
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			print_error("register %zu of struct lx_user_regs differs\n", i);
		EXPECT_EQ(a[i], b[i]);
	}
}

/* What a Sentry does between two switches, without meaning to change a register. */
static void disturb(struct guest *g)
{
	struct plat_cmd unmap = {.op = PLAT_UNMAP, .addr = MORE, .len = 8192};
	struct aspace *copy;
	uint32_t old;

	EXPECT_EQ(guest_map(g, MORE, 8192, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(g->ops->cmpxchg32(g->pc, MORE, 0, 1, &old), 0);
	EXPECT_EQ(g->ops->cmpxchg32(g->pc, PLAT_GUEST_BOTTOM, 0, 1, &old), -EFAULT);
	EXPECT_EQ(guest_run(g, unmap), 0);
	EXPECT_EQ(g->ops->aspace_fork(g->pc, &copy), 0);
	g->ops->aspace_free(copy);
	g->ops->context_free(guest_new_context(g));
	EXPECT_TRUE(g->ops->cpu_time_ns(g->pc) < 1000000000000ULL);
}

static void start_at(struct guest *g, const struct platform_ops *ops, uint64_t place)
{
	struct lx_user_regs regs = pattern(CODE + place);

	guest_start(g, ops, code_stops);
	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
}

CONFORMANCE(registers_survive_a_system_call)
{
	struct guest g;
	struct lx_user_regs want = pattern(CODE + 2), got;

	start_at(&g, ops, AT_CALL);
	EXPECT_EQ(guest_switch(&g).sys.nr, want.rax);
	got = guest_regs(&g);
	EXPECT_EQ(got.orig_rax, want.rax);
	expect_regs(&want, &got, SKIP_RAX | SKIP_CALL);
	disturb(&g);
	g.ops->set_result(g.pc, 0x123456789abc);
	disturb(&g);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	want.rax = 0x123456789abc;
	got = guest_regs(&g);
	expect_regs(&want, &got, SKIP_CALL);
	EXPECT_EQ(got.rcx, CODE + 2); /* what `syscall` leaves there */
	EXPECT_EQ(got.r11, FLAGS_ALL);
	guest_end(&g);
}

CONFORMANCE(registers_survive_a_fault)
{
	struct guest g;
	struct lx_user_regs want = pattern(CODE + AT_UD2), got;

	start_at(&g, ops, AT_UD2);
	for (int i = 0; i < 10; i++) {
		EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
		disturb(&g);
		got = guest_regs(&g);
		EXPECT_EQ(got.orig_rax, UINT64_MAX);
		expect_regs(&want, &got, SKIP_NONE);
	}
	guest_end(&g);
}

CONFORMANCE(registers_survive_an_interruption)
{
	struct guest g;
	struct lx_user_regs want = pattern(CODE + AT_SPIN), got;

	start_at(&g, ops, AT_SPIN);
	for (int i = 0; i < 10; i++) {
		g.ops->context_interrupt(g.pc);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		disturb(&g);
		got = guest_regs(&g);
		EXPECT_EQ(got.orig_rax, UINT64_MAX);
		EXPECT_TRUE(got.rip >= CODE + AT_SPIN && got.rip < CODE + AT_NOP);
		want.rip = got.rip;
		expect_regs(&want, &got, SKIP_NONE);
	}
	guest_end(&g);
}

struct kicker {
	const struct guest *g;
	atomic_int stop;
};

static void *kick_always(void *arg)
{
	struct kicker *k = arg;

	while (!atomic_load(&k->stop))
		k->g->ops->context_interrupt(k->g->pc);
	return NULL;
}

/* Interrupted while it really runs, not before it does. */
CONFORMANCE(registers_survive_many_interruptions)
{
	struct guest g;
	struct kicker k = {.g = &g};
	struct lx_user_regs want = pattern(CODE + AT_SPIN), got;
	pthread_t thread;

	start_at(&g, ops, AT_SPIN);
	thread = start_thread(kick_always, &k);
	for (int i = 0; i < 3000; i++) {
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		got = guest_regs(&g);
		want.rip = got.rip;
		expect_regs(&want, &got, SKIP_NONE);
	}
	atomic_store(&k.stop, 1);
	pthread_join(thread, NULL);
	guest_end(&g);
}

static void expect_dump(struct guest *g, const struct lx_user_regs *want)
{
	const uint64_t order[] = {want->rax, want->rbx, want->rcx, want->rdx, want->rsi, want->rdi,
				  want->rbp, want->rsp, want->r8,  want->r9,  want->r10, want->r11,
				  want->r12, want->r13, want->r14, want->r15};

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		EXPECT_EQ(guest_word(g, DUMP + i * 8), order[i]);
	EXPECT_EQ(guest_word(g, DUMP + DUMP_FLAGS), want->eflags);
	EXPECT_EQ(guest_word(g, DUMP + DUMP_FLAGS + 8), 0xf5); /* %fs:0x10 */
	EXPECT_EQ(guest_word(g, DUMP + DUMP_FLAGS + 16), 0x65);
}

/* The guest is at rest somewhere: give it new registers, and let it tell which it has. */
static void expect_load(struct guest *g)
{
	struct lx_user_regs want = pattern(DUMP_CODE), got;
	uint64_t words[] = {0xf5, 0x65}, none[32] = {0};

	EXPECT_EQ(guest_write(g, DUMP, none, sizeof(none)), sizeof(none));
	EXPECT_EQ(guest_write(g, want.fs_base + 0x10, words, sizeof(words)), sizeof(words));
	want.rax = 0xaaaaaaaaaaaaaaaa;
	EXPECT_EQ(g->ops->set_regs(g->pc, &want), 0);
	got = guest_regs(g);
	expect_regs(&want, &got, SKIP_NONE);
	EXPECT_EQ(guest_switch(g).fault.signo, SIGILL);
	expect_dump(g, &want);
}

static void go_to(struct guest *g, uint64_t place)
{
	struct lx_user_regs regs = pattern(CODE + place);

	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
}

CONFORMANCE(set_regs_loads_every_register_at_every_rest)
{
	struct guest g;

	guest_start(&g, ops, code_stops);
	guest_load_at(&g, DUMP_CODE, code_dump, code_dump_end);
	expect_load(&g); /* never ran */
	go_to(&g, AT_CALL);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	expect_load(&g);
	go_to(&g, AT_CALL);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	g.ops->set_result(g.pc, -512); /* set_regs is later: it wins */
	expect_load(&g);
	go_to(&g, AT_UD2);
	EXPECT_EQ(guest_switch(&g).why, PLAT_FAULT);
	disturb(&g);
	expect_load(&g);
	go_to(&g, AT_SPIN);
	g.ops->context_interrupt(g.pc);
	EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
	expect_load(&g);
	go_to(&g, AT_NOP);
	g.ops->set_step(g.pc, true);
	EXPECT_EQ(guest_switch(&g).why, PLAT_FAULT);
	expect_load(&g);
	go_to(&g, AT_INT3);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGTRAP);
	expect_load(&g);
	guest_end(&g);
}

CONFORMANCE(fork_gives_the_child_registers_of_its_own)
{
	struct guest parent, child;
	struct lx_user_regs want = pattern(CODE + 2), got;

	start_at(&parent, ops, AT_CALL);
	guest_load_at(&parent, DUMP_CODE, code_dump, code_dump_end);
	EXPECT_EQ(guest_switch(&parent).why, PLAT_SYSCALL);
	child = guest_fork(&parent);
	expect_load(&child);
	EXPECT_EQ(guest_word(&parent, DUMP), 0);
	parent.ops->set_result(parent.pc, (int64_t)want.rax);
	EXPECT_EQ(guest_switch(&parent).fault.signo, SIGILL);
	got = guest_regs(&parent);
	expect_regs(&want, &got, SKIP_CALL);
	guest_leave(&child);
	guest_end(&parent);
}

CONFORMANCE(fs_base_is_set_and_kept)
{
	struct guest g;
	struct lx_user_regs regs;
	uint64_t word = 0x1122334455667788;

	guest_start(&g, ops, code_fs);
	EXPECT_EQ(guest_write(&g, DATA + 8, &word, sizeof(word)), sizeof(word));
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	regs = guest_regs(&g);
	regs.fs_base = DATA;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).sys.nr, 40);
	EXPECT_EQ(guest_regs(&g).fs_base, DATA);
	guest_end(&g);
}

CONFORMANCE(bases_that_are_no_user_addresses_are_refused)
{
	static const uint64_t bad[] = {1ULL << 47, 1ULL << 63, UINT64_MAX, 0xffff800000000000,
				       0xffffffffff600000};
	struct guest g;
	struct lx_user_regs regs = pattern(CODE), got;

	start_at(&g, ops, AT_CALL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct lx_user_regs wrong = regs;

		wrong.fs_base = bad[i];
		wrong.rbx = 1;
		EXPECT_EQ(g.ops->set_regs(g.pc, &wrong), -EINVAL);
		wrong = regs;
		wrong.gs_base = bad[i];
		EXPECT_EQ(g.ops->set_regs(g.pc, &wrong), -EINVAL);
	}
	got = guest_regs(&g);
	expect_regs(&regs, &got, SKIP_NONE);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

/* The host may refuse to write such a base; the guest may load it, so commands and set_regs must
 * live with it. */
CONFORMANCE(gs_base_of_the_kernel_half_survives_commands)
{
	struct guest g;
	struct lx_user_regs regs;

	if (!(getauxval(AT_HWCAP2) & 2)) /* HWCAP2_FSGSBASE */
		TEST_SKIP("the processor has no wrgsbase");
	guest_start(&g, ops, code_kernel_gs);
	EXPECT_EQ(guest_switch(&g).sys.nr, 39);
	EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	regs = guest_regs(&g);
	EXPECT_EQ(regs.gs_base, 0xffff888000000000);
	regs.rbx = 1;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).sys.args[0], 0xffff888000000000);
	guest_end(&g);
}

CONFORMANCE_MAIN()
