/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Job control: a group stops as a whole, and continues as a whole.
 *
 *	running --stop signal taken--> stopping (stop_pending threads have not stopped yet) --last
 * one--> stopped (TG_STOP_STOPPED) stopping, stopped --SIGCONT sent, SIGKILL, exit--> running
 *
 * The thread that takes the stop signal marks all others (TASK_WORK_STOP, stop_counted) and stops
 * itself; each of them stops when it comes by. The last one tells the parent. SIGCONT acts when it
 * is sent, not when it is delivered; the first thread that looks around then tells the parent, since
 * the sender may hold locks.
 *
 * Invariant: stop_pending is the number of threads with stop_counted. Everything under tg->lock.
 */
#include "abi/poll.h"
#include "base/check.h"
#include "sentry/task/task_priv.h"

static void let_all_run(struct thread_group *tg) REQUIRES(tg->lock);
static void let_all_run(struct thread_group *tg)
{
	struct task *t;

	list_for_each_entry(t, &tg->threads, thread_link) {
		t->stop_counted = false;
		if (task_work(t, TASK_WORK_STOP)) {
			task_work_clear(t, TASK_WORK_STOP);
			ctx_wake(&t->ctx);
		}
	}
	tg->stop_pending = 0;
	tg->stop_signal = 0;
	tg_flag_clear(tg, TG_STOP_STOPPED);
}

static void ask_to_notify(struct thread_group *tg, int code, int signo) REQUIRES(tg->lock);
static void ask_to_notify(struct thread_group *tg, int code, int signo)
{
	struct task *t;

	tg->notify = code;
	tg->notify_signal = signo;
	list_for_each_entry(t, &tg->threads, thread_link) {
		if (t->exiting)
			continue;
		LOCK_ASSERT_HELD(&t->tg->lock);
		task_kick(t, TASK_WORK_NOTIFY);
		return;
	}
}

void stop_continue(struct thread_group *tg)
{
	bool was_stopped = tg_flag(tg, TG_STOP_STOPPED), was_stopping = tg->stop_pending > 0;
	int signo = tg->stop_signal;

	tg->cont_epoch++;
	let_all_run(tg);
	tg_flag_clear(tg, TG_REPORT_STOPPED);
	if (was_stopped) {
		tg_flag_set(tg, TG_REPORT_CONTINUED);
		ask_to_notify(tg, LX_CLD_CONTINUED, LX_SIGCONT);
	} else if (was_stopping) {
		tg_flag_set(tg, TG_REPORT_CONTINUED);
		ask_to_notify(tg, LX_CLD_STOPPED, signo);
	}
}

void stop_cancel(struct thread_group *tg)
{
	tg->cont_epoch++;
	let_all_run(tg);
	tg_flag_clear(tg, TG_REPORT_STOPPED | TG_REPORT_CONTINUED);
	tg->notify = 0;
}

bool stop_count_down(struct task *t)
{
	struct thread_group *tg = t->tg;

	if (!t->stop_counted)
		return false;
	t->stop_counted = false;
	check(tg->stop_pending > 0);
	if (--tg->stop_pending > 0)
		return false;
	tg_flag_set(tg, TG_STOP_STOPPED | TG_REPORT_STOPPED);
	tg_flag_clear(tg, TG_REPORT_CONTINUED);
	return true;
}

void stop_join(struct task *t)
{
	if (t->tg->stop_pending == 0)
		return;
	t->stop_counted = true;
	t->tg->stop_pending++;
	atomic_fetch_or(&t->work, TASK_WORK_STOP);
}

bool stop_begin(struct task *t, int signo, uint32_t cont_epoch)
{
	struct thread_group *tg = t->tg;
	struct task *other;

	if (tg_flag(tg, TG_EXITING) || tg->exec_task || tg->cont_epoch != cont_epoch)
		return false;
	if (task_work(t, TASK_WORK_STOP))
		return true; /* another thread took a stop signal first */
	tg->stop_signal = signo;
	tg->stop_pending = 0;
	list_for_each_entry(other, &tg->threads, thread_link) {
		if (other->exiting || atomic_load(&other->state) == TASK_STOPPED)
			continue;
		other->stop_counted = true;
		tg->stop_pending++;
		LOCK_ASSERT_HELD(&other->tg->lock);
		if (other == t)
			atomic_fetch_or(&t->work, TASK_WORK_STOP);
		else
			task_kick(other, TASK_WORK_STOP);
	}
	return true;
}

void stop_here(struct task *t)
{
	struct thread_group *tg = t->tg;
	bool complete;
	int signo;

	lock_acquire(&t->tg->lock);
	if (!task_work(t, TASK_WORK_STOP)) {
		lock_release(&t->tg->lock);
		return;
	}
	atomic_store(&t->state, TASK_STOPPED);
	complete = stop_count_down(t);
	signo = tg->stop_signal;
	lock_release(&t->tg->lock);
	if (complete)
		stop_tell_parent(tg, LX_CLD_STOPPED, signo);
	if (t->kernel->trace && t->kernel->trace->stopped)
		t->kernel->trace->stopped(t, signo);

	while (task_work(t, TASK_WORK_STOP) && !task_work(t, TASK_WORK_KILL)) {
		int r = ctx_block_killable(&t->ctx, CTX_FOREVER);

		(void)r; /* woken or killed: the loop looks */
	}
	lock_acquire(&t->tg->lock);
	atomic_store(&t->state, TASK_IN_CALL);
	signal_recalc(t);
	lock_release(&t->tg->lock);
}

/* A process without a parent inside stopped: who started it may want to stop, too. */
static void stop_tell_outside(struct thread_group *tg)
{
	struct kernel *k = tg->kernel;
	bool outside;

	lock_acquire(&k->tasklist);
	outside = !tg->parent && tg->state == TG_ALIVE;
	lock_release(&k->tasklist);
	if (outside && k->stopped_outside)
		k->stopped_outside(k->stopped_arg, tg->stop_signal);
}

void stop_tell_parent(struct thread_group *tg, int code, int signo)
{
	struct kernel *k = tg->kernel;
	struct thread_group *parent;
	struct lx_sigaction act;
	lx_siginfo_t info;

	if (code == LX_CLD_STOPPED)
		stop_tell_outside(tg);
	GUARD(&k->tasklist);
	parent = tg->parent;
	if (!parent || tg->state != TG_ALIVE)
		return;
	siginfo_child(&info, tg, LX_SIGCHLD, code, signo);
	lock_acquire(&parent->lock);
	act = sighand_action(parent->sighand, LX_SIGCHLD);
	if (act.k_sa_handler != LX_SIG_IGN && !(act.sa_flags & LX_SA_NOCLDSTOP) && parent->leader) {
		LOCK_ASSERT_HELD(&parent->leader->tg->lock);
		(void)signal_send_locked(parent->leader, &info, SIGNAL_GROUP, SIGNAL_FROM_KERNEL);
	}
	lock_release(&parent->lock);
	waitq_wake(&parent->child_wait, LX_POLLIN);
}
