/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processor time as a clock: clock_gettime(2), clock_getcpuclockid(3). A negative clock id holds a
 * pid: ~pid << 3, then which kind of time, then whether it is one thread's. Time is read as usage.c
 * samples it.
 */
#include "sentry/task/timers.h"

#include <errno.h>

#include "sentry/task/task_priv.h"

/* Linux's tick, in which it counts PROF and VIRT time: 250 Hz. */
#define TICK_NS 4000000
/* How often a sleeper looks: a look costs running threads an interruption. */
#define LOOK_MIN_NS 1000000
#define LOOK_MAX_NS 100000000

bool cpu_clock_is(int id)
{
	return id < 0 || id == LX_CLOCK_PROCESS_CPUTIME_ID || id == LX_CLOCK_THREAD_CPUTIME_ID;
}

static int find_thread(struct task *by, int32_t pid, struct cpu_clock *c)
{
	AUTO(task_put) struct task *t = pid == 0 ? task_get(by) : task_find(by->kernel, pid);

	if (!t || t->tg != by->tg)
		return -EINVAL;
	c->tg = tg_get(t->tg);
	c->thread = TAKE(t);
	return 0;
}

static int find_group(struct task *by, int32_t pid, struct cpu_clock *c)
{
	/* The number of the calling thread stands for its process. */
	c->tg = pid == 0 || pid == by->ctx.tid ? tg_get(by->tg) : tg_find(by->kernel, pid);
	c->thread = NULL;
	return c->tg ? 0 : -EINVAL;
}

int cpu_clock_find(struct task *by, int id, struct cpu_clock *ret)
{
	int32_t pid = id < 0 ? ~(id >> 3) : 0;
	bool thread = id < 0 ? id & LX_CPUCLOCK_PERTHREAD_MASK : id == LX_CLOCK_THREAD_CPUTIME_ID;
	struct cpu_clock c = {.which = id < 0 ? id & LX_CPUCLOCK_CLOCK_MASK : LX_CPUCLOCK_SCHED};
	int r;

	if (!cpu_clock_is(id) || c.which == LX_CLOCKFD || pid < 0)
		return -EINVAL;
	r = thread ? find_thread(by, pid, &c) : find_group(by, pid, &c);
	if (r == 0)
		*ret = c;
	return r;
}

void cpu_clock_fini(struct cpu_clock *c)
{
	task_put(c->thread);
	if (c->tg)
		tg_put(c->tg);
	*c = (struct cpu_clock){.tg = NULL};
}

/* The threads that run in the guest, but one, are to sample now. */
static void ask(const struct cpu_clock *c, const struct task *but)
{
	struct task *t;

	lock_acquire(&c->tg->lock);
	list_for_each_entry(t, &c->tg->threads, thread_link) {
		if (t == but || t->exiting || (c->thread && t != c->thread) ||
		    atomic_load(&t->state) != TASK_IN_GUEST)
			continue;
		LOCK_ASSERT_HELD(&t->tg->lock);
		task_kick(t, TASK_WORK_USAGE);
	}
	lock_release(&c->tg->lock);
}

static int64_t last_sample(const struct cpu_clock *c)
{
	struct usage u;
	uint64_t ns;

	if (c->thread)
		task_usage(c->thread, &u);
	else
		tg_usage(c->tg, &u);
	ns = c->which == LX_CPUCLOCK_VIRT ? u.utime_ns : u.utime_ns + u.stime_ns;
	return ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
}

int64_t cpu_clock_read(struct task *by, const struct cpu_clock *c)
{
	if (by->tg == c->tg && (!c->thread || c->thread == by))
		task_sample_usage(by);
	if (c->thread != by)
		ask(c, by);
	return last_sample(c);
}

void cpu_clock_ask(const struct cpu_clock *c)
{
	ask(c, NULL);
}

int64_t cpu_clock_resolution(const struct cpu_clock *c)
{
	return c->which == LX_CPUCLOCK_SCHED ? 1 : TICK_NS;
}

int64_t cpu_clock_wait_ns(const struct cpu_clock *c, int64_t at_ns)
{
	int64_t left = at_ns - last_sample(c);
	uint32_t n;

	if (left <= 0)
		return 0;
	lock_acquire(&c->tg->lock);
	n = c->thread ? 1 : MAX(c->tg->nlive, 1u);
	lock_release(&c->tg->lock);
	return MAX(left / n, (int64_t)LOOK_MIN_NS);
}

/*
 * Nobody tells when time has been used: look again when it could be so, less and less often while
 * nothing moves.
 * Differs: such a sleep wakes up now and then even if its process stands still.
 */
int cpu_clock_sleep(struct task *t, const struct cpu_clock *c, int64_t at_ns)
{
	int64_t pause = LOOK_MIN_NS, before = -1;

	for (;;) {
		int64_t now = cpu_clock_read(t, c);
		int64_t wait = cpu_clock_wait_ns(c, at_ns);
		int r;

		if (wait == 0)
			return 0;
		pause = now == before ? MIN(pause * 2, (int64_t)LOOK_MAX_NS) : LOOK_MIN_NS;
		before = now;
		r = ctx_block(&t->ctx, clock_monotonic_ns() + MAX(wait, pause));
		if (r < 0 && r != -ETIMEDOUT)
			return r;
	}
}
