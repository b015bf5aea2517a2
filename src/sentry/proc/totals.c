/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all processes together use, for /proc/stat and /proc/loadavg. Nothing is counted while nobody looks: the sums are made of what
 * the processes that are there have used, and their children that were waited for. A child that nobody waits for takes its share away
 * with it, so the sums that were told before are kept as a floor.
 *
 * Differs: a load average of Linux counts who wants to run every five seconds; ours has no tick. Between two looks the mean number
 * of running threads is the processor time used over the time gone by, which then fades in as a load does.
 */
#include "sentry/core/clock.h"
#include "sentry/proc/proc_priv.h"

#define LOAD_ONE   (1ULL << PROC_LOAD_SHIFT)
#define LOAD_STEP  (5 * NSEC_PER_SEC)
#define LOAD_STEPS 4096 /* beyond it nothing old is left */

static void add_group(struct thread_group *tg, struct proc_totals *ret)
{
	struct usage used, children;
	struct task *t;

	tg_usage_ask(tg);
	tg_usage(tg, &used);
	tg_children_usage(tg, &children);
	ret->user_ns += used.utime_ns + children.utime_ns;
	ret->system_ns += used.stime_ns + children.stime_ns;
	ret->nswitches += used.nvcsw + used.nivcsw + children.nvcsw + children.nivcsw;
	GUARD(&tg->lock);
	list_for_each_entry(t, &tg->threads, thread_link) {
		int state = atomic_load(&t->state);

		ret->nthreads++;
		ret->nrunning += state == TASK_IN_GUEST;
		ret->nblocked += state == TASK_VFORK;
	}
}

void proc_totals_get(const struct proc_at *at, struct proc_totals *ret)
{
	struct proc_totals sum = {0};
	int32_t from = 1;

	for (;;) {
		AUTO(tg_put) struct thread_group *tg = tg_next(at->k, from);

		if (!tg)
			break;
		add_group(tg, &sum);
		from = tg->tgid + 1;
	}
	sum.nrunning += proc_caller(at->ctx) != NULL; /* who looks, runs */
	GUARD(&at->fs->lock);
	at->fs->user_ns = MAX(at->fs->user_ns, sum.user_ns);
	at->fs->system_ns = MAX(at->fs->system_ns, sum.system_ns);
	sum.user_ns = at->fs->user_ns;
	sum.system_ns = at->fs->system_ns;
	*ret = sum;
}

/* x to the n-th, both in units of LOAD_ONE. */
static uint64_t power(uint64_t x, uint64_t n)
{
	uint64_t r = LOAD_ONE;

	for (; n > 0; n >>= 1) {
		if (n & 1)
			r = (r * x + LOAD_ONE / 2) >> PROC_LOAD_SHIFT;
		x = (x * x + LOAD_ONE / 2) >> PROC_LOAD_SHIFT;
	}
	return r;
}

void proc_load_update(struct proc_load *l, int64_t now_ns, uint64_t cpu_ns)
{
	static const uint64_t fade[3] = {1884, 2014, 2037}; /* exp(-5 s / 1, 5, 15 min), include/linux/sched/loadavg.h */
	uint64_t steps = now_ns > l->seen_ns ? (uint64_t)((now_ns - l->seen_ns) / LOAD_STEP) : 0;
	uint64_t used = cpu_ns > l->seen_cpu_ns ? cpu_ns - l->seen_cpu_ns : 0, mean;

	if (steps == 0)
		return;
	mean = (uint64_t)((unsigned __int128)used * LOAD_ONE / (uint64_t)(now_ns - l->seen_ns));
	for (size_t i = 0; i < 3; i++) {
		uint64_t keep = power(fade[i], MIN(steps, (uint64_t)LOAD_STEPS));

		l->avg[i] = (l->avg[i] * keep + mean * (LOAD_ONE - keep)) >> PROC_LOAD_SHIFT;
	}
	l->seen_ns = now_ns;
	l->seen_cpu_ns = cpu_ns;
}
