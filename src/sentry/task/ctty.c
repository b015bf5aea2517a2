/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Controlling terminals: what core/jobs.h promises to terminals.
 *
 * Invariants, under the tasklist:
 *	1. session->tty == c with one reference  <=>  c->sid is that session's number.
 *	2. tg->has_tty only if its session has a terminal. The leader that claimed it has it, and
 *	   whoever it forked since; members that were there before do not, nor who gave it up.
 */
#include <errno.h>

#include "abi/errno.h"
#include "base/check.h"
#include "sentry/task/task_priv.h"

static struct kernel *kernel_of(struct jobs *j)
{
	return container_of(j, struct kernel, jobs);
}

static bool leads_session(const struct thread_group *tg)
{
	return tg->sid == tg->tgid;
}

static struct ctty *tty_of(const struct thread_group *tg)
{
	return tg->has_tty && tg->session ? tg->session->tty : NULL;
}

static void signal_group(struct kernel *k, int32_t pgrp, int signo) REQUIRES(k->tasklist);
static void signal_group(struct kernel *k, int32_t pgrp, int signo)
{
	lx_siginfo_t info;

	if (pgrp == 0)
		return;
	siginfo_kernel(&info, signo);
	(void)pgrp_signal_locked(k, pgrp, &info, SIGNAL_FROM_KERNEL);
}

/* Nobody has c any more. True: a session's reference is to be dropped, without locks. */
static bool detach(struct kernel *k, struct ctty *c) REQUIRES(k->tasklist);
static bool detach(struct kernel *k, struct ctty *c)
{
	struct pid *p;
	struct thread_group *tg;

	LOCK_ASSERT_HELD(&k->tasklist);
	p = pid_find(k, atomic_load(&c->sid));
	atomic_store(&c->sid, 0);
	atomic_store(&c->pgrp, 0);
	if (!p || !p->session_obj || p->session_obj->tty != c)
		return false;
	p->session_obj->tty = NULL;
	list_for_each_entry(tg, &p->session, session_link)
		tg->has_tty = false;
	return true;
}

/* ---- whose ---- */

static struct ctty *job_terminal(struct ctx *ctx)
{
	struct task *t = ctx_task(ctx);
	struct ctty *c;

	GUARD(&t->kernel->tasklist);
	c = tty_of(t->tg);
	if (c)
		c->ops->get(c);
	return c;
}

static bool job_is_terminal(struct ctx *ctx, struct ctty *c)
{
	struct task *t = ctx_task(ctx);

	GUARD(&t->kernel->tasklist);
	return tty_of(t->tg) == c;
}

/* *ret_lost: another session lost it, and its reference. */
static int claim_locked(struct task *t, struct ctty *c, enum ctty_claim how, bool *ret_lost)
	REQUIRES(t->kernel->tasklist);
static int claim_locked(struct task *t, struct ctty *c, enum ctty_claim how, bool *ret_lost)
{
	struct kernel *k = t->kernel;
	struct thread_group *tg = t->tg;

	LOCK_ASSERT_HELD(&k->tasklist);
	if (leads_session(tg) && atomic_load(&c->sid) == tg->sid)
		return 0;
	if (!leads_session(tg) || tty_of(tg))
		return -EPERM;
	if (atomic_load(&c->sid) != 0) {
		if (how != CTTY_STEAL)
			return -EPERM;
		*ret_lost = detach(k, c);
	}
	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	session_take_tty(tg, c);
	return 0;
}

void session_take_tty(struct thread_group *tg, struct ctty *c)
{
	check(tg->session && !tg->session->tty);
	c->ops->get(c);
	atomic_store(&c->jobs, &tg->kernel->jobs);
	atomic_store(&c->sid, tg->sid);
	atomic_store(&c->pgrp, tg->pgrp);
	tg->session->tty = c;
	tg->session->old_pgrp = 0;
	tg->has_tty = true;
}

static int job_claim(struct ctx *ctx, struct ctty *c, enum ctty_claim how)
{
	struct task *t = ctx_task(ctx);
	bool lost = false;
	int r;

	lock_acquire(&t->kernel->tasklist);
	r = claim_locked(t, c, how, &lost);
	lock_release(&t->kernel->tasklist);
	if (lost)
		c->ops->put(c);
	return r;
}

static void job_leave(struct ctx *ctx)
{
	struct task *t = ctx_task(ctx);
	struct kernel *k = t->kernel;
	struct ctty *c;
	bool lost = false;

	lock_acquire(&k->tasklist);
	c = tty_of(t->tg);
	t->tg->has_tty = false;
	if (c && leads_session(t->tg)) {
		signal_group(k, atomic_load(&c->pgrp), LX_SIGHUP);
		signal_group(k, atomic_load(&c->pgrp), LX_SIGCONT);
		lost = detach(k, c);
	}
	lock_release(&k->tasklist);
	if (lost)
		c->ops->put(c);
}

/* ---- foreground and background ---- */

/* The session of a group, or of the process that has its number; 0: none. */
static int32_t session_of(struct pid *p)
{
	if (!list_empty(&p->pgrp))
		return list_first_entry(&p->pgrp, struct thread_group, pgrp_link)->sid;
	return p->task ? p->task->tg->sid : 0;
}

static int job_set_foreground(struct ctx *ctx, struct ctty *c, int32_t pgrp)
{
	struct task *t = ctx_task(ctx);
	struct pid *p;

	GUARD(&t->kernel->tasklist);
	if (tty_of(t->tg) != c || atomic_load(&c->sid) != t->tg->sid)
		return -ENOTTY;
	p = pid_find(t->kernel, pgrp);
	if (!p)
		return -ESRCH;
	if (session_of(p) != t->tg->sid)
		return -EPERM;
	atomic_store(&c->pgrp, pgrp);
	return 0;
}

static bool in_background_locked(struct thread_group *tg, struct ctty *c)
{
	int32_t pgrp = atomic_load(&c->pgrp);

	return tty_of(tg) == c && pgrp != 0 && pgrp != tg->pgrp;
}

static bool job_in_background(struct ctx *ctx, struct ctty *c)
{
	struct task *t = ctx_task(ctx);

	GUARD(&t->kernel->tasklist);
	return in_background_locked(t->tg, c);
}

/* Does the caller not want to hear of it? */
static bool shuts_out(struct task *t, int signo)
{
	GUARD(&t->tg->lock);
	return (t->blocked & LX_SIGMASK(signo)) != 0 || sighand_ignores(t->tg->sighand, signo);
}

static int job_check_background(struct ctx *ctx, struct ctty *c, int signo)
{
	struct task *t = ctx_task(ctx);
	struct kernel *k = t->kernel;

	GUARD(&k->tasklist);
	if (!in_background_locked(t->tg, c))
		return 0;
	if (shuts_out(t, signo))
		return signo == LX_SIGTTIN ? -EIO : 0;
	if (pgrp_orphaned_without(k, t->tg->pgrp, NULL))
		return -EIO;
	signal_group(k, t->tg->pgrp, signo);
	return -LX_ERESTARTSYS;
}

/* ---- from the terminal ---- */

static void job_signal(struct jobs *j, struct ctty *c, int signo)
{
	struct kernel *k = kernel_of(j);

	GUARD(&k->tasklist);
	signal_group(k, atomic_load(&c->pgrp), signo);
}

static void signal_leader(struct kernel *k, int32_t sid, int signo) REQUIRES(k->tasklist);
static void signal_leader(struct kernel *k, int32_t sid, int signo)
{
	struct pid *p = pid_find(k, sid);
	lx_siginfo_t info;

	LOCK_ASSERT_HELD(&k->tasklist);
	if (!p || !p->task || !leads_session(p->task->tg))
		return;
	siginfo_kernel(&info, signo);
	(void)tg_signal_send(p->task->tg, &info);
}

static void job_hangup(struct jobs *j, struct ctty *c)
{
	struct kernel *k = kernel_of(j);
	int32_t sid;
	struct pid *p;
	bool lost;

	lock_acquire(&k->tasklist);
	sid = atomic_load(&c->sid);
	p = pid_find(k, sid);
	if (p && p->session_obj)
		p->session_obj->old_pgrp = atomic_load(&c->pgrp);
	signal_leader(k, sid, LX_SIGHUP);
	signal_leader(k, sid, LX_SIGCONT);
	lost = detach(k, c);
	lock_release(&k->tasklist);
	if (lost)
		c->ops->put(c);
}

void session_hangup(struct thread_group *tg)
{
	struct kernel *k = tg->kernel;
	struct ctty *c = NULL;

	lock_acquire(&k->tasklist);
	if (tg->session && leads_session(tg)) {
		struct session *s = tg->session;

		c = s->tty;
		if (c) {
			signal_group(k, atomic_load(&c->pgrp), LX_SIGHUP);
			check(detach(k, c));
		} else {
			signal_group(k, s->old_pgrp, LX_SIGHUP);
			signal_group(k, s->old_pgrp, LX_SIGCONT);
			s->old_pgrp = 0;
		}
	}
	lock_release(&k->tasklist);
	if (c)
		c->ops->put(c);
}

const struct jobs_ops task_jobs_ops = {
	.terminal = job_terminal,
	.is_terminal = job_is_terminal,
	.claim = job_claim,
	.leave = job_leave,
	.set_foreground = job_set_foreground,
	.in_background = job_in_background,
	.check_background = job_check_background,
	.signal = job_signal,
	.hangup = job_hangup,
};
