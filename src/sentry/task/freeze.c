/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All guest threads at rest: `caisson pause`, and a container that is created but not started. As
 * the freezer of cgroup v2: threads leave the guest, a sleep is interrupted and its call begins
 * again later, signals wait, and only SIGKILL still works.
 *
 *	kernel_freeze                          a thread
 *	frozen = true; FREEZE to every thread
 *	                                       looks around (task_next_signal): freeze_here
 *	sleeps on change_word until all rest   deaf = true; FREEZE? change_word + 1   (A)
 *	kernel_thaw: takes FREEZE back, wakes  goes on
 * A thread that is born while frozen is born with FREEZE: both are under the tasklist.
 *
 * At rest is who has ended, and who sleeps so that only a waker or SIGKILL ends it: here, stopped,
 * waiting for a vfork child or for its siblings' end. When such a sleep ends meanwhile, the thread
 * comes by here before it is in the guest again. FREEZE wakes it once, so that (A) is told of
 * sleeps that began before.
 *
 * Init that is held rests likewise, but by itself, and is not let go by kernel_thaw.
 */
#include <errno.h>

#include "base/check.h"
#include "host/futex.h"
#include "sentry/task/task_priv.h"

/* ---- the thread ---- */

/* Where the platform can say so, the host can freeze what rests: a cgroup's freezer, a suspend. A
 * context that cannot be parked is lost, which its next switch tells. */
static void park(struct task *t)
{
	const struct platform_ops *pops = t->kernel->pops;

	if (pops->context_park && t->ctx.pc)
		(void)!pops->context_park(t->ctx.pc);
}

void freeze_sleep(struct task *t, bool asleep)
{
	struct kernel *k = t->kernel;

	atomic_store(&t->deaf, asleep);
	if (!asleep || !task_work(t, TASK_WORK_FREEZE))
		return;
	/* Rest is claimed only once the thread is parked. */
	atomic_store(&t->deaf, false);
	park(t);
	atomic_store(&t->deaf, true);
	atomic_fetch_add(&k->change_word, 1); /* (A) */
	host_futex_wake(&k->change_word, INT32_MAX);
}

void freeze_here(struct task *t)
{
	while (task_work(t, TASK_WORK_FREEZE) && !task_work(t, TASK_WORK_KILL)) {
		int r = ctx_block_killable(&t->ctx, CTX_FOREVER);

		(void)r; /* woken or killed: the loop looks */
	}
	lock_acquire(&t->tg->lock);
	signal_recalc(t);
	lock_release(&t->tg->lock);
}

void freeze_born(struct task *t)
{
	if (t->kernel->frozen)
		atomic_fetch_or(&t->work, TASK_WORK_FREEZE);
}

void freeze_hold(struct task *t)
{
	LOCK_ASSERT_HELD(&t->kernel->tasklist);
	t->kernel->init_held = true;
	atomic_fetch_or(&t->work, TASK_WORK_FREEZE);
}

/* ---- all of them ---- */

static bool is_held(struct task *t)
{
	return t->kernel->init_held && t->tg == t->kernel->init;
}

static void set_one(struct task *t, bool on)
{
	GUARD(&t->tg->lock);
	if (t->exiting)
		return;
	if (on) {
		task_kick(t, TASK_WORK_FREEZE);
	} else {
		task_work_clear(t, TASK_WORK_FREEZE);
		ctx_wake(&t->ctx);
	}
}

static void set_all(struct kernel *k, bool on) REQUIRES(k->tasklist);
static void set_all(struct kernel *k, bool on)
{
	for (struct pid *p = pid_next(k, 1); p;) {
		struct tree_node *next = tree_next(&p->node);

		if (p->task && !(is_held(p->task) && !on))
			set_one(p->task, on);
		p = next ? tree_entry(next, struct pid, node) : NULL;
	}
}

static bool is_at_rest(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->exiting || atomic_load(&t->deaf);
}

static bool all_at_rest(struct kernel *k) REQUIRES(k->tasklist);
static bool all_at_rest(struct kernel *k)
{
	for (struct pid *p = pid_next(k, 1); p;) {
		struct tree_node *next = tree_next(&p->node);

		if (p->task && !is_at_rest(p->task))
			return false;
		p = next ? tree_entry(next, struct pid, node) : NULL;
	}
	return true;
}

/* 1: all rest; 0: not yet; -ESRCH: init has ended; -ECANCELED: thawed meanwhile. */
static int look(struct kernel *k)
{
	GUARD(&k->tasklist);
	if (k->dying || !k->init)
		return -ESRCH;
	if (!k->frozen)
		return -ECANCELED;
	return all_at_rest(k);
}

static int begin(struct kernel *k)
{
	GUARD(&k->tasklist);
	if (k->dying || !k->init)
		return -ESRCH;
	if (k->frozen)
		return -EBUSY;
	k->frozen = true;
	set_all(k, true);
	return 0;
}

/* Everybody rests: the platform's own threads as well. */
static void settle(struct kernel *k)
{
	if (k->pops->settle)
		k->pops->settle(k->platform);
}

int kernel_freeze(struct kernel *k, int64_t deadline_ns)
{
	int r = begin(k);

	if (r < 0)
		return r;
	for (;;) {
		uint32_t seen = atomic_load(&k->change_word);

		r = look(k);
		if (r > 0)
			settle(k);
		if (r != 0)
			return r < 0 ? r : 0;
		r = host_futex_wait(&k->change_word, seen, deadline_ns);
		if (r == -ETIMEDOUT) {
			r = kernel_thaw(k);
			return r < 0 ? r : -ETIMEDOUT;
		}
	}
}

int kernel_thaw(struct kernel *k)
{
	GUARD(&k->tasklist);
	if (!k->frozen)
		return -EINVAL;
	k->frozen = false;
	set_all(k, false);
	atomic_fetch_add(&k->change_word, 1); /* a kernel_freeze that still waits hears of it */
	host_futex_wake(&k->change_word, INT32_MAX);
	return 0;
}

bool kernel_is_frozen(struct kernel *k)
{
	GUARD(&k->tasklist);
	return k->frozen;
}

/* ---- init ---- */

bool kernel_init_is_held(struct kernel *k)
{
	GUARD(&k->tasklist);
	return k->init_held;
}

int kernel_release_init(struct kernel *k)
{
	GUARD(&k->tasklist);
	if (k->dying || !k->init)
		return -ESRCH;
	if (!k->init_held)
		return -EALREADY;
	k->init_held = false;
	LOCK_ASSERT_HELD(&k->init->kernel->tasklist);
	if (!k->frozen && tg_live_thread(k->init))
		set_one(tg_live_thread(k->init), false);
	return 0;
}
