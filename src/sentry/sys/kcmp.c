/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kcmp(2): do two threads share something? Beside "equal", the answer is an order that tells
 * nothing of our addresses: they are scrambled first, with numbers that are chosen once.
 */
#include <errno.h>

#include "abi/sched.h"
#include "host/rand.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/mm/mm.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/namei.h"

/* Multiplying by an odd number and XOR are one to one: equal stays equal, and only that. */
static uint64_t scramble(const void *p, int type)
{
	static struct lock once = LOCK_INIT(RANK_LEAF, "kcmp");
	static uint64_t keys[LX_KCMP_TYPES][2];
	static bool made;

	GUARD(&once);
	if (!made)
		host_random(keys, sizeof(keys));
	made = true;
	return ((uint64_t)(uintptr_t)p ^ keys[type][0]) * (keys[type][1] | 1);
}

/* 0: equal; 1, 2: an order. */
static long compare(const void *p, const void *q, int type)
{
	uint64_t x = scramble(p, type), y = scramble(q, type);

	return x == y ? 0 : x < y ? 1 : 2;
}

static struct file *file_of(struct task *t, struct task *of, uint64_t fd)
{
	struct fdtable *fds = fd <= INT32_MAX ? task_fds_get(of) : NULL;
	struct file *f = fds ? fdtable_get(fds, (int)fd) : NULL;

	if (fds)
		fdtable_put(fds, &t->ctx);
	return f;
}

static long compare_files(struct task *t, struct task *one, uint64_t fd1, struct task *two,
			  uint64_t fd2)
{
	AUTO(file_put) struct file *f1 = file_of(t, one, fd1);
	AUTO(file_put) struct file *f2 = file_of(t, two, fd2);

	return f1 && f2 ? compare(f1, f2, LX_KCMP_FILE) : -EBADF;
}

/* What t has of this kind, to be compared and not followed. */
static const void *shared_of(struct task *t, int type)
{
	GUARD(&t->tg->lock);
	switch (type) {
	case LX_KCMP_VM:
		return t->mm;
	case LX_KCMP_FILES:
		return t->fds;
	case LX_KCMP_FS:
		return t->fs;
	case LX_KCMP_SIGHAND:
		return t->tg->sighand;
	case LX_KCMP_SYSVSEM:
		return __atomic_load_n(&t->sem_undo, __ATOMIC_RELAXED);
	default: /* LX_KCMP_IO: nobody has an I/O context of its own */
		return NULL;
	}
}

long sys_kcmp(struct task *t, const struct sysargs *a)
{
	AUTO(task_put) struct task *one = task_find(t->kernel, arg_int(a, 0));
	AUTO(task_put) struct task *two = task_find(t->kernel, arg_int(a, 1));
	int type = arg_int(a, 2);

	if (!one || !two)
		return -ESRCH;
	if (!task_may_access(t, one, TASK_ACCESS_REALCREDS) ||
	    !task_may_access(t, two, TASK_ACCESS_REALCREDS))
		return -EPERM;
	if (type == LX_KCMP_FILE)
		return compare_files(t, one, arg_ulong(a, 3), two, arg_ulong(a, 4));
	if (type == LX_KCMP_EPOLL_TFD)
		return -EOPNOTSUPP;
	if (type < 0 || type >= LX_KCMP_TYPES)
		return -EINVAL;
	return compare(shared_of(one, type), shared_of(two, type), type);
}
