/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts from other threads at the worst moments: none is lost, none comes twice, and none
 * costs or repeats a system call, a fault or a command. Guest and test both count.
 */
#include "platform/conformance/test_conformance.h"

#include <stdlib.h>

/* Call number rbx (from 1) tells the sum of all results so far; some work lies between calls. */
SNIPPET(code_sums,
	"1: inc %rbx\n mov %rbx, %rdi\n mov %rbp, %rsi\n mov %rbx, %rcx\n and $255, %rcx\n inc %rcx\n"
	"2: dec %rcx\n jnz 2b\n mov $1000, %eax\n syscall\n add %rax, %rbp\n jmp 1b");
/* Each round a call, a breakpoint, an undefined instruction and a load from r13; r12, r14 and r15
 * count those that are over. */
SNIPPET(code_everything,
	"1: inc %rbx\n mov %rbx, %rdi\n mov $1000, %eax\n syscall\n add %rax, %rbp\n int3\n inc %r12\n"
	"ud2\n inc %r14\n mov (%r13), %rax\n inc %r15\n jmp 1b");

struct kicker {
	const struct platform_ops *ops;
	struct pcontext *pc;
	atomic_uint go, started;
	atomic_int stop;
};

/* One kick for each increment of go, at a moment that wanders. */
static void *kick_on_demand(void *arg)
{
	struct kicker *k = arg;

	for (unsigned int n = 1;; n++) {
		while (atomic_load(&k->go) < n) {
			if (atomic_load(&k->stop))
				return NULL;
			sched_yield();
		}
		for (volatile unsigned int i = 0; i < n % 512; i++)
			;
		atomic_store(&k->started, n);
		k->ops->context_interrupt(k->pc);
	}
}

static void *kick_always(void *arg)
{
	struct kicker *k = arg;

	while (!atomic_load(&k->stop))
		k->ops->context_interrupt(k->pc);
	return NULL;
}

static void stop_kicker(struct kicker *k, pthread_t thread)
{
	atomic_store(&k->stop, 1);
	pthread_join(thread, NULL);
}

CONFORMANCE(interrupt_before_the_switch_counts_once)
{
	struct guest g;

	guest_start(&g, ops, code_getpid_loop);
	for (int i = 0; i < 100; i++) {
		g.ops->context_interrupt(g.pc);
		g.ops->context_interrupt(g.pc);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		g.ops->set_result(g.pc, 0);
	}
	guest_end(&g);
}

CONFORMANCE(interrupt_before_the_context_ever_ran_counts)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;
	struct pcontext *pc;

	guest_start(&g, ops, code_getpid_loop);
	pc = guest_new_context(&g);
	g.ops->context_interrupt(pc);
	EXPECT_EQ(g.ops->context_attach(pc), 0);
	EXPECT_EQ(g.ops->set_regs(pc, &regs), 0);
	EXPECT_EQ(g.ops->context_switch(pc, &ev), 0);
	EXPECT_EQ(ev.why, PLAT_INTERRUPTED);
	EXPECT_EQ(g.ops->context_switch(pc, &ev), 0);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	g.ops->context_free(pc);
	guest_end(&g);
}

CONFORMANCE(interrupt_is_not_used_up_by_commands)
{
	struct guest g;
	struct aspace *copy;

	guest_start(&g, ops, code_getpid_loop);
	for (int i = 0; i < 50; i++) {
		uint32_t old;

		g.ops->context_interrupt(g.pc);
		EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ | PROT_WRITE), 0);
		EXPECT_EQ(g.ops->cmpxchg32(g.pc, MORE, 0, 1, &old), 0);
		EXPECT_EQ(g.ops->aspace_fork(g.pc, &copy), 0);
		g.ops->aspace_free(copy);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	}
	guest_end(&g);
}

CONFORMANCE(no_interrupt_of_a_spinning_guest_is_lost)
{
	enum { KICKS = 4000 };
	struct guest g;
	struct kicker k = {.ops = ops};
	pthread_t thread;

	guest_start(&g, ops, code_spin);
	k.pc = g.pc;
	thread = start_thread(kick_on_demand, &k);
	for (unsigned int i = 1; i <= KICKS; i++) {
		atomic_store(&k.go, i);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		EXPECT_EQ(atomic_load(&k.started), i);
	}
	stop_kicker(&k, thread);
	guest_end(&g);
}

/* A call of code_sums, as the test expects it. */
struct ledger {
	uint64_t n, sum;
};

/* Results of all kinds; what looks like a restart most often. */
static int64_t result_of(uint64_t n)
{
	switch (n % 4) {
	case 0:
		return -512 - (int64_t)(n / 4 % 5);
	case 1:
		return -4;
	case 2:
		return (int64_t)(n * 12345678901);
	default:
		return 0;
	}
}

static void expect_call(struct guest *g, const struct plat_event *ev, struct ledger *l)
{
	l->n++;
	EXPECT_EQ(ev->sys.nr, 1000);
	EXPECT_EQ(ev->sys.args[0], l->n);
	EXPECT_EQ(ev->sys.args[1], l->sum);
	g->ops->set_result(g->pc, result_of(l->n));
	l->sum += (uint64_t)result_of(l->n);
}

/* None is lost and none comes twice, when calls are made all the time. */
CONFORMANCE(each_interrupt_of_a_calling_guest_comes_once)
{
	enum { KICKS = 3000 };
	struct guest g;
	struct kicker k = {.ops = ops};
	struct ledger l = {0};
	pthread_t thread;

	guest_start(&g, ops, code_sums);
	k.pc = g.pc;
	thread = start_thread(kick_on_demand, &k);
	for (unsigned int i = 1; i <= KICKS; i++) {
		struct plat_event ev;

		atomic_store(&k.go, i);
		for (ev = guest_switch(&g); ev.why == PLAT_SYSCALL; ev = guest_switch(&g)) {
			expect_call(&g, &ev, &l);
			if (atomic_load(&k.started) < i)
				sched_yield();
		}
		EXPECT_EQ(ev.why, PLAT_INTERRUPTED);
		EXPECT_EQ(atomic_load(&k.started), i);
	}
	stop_kicker(&k, thread);
	guest_end(&g);
}

static void calls_under_fire(const struct platform_ops *ops, size_t nkickers, uint64_t calls)
{
	struct guest g;
	struct kicker k = {.ops = ops};
	struct ledger l = {0};
	pthread_t threads[4];

	guest_start(&g, ops, code_sums);
	k.pc = g.pc;
	for (size_t i = 0; i < nkickers; i++)
		threads[i] = start_thread(kick_always, &k);
	while (l.n < calls) {
		struct plat_event ev = guest_switch(&g);

		EXPECT_TRUE(ev.why == PLAT_SYSCALL || ev.why == PLAT_INTERRUPTED);
		if (ev.why == PLAT_SYSCALL)
			expect_call(&g, &ev, &l);
	}
	atomic_store(&k.stop, 1);
	for (size_t i = 0; i < nkickers; i++)
		pthread_join(threads[i], NULL);
	guest_end(&g);
}

CONFORMANCE(interrupts_neither_repeat_nor_drop_a_call)
{
	calls_under_fire(ops, 1, 4000);
	calls_under_fire(ops, 4, 1500);
}

/* The same at the end of each call: a kick between result and switch, one by one. */
CONFORMANCE(interrupt_right_after_the_result_is_no_restart)
{
	struct guest g;
	struct ledger l = {0};

	guest_start(&g, ops, code_sums);
	for (int i = 0; i < 2000; i++) {
		struct plat_event ev = guest_switch(&g);

		EXPECT_EQ(ev.why, PLAT_SYSCALL);
		if (i % 2 == 0)
			g.ops->context_interrupt(g.pc);
		expect_call(&g, &ev, &l);
		if (i % 2 == 1)
			g.ops->context_interrupt(g.pc);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		if (i % 3 == 0) {
			struct lx_user_regs regs = guest_regs(&g);

			EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
		}
	}
	guest_end(&g);
}

struct round {
	uint64_t calls, breaks, illegals, loads;
};

/* Answer one event of code_everything. */
static void answer(struct guest *g, const struct plat_event *ev, struct round *r)
{
	struct lx_user_regs regs;

	if (ev->why == PLAT_SYSCALL) {
		EXPECT_EQ(ev->sys.args[0], ++r->calls);
		g->ops->set_result(g->pc, 3);
		return;
	}
	EXPECT_EQ(ev->why, PLAT_FAULT);
	regs = guest_regs(g);
	if (ev->fault.signo == SIGTRAP) {
		r->breaks++;
	} else if (ev->fault.signo == SIGILL) {
		r->illegals++;
		regs.rip += 2;
	} else {
		EXPECT_EQ(ev->fault.signo, SIGSEGV);
		r->loads++;
		regs.rip += 4;
	}
	EXPECT_EQ(regs.rbx, r->calls);
	EXPECT_EQ(regs.rbp, r->calls * 3);
	EXPECT_EQ(regs.r12, r->breaks - (ev->fault.signo == SIGTRAP));
	EXPECT_EQ(regs.r14, r->illegals - (ev->fault.signo == SIGILL));
	EXPECT_EQ(regs.r15, r->loads - (ev->fault.signo == SIGSEGV));
	EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
}

CONFORMANCE(interrupts_neither_repeat_nor_drop_a_fault)
{
	struct guest g;
	struct kicker k = {.ops = ops};
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct round r = {0};
	pthread_t thread;

	guest_start(&g, ops, code_everything);
	regs.r13 = MORE;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	k.pc = g.pc;
	thread = start_thread(kick_always, &k);
	while (r.calls < 600) {
		struct plat_event ev = guest_switch(&g);

		if (ev.why != PLAT_INTERRUPTED)
			answer(&g, &ev, &r);
	}
	stop_kicker(&k, thread);
	guest_end(&g);
}

/* Kicks that come while calls are answered and commands run break neither. */
CONFORMANCE(interrupts_break_no_call_and_no_command)
{
	struct guest g;
	struct kicker k = {.ops = ops};
	struct ledger l = {0};
	pthread_t thread;

	guest_start(&g, ops, code_sums);
	k.pc = g.pc;
	thread = start_thread(kick_always, &k);
	while (l.n < 2000) {
		struct plat_event ev = guest_switch(&g);

		EXPECT_TRUE(ev.why == PLAT_SYSCALL || ev.why == PLAT_INTERRUPTED);
		if (ev.why != PLAT_SYSCALL)
			continue;
		expect_call(&g, &ev, &l);
		if (l.n % 8 == 0)
			EXPECT_EQ(guest_map(&g, MORE + l.n * 4096, 4096, PROT_READ), 0);
		if (l.n % 100 == 0) {
			struct aspace *copy;

			EXPECT_EQ(g.ops->aspace_fork(g.pc, &copy), 0);
			g.ops->aspace_free(copy);
		}
	}
	stop_kicker(&k, thread);
	guest_end(&g);
}

/* Only processor time that was used moves this clock: until then, kick again. */
CONFORMANCE(cpu_time_grows_with_work_and_never_shrinks)
{
	struct guest g;
	struct kicker k = {.ops = ops};
	uint64_t before, after;
	struct pcontext *second;
	pthread_t thread;

	guest_start(&g, ops, code_spin);
	before = g.ops->cpu_time_ns(g.pc);
	k.pc = g.pc;
	thread = start_thread(kick_always, &k);
	do {
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		after = g.ops->cpu_time_ns(g.pc);
		EXPECT_TRUE(after >= before);
	} while (after < before + 1000000);
	stop_kicker(&k, thread);
	after = g.ops->cpu_time_ns(g.pc);

	/* A second context has a clock of its own. */
	second = guest_new_context(&g);
	EXPECT_EQ(g.ops->context_attach(second), 0);
	EXPECT_TRUE(g.ops->cpu_time_ns(g.pc) >= after);
	EXPECT_TRUE(g.ops->cpu_time_ns(second) < after);
	g.ops->context_free(second);
	guest_end(&g);
}

struct target {
	pid_t stub;
	atomic_int stop;
};

static void *send_signals(void *arg)
{
	static const int signals[] = {SIGTERM, SIGINT,  SIGTRAP, SIGSEGV, SIGBUS,  SIGILL,
				      SIGSYS,  SIGCONT, SIGUSR1, SIGTSTP, SIGALRM, SIGCHLD,
				      SIGCONT, SIGURG,  SIGFPE,  SIGHUP,  SIGSTOP, SIGCONT};
	struct target *t = arg;

	for (size_t i = 0; !atomic_load(&t->stop); i++) {
		kill(t->stub, signals[i % ARRAY_SIZE(signals)]);
		sched_yield();
	}
	kill(t->stub, SIGCONT);
	return NULL;
}

CONFORMANCE(signals_from_outside_change_nothing)
{
	struct guest g;
	struct target t = {0};
	struct ledger l = {0};
	pthread_t thread;

	guest_start(&g, ops, code_sums);
	t.stub = need_stub(&g);
	thread = start_thread(send_signals, &t);
	while (l.n < 3000) {
		struct plat_event ev = guest_switch(&g);

		EXPECT_EQ(ev.why, PLAT_SYSCALL);
		expect_call(&g, &ev, &l);
		if (l.n % 50 == 0)
			EXPECT_EQ(guest_map(&g, MORE, 4096, PROT_READ), 0);
	}
	atomic_store(&t.stop, 1);
	pthread_join(thread, NULL);
	guest_end(&g);
}

CONFORMANCE_MAIN()
