/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pidfd holds the thread group, and for a thread that does not lead it the thread itself. The
 * number is only told, never looked up.
 *
 *	alive --(last thread ends)--> zombie: POLLIN --(waited for)-->
 *	gone: POLLIN | POLLHUP, -ESRCH
 *
 * A thread that takes over its group's number in execve(2) leaves its old number: who holds that
 * one sees it gone, and who holds the leader's goes on with the new leader.
 */
#include "sentry/task/pidfd.h"

#include <errno.h>

#include "abi/poll.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/task/task_priv.h"
#include "sentry/vfs/file.h"

/* Key: all [I] */
struct pidfd {
	enum pidfd_kind kind;
	struct thread_group *tg; /* owned */
	struct task *thread;     /* owned; NULL: whoever leads the group */
};

static SLAB_DEFINE(pidfd_slab, struct pidfd);

static struct pidfd *pidfd_of(struct file *f)
{
	return f->priv;
}

/* The thread that it stands for now, borrowed; NULL: gone. */
static struct task *task_now(struct pidfd *p) REQUIRES(p->tg->kernel->tasklist);
static struct task *task_now(struct pidfd *p)
{
	if (!p->thread)
		return p->tg->state == TG_REAPED ? NULL : p->tg->leader;
	return p->thread != p->tg->leader && atomic_load(&p->thread->state) != TASK_DEAD ? p->thread
											 : NULL;
}

/* ---- the file ---- */

static uint32_t pidfd_poll(struct file *f)
{
	struct pidfd *p = pidfd_of(f);
	struct task *t;
	bool ended;

	GUARD(&p->tg->kernel->tasklist);
	LOCK_ASSERT_HELD(&p->tg->kernel->tasklist);
	t = task_now(p);
	if (!t)
		return LX_POLLIN | LX_POLLRDNORM | LX_POLLHUP;
	ended = p->kind == PIDFD_THREAD ? atomic_load(&t->state) == TASK_ZOMBIE
					: p->tg->state != TG_ALIVE;
	return ended ? LX_POLLIN | LX_POLLRDNORM : 0;
}

static struct waitq *pidfd_waitq(struct file *f)
{
	return &pidfd_of(f)->tg->end_wait;
}

static void pidfd_show(struct file *f, struct strbuf *sb)
{
	AUTO(task_put) struct task *t = pidfd_task(f);
	int32_t nr = t ? t->tid : -1;

	strbuf_addf(sb, "Pid:\t%d\nNSpid:\t%d\n", nr, nr);
}

static void pidfd_release(struct file *f)
{
	struct pidfd *p = pidfd_of(f);

	task_put(p->thread);
	tg_put(p->tg);
	slab_free(&pidfd_slab, p);
}

static const struct file_ops pidfd_ops = {
	.poll = pidfd_poll,
	.waitq = pidfd_waitq,
	.show_fdinfo = pidfd_show,
	.release = pidfd_release,
};

void pidfd_wake(struct thread_group *tg, uint32_t events)
{
	waitq_wake(&tg->end_wait, events);
}

/* ---- making one ---- */

int pidfd_new(struct task *t, enum pidfd_kind kind, unsigned flags, struct file **ret)
{
	struct pidfd *p = slab_alloc(&pidfd_slab);
	int r;

	if (!p)
		return -ENOMEM;
	p->kind = kind;
	p->tg = tg_get(t->tg);
	/* Which of them leads is looked at under the lock: an execve may be changing it. */
	lock_acquire(&t->kernel->tasklist);
	if (kind == PIDFD_THREAD && t != t->tg->leader && t->tg->leader)
		p->thread = task_get(t);
	lock_release(&t->kernel->tasklist);
	r = file_new_anon("pidfd", NULL, &pidfd_ops, FILE_STREAM, LX_O_RDWR | flags, p, ret);
	if (r < 0) {
		task_put(p->thread);
		tg_put(p->tg);
		slab_free(&pidfd_slab, p);
	}
	return r;
}

int pidfd_open(struct kernel *k, int32_t nr, enum pidfd_kind kind, unsigned flags,
	       struct file **ret)
{
	AUTO(task_put) struct task *t = task_find(k, nr);

	if (!t)
		return -ESRCH;
	if (kind == PIDFD_PROCESS && t->tg->tgid != nr)
		return -EINVAL;
	return pidfd_new(t, kind, flags, ret);
}

/* ---- what it stands for ---- */

bool pidfd_is(struct file *f)
{
	return f->ops == &pidfd_ops;
}

enum pidfd_kind pidfd_kind(struct file *f)
{
	return pidfd_of(f)->kind;
}

struct thread_group *pidfd_group(struct file *f)
{
	return tg_get(pidfd_of(f)->tg);
}

struct task *pidfd_task(struct file *f)
{
	struct pidfd *p = pidfd_of(f);
	struct task *t;

	GUARD(&p->tg->kernel->tasklist);
	LOCK_ASSERT_HELD(&p->tg->kernel->tasklist);
	t = task_now(p);
	return t ? task_get(t) : NULL;
}
