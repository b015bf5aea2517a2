/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process groups and sessions: credentials(7), setpgid(2), setsid(2). A group or session is the
 * list of its members in the struct pid of its number; it ends with the last member.
 */
#include <errno.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/task/task_priv.h"

SLAB_DEFINE(session_slab, struct session);

void session_put(struct session *s)
{
	if (s && ref_put(&s->ref))
		slab_free(&session_slab, s);
}

struct session *tg_session_get(struct thread_group *tg)
{
	GUARD(&tg->kernel->tasklist);
	if (tg->session)
		ref_get(&tg->session->ref);
	return tg->session;
}

static void set_numbers(struct thread_group *tg, int32_t pgrp, int32_t sid, struct session *s)
{
	lock_acquire(&tg->lock);
	tg->pgrp = pgrp;
	tg->sid = sid;
	tg->session = s;
	lock_release(&tg->lock);
}

static void leave_pgrp(struct thread_group *tg) REQUIRES(tg->kernel->tasklist);
static void leave_pgrp(struct thread_group *tg)
{
	struct kernel *k = tg->kernel;
	struct pid *p;

	LOCK_ASSERT_HELD(&k->tasklist);
	p = pid_find(k, tg->pgrp);
	list_del(&tg->pgrp_link);
	if (p)
		pid_release(k, p);
}

void tg_set_pgrp(struct thread_group *tg, struct pid *pgrp)
{
	leave_pgrp(tg);
	list_add_tail(&pgrp->pgrp, &tg->pgrp_link);
	set_numbers(tg, pgrp->nr, tg->sid, tg->session);
}

void session_leave(struct thread_group *tg)
{
	struct kernel *k = tg->kernel;
	struct session *s = tg->session;
	struct pid *p;

	LOCK_ASSERT_HELD(&k->tasklist);
	leave_pgrp(tg);
	p = pid_find(k, tg->sid);
	list_del(&tg->session_link);
	tg->has_tty = false;
	/* The numbers stay readable: a reaped group may still be looked at. */
	set_numbers(tg, tg->pgrp, tg->sid, NULL);
	if (p) {
		if (list_empty(&p->session))
			p->session_obj = NULL;
		pid_release(k, p);
	}
	session_put(s);
}

int session_start(struct thread_group *tg)
{
	struct kernel *k = tg->kernel;
	struct pid *p;
	struct session *s = slab_alloc(&session_slab);

	if (!s)
		return -ENOMEM;
	LOCK_ASSERT_HELD(&k->tasklist);
	ref_init(&s->ref);
	s->sid = tg->tgid;
	if (tg->session)
		session_leave(tg);
	p = pid_find(k, tg->tgid);
	check(p && !p->session_obj);
	p->session_obj = s;
	list_add_tail(&p->pgrp, &tg->pgrp_link);
	list_add_tail(&p->session, &tg->session_link);
	set_numbers(tg, tg->tgid, tg->tgid, s);
	return 0;
}

void session_inherit(struct thread_group *tg, struct thread_group *from)
{
	struct kernel *k = tg->kernel;
	struct pid *pgrp, *sid;

	LOCK_ASSERT_HELD(&k->tasklist);
	pgrp = pid_find(k, from->pgrp);
	sid = pid_find(k, from->sid);
	check(pgrp && sid && from->session);
	list_add_tail(&pgrp->pgrp, &tg->pgrp_link);
	list_add_tail(&sid->session, &tg->session_link);
	ref_get(&from->session->ref);
	tg->has_tty = from->has_tty;
	set_numbers(tg, from->pgrp, from->sid, from->session);
}

/* ---- orphaned groups ---- */

bool pgrp_orphaned_without(struct kernel *k, int32_t pgrp, struct thread_group *ignored)
{
	struct pid *p = pid_find(k, pgrp);
	struct thread_group *tg;

	if (!p)
		return true;
	list_for_each_entry(tg, &p->pgrp, pgrp_link) {
		struct thread_group *parent = tg->parent;

		if (tg == ignored || tg->state != TG_ALIVE)
			continue;
		if (!parent && k->stopped_outside) /* the caller's shell continues it */
			return false;
		if (!parent)
			continue;
		if (parent->pgrp != pgrp && parent->sid == tg->sid)
			return false;
	}
	return true;
}

bool pgrp_is_orphaned(struct kernel *k, int32_t pgrp)
{
	GUARD(&k->tasklist);
	return pgrp_orphaned_without(k, pgrp, NULL);
}

bool pgrp_in_session(struct kernel *k, int32_t pgrp, int32_t sid)
{
	GUARD(&k->tasklist);
	struct pid *p = pid_find(k, pgrp);

	if (!p || list_empty(&p->pgrp))
		return false;
	return list_first_entry(&p->pgrp, struct thread_group, pgrp_link)->sid == sid;
}

static bool has_stopped_member(struct pid *p)
{
	struct thread_group *tg;

	list_for_each_entry(tg, &p->pgrp, pgrp_link)
		if (tg_flag(tg, TG_STOP_STOPPED))
			return true;
	return false;
}

void pgrp_kill_if_orphaned(struct thread_group *tg, struct thread_group *parent)
{
	struct kernel *k = tg->kernel;
	struct thread_group *ignored = parent ? NULL : tg, *link = parent ? parent : tg->parent;
	struct pid *p;
	lx_siginfo_t info;

	LOCK_ASSERT_HELD(&k->tasklist);
	p = pid_find(k, tg->pgrp);
	if (!p || !link || link->pgrp == tg->pgrp || link->sid != tg->sid)
		return;
	if (!pgrp_orphaned_without(k, tg->pgrp, ignored) || !has_stopped_member(p))
		return;
	siginfo_kernel(&info, LX_SIGHUP);
	(void)pgrp_signal_locked(k, tg->pgrp, &info, SIGNAL_FROM_KERNEL);
	siginfo_kernel(&info, LX_SIGCONT);
	(void)pgrp_signal_locked(k, tg->pgrp, &info, SIGNAL_FROM_KERNEL);
}

/* ---- the calls ---- */

static int setpgid_locked(struct task *t, int32_t pid, int32_t pgid) REQUIRES(t->kernel->tasklist);
static int setpgid_locked(struct task *t, int32_t pid, int32_t pgid)
{
	struct kernel *k = t->kernel;
	struct thread_group *me = t->tg, *tg;
	struct pid *p, *group;

	LOCK_ASSERT_HELD(&k->tasklist);
	p = pid_find(k, pid);
	if (!p || !p->task)
		return -ESRCH;
	tg = p->task->tg;
	if (tg->tgid != pid)
		return -EINVAL;
	if (tg->parent == me) {
		if (tg->sid != me->sid)
			return -EPERM;
		if (tg_flag(tg, TG_DID_EXEC))
			return -EACCES;
	} else if (tg != me) {
		return -ESRCH;
	}
	if (tg->sid == tg->tgid)
		return -EPERM;
	group = pid_find(k, pgid);
	if (pgid != pid) {
		if (!group || list_empty(&group->pgrp))
			return -EPERM;
		if (list_first_entry(&group->pgrp, struct thread_group, pgrp_link)->sid != me->sid)
			return -EPERM;
	}
	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	if (tg->pgrp != pgid)
		tg_set_pgrp(tg, group);
	return 0;
}

int task_setpgid(struct task *t, int32_t pid, int32_t pgid)
{
	int r;

	if (pid == 0)
		pid = t->tg->tgid;
	if (pgid == 0)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	lock_acquire(&t->kernel->tasklist);
	r = setpgid_locked(t, pid, pgid);
	lock_release(&t->kernel->tasklist);
	return r;
}

long task_setsid(struct task *t)
{
	struct thread_group *tg = t->tg;
	struct kernel *k = t->kernel;
	struct pid *p;
	int r;

	GUARD(&k->tasklist);
	p = pid_find(k, tg->tgid);
	if (tg->sid == tg->tgid || !list_empty(&p->pgrp))
		return -EPERM;
	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	r = session_start(tg);
	return r < 0 ? r : tg->tgid;
}

static long number_of(struct task *t, int32_t pid, bool session)
{
	struct kernel *k = t->kernel;
	struct thread_group *tg = t->tg;

	GUARD(&k->tasklist);
	if (pid != 0) {
		struct pid *p = pid_find(k, pid);

		if (!p || !p->task)
			return -ESRCH;
		tg = p->task->tg;
	}
	return session ? tg->sid : tg->pgrp;
}

long task_getpgid(struct task *t, int32_t pid)
{
	return number_of(t, pid, false);
}

long task_getsid(struct task *t, int32_t pid)
{
	return number_of(t, pid, true);
}

int32_t task_getppid(struct task *t)
{
	GUARD(&t->kernel->tasklist);
	return t->tg->parent ? t->tg->parent->tgid : 0;
}
