/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dead: telling parents, finding new parents for orphans, taking zombies out of the lists.
 * wait(2), prctl(2) PR_SET_CHILD_SUBREAPER and PR_SET_PDEATHSIG. Everything under kernel->tasklist.
 */
#include "abi/poll.h"
#include "abi/sched.h"
#include "base/check.h"
#include "host/futex.h"
#include "sentry/task/pidfd.h"
#include "sentry/task/task_priv.h"

void siginfo_child(lx_siginfo_t *ret, struct thread_group *child, int signo, int code, int status)
{
	struct usage u;

	siginfo_kernel(ret, signo);
	ret->si_code = code;
	lock_acquire(&child->lock);
	ret->_sigchld._uid = child->leader->cred->uid;
	tg_usage_locked(child, &u);
	lock_release(&child->lock);
	ret->_sigchld._pid = child->tgid;
	ret->_sigchld._status = status;
	ret->_sigchld._utime = ns_to_ticks(u.utime_ns);
	ret->_sigchld._stime = ns_to_ticks(u.stime_ns);
}

/* What siginfo says of a wait status. */
static int code_of(int wait_status, int *ret_status)
{
	if ((wait_status & 0x7f) == 0) {
		*ret_status = wait_status >> 8 & 0xff;
		return LX_CLD_EXITED;
	}
	*ret_status = wait_status & 0x7f;
	return wait_status & LX_WCOREFLAG ? LX_CLD_DUMPED : LX_CLD_KILLED;
}

static void tell_outside(struct kernel *k)
{
	atomic_fetch_add(&k->change_word, 1);
	host_futex_wake(&k->change_word, INT32_MAX);
	if (k->ended_outside)
		k->ended_outside(k->ended_arg);
}

bool tg_notify_parent(struct thread_group *tg)
{
	struct thread_group *parent = tg->parent;
	struct lx_sigaction act;
	lx_siginfo_t info;
	bool autoreap = false;
	int signo = tg->exit_signal, status, code;

	if (!parent) {
		/* Nobody outside waits for a stray whose parent was init. */
		tell_outside(tg->kernel);
		return tg->stray;
	}
	code = code_of(tg->exit_status, &status);
	siginfo_child(&info, tg, LX_SIGCHLD, code, status);
	lock_acquire(&parent->lock);
	if (signo == LX_SIGCHLD) {
		act = sighand_action(parent->sighand, LX_SIGCHLD);
		autoreap = act.k_sa_handler == LX_SIG_IGN || (act.sa_flags & LX_SA_NOCLDWAIT);
		if (act.k_sa_handler == LX_SIG_IGN)
			signo = 0;
	}
	if (signal_valid(signo) && parent->leader) {
		info.si_signo = signo;
		LOCK_ASSERT_HELD(&parent->leader->tg->lock);
		(void)signal_send_locked(parent->leader, &info, SIGNAL_GROUP, SIGNAL_FROM_KERNEL);
	}
	lock_release(&parent->lock);
	waitq_wake(&parent->child_wait, LX_POLLIN);
	return autoreap;
}

void task_release(struct task *t)
{
	struct kernel *k = t->kernel;
	struct thread_group *tg = t->tg;
	struct pid *p;

	LOCK_ASSERT_HELD(&k->tasklist);
	p = pid_find(k, t->tid);
	check(p && p->task == t);
	lock_acquire(&tg->lock);
	usage_add(&tg->dead, &t->usage);
	list_del(&t->thread_link);
	sigpending_flush(&t->pending);
	lock_release(&tg->lock);
	atomic_store(&t->state, TASK_DEAD);
	task_pay_no_more(t); /* whoever waited for it may start another at once */
	p->task = NULL;
	check(k->ntasks > 0);
	k->ntasks--;
	pid_release(k, p);
	pidfd_wake(tg, LX_POLLIN | LX_POLLHUP);
	task_put(t);
}

void tg_reap(struct thread_group *tg)
{
	struct kernel *k = tg->kernel;
	struct task *leader = tg->leader;

	LOCK_ASSERT_HELD(&k->tasklist);
	check(tg->state == TG_ZOMBIE && tg->nlive == 0);
	tg->state = TG_REAPED;
	list_del(&tg->sibling);
	tg->parent = NULL;
	tg->parent_task = NULL;
	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	session_leave(tg);
	tg_get(tg);
	task_get(leader); /* the lists go before the struct does: tg->leader stays readable */
	LOCK_ASSERT_HELD(&leader->kernel->tasklist);
	task_release(leader);
	lock_acquire(&tg->lock);
	tg->leader = NULL;
	lock_release(&tg->lock);
	task_put(leader);
	tg_put(tg);
}

/* ---- orphans ---- */

/* The nearest living ancestor that wants orphans, else init; NULL: init is gone, or ends. */
static struct thread_group *find_reaper(struct thread_group *tg) REQUIRES(tg->kernel->tasklist);
static struct thread_group *find_reaper(struct thread_group *tg)
{
	struct kernel *k = tg->kernel;
	struct thread_group *up;

	for (up = tg->parent; up && tg_flag(tg, TG_HAS_SUBREAPER); up = up->parent) {
		LOCK_ASSERT_HELD(&up->kernel->tasklist);
		if (tg_flag(up, TG_SUBREAPER) && tg_live_thread(up))
			return up;
	}
	if (k->init && k->init != tg && !k->dying) {
		LOCK_ASSERT_HELD(&k->init->kernel->tasklist);
		if (tg_live_thread(k->init))
			return k->init;
	}
	return NULL;
}

/* PR_SET_PDEATHSIG of each of the child's threads. */
static void tell_of_parents_death(struct thread_group *child)
{
	struct task *t;
	lx_siginfo_t info;

	GUARD(&child->lock);
	list_for_each_entry(t, &child->threads, thread_link) {
		if (!t->pdeath_signal)
			continue;
		siginfo_user(&info, t->pdeath_signal, LX_SI_USER, 0, 0);
		LOCK_ASSERT_HELD(&t->tg->lock);
		(void)signal_send_locked(t, &info, SIGNAL_GROUP, SIGNAL_FROM_INSIDE);
	}
}

static void adopt(struct thread_group *child, struct thread_group *old, struct thread_group *reaper)
	REQUIRES(child->kernel->tasklist);
static void adopt(struct thread_group *child, struct thread_group *old, struct thread_group *reaper)
{
	struct kernel *k = child->kernel;

	list_del(&child->sibling);
	child->parent = reaper;
	child->exit_signal = LX_SIGCHLD;
	if (reaper) {
		LOCK_ASSERT_HELD(&reaper->kernel->tasklist);
		child->parent_task = tg_live_thread(reaper);
		list_add_tail(&reaper->children, &child->sibling);
	} else {
		child->parent_task = NULL;
		child->stray = true;
		list_add_tail(&k->outside, &child->sibling);
	}
	if (child->state == TG_ZOMBIE) {
		if (tg_notify_parent(child))
			tg_reap(child);
		return;
	}
	pgrp_kill_if_orphaned(child, old);
}

void tg_reparent_children(struct task *dying)
{
	struct thread_group *tg = dying->tg, *child, *tmp, *reaper = NULL;
	struct task *sibling;

	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	sibling = tg_live_thread(tg);
	if (!sibling)
		reaper = find_reaper(tg);
	list_for_each_entry_safe(child, tmp, &tg->children, sibling) {
		if (child->parent_task != dying && sibling)
			continue;
		if (child->parent_task == dying && child->state == TG_ALIVE)
			tell_of_parents_death(child);
		LOCK_ASSERT_HELD(&child->kernel->tasklist);
		if (sibling)
			child->parent_task = sibling;
		else
			adopt(child, tg, reaper);
	}
}

static bool has_ancestor(struct thread_group *tg, struct thread_group *ancestor)
{
	for (tg = tg->parent; tg; tg = tg->parent)
		if (tg == ancestor)
			return true;
	return false;
}

/* Descendants learn that there is one above them; the flag on them only saves walks, so it is never
 * taken back. */
void task_set_subreaper(struct task *t, bool on)
{
	struct kernel *k = t->kernel;

	GUARD(&k->tasklist);
	if (!on) {
		tg_flag_clear(t->tg, TG_SUBREAPER);
		return;
	}
	tg_flag_set(t->tg, TG_SUBREAPER);
	for (struct pid *p = pid_next(k, 1); p;) {
		struct tree_node *next = tree_next(&p->node);

		if (p->task && has_ancestor(p->task->tg, t->tg))
			tg_flag_set(p->task->tg, TG_HAS_SUBREAPER);
		p = next ? tree_entry(next, struct pid, node) : NULL;
	}
}
