/* SPDX-License-Identifier: Apache-2.0 */
/* Files that stand for events: eventfd(2), timerfd_create(2), signalfd(2). */
#include <errno.h>

#include "abi/signal.h"
#include "abi/time.h"
#include "sentry/core/clock.h"
#include "sentry/fs/eventfd/eventfd.h"
#include "sentry/fs/signalfd/signalfd.h"
#include "sentry/fs/timerfd/timerfd.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

/* Takes over f. */
static long install(struct task *t, struct file *f, unsigned flags)
{
	int fd, r = fdtable_install(t->fds, &t->ctx, f, 0, (flags & LX_O_CLOEXEC) != 0, &fd);

	if (r < 0) {
		file_put(f);
		return r;
	}
	return fd;
}

/* ---- eventfd ---- */

static long new_eventfd(struct task *t, uint32_t count, unsigned flags)
{
	struct file *f;
	int r = eventfd_new(count, flags, &f);

	return r < 0 ? r : install(t, f, flags);
}

long sys_eventfd(struct task *t, const struct sysargs *a)
{
	return new_eventfd(t, arg_uint(a, 0), 0);
}

long sys_eventfd2(struct task *t, const struct sysargs *a)
{
	return new_eventfd(t, arg_uint(a, 0), arg_uint(a, 1));
}

/* ---- timerfd ---- */

static struct lx_itimerspec to_itimerspec(const struct timerfd_setting *s)
{
	return (struct lx_itimerspec){
		.it_interval = ns_to_timespec(s->interval_ns),
		.it_value = ns_to_timespec(s->value_ns),
	};
}

long sys_timerfd_create(struct task *t, const struct sysargs *a)
{
	unsigned flags = arg_uint(a, 1);
	struct file *f;
	int r = timerfd_new(&t->ctx, arg_int(a, 0), flags, &f);

	return r < 0 ? r : install(t, f, flags);
}

static int get_setting(struct task *t, uaddr_t at, struct timerfd_setting *ret)
{
	struct lx_itimerspec its;
	int r = copy_in(t->mm, &its, at, sizeof(its));

	if (r == 0)
		r = timespec_to_ns(&its.it_value, &ret->value_ns);
	if (r == 0)
		r = timespec_to_ns(&its.it_interval, &ret->interval_ns);
	return r;
}

long sys_timerfd_settime(struct task *t, const struct sysargs *a)
{
	unsigned flags = arg_uint(a, 1);
	uaddr_t old_at = arg_uaddr(a, 3);
	struct timerfd_setting s, old;
	struct lx_itimerspec out;
	int r = get_setting(t, arg_uaddr(a, 2), &s);

	if (r == 0 && (flags & ~(unsigned)(LX_TFD_TIMER_ABSTIME | LX_TFD_TIMER_CANCEL_ON_SET)))
		r = -EINVAL;
	if (r < 0)
		return r;
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	if (!f)
		return -EBADF;
	r = timerfd_set(&t->ctx, f, flags, &s, &old);
	if (r < 0 || uaddr_is_null(old_at))
		return r;
	out = to_itimerspec(&old);
	return copy_out(t->mm, old_at, &out, sizeof(out));
}

long sys_timerfd_gettime(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	struct timerfd_setting s;
	struct lx_itimerspec out;
	int r = f ? timerfd_get(f, &s) : -EBADF;

	if (r < 0)
		return r;
	out = to_itimerspec(&s);
	return copy_out(t->mm, arg_uaddr(a, 1), &out, sizeof(out));
}

/* ---- signalfd ---- */

static long do_signalfd(struct task *t, const struct sysargs *a, unsigned flags)
{
	AUTO(file_put) struct file *f = NULL;
	int fd = arg_int(a, 0), r;
	lx_sigset_t mask;

	if (arg_size(a, 2) != sizeof(mask))
		return -EINVAL;
	r = copy_in(t->mm, &mask, arg_uaddr(a, 1), sizeof(mask));
	if (r < 0)
		return r;
	if (flags & ~(unsigned)(LX_SFD_CLOEXEC | LX_SFD_NONBLOCK))
		return -EINVAL;
	if (fd == -1) {
		struct file *fresh;

		r = signalfd_new(mask, flags, &fresh);
		return r < 0 ? r : install(t, fresh, flags);
	}
	f = fdtable_get_nopath(t->fds, fd);
	if (!f)
		return -EBADF;
	r = signalfd_set_mask(f, mask);
	return r < 0 ? r : fd;
}

long sys_signalfd(struct task *t, const struct sysargs *a)
{
	return do_signalfd(t, a, 0);
}

long sys_signalfd4(struct task *t, const struct sysargs *a)
{
	return do_signalfd(t, a, arg_uint(a, 3));
}
