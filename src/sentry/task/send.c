/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending signals: who may, whether it counts, in which queue it waits, who is woken. signal(7),
 * kill(2), tgkill(2), rt_sigqueueinfo(2).
 *
 * A signal to a process waits in the group's queue; any thread that does not block it may take it,
 * and one such thread is woken. A deadly one (default action, no core) is not left to chance: the
 * group begins to end at once.
 *
 *	sender, under tg->lock                      the thread
 *	bit set in pending                          state = IN_GUEST                    (A)
 *	work |= SIGNAL                      (B)     work?  -> looks around              (C)
 *	ctx_wake                                    context_switch
 *	state == IN_GUEST? interrupt        (D)
 * (B) before (C): seen. (C) before (B): then (A) before (D), and the switch is interrupted.
 * ctx_wake ends a sleep likewise (ctx.c).
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/poll.h"
#include "base/check.h"
#include "sentry/task/task_priv.h"

/* ---- does it count? ---- */

static bool is_kernel_only(int signo)
{
	return signo == LX_SIGKILL || signo == LX_SIGSTOP;
}

static bool is_ignored(struct task *t, int signo, enum signal_from from)
{
	struct thread_group *tg = t->tg;
	lx_sigset_t bit = LX_SIGMASK(signo);
	uint64_t handler;

	/* Blocked signals wait: the handler may change until they are unblocked. */
	if ((t->blocked | t->real_blocked) & bit)
		return false;
	handler = sighand_action(tg->sighand, signo).k_sa_handler;
	if (tg_flag(tg, TG_UNKILLABLE) && handler == LX_SIG_DFL &&
	    !(from == SIGNAL_FROM_KERNEL && is_kernel_only(signo)))
		return true;
	return handler == LX_SIG_IGN ||
	       (handler == LX_SIG_DFL && signal_default(signo) == SIG_DO_IGNORE);
}

static void flush_everywhere(struct thread_group *tg, lx_sigset_t mask) REQUIRES(tg->lock);
static void flush_everywhere(struct thread_group *tg, lx_sigset_t mask)
{
	struct task *t;

	sigpending_flush_mask(&tg->pending, mask);
	list_for_each_entry(t, &tg->threads, thread_link)
		sigpending_flush_mask(&t->pending, mask);
}

/* What a signal does by being sent, even if it is blocked or ignored. False: it has no further
 * effect. */
static bool prepare(struct task *t, int signo, enum signal_from from) REQUIRES(t->tg->lock);
static bool prepare(struct task *t, int signo, enum signal_from from)
{
	struct thread_group *tg = t->tg;

	LOCK_ASSERT_HELD(&tg->lock);
	if (tg_flag(tg, TG_EXITING) || tg->nlive == 0)
		return false;
	if (LX_SIGMASK(signo) & SIGMASK_STOP) {
		flush_everywhere(tg, LX_SIGMASK(LX_SIGCONT));
	} else if (signo == LX_SIGCONT) {
		flush_everywhere(tg, SIGMASK_STOP);
		stop_continue(tg);
	}
	return !is_ignored(t, signo, from);
}

/* ---- who is woken? ---- */

void signal_recalc(struct task *t)
{
	if ((t->pending.set | t->tg->pending.set) & ~t->blocked)
		atomic_fetch_or(&t->work, TASK_WORK_SIGNAL);
	else
		task_work_clear(t, TASK_WORK_SIGNAL);
}

static bool wants(struct task *t, int signo)
{
	if ((t->blocked & LX_SIGMASK(signo)) || t->exiting)
		return false;
	if (signo == LX_SIGKILL)
		return true;
	if (atomic_load(&t->state) == TASK_STOPPED)
		return false;
	return atomic_load(&t->state) == TASK_IN_GUEST || !task_work(t, TASK_WORK_SIGNAL);
}

static struct task *choose(struct task *t, int signo, enum signal_scope scope)
	REQUIRES(t->tg->lock);
static struct task *choose(struct task *t, int signo, enum signal_scope scope)
{
	struct task *other;

	if (wants(t, signo))
		return t;
	if (scope == SIGNAL_THREAD)
		return NULL;
	list_for_each_entry(other, &t->tg->threads, thread_link)
		if (wants(other, signo))
			return other;
	return NULL;
}

/* Default action: the end, without a core to write. */
static bool is_fatal(struct thread_group *tg, struct task *chosen, int signo)
{
	uint64_t handler = sighand_action(tg->sighand, signo).k_sa_handler;

	if (handler != LX_SIG_DFL || (chosen->real_blocked & LX_SIGMASK(signo)))
		return false;
	if (tg_flag(tg, TG_UNKILLABLE) && signo != LX_SIGKILL)
		return false;
	return signo == LX_SIGKILL || signal_default(signo) == SIG_DO_TERMINATE;
}

void tg_begin_exit(struct thread_group *tg, int wait_status)
{
	struct task *t;

	if (tg_flag(tg, TG_EXITING))
		return;
	tg_flag_set(tg, TG_EXITING); /* (A) of task_publish */
	tg->group_exit_code = wait_status;
	stop_cancel(tg);
	list_for_each_entry(t, &tg->threads, thread_link) {
		LOCK_ASSERT_HELD(&t->tg->lock);
		if (!t->exiting)
			task_kick(t, TASK_WORK_KILL);
	}
}

static void complete(struct task *t, int signo, enum signal_scope scope) REQUIRES(t->tg->lock);
static void complete(struct task *t, int signo, enum signal_scope scope)
{
	struct thread_group *tg = t->tg;
	struct task *chosen = choose(t, signo, scope);

	LOCK_ASSERT_HELD(&tg->lock);
	if (!chosen)
		return;
	if (is_fatal(tg, chosen, signo)) {
		tg_begin_exit(tg, signo);
		return;
	}
	LOCK_ASSERT_HELD(&chosen->tg->lock);
	task_kick(chosen, TASK_WORK_SIGNAL);
}

int signal_send_locked(struct task *t, const lx_siginfo_t *info, enum signal_scope scope,
		       enum signal_from from)
{
	struct thread_group *tg = t->tg;
	int signo = info->si_signo;
	struct sigpending *pending = scope == SIGNAL_GROUP ? &tg->pending : &t->pending;
	enum sigpending_result r;

	if (t->exiting && scope == SIGNAL_THREAD)
		return 0;
	if (!prepare(t, signo, from))
		return 0;
	if (signo == LX_SIGKILL) {
		pending->set |= LX_SIGMASK(LX_SIGKILL); /* never has siginfo */
	} else {
		r = sigpending_add(pending, info, t->user,
				   limit_soft(&tg->limits, LX_RLIMIT_SIGPENDING), false);
		if (r == SIGPENDING_FULL)
			return -EAGAIN;
		if (r == SIGPENDING_ALREADY)
			return 0;
	}
	waitq_wake(&tg->signal_wait, LX_POLLIN);
	complete(t, signo, scope);
	return 0;
}

void signal_retarget(struct task *t, lx_sigset_t which)
{
	struct task *other;
	lx_sigset_t left = which & t->tg->pending.set;

	list_for_each_entry(other, &t->tg->threads, thread_link) {
		if (!left)
			return;
		if (other == t || other->exiting || !(left & ~other->blocked))
			continue;
		left &= other->blocked;
		LOCK_ASSERT_HELD(&other->tg->lock);
		if (!task_work(other, TASK_WORK_SIGNAL))
			task_kick(other, TASK_WORK_SIGNAL);
	}
}

/* ---- for the kernel ---- */

int task_signal_send(struct task *t, const lx_siginfo_t *info, enum signal_scope scope)
{
	int r;

	lock_acquire(&t->tg->lock);
	r = signal_send_locked(t, info, scope, SIGNAL_FROM_KERNEL);
	lock_release(&t->tg->lock);
	return r;
}

int tg_signal_send(struct thread_group *tg, const lx_siginfo_t *info)
{
	int r = 0;

	GUARD(&tg->lock);
	if (tg->leader) {
		LOCK_ASSERT_HELD(&tg->leader->tg->lock);
		r = signal_send_locked(tg->leader, info, SIGNAL_GROUP, SIGNAL_FROM_KERNEL);
	}
	return r;
}

int tg_signal_many(struct thread_group *tg, const lx_siginfo_t *info, enum signal_from from)
{
	lx_sigset_t bit = LX_SIGMASK(info->si_signo);
	struct task *t;

	GUARD(&tg->lock);
	if (!tg->leader)
		return 0;
	/* As Linux: what reaches the parent of a fork under way reaches the child too, stop against
	 * continue as sent last. */
	list_for_each_entry(t, &tg->threads, thread_link) {
		if (!t->forking)
			continue;
		if (bit & SIGMASK_STOP)
			t->fork_signals &= ~LX_SIGMASK(LX_SIGCONT);
		else if (info->si_signo == LX_SIGCONT)
			t->fork_signals &= ~SIGMASK_STOP;
		t->fork_signals |= bit;
	}
	LOCK_ASSERT_HELD(&tg->leader->tg->lock);
	return signal_send_locked(tg->leader, info, SIGNAL_GROUP, from);
}

int pgrp_signal_locked(struct kernel *k, int32_t pgrp, const lx_siginfo_t *info,
		       enum signal_from from)
{
	struct pid *p = pid_find(k, pgrp);
	struct thread_group *tg;
	int r = -ESRCH;

	if (!p)
		return r;
	list_for_each_entry(tg, &p->pgrp, pgrp_link) {
		LOCK_ASSERT_HELD(&tg->kernel->tasklist);
		int one = tg_signal_many(tg, info, from);

		if (r != 0)
			r = one;
	}
	return r;
}

int pgrp_signal_send(struct kernel *k, int32_t pgrp, const lx_siginfo_t *info)
{
	GUARD(&k->tasklist);
	return pgrp_signal_locked(k, pgrp, info, SIGNAL_FROM_KERNEL);
}

void task_signal_send_embedded(struct task *t, struct sigqueue *q, enum signal_scope scope)
{
	struct thread_group *tg = t->tg;
	int signo = q->info.si_signo;

	lock_acquire(&t->tg->lock);
	LOCK_ASSERT_HELD(&tg->lock);
	if (!(t->exiting && scope == SIGNAL_THREAD) && prepare(t, signo, SIGNAL_FROM_KERNEL)) {
		sigpending_add_embedded(scope == SIGNAL_GROUP ? &tg->pending : &t->pending, q);
		waitq_wake(&tg->signal_wait, LX_POLLIN);
		complete(t, signo, scope);
	}
	lock_release(&t->tg->lock);
}

void task_signal_cancel_embedded(struct thread_group *tg, struct sigqueue *q)
{
	struct task *t;

	GUARD(&tg->lock);
	if (!sigqueue_is_queued(q))
		return;
	/* Which queue it is in does not matter to the list, only to the bit: look at all of them. */
	sigpending_remove_embedded(&tg->pending, q);
	list_for_each_entry(t, &tg->threads, thread_link)
		sigpending_refresh(&t->pending, q->info.si_signo);
	sigpending_refresh(&tg->pending, q->info.si_signo);
}

/* ---- for processes: with permission ---- */

int task_may_signal(struct task *by, struct task *t, int signo)
{
	const struct cred *me = by->cred;
	bool same_session;

	if (by->tg == t->tg || cred_capable(me, LX_CAP_KILL))
		return 0;
	AUTO(cred_put) const struct cred *c = task_cred_get(t);
	if (me->euid == c->suid || me->euid == c->uid || me->uid == c->suid || me->uid == c->uid)
		return 0;
	if (signo != LX_SIGCONT)
		return -EPERM;
	lock_acquire(&t->tg->lock);
	same_session = t->tg->sid == by->tg->sid;
	lock_release(&t->tg->lock);
	return same_session ? 0 : -EPERM;
}

/* Permission, then the signal (0: only the question). */
static int send_checked(struct task *by, struct task *t, const lx_siginfo_t *info,
			enum signal_scope scope)
{
	int r = task_may_signal(by, t, info->si_signo);

	if (r < 0 || info->si_signo == 0)
		return r;
	lock_acquire(&t->tg->lock);
	r = signal_send_locked(t, info, scope, SIGNAL_FROM_INSIDE);
	lock_release(&t->tg->lock);
	return r;
}

static int send_many_checked(struct task *by, struct thread_group *tg, const lx_siginfo_t *info)
	REQUIRES(tg->kernel->tasklist);
static int send_many_checked(struct task *by, struct thread_group *tg, const lx_siginfo_t *info)
{
	struct task *leader = tg->leader;
	int r = task_may_signal(by, leader, info->si_signo);

	if (r < 0 || info->si_signo == 0)
		return r;
	return tg_signal_many(tg, info, SIGNAL_FROM_INSIDE);
}

static int kill_pgrp(struct task *by, int32_t pgrp, const lx_siginfo_t *info)
{
	struct kernel *k = by->kernel;
	struct thread_group *tg;
	int r = -ESRCH;

	GUARD(&k->tasklist);
	struct pid *p = pid_find(k, pgrp ? pgrp : by->tg->pgrp);
	if (!p)
		return r;
	list_for_each_entry(tg, &p->pgrp, pgrp_link) {
		LOCK_ASSERT_HELD(&tg->kernel->tasklist);
		int one = send_many_checked(by, tg, info);

		if (r != 0)
			r = one;
	}
	return r;
}

/* Everybody but init and the caller's own process. */
static int kill_everybody(struct task *by, const lx_siginfo_t *info)
{
	struct kernel *k = by->kernel;
	int r = -ESRCH;

	GUARD(&k->tasklist);
	for (struct pid *p = pid_next(k, 2); p;) {
		struct tree_node *next = tree_next(&p->node);
		struct thread_group *tg = p->task ? p->task->tg : NULL;

		if (tg && tg->tgid == p->nr && tg != by->tg) {
			LOCK_ASSERT_HELD(&tg->kernel->tasklist);
			int one = send_many_checked(by, tg, info);

			if (one != -EPERM)
				r = one;
		}
		p = next ? tree_entry(next, struct pid, node) : NULL;
	}
	return r;
}

int task_kill(struct task *by, int32_t pid, const lx_siginfo_t *info)
{
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid == -1)
		return kill_everybody(by, info);
	if (pid <= 0)
		return kill_pgrp(by, -pid, info);
	AUTO(task_put) struct task *t = task_find(by->kernel, pid);
	if (!t)
		return -ESRCH;
	/* A thread's number stands for its process. */
	return send_checked(by, t, info, SIGNAL_GROUP);
}

int task_tgkill(struct task *by, int32_t tgid, int32_t tid, const lx_siginfo_t *info)
{
	AUTO(task_put) struct task *t = task_find(by->kernel, tid);
	int r;

	if (!t || (tgid != 0 && t->tg->tgid != tgid))
		return -ESRCH;
	r = send_checked(by, t, info, SIGNAL_THREAD);
	/* Linux: the target may have ended between the look and the signal; that is no error. */
	return r == -ESRCH ? 0 : r;
}

int task_queueinfo(struct task *by, int32_t pid, const lx_siginfo_t *info)
{
	AUTO(task_put) struct task *t = task_find(by->kernel, pid);

	return t ? send_checked(by, t, info, SIGNAL_GROUP) : -ESRCH;
}
