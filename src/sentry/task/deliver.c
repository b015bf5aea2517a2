/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking signals: what a thread does about its pending signals before it goes back into the guest.
 * signal(7), sigprocmask(2), sigaction(2), sigtimedwait(2).
 *
 * Order, as Linux: the end of the thread first, then a stop, then signals that the thread raised
 * itself, then its own, then the group's, each from the lowest number up.
 */
#include <errno.h>

#include "base/check.h"
#include "sentry/task/task_priv.h"

/* ---- masks ---- */

static void set_blocked_locked(struct task *t, lx_sigset_t mask) REQUIRES(t->tg->lock);
static void set_blocked_locked(struct task *t, lx_sigset_t mask)
{
	lx_sigset_t newly = mask & ~t->blocked;

	if ((t->pending.set | t->tg->pending.set) && newly)
		signal_retarget(t, newly);
	t->blocked = mask;
	signal_recalc(t);
}

void task_set_blocked(struct task *t, lx_sigset_t mask)
{
	mask &= ~SIGMASK_KERNEL_ONLY;
	/* Only the own thread changes it: what does not change needs no lock. */
	if (mask == t->blocked)
		return;
	lock_acquire(&t->tg->lock);
	set_blocked_locked(t, mask);
	lock_release(&t->tg->lock);
}

void task_set_blocked_temporarily(struct task *t, lx_sigset_t mask)
{
	check(!t->restore_mask);
	t->saved_mask = t->blocked;
	t->restore_mask = true;
	task_set_blocked(t, mask);
}

lx_sigset_t task_signal_pending(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->pending.set | t->tg->pending.set;
}

/* ---- taking one out ---- */

/* Thread's own first, then the group's. 0: none. */
static int dequeue(struct task *t, lx_sigset_t blocked, lx_siginfo_t *ret) REQUIRES(t->tg->lock);
static int dequeue(struct task *t, lx_sigset_t blocked, lx_siginfo_t *ret)
{
	int signo = sigpending_next(&t->pending, blocked);

	if (signo) {
		sigpending_take(&t->pending, signo, ret);
	} else {
		signo = sigpending_next(&t->tg->pending, blocked);
		if (signo) {
			sigpending_take(&t->tg->pending, signo, ret);
			if (signo == LX_SIGALRM)
				itimer_real_taken(t->tg);
		}
	}
	signal_recalc(t);
	return signo;
}

bool task_signal_dequeue(struct task *t, lx_sigset_t mask, lx_siginfo_t *ret)
{
	bool found;

	lock_acquire(&t->tg->lock);
	found = dequeue(t, ~(mask & ~SIGMASK_KERNEL_ONLY), ret) != 0;
	lock_release(&t->tg->lock);
	return found;
}

/* ---- default actions ---- */

/* Terminal stops do nothing in a group that nobody could ever continue. */
static bool stop_is_void(struct task *t, int signo)
{
	return signo != LX_SIGSTOP && pgrp_is_orphaned(t->kernel, t->tg->pgrp);
}

static void do_default(struct task *t, int signo, uint32_t cont_epoch)
{
	struct thread_group *tg = t->tg;

	switch (signal_default(signo)) {
	case SIG_DO_IGNORE:
	case SIG_DO_CONTINUE: /* it did its work when it was sent */
		return;
	case SIG_DO_STOP:
		if (tg_flag(tg, TG_UNKILLABLE) && signo != LX_SIGSTOP)
			return;
		if (stop_is_void(t, signo))
			return;
		lock_acquire(&t->tg->lock);
		(void)stop_begin(t, signo, cont_epoch);
		lock_release(&t->tg->lock);
		return;
	case SIG_DO_CORE:
		/* Differs: no core is ever written, hence LX_WCOREFLAG is never set. As Linux with
		 * RLIMIT_CORE 0. */
	case SIG_DO_TERMINATE:
		if (tg_flag(tg, TG_UNKILLABLE) && signo != LX_SIGKILL)
			return;
		tg_exit(t, signo);
		return;
	}
}

/* ---- looking around ---- */

static void tell_parent_if_asked(struct task *t)
{
	int code, signo;

	lock_acquire(&t->tg->lock);
	task_work_clear(t, TASK_WORK_NOTIFY);
	code = t->tg->notify;
	signo = t->tg->notify_signal;
	t->tg->notify = 0;
	lock_release(&t->tg->lock);
	if (code)
		stop_tell_parent(t->tg, code, signo);
}

static void die(struct task *t)
{
	struct thread_group *tg = t->tg;
	int status = LX_SIGKILL;

	lock_acquire(&t->tg->lock);
	if (tg_flag(tg, TG_EXITING))
		status = tg->group_exit_code;
	else if (tg->exec_task && tg->exec_task != t)
		status = 0;
	lock_release(&t->tg->lock);
	task_exit(t, status);
}

/* Take the next signal and its disposition. 0: none. */
static int take(struct task *t, struct signal_to_handle *ret, uint32_t *ret_cont_epoch)
{
	struct thread_group *tg = t->tg;
	int signo;

	lock_acquire(&t->tg->lock);
	signo = dequeue(t, t->blocked, &ret->info);
	if (signo) {
		ret->action = sighand_action(tg->sighand, signo);
		if (ret->action.k_sa_handler > LX_SIG_IGN &&
		    (ret->action.sa_flags & LX_SA_RESETHAND)) {
			struct lx_sigaction reset = ret->action;

			reset.k_sa_handler = LX_SIG_DFL;
			(void)sighand_set_action(tg->sighand, signo, &reset);
		}
		*ret_cont_epoch = tg->cont_epoch;
	}
	lock_release(&t->tg->lock);
	return signo;
}

bool task_next_signal(struct task *t, struct signal_to_handle *ret)
{
	const struct kernel_trace *trace = t->kernel->trace;
	uint32_t cont_epoch;
	int signo;

	while (!t->exited) {
		if (task_work(t, TASK_WORK_KILL)) {
			die(t);
			return false;
		}
		if (task_work(t, TASK_WORK_FREEZE)) {
			freeze_here(t);
			continue;
		}
		if (task_work(t, TASK_WORK_NOTIFY))
			tell_parent_if_asked(t);
		if (task_work(t, TASK_WORK_USAGE)) {
			task_work_clear(t, TASK_WORK_USAGE);
			task_sample_usage(t);
			cpu_timers_check(t);
		}
		if (task_work(t, TASK_WORK_STOP)) {
			stop_here(t);
			continue;
		}
		if (!task_work(t, TASK_WORK_SIGNAL))
			return false;
		signo = take(t, ret, &cont_epoch);
		if (!signo)
			continue;
		if (trace && trace->signal && ret->action.k_sa_handler != LX_SIG_IGN)
			trace->signal(t, &ret->info);
		if (ret->action.k_sa_handler == LX_SIG_DFL)
			do_default(t, signo, cont_epoch);
		else if (ret->action.k_sa_handler != LX_SIG_IGN)
			return true;
	}
	return false;
}

void task_signal_handled(struct task *t, const struct signal_to_handle *s, bool frame_stands)
{
	int signo = s->info.si_signo;
	lx_sigset_t mask = t->blocked | s->action.sa_mask;

	if (!frame_stands) {
		task_signal_force_segv(t, signo);
		return;
	}
	t->restore_mask = false;
	if (!(s->action.sa_flags & LX_SA_NODEFER))
		mask |= LX_SIGMASK(signo);
	task_set_blocked(t, mask);
	if ((uint32_t)t->altstack.ss_flags & LX_SS_AUTODISARM)
		altstack_reset(&t->altstack);
}

/* ---- faults ---- */

/* handler_too: even a handler that could run is dropped, since it is what failed. */
static void force(struct task *t, const lx_siginfo_t *info, bool handler_too)
{
	struct thread_group *tg = t->tg;
	int signo = info->si_signo;
	lx_sigset_t bit = LX_SIGMASK(signo);
	struct lx_sigaction act;

	lock_acquire(&t->tg->lock);
	act = sighand_action(tg->sighand, signo);
	if (handler_too || (t->blocked & bit) || act.k_sa_handler == LX_SIG_IGN) {
		act.k_sa_handler = LX_SIG_DFL;
		(void)sighand_set_action(tg->sighand, signo, &act);
		if (t->blocked & bit)
			set_blocked_locked(t, t->blocked & ~bit);
	}
	/* Even init does not survive its own fault. */
	if (act.k_sa_handler == LX_SIG_DFL)
		tg_flag_clear(tg, TG_UNKILLABLE);
	if (!tg_flag(tg, TG_EXITING)) {
		(void)sigpending_add(&t->pending, info, NULL, 0, true);
		signal_recalc(t);
	}
	lock_release(&t->tg->lock);
}

void task_signal_force(struct task *t, const lx_siginfo_t *info)
{
	force(t, info, false);
}

void task_signal_force_segv(struct task *t, int during_signo)
{
	lx_siginfo_t info;

	siginfo_kernel(&info, LX_SIGSEGV);
	force(t, &info, during_signo == LX_SIGSEGV);
}

/* ---- calls ---- */

void task_set_action(struct task *t, int signo, const struct lx_sigaction *act,
		     struct lx_sigaction *ret_old)
{
	struct thread_group *tg = t->tg;
	struct lx_sigaction old;
	struct task *other;

	lock_acquire(&t->tg->lock);
	LOCK_ASSERT_HELD(&tg->lock);
	if (act)
		old = sighand_set_action(tg->sighand, signo, act);
	else
		old = sighand_action(tg->sighand, signo);
	/* POSIX: setting to "ignore" discards what is pending, blocked or not. */
	if (act && sighand_ignores(tg->sighand, signo)) {
		sigpending_flush_mask(&tg->pending, LX_SIGMASK(signo));
		list_for_each_entry(other, &tg->threads, thread_link)
			sigpending_flush_mask(&other->pending, LX_SIGMASK(signo));
	}
	lock_release(&t->tg->lock);
	if (ret_old)
		*ret_old = old;
}

long task_signal_wait(struct task *t, lx_sigset_t set, int64_t deadline_ns, lx_siginfo_t *ret)
{
	lx_sigset_t was;
	int signo, r = 0;

	set &= ~SIGMASK_KERNEL_ONLY;
	lock_acquire(&t->tg->lock);
	signo = dequeue(t, ~set, ret);
	if (signo || deadline_ns == 0) {
		lock_release(&t->tg->lock);
		return signo ? signo : -EAGAIN;
	}
	/* Open the set, so that its signals wake us; none is delivered, since we take it first. */
	was = t->blocked;
	t->real_blocked = was;
	t->blocked &= ~set;
	signal_recalc(t);
	lock_release(&t->tg->lock);

	while (r == 0 && !task_work(t, TASK_WORK_SIGNAL))
		r = ctx_block(&t->ctx, deadline_ns);

	lock_acquire(&t->tg->lock);
	t->real_blocked = 0;
	set_blocked_locked(t, was);
	signo = dequeue(t, ~set, ret);
	lock_release(&t->tg->lock);
	if (signo)
		return signo;
	return r == -ETIMEDOUT ? -EAGAIN : -EINTR;
}
