/* SPDX-License-Identifier: Apache-2.0 */
/* Thread groups as objects, and pictures of them for procfs and for those who set priorities. */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/mm/mm.h"
#include "sentry/task/task_priv.h"

SLAB_DEFINE(tg_slab, struct thread_group);

/* fs.nr_open */
#define LIMIT_NOFILE_MAX (1024 * 1024)

struct thread_group *tg_alloc(struct kernel *k, struct sighand *sh)
{
	struct thread_group *tg = slab_alloc(&tg_slab);

	if (!tg)
		return NULL;
	ref_init(&tg->ref);
	tg->kernel = k;
	lock_init(&tg->lock, RANK_SIGHAND, "thread group");
	list_init(&tg->threads);
	list_init(&tg->children);
	list_init(&tg->sibling);
	list_init(&tg->pgrp_link);
	list_init(&tg->session_link);
	waitq_init(&tg->child_wait);
	waitq_init(&tg->end_wait);
	waitq_init(&tg->signal_wait);
	sigpending_init(&tg->pending);
	tg->sighand = sh;
	tg->exit_signal = LX_SIGCHLD;
	limits_init(&tg->limits);
	itimers_init(tg);
	tg->start_ns = clock_monotonic_ns();
	return tg;
}

struct thread_group *tg_get(struct thread_group *tg)
{
	ref_get(&tg->ref);
	return tg;
}

void tg_put(struct thread_group *tg)
{
	if (!tg || !ref_put(&tg->ref))
		return;
	check(list_empty(&tg->threads) && list_empty(&tg->children) && list_empty(&tg->sibling));
	check(!tg->posix_timers);
	sigpending_flush(&tg->pending);
	waitq_fini(&tg->child_wait);
	waitq_fini(&tg->end_wait);
	waitq_fini(&tg->signal_wait);
	sighand_put(tg->sighand);
	session_put(tg->session);
	lock_fini(&tg->lock);
	slab_free(&tg_slab, tg);
}

struct task *tg_leader(struct thread_group *tg)
{
	GUARD(&tg->lock);
	return task_get(tg->leader);
}

struct task *tg_live_thread(struct thread_group *tg)
{
	GUARD(&tg->lock);
	return tg_live_thread_locked(tg);
}

struct task *tg_live_thread_locked(struct thread_group *tg)
{
	struct task *t;

	list_for_each_entry(t, &tg->threads, thread_link)
		if (!t->exiting)
			return t;
	return NULL;
}

/* ---- pictures ---- */

static char state_letter(struct task *t)
{
	switch ((enum task_state)atomic_load(&t->state)) {
	case TASK_IN_GUEST:
		return 'R';
	case TASK_IN_CALL:
		return 'S';
	case TASK_VFORK:
		return 'D';
	case TASK_STOPPED:
		return 'T';
	case TASK_ZOMBIE:
		return 'Z';
	case TASK_DEAD:
		return 'X';
	}
	return '?';
}

static void info_of_thread(struct task *t, struct task_info *ret) REQUIRES(t->tg->lock);
static void info_of_thread(struct task *t, struct task_info *ret)
{
	struct thread_group *tg = t->tg;
	const struct cred *c = t->cred;

	ret->state = state_letter(t);
	memcpy(ret->comm, t->comm, sizeof(ret->comm));
	ret->nice = t->nice;
	ret->policy = t->policy;
	ret->rt_priority = t->rt_priority;
	memcpy(ret->uid, (uint32_t[]){c->uid, c->euid, c->suid, c->fsuid}, sizeof(ret->uid));
	memcpy(ret->gid, (uint32_t[]){c->gid, c->egid, c->sgid, c->fsgid}, sizeof(ret->gid));
	ret->no_new_privs = task_no_new_privs(t);
	ret->seccomp_mode = atomic_load(&t->seccomp.mode);
	ret->seccomp_filters = atomic_load(&t->seccomp.nfilters);
	ret->pending = t->pending.set;
	ret->shared_pending = tg->pending.set;
	ret->blocked = t->blocked;
	LOCK_ASSERT_HELD(&tg->lock);
	sighand_sets(tg->sighand, &ret->ignored, &ret->caught);
	ret->nsigqueue = t->user ? atomic_load(&t->user->nsigqueue) : 0;
	ret->sigqueue_limit = limit_soft(&tg->limits, LX_RLIMIT_SIGPENDING);
	ret->thread = t->usage;
	tg_usage_locked(tg, &ret->group);
	ret->children = tg->children_usage;
	memcpy(ret->cpus, t->cpus, sizeof(ret->cpus));
}

void task_get_info(struct task *t, struct task_info *ret)
{
	struct kernel *k = t->kernel;
	struct thread_group *tg = t->tg;

	memset(ret, 0, sizeof(*ret));
	GUARD(&k->tasklist);
	ret->tid = t->tid;
	ret->tgid = tg->tgid;
	ret->ppid = tg->parent ? tg->parent->tgid : 0;
	ret->pgrp = tg->pgrp;
	ret->sid = tg->sid;
	ret->exit_signal = t == tg->leader ? tg->exit_signal : -1;
	ret->exit_status = tg->state == TG_ALIVE ? t->exit_code : tg->exit_status;
	ret->start_ns = t->start_ns - k->boot_monotonic_ns;
	ret->tpgid = -1;
	if (tg->has_tty && tg->session && tg->session->tty) {
		ret->tty_nr = tg->session->tty->rdev;
		ret->tpgid = atomic_load(&tg->session->tty->pgrp);
	}
	lock_acquire(&tg->lock);
	ret->nthreads = tg->nlive > 0 ? tg->nlive : 1;
	LOCK_ASSERT_HELD(&t->tg->lock);
	info_of_thread(t, ret);
	lock_release(&tg->lock);
}

/* ptrace(2), "Ptrace access mode checking", without the parts of an LSM and of other user
 * namespaces. */
bool task_may_access(struct task *by, struct task *t, enum task_access how)
{
	const struct cred *me = by->cred;
	uint32_t uid = how == TASK_ACCESS_FSCREDS ? me->fsuid : me->uid;
	uint32_t gid = how == TASK_ACCESS_FSCREDS ? me->fsgid : me->gid;
	bool capable = cred_capable(me, LX_CAP_SYS_PTRACE);

	if (by->tg == t->tg)
		return true;
	AUTO(cred_put) const struct cred *c = task_cred_get(t);
	bool same = uid == c->euid && uid == c->suid && uid == c->uid && gid == c->egid &&
		    gid == c->sgid && gid == c->gid;
	if (!same && !capable)
		return false;
	AUTO(mm_put) struct mm *mm = task_mm_get(t);
	if (mm && atomic_load(mm_dumpable(mm)) != 1 && !capable)
		return false;
	return (c->cap_permitted & ~me->cap_permitted) == 0 || capable;
}

/* ---- limits of others ---- */

static bool may_set_limits(struct task *by, struct task *t)
{
	const struct cred *me = by->cred;

	if (by->tg == t->tg || cred_capable(me, LX_CAP_SYS_RESOURCE))
		return true;
	AUTO(cred_put) const struct cred *c = task_cred_get(t);
	return me->uid == c->euid && me->uid == c->suid && me->uid == c->uid &&
	       me->gid == c->egid && me->gid == c->sgid && me->gid == c->gid;
}

int task_prlimit(struct task *by, struct task *t, int which, const struct lx_rlimit *new,
		 struct lx_rlimit *ret_old)
{
	struct limits *l = &t->tg->limits;
	struct lx_rlimit old;

	if (which < 0 || which >= LX_RLIM_NLIMITS)
		return -EINVAL;
	if (new &&new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (new &&which == LX_RLIMIT_NOFILE &&new->rlim_max > LIMIT_NOFILE_MAX)
		return -EPERM;
	if (!may_set_limits(by, t))
		return -EPERM;

	lock_acquire(&t->tg->lock);
	old.rlim_cur = atomic_load(&l->soft[which]);
	old.rlim_max = atomic_load(&l->hard[which]);
	if (new &&new->rlim_max > old.rlim_max && !cred_capable(by->cred, LX_CAP_SYS_RESOURCE)) {
		lock_release(&t->tg->lock);
		return -EPERM;
	}
	if (new) {
		atomic_store(&l->hard[which], new->rlim_max);
		atomic_store(&l->soft[which], new->rlim_cur);
	}
	lock_release(&t->tg->lock);
	if (new &&which == LX_RLIMIT_CPU)
		cpu_timer_rearm(t->tg);
	if (ret_old)
		*ret_old = old;
	return 0;
}

static bool prio_selects(struct task *t, int which, int32_t who, struct task *by)
{
	bool selected;

	switch (which) {
	case LX_PRIO_PROCESS:
		return t->tid == (who ? who : by->tid);
	case LX_PRIO_PGRP:
		return t->tg->pgrp == (who ? who : by->tg->pgrp);
	default:
		lock_acquire(&t->tg->lock);
		selected = t->cred->uid == (who ? (uint32_t)who : by->cred->uid);
		lock_release(&t->tg->lock);
		return selected;
	}
}

int task_for_each_prio(struct task *by, int which, int32_t who,
		       void (*fn)(void *arg, struct task *t), void *arg)
{
	struct kernel *k = by->kernel;
	int r = -ESRCH;

	GUARD(&k->tasklist);
	for (struct pid *p = pid_next(k, 1); p;) {
		struct tree_node *next = tree_next(&p->node);

		if (p->task && prio_selects(p->task, which, who, by)) {
			fn(arg, p->task);
			r = 0;
		}
		p = next ? tree_entry(next, struct pid, node) : NULL;
	}
	return r;
}
