/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of threads and processes: _exit(2), exit_group(2), signal(7). Always carried out by the
 * thread itself, in its trap loop, with no system call under way:
 *
 *	1. exiting = true under tg->lock: no signal chooses it any more, what was its to take is
 * somebody else's
 *	2. futexes (robust list, clear_tid), the vfork parent is let go: mm and context are still
 * its own
 *	3. context, mm, files are given back
 *	4. under the tasklist: children get another parent; the thread leaves its group, or the
 * whole group becomes a zombie, whose parent is told; init takes everybody with it
 */
#include "abi/poll.h"
#include "base/check.h"
#include "host/futex.h"
#include "sentry/core/alloc.h"
#include "sentry/ipc/sysv/sysv.h"
#include "sentry/mm/mm.h"
#include "sentry/task/pidfd.h"
#include "sentry/task/task_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

void tg_exit(struct task *t, int wait_status)
{
	struct thread_group *tg = t->tg;

	lock_acquire(&t->tg->lock);
	LOCK_ASSERT_HELD(&tg->lock);
	/* A thread that another one's exec is about to end ends alone. */
	if (!(tg->exec_task && tg->exec_task != t))
		tg_begin_exit(tg, wait_status);
	atomic_fetch_or(&t->work, TASK_WORK_KILL);
	lock_release(&t->tg->lock);
}

static void stop_signals(struct task *t)
{
	struct thread_group *tg = t->tg;
	int signo, notify, notify_signal;
	bool stopped;

	lock_acquire(&t->tg->lock);
	t->exiting = true;
	signo = tg->stop_signal;
	/* It may have been this thread that was to tell of an earlier stop or continuation. */
	notify = tg->notify;
	notify_signal = tg->notify_signal;
	tg->notify = 0;
	stopped = stop_count_down(t);
	signal_retarget(t, ~t->blocked);
	lock_release(&t->tg->lock);
	if (notify)
		stop_tell_parent(tg, notify, notify_signal);
	if (stopped)
		stop_tell_parent(tg, LX_CLD_STOPPED, signo);
}

static void give_back(struct task *t)
{
	const struct platform_ops *pops = t->kernel->pops;
	struct pcontext *pc;
	struct mm *mm;
	struct fdtable *fds;
	struct fs_info *fs;
	struct mnt_ns *ns;

	sysv_sem_undo_put(TAKE(t->sem_undo), t->ctx.tgid);
	fds = t->fds;
	lock_acquire(&t->tg->lock);
	t->fds = NULL;
	lock_release(&t->tg->lock);
	/* Closing may need to sleep or to speak to the guest's memory: the context is still there. */
	if (fds)
		fdtable_put(fds, &t->ctx);
	seccomp_leave(t);

	lock_acquire(&t->tg->lock);
	pc = TAKE(t->ctx.pc);
	mm = TAKE(t->mm);
	fs = TAKE(t->fs);
	ns = TAKE(t->mnt_ns);
	lock_release(&t->tg->lock);
	if (pc)
		pops->context_free(pc);
	if (mm)
		mm_put(mm);
	if (fs)
		fs_info_put(fs);
	if (ns)
		mnt_ns_put(ns);
}

/* Init ends: so does everybody else. */
static void kill_all_others(struct kernel *k, struct thread_group *init) REQUIRES(k->tasklist);
static void kill_all_others(struct kernel *k, struct thread_group *init)
{
	lx_siginfo_t info;

	k->dying = true;
	siginfo_kernel(&info, LX_SIGKILL);
	for (struct pid *p = pid_next(k, 1); p;) {
		struct tree_node *next = tree_next(&p->node);

		if (p->task && p->task->tg != init && p->task == p->task->tg->leader) {
			lock_acquire(&p->task->tg->lock);
			(void)signal_send_locked(p->task, &info, SIGNAL_GROUP, SIGNAL_FROM_KERNEL);
			lock_release(&p->task->tg->lock);
		}
		p = next ? tree_entry(next, struct pid, node) : NULL;
	}
}

/* As Linux since 5.19: if nothing ended the group as one, the last thread's status is its own. */
static void become_zombie(struct thread_group *tg, int last_status) REQUIRES(tg->kernel->tasklist);
static void become_zombie(struct thread_group *tg, int last_status)
{
	struct kernel *k = tg->kernel;

	LOCK_ASSERT_HELD(&k->tasklist);
	pgrp_kill_if_orphaned(tg, NULL);
	lock_acquire(&tg->lock);
	tg->exit_status = tg_flag(tg, TG_EXITING) ? tg->group_exit_code : last_status;
	sigpending_flush(&tg->pending);
	lock_release(&tg->lock);
	tg->state = TG_ZOMBIE;
	atomic_store(&tg->leader->state, TASK_ZOMBIE);
	if (tg == k->init)
		kill_all_others(k, tg);
	if (tg_notify_parent(tg))
		tg_reap(tg);
}

static void leave_group(struct task *t)
{
	struct thread_group *tg = t->tg;
	struct kernel *k = t->kernel;
	bool last;

	GUARD(&k->tasklist);
	LOCK_ASSERT_HELD(&t->kernel->tasklist);
	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	tg_reparent_children(t);
	lock_acquire(&tg->lock);
	check(tg->nlive > 0);
	last = --tg->nlive == 0;
	if (tg->exec_task && tg->nlive == 1)
		ctx_wake(&tg->exec_task->ctx);
	lock_release(&tg->lock);
	if (t != tg->leader)
		task_release(t);
	else if (!last)
		atomic_store(&t->state, TASK_ZOMBIE);
	if (last)
		become_zombie(tg, t->exit_code);
	pidfd_wake(tg, LX_POLLIN);
}

void task_exit(struct task *t, int wait_status)
{
	struct thread_group *tg = t->tg;
	bool last;

	check(!t->exited);
	t->exit_code = wait_status;
	stop_signals(t);
	task_sample_usage(t);
	task_sample_memory(t);
	lock_acquire(&tg->lock);
	last = tg_live_thread_locked(tg) == NULL;
	lock_release(&tg->lock);
	if (last)
		itimers_fini(tg);
	exit_futexes(t);
	vfork_release(t);
	give_back(t);
	if (last)
		session_hangup(tg);
	if (t->kernel->trace && t->kernel->trace->ended)
		t->kernel->trace->ended(t, wait_status);
	leave_group(t);
	t->exited = true;
	if (last && t->kernel->pops->bury)
		t->kernel->pops->bury(t->kernel->platform);
}
