/* SPDX-License-Identifier: Apache-2.0 */
/* pipe(2), tee(2). */
#include <errno.h>

#include "abi/fcntl.h"
#include "sentry/fs/pipe/pipe.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

/* Two numbers are reserved and told to the guest before the files appear under them, so that a bad
 * address leaves nothing. */
static int reserve_two(struct task *t, uaddr_t dst, bool cloexec, int ret_fds[2])
{
	int r = fdtable_reserve(t->fds, &t->ctx, 0, cloexec, &ret_fds[0]);

	if (r < 0)
		return r;
	r = fdtable_reserve(t->fds, &t->ctx, 0, cloexec, &ret_fds[1]);
	if (r < 0) {
		fdtable_unreserve(t->fds, ret_fds[0]);
		return r;
	}
	r = copy_out(t->mm, dst, ret_fds, 2 * sizeof(int));
	if (r < 0) {
		fdtable_unreserve(t->fds, ret_fds[0]);
		fdtable_unreserve(t->fds, ret_fds[1]);
	}
	return r;
}

static long do_pipe(struct task *t, uaddr_t dst, unsigned flags)
{
	AUTO(file_put) struct file *rd = NULL;
	AUTO(file_put) struct file *wr = NULL;
	int fds[2], r;

	if (flags & ~(unsigned)(LX_O_CLOEXEC | LX_O_NONBLOCK | LX_O_DIRECT))
		return -EINVAL;
	r = pipe_new(&t->ctx, flags & (unsigned)(LX_O_NONBLOCK | LX_O_DIRECT), &rd, &wr);
	if (r == 0)
		r = reserve_two(t, dst, (flags & LX_O_CLOEXEC) != 0, fds);
	if (r < 0)
		return r;
	fdtable_fill(t->fds, fds[0], TAKE(rd));
	fdtable_fill(t->fds, fds[1], TAKE(wr));
	return 0;
}

long sys_pipe(struct task *t, const struct sysargs *a)
{
	return do_pipe(t, arg_uaddr(a, 0), 0);
}

long sys_pipe2(struct task *t, const struct sysargs *a)
{
	return do_pipe(t, arg_uaddr(a, 0), arg_uint(a, 1));
}

long sys_tee(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *from = fdtable_get_nopath(t->fds, arg_int(a, 0));
	AUTO(file_put) struct file *to = fdtable_get_nopath(t->fds, arg_int(a, 1));
	unsigned flags = arg_uint(a, 3);

	if (flags & ~(unsigned)(LX_SPLICE_F_MOVE | LX_SPLICE_F_NONBLOCK | LX_SPLICE_F_MORE |
				LX_SPLICE_F_GIFT))
		return -EINVAL;
	if (arg_size(a, 2) == 0)
		return 0;
	if (!from || !to || !file_readable(from) || !file_writable(to))
		return -EBADF;
	return pipe_tee(&t->ctx, from, to, arg_size(a, 2), flags);
}
