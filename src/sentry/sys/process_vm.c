/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_vm_readv(2), process_vm_writev(2): bytes go through a buffer of ours, which no lock
 * guards. What was moved before a bad address counts.
 */
#include <errno.h>

#include "sentry/core/alloc.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"

#define CHUNK ((size_t)64 << 10)

/* from and to are of different memories. Bytes; -EFAULT: not one could be moved. */
static long move(struct uio *from, struct uio *to)
{
	AUTO(arena_free) char *buf = NULL;
	size_t left = MIN(from->resid, to->resid);
	long total = 0;

	buf = arena_alloc(MIN(left, CHUNK));
	if (!buf)
		return -ENOMEM;
	while (left > 0) {
		ssize_t want = (ssize_t)MIN(left, CHUNK), got, put;

		got = uio_get(from, buf, (size_t)want);
		put = got > 0 ? uio_put(to, buf, (size_t)got) : got;
		if (put > 0)
			total += put;
		if (put < want)
			return total > 0 ? total : -EFAULT;
		left -= (size_t)put;
	}
	return total;
}

/* Whose memory: -ESRCH, -EPERM. Caller owns. */
static int remote_mm(struct task *t, int32_t pid, struct mm **ret)
{
	AUTO(task_put) struct task *other = task_find(t->kernel, pid);

	if (!other)
		return -ESRCH;
	if (!task_may_access(t, other, TASK_ACCESS_REALCREDS))
		return -EPERM;
	*ret = task_mm_get(other);
	return *ret ? 0 : -ESRCH;
}

enum direction {
	FROM_REMOTE,
	TO_REMOTE,
};

static long with_remote(struct task *t, const struct sysargs *a, struct uio *local,
			enum direction dir)
{
	AUTO(mm_put) struct mm *other = NULL;
	struct uio remote;
	long n;
	int r;

	r = remote_mm(t, arg_int(a, 0), &other);
	if (r < 0) {
		/* A bad vector is said before that, as Linux does. */
		int bad = uio_remote_iov(&remote, t->mm, arg_uaddr(a, 3), arg_ulong(a, 4), t->mm);

		if (bad == 0)
			uio_user_fini(&remote);
		return bad == -EINVAL ? bad : r;
	}
	r = uio_remote_iov(&remote, t->mm, arg_uaddr(a, 3), arg_ulong(a, 4), other);
	if (r < 0)
		return r;
	if (local->resid == 0 || remote.resid == 0)
		n = 0;
	else
		n = dir == FROM_REMOTE ? move(&remote, local) : move(local, &remote);
	uio_user_fini(&remote);
	return n;
}

static long process_vm(struct task *t, const struct sysargs *a, enum direction dir)
{
	struct uio local;
	long n;
	int r;

	if (arg_ulong(a, 5))
		return -EINVAL;
	r = uio_user_iov(&local, t->mm, arg_uaddr(a, 1), arg_ulong(a, 2));
	if (r < 0)
		return r;
	n = with_remote(t, a, &local, dir);
	uio_user_fini(&local);
	return n;
}

long sys_process_vm_readv(struct task *t, const struct sysargs *a)
{
	return process_vm(t, a, FROM_REMOTE);
}

long sys_process_vm_writev(struct task *t, const struct sysargs *a)
{
	return process_vm(t, a, TO_REMOTE);
}
