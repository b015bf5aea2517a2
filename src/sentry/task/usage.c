/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processor time and its like: getrusage(2), times(2). User time is what the platform says that the
 * guest thread has used, system time is what our own host thread has used for it. Both can only be
 * read by the thread itself, so a thread takes samples (each time it is asked, every few
 * milliseconds while it makes calls, and when it ends), and everybody else reads the last one.
 */
#include <string.h>
#include <time.h>

#include "host/time.h"
#include "sentry/mm/mm.h"
#include "sentry/task/task_priv.h"

#define NS_PER_TICK (NSEC_PER_SEC / LX_USER_HZ)

int64_t ns_to_ticks(uint64_t ns)
{
	return (int64_t)(ns / (uint64_t)NS_PER_TICK);
}

void usage_add(struct usage *to, const struct usage *from)
{
	to->utime_ns += from->utime_ns;
	to->stime_ns += from->stime_ns;
	to->minflt += from->minflt;
	to->majflt += from->majflt;
	to->nvcsw += from->nvcsw;
	to->nivcsw += from->nivcsw;
	to->inblock += from->inblock;
	to->oublock += from->oublock;
	to->maxrss_kib = MAX(to->maxrss_kib, from->maxrss_kib);
}

void task_sample_usage(struct task *t)
{
	uint64_t utime = t->ctx.pc ? t->kernel->pops->cpu_time_ns(t->ctx.pc) : 0;
	int64_t stime;

	if (host_clock_get(CLOCK_THREAD_CPUTIME_ID, &stime) < 0)
		stime = 0;
	lock_acquire(&t->tg->lock);
	/* A context that moved to a new address space may begin anew. */
	if (t->ctx.pc)
		t->usage.utime_ns += utime >= t->cpu_seen_ns ? utime - t->cpu_seen_ns : utime;
	t->cpu_seen_ns = utime;
	t->usage.stime_ns = MAX(t->usage.stime_ns, (uint64_t)stime);
	t->usage.minflt = atomic_load(&t->nr_faults);
	lock_release(&t->tg->lock);
}

/*
 * Differs: what is resident only the host knows, and it keeps no peak of it for us. Where it does
 * not say, the peak of what is mapped stands for it: the most that it can have been.
 */
void task_sample_memory(struct task *t)
{
	struct mm_counts counts;

	if (!t->mm)
		return;
	mm_get_counts(t->mm, &counts);
	lock_acquire(&t->tg->lock);
	t->usage.maxrss_kib = MAX(t->usage.maxrss_kib,
				  (counts.resident ? counts.resident : counts.peak_total) / 1024);
	lock_release(&t->tg->lock);
}

void task_usage(struct task *t, struct usage *ret)
{
	GUARD(&t->tg->lock);
	*ret = t->usage;
}

void tg_usage_locked(struct thread_group *tg, struct usage *ret)
{
	struct task *t;

	*ret = tg->dead;
	list_for_each_entry(t, &tg->threads, thread_link)
		usage_add(ret, &t->usage);
}

void tg_usage(struct thread_group *tg, struct usage *ret)
{
	GUARD(&tg->lock);
	tg_usage_locked(tg, ret);
}

void task_usage_refresh(struct task *t)
{
	struct task *other;

	task_sample_usage(t);
	task_sample_memory(t);
	lock_acquire(&t->tg->lock);
	list_for_each_entry(other, &t->tg->threads, thread_link) {
		if (other == t || other->exiting || atomic_load(&other->state) != TASK_IN_GUEST)
			continue;
		LOCK_ASSERT_HELD(&other->tg->lock);
		task_kick(other, TASK_WORK_USAGE);
	}
	lock_release(&t->tg->lock);
}

void tg_usage_ask(struct thread_group *tg)
{
	struct task *t;

	GUARD(&tg->lock);
	list_for_each_entry(t, &tg->threads, thread_link) {
		if (t->exiting || atomic_load(&t->state) != TASK_IN_GUEST)
			continue;
		LOCK_ASSERT_HELD(&t->tg->lock);
		task_kick(t, TASK_WORK_USAGE);
	}
}

void tg_children_usage(struct thread_group *tg, struct usage *ret)
{
	GUARD(&tg->lock);
	*ret = tg->children_usage;
}
