/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads and their filters of system calls: seccomp(2). A thread's state changes under the lock of
 * its group: by itself, and by a sibling that makes all threads of the process obey the same
 * filters. The latter may also give a thread no_new_privs, which is therefore kept in two places:
 * in the credentials, which only the thread itself replaces, and in task->no_new_privs.
 */
#include <errno.h>

#include "sentry/task/process.h"
#include "sentry/task/task_priv.h"

bool task_no_new_privs(struct task *t)
{
	return t->cred->no_new_privs || atomic_load(&t->no_new_privs);
}

int task_seccomp_strict(struct task *t)
{
	GUARD(&t->tg->lock);
	return seccomp_set_strict(&t->seccomp);
}

/* The first sibling whose filters are not a beginning of t's. 0: there is none. */
static int32_t find_strayed(struct task *t) REQUIRES(t->tg->lock);
static int32_t find_strayed(struct task *t)
{
	struct task *other;

	list_for_each_entry(other, &t->tg->threads, thread_link)
		if (other != t && !other->exiting &&
		    !seccomp_may_sync(&other->seccomp, &t->seccomp))
			return other->tid;
	return 0;
}

static void sync_siblings(struct task *t) REQUIRES(t->tg->lock);
static void sync_siblings(struct task *t)
{
	struct task *other;

	list_for_each_entry(other, &t->tg->threads, thread_link) {
		if (other == t || other->exiting)
			continue;
		/* Before the filter: or the thread could gain privileges under it. */
		if (task_no_new_privs(t))
			atomic_store(&other->no_new_privs, true);
		seccomp_sync(&other->seccomp, &t->seccomp); /* (A) of run/fast.c */
		atomic_thread_fence(memory_order_seq_cst);
		if (other->ctx.pc && t->kernel->pops->clear_identity)
			t->kernel->pops->clear_identity(other->ctx.pc);
	}
}

long task_seccomp_attach(struct task *t, struct seccomp_filter *f, unsigned flags)
{
	int32_t strayed = 0;
	int r;

	GUARD(&t->tg->lock);
	r = seccomp_may_attach(&t->seccomp, f);
	if (r < 0)
		return r;
	if (flags & LX_SECCOMP_FILTER_FLAG_TSYNC)
		strayed = find_strayed(t);
	if (strayed)
		return flags & LX_SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : strayed;
	seccomp_attach(&t->seccomp, f);
	if (flags & LX_SECCOMP_FILTER_FLAG_TSYNC)
		sync_siblings(t);
	return 0;
}

/*
 * The child is already in its group's list, so that a sibling that synchronises all threads either
 * is seen here, in t, or sees the child.
 */
void seccomp_copy(struct task *t, struct task *child)
{
	lock_acquire(&t->tg->lock);
	seccomp_inherit(&child->seccomp, &t->seccomp);
	if (atomic_load(&t->no_new_privs))
		atomic_store(&child->no_new_privs, true);
	lock_release(&t->tg->lock);
}

/* It is exiting, or nobody knew it: no sibling changes its state any more. */
void seccomp_leave(struct task *t)
{
	seccomp_drop(&t->seccomp);
}
