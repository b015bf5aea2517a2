/* SPDX-License-Identifier: Apache-2.0 */
/* epoll_create(2), epoll_ctl(2), epoll_wait(2) and their kin. An interrupted wait is never
 * restarted. */
#include <errno.h>

#include "abi/time.h"
#include "sentry/core/clock.h"
#include "sentry/fs/epoll/epoll.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/pollset.h"
#include "sentry/sys/sys.h"
#include "sentry/sys/waitmask.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

_Static_assert(EPOLL_NOW == POLLSET_NOW, "one way to say now");

static long create(struct task *t, unsigned flags)
{
	AUTO(file_put) struct file *f = NULL;
	int fd, r = epoll_new(flags, &f);

	if (r == 0)
		r = fdtable_install(t->fds, &t->ctx, f, 0, (flags & LX_EPOLL_CLOEXEC) != 0, &fd);
	if (r < 0)
		return r;
	f = NULL; /* the table has it */
	return fd;
}

long sys_epoll_create(struct task *t, const struct sysargs *a)
{
	return arg_int(a, 0) <= 0 ? -EINVAL : create(t, 0);
}

long sys_epoll_create1(struct task *t, const struct sysargs *a)
{
	return create(t, arg_uint(a, 0));
}

long sys_epoll_ctl(struct task *t, const struct sysargs *a)
{
	int op = arg_int(a, 1), fd = arg_int(a, 2);
	struct lx_epoll_event ev = {.events = 0};
	int r = op == LX_EPOLL_CTL_DEL ? 0 : copy_in(t->mm, &ev, arg_uaddr(a, 3), sizeof(ev));

	if (r < 0)
		return r;
	AUTO(file_put) struct file *ep = fdtable_get_nopath(t->fds, arg_int(a, 0));
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, fd);

	return ep && f ? epoll_control(&t->ctx, ep, op, f, fd, &ev) : -EBADF;
}

static long wait(struct task *t, const struct sysargs *a, int64_t deadline_ns)
{
	AUTO(file_put) struct file *ep = fdtable_get_nopath(t->fds, arg_int(a, 0));
	int max = arg_int(a, 2), r;
	struct uio dst;

	if (!ep)
		return -EBADF;
	if (max <= 0 || max > LX_EP_MAX_EVENTS)
		return -EINVAL;
	r = uio_user(&dst, t->mm, arg_uaddr(a, 1), (size_t)max * sizeof(struct lx_epoll_event));
	return r < 0 ? r
		     : epoll_collect(&t->ctx, ep, &dst, dst.resid / sizeof(struct lx_epoll_event),
				     deadline_ns);
}

static int64_t deadline_of_ms(int timeout_ms)
{
	return timeout_ms < 0 ? CTX_FOREVER : pollset_deadline((int64_t)timeout_ms * 1000000);
}

long sys_epoll_wait(struct task *t, const struct sysargs *a)
{
	return wait(t, a, deadline_of_ms(arg_int(a, 3)));
}

long sys_epoll_pwait(struct task *t, const struct sysargs *a)
{
	int r = waitmask_set(t, arg_uaddr(a, 4), arg_size(a, 5));

	return r < 0 ? r : wait(t, a, deadline_of_ms(arg_int(a, 3)));
}

static int deadline_of_timespec(struct task *t, uaddr_t at, int64_t *ret_ns)
{
	struct lx_timespec ts;
	int64_t ns;
	int r;

	*ret_ns = CTX_FOREVER;
	if (uaddr_is_null(at))
		return 0;
	r = copy_in(t->mm, &ts, at, sizeof(ts));
	if (r == 0)
		r = timespec_to_ns(&ts, &ns);
	if (r == 0)
		*ret_ns = pollset_deadline(ns);
	return r;
}

long sys_epoll_pwait2(struct task *t, const struct sysargs *a)
{
	int64_t deadline_ns;
	int r = deadline_of_timespec(t, arg_uaddr(a, 3), &deadline_ns);

	if (r == 0)
		r = waitmask_set(t, arg_uaddr(a, 4), arg_size(a, 5));
	return r < 0 ? r : wait(t, a, deadline_ns);
}
