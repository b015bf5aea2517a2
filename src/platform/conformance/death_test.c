/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stubs that are killed from outside, at every moment of their lives: each of their contexts says
 * PLAT_GONE, nothing hangs, nobody else notices, and nothing is left.
 *
 * SIGKILL takes its time. Until a context has said PLAT_GONE an operation on it may still succeed;
 * after that it says -ESRCH.
 */
#include "platform/conformance/test_conformance.h"

enum rest {
	NEVER_RAN,
	AT_CALL,
	WITH_RESULT,
	AT_FAULT,
	AT_INTERRUPT,
	AT_STEP,
	WITH_STEP,
	AFTER_COMMAND,
	AFTER_REGISTERS,
	RESTS
};

SNIPPET(code_all, "mov $39, %eax\n syscall\n ud2");

/* Bring a fresh guest of code_all to a rest. */
static void come_to(struct guest *g, enum rest rest)
{
	struct lx_user_regs regs;

	switch (rest) {
	case WITH_RESULT:
	case AT_CALL:
		EXPECT_EQ(guest_switch(g).why, PLAT_SYSCALL);
		if (rest == WITH_RESULT)
			g->ops->set_result(g->pc, 1);
		return;
	case AT_FAULT:
		EXPECT_EQ(guest_switch(g).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_switch(g).why, PLAT_FAULT);
		return;
	case AT_INTERRUPT:
		g->ops->context_interrupt(g->pc);
		EXPECT_EQ(guest_switch(g).why, PLAT_INTERRUPTED);
		return;
	case AT_STEP:
	case WITH_STEP:
		g->ops->set_step(g->pc, true);
		if (rest == AT_STEP)
			EXPECT_EQ(guest_switch(g).why, PLAT_FAULT);
		return;
	case AFTER_COMMAND:
		EXPECT_EQ(guest_switch(g).why, PLAT_SYSCALL);
		EXPECT_EQ(guest_map(g, MORE, 4096, PROT_READ), 0);
		return;
	case AFTER_REGISTERS:
		EXPECT_EQ(guest_switch(g).why, PLAT_SYSCALL);
		regs = guest_regs(g);
		EXPECT_EQ(g->ops->set_regs(g->pc, &regs), 0);
		return;
	case NEVER_RAN:
	case RESTS:
		return;
	}
}

enum operation {
	OP_SWITCH,
	OP_RUN,
	OP_FORK,
	OP_NEW_CONTEXT,
	OP_GET_REGS,
	OP_SET_REGS,
	OP_GET_FPU,
	OP_SET_FPU,
	OP_CMPXCHG,
	OP_READ,
	OP_TIME,
	OP_INTERRUPT,
	OP_FREE,
	OPERATIONS
};

/* The first operation that meets the dead stub: it fails or not, and comes back. */
static int operate(struct guest *g, enum operation op)
{
	_Alignas(64) char image[PLAT_FPU_MAX] = {0};
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_cmd cmd = {.op = PLAT_UNMAP, .addr = MORE, .len = 4096};
	struct plat_abilities able;
	struct aspace *copy;
	struct pcontext *pc;
	uint32_t old;
	int r = 0;

	g->ops->abilities(g->p, &able);
	switch (op) {
	case OP_RUN:
		return g->ops->run(g->pc, &cmd, 1);
	case OP_FORK:
		r = g->ops->aspace_fork(g->pc, &copy);
		if (r == 0)
			g->ops->aspace_free(copy);
		return r;
	case OP_NEW_CONTEXT:
		r = g->ops->context_new(g->as, g->pc, &pc);
		if (r == 0)
			g->ops->context_free(pc);
		return r;
	case OP_GET_REGS:
		return g->ops->get_regs(g->pc, &regs);
	case OP_SET_REGS:
		return g->ops->set_regs(g->pc, &regs);
	case OP_GET_FPU:
		return g->ops->get_fpu(g->pc, image, able.fpu_size);
	case OP_SET_FPU:
		return g->ops->set_fpu(g->pc, image, 576);
	case OP_CMPXCHG:
		return g->ops->cmpxchg32(g->pc, DATA, 0, 1, &old);
	case OP_READ:
		r = (int)guest_read(g, DATA, &old, 4);
		return r == 4 ? 0 : r;
	case OP_TIME:
		EXPECT_TRUE(g->ops->cpu_time_ns(g->pc) < 1000000000000ULL);
		return 0;
	case OP_INTERRUPT:
		g->ops->context_interrupt(g->pc);
		return 0;
	case OP_SWITCH:
	case OP_FREE:
	case OPERATIONS:
		break;
	}
	return 0;
}

/* What a context says that is gone. */
static void expect_gone(struct guest *g)
{
	struct plat_event ev = guest_switch(g);

	for (int i = 0; i < 4 && ev.why != PLAT_GONE; i++) /* what was on its way comes first */
		ev = guest_switch(g);
	EXPECT_EQ(ev.why, PLAT_GONE);
	EXPECT_EQ(guest_switch(g).why, PLAT_GONE);
	for (enum operation op = OP_RUN; op <= OP_CMPXCHG; op++) {
		int r = operate(g, op);

		if (op == OP_FORK || (op == OP_NEW_CONTEXT && r != 0))
			EXPECT_TRUE(r == -ESRCH || r == -EAGAIN);
		else if (op !=
			 OP_NEW_CONTEXT) /* which may be there and say later that it is gone */
			EXPECT_EQ(r, -ESRCH);
	}
	g->ops->context_interrupt(g->pc);
	g->ops->set_result(g->pc, 1);
	g->ops->set_step(g->pc, true);
	EXPECT_EQ(guest_switch(g).why, PLAT_GONE);
}

CONFORMANCE(stub_killed_at_any_rest_is_gone_whatever_comes_first)
{
	struct guest g, other;

	guest_start(&other, ops, code_counted_call);
	(void)need_stub(&other);
	for (enum rest rest = NEVER_RAN; rest < RESTS; rest++) {
		for (enum operation op = OP_SWITCH; op < OPERATIONS; op++) {
			int r;

			g = other;
			guest_enter(&g, code_all);
			come_to(&g, rest);
			kill(find_stub(&g), SIGKILL);
			r = operate(&g, op);
			EXPECT_TRUE(r == 0 || r == -ESRCH || (r == -EFAULT && op == OP_READ) ||
				    (r == -EAGAIN && (op == OP_FORK || op == OP_NEW_CONTEXT)));
			if (op != OP_FREE)
				expect_gone(&g);
			guest_leave(&g);
		}
	}
	EXPECT_EQ(guest_switch(&other).why, PLAT_SYSCALL);
	guest_end(&other);
}

CONFORMANCE(memory_of_a_dead_stub_is_gone)
{
	struct guest g;
	pid_t stub;
	char c;

	guest_start(&g, ops, code_getpid_loop);
	stub = need_stub(&g);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	kill(stub, SIGKILL);
	expect_gone(&g);
	while (guest_read(&g, DATA, &c, 1) == 1) /* the host still takes it down */
		sched_yield();
	EXPECT_TRUE(guest_read(&g, DATA, &c, 1) == -ESRCH ||
		    guest_read(&g, DATA, &c, 1) == -EFAULT);
	EXPECT_TRUE(guest_write(&g, DATA, "x", 1) < 0);
	guest_end(&g);
}

struct killer {
	struct guest *g;
	pid_t stub;
	uint64_t after; /* the guest's counter */
};

/* At some moment after the guest's counter has come so far. */
static void *kill_later(void *arg)
{
	struct killer *k = arg;
	uint64_t word = 0;
	struct plat_piece piece = {DATA, &word, sizeof(word)};

	while (word < k->after && k->g->ops->read(k->g->as, &piece, 1) == sizeof(word))
		;
	kill(k->stub, SIGKILL);
	return NULL;
}

CONFORMANCE(stub_killed_while_it_computes_is_gone)
{
	for (uint64_t i = 0; i < 20; i++) {
		struct guest g;
		struct killer k = {.g = &g, .after = 1 + i * 1000};
		pthread_t thread;

		guest_start(&g, ops, code_count_loop);
		k.stub = need_stub(&g);
		thread = start_thread(kill_later, &k);
		EXPECT_EQ(guest_switch(&g).why, PLAT_GONE);
		pthread_join(thread, NULL);
		expect_gone(&g);
		guest_end(&g);
	}
}

CONFORMANCE(stub_killed_among_its_calls_is_gone)
{
	for (uint64_t i = 0; i < 30; i++) {
		struct guest g;
		struct killer k = {.g = &g, .after = i * 3};
		struct plat_event ev = {.why = PLAT_SYSCALL};
		pthread_t thread;

		guest_start(&g, ops, code_counted_call);
		k.stub = need_stub(&g);
		thread = start_thread(kill_later, &k);
		while (ev.why == PLAT_SYSCALL) {
			ev = guest_switch(&g);
			g.ops->set_result(g.pc, 0);
		}
		EXPECT_EQ(ev.why, PLAT_GONE);
		pthread_join(thread, NULL);
		expect_gone(&g);
		guest_end(&g);
	}
}

/* The same operation again and again, until the stub dies under it. The address space is freed. */
static void die_during(const struct platform_ops *ops, struct guest *g, enum operation op,
		       uint64_t after)
{
	struct killer k = {.g = g, .after = after};
	struct plat_event ev = {.why = PLAT_SYSCALL};
	pthread_t thread;
	int r = 0;

	guest_start(g, ops, code_counted_call);
	k.stub = need_stub(g);
	thread = start_thread(kill_later, &k);
	while (ev.why == PLAT_SYSCALL && r == 0) {
		ev = guest_switch(g);
		if (ev.why == PLAT_SYSCALL)
			r = operate(g, op);
	}
	EXPECT_TRUE(r == 0 || r == -ESRCH || r == -EAGAIN);
	pthread_join(thread, NULL);
	expect_gone(g);
	guest_leave(g);
}

CONFORMANCE(stub_killed_during_an_operation_is_gone)
{
	static const enum operation ops_of_stub[] = {OP_RUN, OP_NEW_CONTEXT, OP_GET_REGS,
						     OP_SET_FPU, OP_CMPXCHG};

	for (size_t i = 0; i < 5 * ARRAY_SIZE(ops_of_stub); i++) {
		struct guest g;

		die_during(ops, &g, ops_of_stub[i % ARRAY_SIZE(ops_of_stub)], 20 + i);
		guest_platform_end(&g);
	}
}

/*
 * A stub may die after it has made its copy and before it has told of it. Such a copy sleeps until
 * our process ends, which is told here and not judged.
 */
CONFORMANCE(stub_killed_during_a_fork_is_gone)
{
	static struct children all;
	size_t strays = 0;

	for (uint64_t i = 0; i < 20; i++) {
		struct guest g;

		die_during(ops, &g, OP_FORK, 5 + i);
		g.ops->fini(g.p);
		list_children(getpid(), &all);
		strays += all.n;
		EXPECT_EQ(all.zombies, 0);
		kill_children();
		EXPECT_EQ(test_count_entries("/proc/self/fd"), g.open_before);
	}
	if (strays > 0)
		print_message("%zu copies that nobody heard of\n", strays);
}

struct sibling {
	struct guest g;
	enum plat_why why;
	bool rests;
	pthread_barrier_t *ready, *dead;
};

/* One half of them rest when the stub dies, the others compute. */
static void *meet_death(void *arg)
{
	struct sibling *s = arg;
	struct guest *g = &s->g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev = {0};

	check(g->ops->context_attach(g->pc) == 0);
	check(g->ops->set_regs(g->pc, &regs) == 0);
	pthread_barrier_wait(s->ready);
	if (s->rests)
		pthread_barrier_wait(s->dead);
	check(g->ops->context_switch(g->pc, &ev) == 0);
	s->why = ev.why;
	if (!s->rests)
		pthread_barrier_wait(s->dead);
	g->ops->context_free(g->pc);
	return NULL;
}

/* The host may tell of a dead leader only after its last thread was reaped; nobody may wait for
 * that.
 */
CONFORMANCE(every_context_of_a_dead_stub_says_so)
{
	enum { SIBLINGS = 12 };
	static struct sibling siblings[SIBLINGS];
	pthread_t threads[SIBLINGS];
	pthread_barrier_t ready, dead;
	struct guest g;
	pid_t stub;
	uint64_t word = 0;

	guest_start(&g, ops, code_count_loop);
	stub = need_stub(&g);
	EXPECT_EQ(pthread_barrier_init(&ready, NULL, SIBLINGS + 1), 0);
	EXPECT_EQ(pthread_barrier_init(&dead, NULL, SIBLINGS + 1), 0);
	for (size_t i = 0; i < SIBLINGS; i++) {
		siblings[i] = (struct sibling){
			.g = g, .rests = i % 2 == 0, .ready = &ready, .dead = &dead};
		siblings[i].g.pc = guest_new_context(&g);
		threads[i] = start_thread(meet_death, &siblings[i]);
	}
	pthread_barrier_wait(&ready);
	while (word < 100000)
		word = guest_word(&g, DATA);
	kill(stub, SIGKILL);
	expect_gone(&g); /* while others rest */
	pthread_barrier_wait(&dead);
	for (size_t i = 0; i < SIBLINGS; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(siblings[i].why, PLAT_GONE);
	}
	guest_end(&g);
	pthread_barrier_destroy(&ready);
	pthread_barrier_destroy(&dead);
}

CONFORMANCE(context_of_a_dead_stub_can_be_attached_and_says_so_then)
{
	struct guest g, child;
	pid_t stub;

	guest_start(&g, ops, code_spin);
	child = g;
	EXPECT_EQ(g.ops->aspace_fork(g.pc, &child.as), 0);
	stub = find_stub(&child);
	if (stub == 0) {
		g.ops->aspace_free(child.as);
		guest_end(&g);
		TEST_SKIP("this platform has no stub processes that we may look at");
	}
	EXPECT_EQ(child.ops->context_new(child.as, NULL, &child.pc), 0);
	kill(stub, SIGKILL);
	while (guest_read(&child, DATA, &(char){0}, 1) == 1)
		sched_yield();
	EXPECT_EQ(child.ops->context_attach(child.pc), 0);
	expect_gone(&child);
	guest_leave(&child);

	/* A thread that was made in time and attached too late. */
	child = g;
	child.pc = guest_new_context(&g);
	kill(find_stub(&g), SIGKILL);
	while (guest_read(&g, DATA, &(char){0}, 1) == 1)
		sched_yield();
	EXPECT_EQ(child.ops->context_attach(child.pc), 0);
	expect_gone(&child);
	expect_gone(&g);
	g.ops->context_free(child.pc);
	guest_end(&g);
}

CONFORMANCE(copy_of_a_dead_stub_lives)
{
	struct guest g, child;
	pid_t stub;

	guest_start(&g, ops, code_counted_call);
	stub = need_stub(&g);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	child = guest_fork(&g);
	kill(stub, SIGKILL);
	expect_gone(&g);
	EXPECT_EQ(guest_switch(&child).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_word(&child, DATA), 2);
	EXPECT_EQ(guest_map(&child, MORE, 4096, PROT_READ), 0);
	guest_leave(&child);
	guest_end(&g);
}

/* execve by the last thread of a process whose stub was killed at that moment. */
CONFORMANCE(context_moves_away_from_a_dead_stub_and_into_one)
{
	struct guest g;
	struct aspace *old;
	pid_t stub;

	guest_start(&g, ops, code_getpid_loop);
	stub = need_stub(&g);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	old = g.as;
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	kill(stub, SIGKILL);
	EXPECT_EQ(g.ops->context_move(g.pc, g.as), 0);
	g.ops->aspace_free(old);
	guest_load(&g, code_getpid_loop, code_getpid_loop_end);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	stub = find_stub(&g);
	guest_end(&g);
	EXPECT_EQ(kill(stub, 0), -1);
}

/* All children of ours but one are killed: the platform's own first stub as well. It may be unable
 * to make another address space, and says so. */
CONFORMANCE(everything_killed_at_once_is_survived)
{
	static struct children all;
	struct guest g, next;
	int r;

	guest_start(&g, ops, code_getpid_loop);
	(void)need_stub(&g);
	next = g;
	list_children(getpid(), &all);
	for (size_t i = 0; i < all.n; i++)
		kill(all.pids[i], SIGKILL);
	expect_gone(&g);
	r = g.ops->aspace_new(g.p, &next.as);
	if (r < 0)
		EXPECT_EQ(r, -EAGAIN);
	else
		g.ops->aspace_free(next.as);
	guest_end(&g);
}

CONFORMANCE_MAIN()
