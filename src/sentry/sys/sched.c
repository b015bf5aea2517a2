/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduling: sched(7), sched_setaffinity(2), setpriority(2), ioprio_set(2), getcpu(2).
 *
 * Differs: the host schedules our threads, and we have no privilege to tell it how. Policy,
 * niceness, affinity and I/O priority are kept and told as Linux does, with Linux's permission
 * rules, but do not reach the host; real-time policies are refused (-EPERM, as in a control group
 * without real-time runtime).
 */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/sched.h"
#include "host/cpu.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

#define SLICE_NS        4000000
#define RT_PRIORITY_MAX 99

static struct task *find(struct task *t, int32_t tid)
{
	return tid == 0 ? task_get(t) : task_find(t->kernel, tid);
}

/* The caller's effective uid is one of the target's, or it may do so anyway. */
static bool may_schedule(struct task *by, struct task *t)
{
	const struct cred *me = by->cred;

	if (cred_capable(me, LX_CAP_SYS_NICE))
		return true;
	AUTO(cred_put) const struct cred *c = task_cred_get(t);
	return me->euid == c->euid || me->euid == c->uid;
}

/* ---- affinity ---- */

/* Bytes of the kernel's own set: whole words up to the last processor. */
static size_t set_bytes(const struct kernel *k)
{
	size_t words = TASK_CPU_WORDS;

	while (words > 1 && k->host_cpus[words - 1] == 0)
		words--;
	return words * sizeof(uint64_t);
}

long sys_sched_getaffinity(struct task *t, const struct sysargs *a)
{
	size_t len = arg_uint(a, 1), n = set_bytes(t->kernel);
	uint64_t set[TASK_CPU_WORDS];
	int32_t tid = arg_int(a, 0);
	int r;

	if (len < n || len % sizeof(uint64_t) != 0)
		return -EINVAL;
	AUTO(task_put) struct task *of = tid < 0 ? NULL : find(t, tid);
	if (!of)
		return -ESRCH;
	lock_acquire(&of->tg->lock);
	memcpy(set, of->cpus, sizeof(set));
	lock_release(&of->tg->lock);
	r = copy_out(t->mm, arg_uaddr(a, 2), set, n);
	return r < 0 ? r : (long)n;
}

long sys_sched_setaffinity(struct task *t, const struct sysargs *a)
{
	uint64_t set[TASK_CPU_WORDS] = {0}, any = 0;
	size_t len = MIN((size_t)arg_uint(a, 1), sizeof(set));
	int32_t tid = arg_int(a, 0);
	int r = copy_in(t->mm, set, arg_uaddr(a, 2), len);

	if (r < 0)
		return r;
	AUTO(task_put) struct task *of = tid < 0 ? NULL : find(t, tid);
	if (!of)
		return -ESRCH;
	if (!may_schedule(t, of))
		return -EPERM;
	for (size_t i = 0; i < TASK_CPU_WORDS; i++) {
		set[i] &= t->kernel->host_cpus[i];
		any |= set[i];
	}
	if (!any)
		return -EINVAL;
	lock_acquire(&of->tg->lock);
	memcpy(of->cpus, set, sizeof(set));
	lock_release(&of->tg->lock);
	return 0;
}

long sys_getcpu(struct task *t, const struct sysargs *a)
{
	uint32_t cpu, node;
	int r = 0;

	host_cpu_now(&cpu, &node);
	/* Where the host put us may lie outside what the guest asked for: then we are "on" the
	 * first one of those. */
	if (cpu >= TASK_CPU_WORDS * 64 || !(t->cpus[cpu / 64] >> cpu % 64 & 1))
		for (cpu = 0;
		     cpu < TASK_CPU_WORDS * 64 - 1 && !(t->cpus[cpu / 64] >> cpu % 64 & 1);)
			cpu++;
	if (a->v[0])
		r = copy_out(t->mm, arg_uaddr(a, 0), &cpu, sizeof(cpu));
	if (r == 0 && a->v[1])
		r = copy_out(t->mm, arg_uaddr(a, 1), &node, sizeof(node));
	return r;
}

long sys_sched_yield(struct task *t UNUSED, const struct sysargs *a UNUSED)
{
	host_cpu_yield();
	return 0;
}

/* ---- policies ---- */

static bool is_realtime(int policy)
{
	return policy == LX_SCHED_FIFO || policy == LX_SCHED_RR;
}

static bool is_fair(int policy)
{
	return policy == LX_SCHED_OTHER || policy == LX_SCHED_BATCH || policy == LX_SCHED_IDLE;
}

static int check_policy(int policy, uint32_t priority)
{
	if (is_realtime(policy))
		return priority < 1 || priority > RT_PRIORITY_MAX ? -EINVAL : -EPERM;
	if (policy == LX_SCHED_DEADLINE)
		return -EPERM;
	return is_fair(policy) && priority == 0 ? 0 : -EINVAL;
}

/* Down is free, up takes RLIMIT_NICE or the capability. */
static bool may_be_nice(struct task *by, struct task *t, int nice)
{
	return nice >= t->nice ||
	       (uint64_t)(20 - nice) <= limit_soft(&t->tg->limits, LX_RLIMIT_NICE) ||
	       cred_capable(by->cred, LX_CAP_SYS_NICE);
}

struct policy_change {
	int policy; /* -1: keep */
	uint32_t priority;
	bool reset_on_fork;
	bool set_nice;
	int nice;
};

static long change_policy(struct task *t, int32_t tid, const struct policy_change *c)
{
	AUTO(task_put) struct task *of = find(t, tid);
	int policy, r;

	if (!of)
		return -ESRCH;
	policy = c->policy < 0 ? of->policy : c->policy;
	r = check_policy(policy, c->priority);
	if (r < 0)
		return r;
	if (!may_schedule(t, of))
		return -EPERM;
	if (c->set_nice && policy != LX_SCHED_IDLE && !may_be_nice(t, of, c->nice))
		return -EPERM;
	/* Out of SCHED_IDLE only with the niceness that one could have taken anyway. */
	if (of->policy == LX_SCHED_IDLE && policy != LX_SCHED_IDLE && !may_be_nice(t, of, of->nice))
		return -EPERM;
	if (of->reset_on_fork && !c->reset_on_fork && !cred_capable(t->cred, LX_CAP_SYS_NICE))
		return -EPERM;
	lock_acquire(&of->tg->lock);
	of->policy = policy;
	of->rt_priority = c->priority;
	of->reset_on_fork = c->reset_on_fork;
	if (c->set_nice)
		of->nice = c->nice;
	lock_release(&of->tg->lock);
	return 0;
}

static int read_param(struct task *t, uaddr_t from, uint32_t *ret_priority)
{
	struct lx_sched_param p;
	int r;

	if (uaddr_is_null(from))
		return -EINVAL;
	r = copy_in(t->mm, &p, from, sizeof(p));
	if (r < 0)
		return r;
	if (p.sched_priority < 0)
		return -EINVAL;
	*ret_priority = (uint32_t)p.sched_priority;
	return 0;
}

long sys_sched_setscheduler(struct task *t, const struct sysargs *a)
{
	struct policy_change c = {.policy = arg_int(a, 1)};
	int r;

	if (arg_int(a, 0) < 0 || c.policy < 0)
		return -EINVAL;
	r = read_param(t, arg_uaddr(a, 2), &c.priority);
	if (r < 0)
		return r;
	c.reset_on_fork = (c.policy & LX_SCHED_RESET_ON_FORK) != 0;
	c.policy &= ~LX_SCHED_RESET_ON_FORK;
	return change_policy(t, arg_int(a, 0), &c);
}

long sys_sched_setparam(struct task *t, const struct sysargs *a)
{
	struct policy_change c = {.policy = -1};
	int32_t tid = arg_int(a, 0);
	int r;

	if (tid < 0)
		return -EINVAL;
	r = read_param(t, arg_uaddr(a, 1), &c.priority);
	if (r < 0)
		return r;
	AUTO(task_put) struct task *of = find(t, tid);
	if (!of)
		return -ESRCH;
	c.reset_on_fork = of->reset_on_fork;
	return change_policy(t, tid, &c);
}

long sys_sched_getscheduler(struct task *t, const struct sysargs *a)
{
	if (arg_int(a, 0) < 0)
		return -EINVAL;
	AUTO(task_put) struct task *of = find(t, arg_int(a, 0));
	if (!of)
		return -ESRCH;
	return of->policy | (of->reset_on_fork ? LX_SCHED_RESET_ON_FORK : 0);
}

long sys_sched_getparam(struct task *t, const struct sysargs *a)
{
	struct lx_sched_param p = {0};

	if (arg_int(a, 0) < 0 || a->v[1] == 0)
		return -EINVAL;
	AUTO(task_put) struct task *of = find(t, arg_int(a, 0));
	if (!of)
		return -ESRCH;
	p.sched_priority = (int32_t)of->rt_priority;
	return copy_out(t->mm, arg_uaddr(a, 1), &p, sizeof(p));
}

/* sched_setattr(2)'s struct; an unknown size is answered with ours. */
static int read_attr(struct task *t, uaddr_t from, struct lx_sched_attr *ret)
{
	uint32_t size, ours = sizeof(*ret);
	int r = copy_in(t->mm, &size, from, sizeof(size));

	if (r < 0)
		return r;
	if (size == 0)
		size = LX_SCHED_ATTR_SIZE_VER0;
	r = size < LX_SCHED_ATTR_SIZE_VER0 || size > 4096
		    ? -E2BIG
		    : copy_in_struct(t->mm, ret, sizeof(*ret), from, size);
	if (r == -E2BIG && copy_out(t->mm, from, &ours, sizeof(ours)) < 0)
		return -EFAULT;
	return r;
}

long sys_sched_setattr(struct task *t, const struct sysargs *a)
{
	struct lx_sched_attr attr;
	struct policy_change c;
	int r;

	if (arg_int(a, 0) < 0 || a->v[1] == 0 || arg_uint(a, 2) != 0)
		return -EINVAL;
	r = read_attr(t, arg_uaddr(a, 1), &attr);
	if (r < 0)
		return r;
	if (attr.sched_flags & ~(uint64_t)LX_SCHED_FLAG_ALL || (int)attr.sched_policy < 0)
		return -EINVAL;
	if (attr.sched_flags & (LX_SCHED_FLAG_UTIL_CLAMP_MIN | LX_SCHED_FLAG_UTIL_CLAMP_MAX))
		return -EOPNOTSUPP;
	c = (struct policy_change){
		.policy = attr.sched_flags & LX_SCHED_FLAG_KEEP_POLICY ? -1
								       : (int)attr.sched_policy,
		.priority = attr.sched_priority,
		.reset_on_fork = (attr.sched_flags & LX_SCHED_FLAG_RESET_ON_FORK) != 0,
		.set_nice = !(attr.sched_flags & LX_SCHED_FLAG_KEEP_PARAMS),
		.nice = MIN(MAX(attr.sched_nice, LX_PRIO_MIN), LX_PRIO_MAX),
	};
	return change_policy(t, arg_int(a, 0), &c);
}

long sys_sched_getattr(struct task *t, const struct sysargs *a)
{
	uint32_t size = arg_uint(a, 2);
	struct lx_sched_attr attr = {.size = sizeof(attr)};

	if (arg_int(a, 0) < 0 || a->v[1] == 0 || size < LX_SCHED_ATTR_SIZE_VER0 || size > 4096 ||
	    arg_uint(a, 3) != 0)
		return -EINVAL;
	AUTO(task_put) struct task *of = find(t, arg_int(a, 0));
	if (!of)
		return -ESRCH;
	attr.size = MIN(size, attr.size);
	attr.sched_policy = (uint32_t)of->policy;
	attr.sched_flags = of->reset_on_fork ? LX_SCHED_FLAG_RESET_ON_FORK : 0;
	attr.sched_nice = of->nice;
	attr.sched_priority = of->rt_priority;
	attr.sched_util_max = 1024;
	return copy_out(t->mm, arg_uaddr(a, 1), &attr, attr.size);
}

long sys_sched_get_priority_max(struct task *t UNUSED, const struct sysargs *a)
{
	int policy = arg_int(a, 0);

	if (is_realtime(policy))
		return RT_PRIORITY_MAX;
	return is_fair(policy) || policy == LX_SCHED_DEADLINE || policy == LX_SCHED_EXT ? 0
											: -EINVAL;
}

long sys_sched_get_priority_min(struct task *t UNUSED, const struct sysargs *a)
{
	int policy = arg_int(a, 0);

	if (is_realtime(policy))
		return 1;
	return is_fair(policy) || policy == LX_SCHED_DEADLINE || policy == LX_SCHED_EXT ? 0
											: -EINVAL;
}

long sys_sched_rr_get_interval(struct task *t, const struct sysargs *a)
{
	struct lx_timespec ts = {.tv_nsec = SLICE_NS};

	if (arg_int(a, 0) < 0)
		return -EINVAL;
	AUTO(task_put) struct task *of = find(t, arg_int(a, 0));
	if (!of)
		return -ESRCH;
	return copy_out(t->mm, arg_uaddr(a, 1), &ts, sizeof(ts));
}

/* ---- niceness ---- */

static void lowest_nice(void *arg, struct task *t)
{
	int *best = arg;

	*best = MAX(*best, 20 - t->nice);
}

long sys_getpriority(struct task *t, const struct sysargs *a)
{
	int which = arg_int(a, 0), best = -ESRCH, r;

	if (which < LX_PRIO_PROCESS || which > LX_PRIO_USER)
		return -EINVAL;
	r = task_for_each_prio(t, which, arg_int(a, 1), lowest_nice, &best);
	return r < 0 ? r : best;
}

struct set_nice {
	struct task *by;
	int nice, result;
};

static void set_one_nice(void *arg, struct task *t)
{
	struct set_nice *s = arg;

	if (!may_schedule(s->by, t)) {
		s->result = -EPERM;
	} else if (!may_be_nice(s->by, t, s->nice)) {
		s->result = -EACCES;
	} else {
		lock_acquire(&t->tg->lock);
		t->nice = s->nice;
		lock_release(&t->tg->lock);
	}
}

long sys_setpriority(struct task *t, const struct sysargs *a)
{
	int which = arg_int(a, 0), r;
	struct set_nice s = {.by = t, .nice = MIN(MAX(arg_int(a, 2), LX_PRIO_MIN), LX_PRIO_MAX)};

	if (which < LX_PRIO_PROCESS || which > LX_PRIO_USER)
		return -EINVAL;
	r = task_for_each_prio(t, which, arg_int(a, 1), set_one_nice, &s);
	return r < 0 ? r : s.result;
}

/* ---- I/O priorities ---- */

static int check_ioprio(struct task *t, int prio)
{
	int class = prio >> LX_IOPRIO_CLASS_SHIFT, level = prio & 7;

	switch (class) {
	case LX_IOPRIO_CLASS_RT:
		return cred_capable(t->cred, LX_CAP_SYS_ADMIN) ||
				       cred_capable(t->cred, LX_CAP_SYS_NICE)
			       ? 0
			       : -EPERM;
	case LX_IOPRIO_CLASS_BE:
	case LX_IOPRIO_CLASS_IDLE:
		return 0;
	case LX_IOPRIO_CLASS_NONE:
		return level ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static int ioprio_which(int who)
{
	switch (who) {
	case LX_IOPRIO_WHO_PROCESS:
		return LX_PRIO_PROCESS;
	case LX_IOPRIO_WHO_PGRP:
		return LX_PRIO_PGRP;
	case LX_IOPRIO_WHO_USER:
		return LX_PRIO_USER;
	default:
		return -EINVAL;
	}
}

struct ioprio_walk {
	struct task *by;
	int prio, result;
};

static void set_one_ioprio(void *arg, struct task *t)
{
	struct ioprio_walk *w = arg;

	if (!may_schedule(w->by, t)) {
		w->result = -EPERM;
		return;
	}
	lock_acquire(&t->tg->lock);
	t->ioprio = w->prio;
	lock_release(&t->tg->lock);
}

static void best_ioprio(void *arg, struct task *t)
{
	struct ioprio_walk *w = arg;

	/* Lower numbers are better, but none at all is worse than any. */
	if (w->result < 0 || w->result == 0 || (t->ioprio != 0 && t->ioprio < w->result))
		w->result = t->ioprio;
}

long sys_ioprio_set(struct task *t, const struct sysargs *a)
{
	int which = ioprio_which(arg_int(a, 0)), r;
	struct ioprio_walk w = {.by = t, .prio = arg_int(a, 2)};

	r = check_ioprio(t, w.prio);
	if (r < 0)
		return r;
	if (which < 0)
		return which;
	r = task_for_each_prio(t, which, arg_int(a, 1), set_one_ioprio, &w);
	return r < 0 ? r : w.result;
}

long sys_ioprio_get(struct task *t, const struct sysargs *a)
{
	int which = ioprio_which(arg_int(a, 0)), r;
	struct ioprio_walk w = {.by = t, .result = -1};

	if (which < 0)
		return which;
	r = task_for_each_prio(t, which, arg_int(a, 1), best_ioprio, &w);
	return r < 0 ? r : w.result;
}
