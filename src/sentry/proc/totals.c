/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all processes together use, for /proc/stat and /proc/uptime. Nothing is counted while nobody
 * looks: the sums are made of what the processes that are there have used, and their children that
 * were waited for. A child that nobody waits for takes its share away with it, so the sums that
 * were told before are kept as a floor.
 */
#include "sentry/proc/proc_priv.h"

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
