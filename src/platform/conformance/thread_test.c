/* SPDX-License-Identifier: Apache-2.0 */
/* Many contexts in one address space, each with an owner thread of its own. */
#include "platform/conformance/test_conformance.h"

/* Counts its calls in a word that all share, and tells which of its own this is. */
SNIPPET(code_shared_count,
	"1: lock incq (%rdi)\n inc %rbx\n mov %rbx, %rsi\n mov $39, %eax\n syscall\n jmp 1b");
/* xmm0 and fs_base must stay the thread's own. */
SNIPPET(code_own_state,
	"movq %rbx, %xmm0\n 1: movq %xmm0, %rax\n cmp %rax, %rbx\n jne 2f\n mov %fs:0, %rax\n"
	"cmp %rax, %rbx\n jne 2f\n mov $39, %eax\n syscall\n jmp 1b\n 2: ud2");

struct worker {
	struct guest g;
	pthread_t thread;
	uint64_t number;
	uint64_t calls; /* to make */
	uint64_t interrupts;
	long bad;
};

/* All calls of one context, each once. */
static void *make_calls(void *arg)
{
	struct worker *w = arg;
	struct guest *g = &w->g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev = {0};

	w->bad += g->ops->context_attach(g->pc) < 0 || g->ops->set_regs(g->pc, &regs) < 0;
	for (uint64_t n = 1; n <= w->calls && w->bad == 0;) {
		w->bad += g->ops->context_switch(g->pc, &ev) < 0;
		if (ev.why == PLAT_PREEMPTED)
			continue;
		if (ev.why == PLAT_INTERRUPTED) {
			w->interrupts++;
			continue;
		}
		w->bad += ev.why != PLAT_SYSCALL || ev.sys.nr != 39 || ev.sys.args[1] != n++;
		g->ops->set_result(g->pc, -513);
	}
	return NULL;
}

static void start_workers(struct guest *g, struct worker *workers, size_t n, uint64_t calls,
			  void *(*fn)(void *))
{
	for (size_t i = 0; i < n; i++) {
		workers[i] = (struct worker){.g = *g, .number = i, .calls = calls};
		workers[i].g.pc = guest_new_context(g);
		workers[i].thread = start_thread(fn, &workers[i]);
	}
}

static void join_workers(struct worker *workers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pthread_join(workers[i].thread, NULL);
		EXPECT_EQ(workers[i].bad, 0);
	}
}

static void *make_calls_and_leave(void *arg)
{
	struct worker *w = arg;

	make_calls(w);
	w->g.ops->context_free(w->g.pc);
	return NULL;
}

static void many_threads(const struct platform_ops *ops, size_t n, uint64_t calls)
{
	struct worker *workers = calloc(n, sizeof(*workers));
	struct guest g;

	EXPECT_TRUE(workers != NULL);
	guest_start(&g, ops, code_shared_count);
	start_workers(&g, workers, n, calls, make_calls_and_leave);
	join_workers(workers, n);
	EXPECT_EQ(guest_word(&g, DATA), n * calls);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
	free(workers);
}

CONFORMANCE(sixty_four_threads_share_one_address_space)
{
	many_threads(ops, 64, 60);
}

CONFORMANCE(five_hundred_threads_share_one_address_space)
{
	many_threads(ops, 500, 4);
}

/* Threads come and go, many times over. */
CONFORMANCE(contexts_can_be_made_and_freed_for_ever)
{
	struct guest g;
	struct plat_event ev;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_getpid_loop);
	for (int i = 0; i < 300; i++) {
		struct pcontext *pc = guest_new_context(&g);

		if (i % 3 > 0)
			EXPECT_EQ(g.ops->context_attach(pc), 0);
		if (i % 3 == 2) {
			EXPECT_EQ(g.ops->set_regs(pc, &regs), 0);
			EXPECT_EQ(g.ops->context_switch(pc, &ev), 0);
			EXPECT_EQ(ev.why, PLAT_SYSCALL);
		}
		g.ops->context_free(pc);
	}
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	guest_end(&g);
}

/* Each thread makes the next one. */
CONFORMANCE(contexts_make_contexts)
{
	enum { N = 40 };
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct pcontext *pcs[N];
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_shared_count);
	pcs[0] = g.pc;
	for (size_t i = 1; i < N; i++) {
		EXPECT_EQ(g.ops->context_new(g.as, pcs[i - 1], &pcs[i]), 0);
		EXPECT_EQ(g.ops->context_attach(pcs[i]), 0);
		EXPECT_EQ(g.ops->set_regs(pcs[i], &regs), 0);
	}
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < N; i++) {
			EXPECT_EQ(g.ops->context_switch(pcs[i], &ev), 0);
			EXPECT_EQ(ev.why, PLAT_SYSCALL);
			g.ops->set_result(pcs[i], 0);
		}
	}
	EXPECT_EQ(guest_word(&g, DATA), 5 * N);
	for (size_t i = 1; i < N; i++)
		g.ops->context_free(pcs[i]);
	guest_end(&g);
}

static void *keep_own_state(void *arg)
{
	struct worker *w = arg;
	struct guest *g = &w->g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	uint64_t own = DATA + 64 * w->number, mark = 0x1000 + w->number;
	struct plat_event ev = {0};

	regs.rbx = mark;
	regs.fs_base = own;
	w->bad += g->ops->context_attach(g->pc) < 0 || g->ops->set_regs(g->pc, &regs) < 0;
	w->bad += g->ops->write(g->as, &(struct plat_piece){own, &mark, 8}, 1) != 8;
	for (uint64_t n = 0; n < w->calls; n++) {
		w->bad += g->ops->context_switch(g->pc, &ev) < 0 || ev.why != PLAT_SYSCALL;
		g->ops->set_result(g->pc, 0);
	}
	g->ops->context_free(g->pc);
	return NULL;
}

CONFORMANCE(each_thread_keeps_its_own_registers)
{
	static struct worker workers[24];
	struct guest g;

	guest_start(&g, ops, code_own_state);
	start_workers(&g, workers, ARRAY_SIZE(workers), 100, keep_own_state);
	join_workers(workers, ARRAY_SIZE(workers));
	guest_end(&g);
}

enum { CROWD = 16 };

struct crowd {
	struct worker workers[CROWD];
	atomic_bool stop;
	pthread_barrier_t over; /* once when all calls were made, once when no kick is on its way */
};

static struct crowd crowd;

static void *kick_crowd(void *arg UNUSED)
{
	for (size_t i = 0; !atomic_load(&crowd.stop); i++) {
		struct worker *w = &crowd.workers[i * 7 % CROWD];

		w->g.ops->context_interrupt(w->g.pc);
	}
	return NULL;
}

static void *make_calls_under_fire(void *arg)
{
	struct worker *w = arg;

	make_calls(w);
	pthread_barrier_wait(&crowd.over);
	pthread_barrier_wait(&crowd.over);
	w->g.ops->context_free(w->g.pc);
	return NULL;
}

/* Kicks for all of them, from two threads, while each makes its calls. */
CONFORMANCE(interrupts_of_many_threads_cost_none_a_call)
{
	enum { CALLS = 150 };
	pthread_t kickers[2];
	struct guest g;

	atomic_store(&crowd.stop, false);
	EXPECT_EQ(pthread_barrier_init(&crowd.over, NULL, CROWD + 1), 0);
	guest_start(&g, ops, code_shared_count);
	for (size_t i = 0; i < CROWD; i++) {
		crowd.workers[i] = (struct worker){.g = g, .calls = CALLS};
		crowd.workers[i].g.pc = guest_new_context(&g);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kickers); i++)
		kickers[i] = start_thread(kick_crowd, NULL);
	for (size_t i = 0; i < CROWD; i++)
		crowd.workers[i].thread = start_thread(make_calls_under_fire, &crowd.workers[i]);
	pthread_barrier_wait(&crowd.over);
	atomic_store(&crowd.stop, true);
	for (size_t i = 0; i < ARRAY_SIZE(kickers); i++)
		pthread_join(kickers[i], NULL);
	pthread_barrier_wait(&crowd.over);
	join_workers(crowd.workers, CROWD);
	EXPECT_EQ(guest_word(&g, DATA), CROWD * CALLS);
	guest_end(&g);
	pthread_barrier_destroy(&crowd.over);
}

CONFORMANCE_MAIN()
