/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors and open files as such: dup(2), fcntl(2), flock(2). */
#include <errno.h>
#include <limits.h>

#include "abi/fcntl.h"
#include "abi/signal.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/locks.h"

/* --- dup --- */

static long dup_from(struct task *t, struct file *f, int min, bool cloexec)
{
	int fd, r = fdtable_install(t->fds, &t->ctx, file_get(f), min, cloexec, &fd);

	if (r < 0)
		file_put(f);
	return r < 0 ? r : fd;
}

long sys_dup(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get(t->fds, arg_int(a, 0));

	return f ? dup_from(t, f, 0, false) : -EBADF;
}

static long dup_at(struct task *t, int from, int to, bool cloexec)
{
	AUTO(file_put) struct file *f = fdtable_get(t->fds, from);
	int r;

	if (!f)
		return -EBADF;
	r = fdtable_install_at(t->fds, &t->ctx, file_get(f), to, cloexec);
	if (r < 0)
		file_put(f);
	return r < 0 ? r : to;
}

long sys_dup2(struct task *t, const struct sysargs *a)
{
	int from = arg_int(a, 0), to = arg_int(a, 1);

	if (from == to)
		return fdtable_get_cloexec(t->fds, from) < 0 ? -EBADF : to;
	return dup_at(t, from, to, false);
}

long sys_dup3(struct task *t, const struct sysargs *a)
{
	int from = arg_int(a, 0), to = arg_int(a, 1);
	unsigned flags = arg_uint(a, 2);

	if ((flags & ~(unsigned)LX_O_CLOEXEC) || from == to)
		return -EINVAL;
	return dup_at(t, from, to, (flags & LX_O_CLOEXEC) != 0);
}

/* --- record locks --- */

static long setlk(struct task *t, struct file *f, struct fdtable *fds, uaddr_t arg,
		  enum lock_wait wait)
{
	struct lx_flock fl;
	int r = copy_in(t->mm, &fl, arg, sizeof(fl));

	return r < 0 ? r : file_lock_set(&t->ctx, f, fds, &fl, wait);
}

static long getlk(struct task *t, struct file *f, struct fdtable *fds, uaddr_t arg)
{
	struct lx_flock fl;
	int r = copy_in(t->mm, &fl, arg, sizeof(fl));

	if (r == 0)
		r = file_lock_get(&t->ctx, f, fds, &fl);
	return r < 0 ? r : copy_out(t->mm, arg, &fl, sizeof(fl));
}

/* A descriptor that was closed while we slept for its lock leaves no lock behind: fcntl(2) races
 * with close(2). */
static long setlk_posix(struct task *t, int fd, struct file *f, uaddr_t arg, enum lock_wait wait)
{
	long r = setlk(t, f, t->fds, arg, wait);

	if (r == 0) {
		AUTO(file_put) struct file *now = fdtable_get(t->fds, fd);

		if (now != f) {
			file_locks_close(f, t->fds);
			r = -EBADF;
		}
	}
	return r;
}

/* --- owner and signal --- */

/* What SIGIO goes to: a process (> 0), a group (< 0), nobody (0). */
static long set_owner(struct file *f, int who)
{
	if (who == INT_MIN)
		return -EINVAL;
	f->owner_pid = who;
	return 0;
}

static long set_owner_ex(struct task *t, struct file *f, uaddr_t arg)
{
	struct lx_f_owner_ex ex;
	int r = copy_in(t->mm, &ex, arg, sizeof(ex));

	if (r < 0)
		return r;
	if (ex.type < LX_F_OWNER_TID || ex.type > LX_F_OWNER_PGRP || ex.pid < 0)
		return -EINVAL;
	return set_owner(f, ex.type == LX_F_OWNER_PGRP ? -ex.pid : ex.pid);
}

static long get_owner_ex(struct task *t, struct file *f, uaddr_t arg)
{
	int who = f->owner_pid;
	struct lx_f_owner_ex ex = {
		.type = who < 0 ? LX_F_OWNER_PGRP : LX_F_OWNER_PID,
		.pid = who < 0 ? -who : who,
	};

	return copy_out(t->mm, arg, &ex, sizeof(ex));
}

static long set_signal(struct file *f, uint64_t signo)
{
	if (signo > LX_NSIG)
		return -EINVAL;
	f->owner_sig = (int)signo;
	return 0;
}

/* --- fcntl --- */

static bool allowed_on_opath(int cmd)
{
	switch (cmd) {
	case LX_F_DUPFD:
	case LX_F_DUPFD_CLOEXEC:
	case LX_F_DUPFD_QUERY:
	case LX_F_GETFD:
	case LX_F_SETFD:
	case LX_F_GETFL:
		return true;
	default:
		return false;
	}
}

static long dupfd_query(struct task *t, struct file *f, int fd)
{
	AUTO(file_put) struct file *other = fdtable_get(t->fds, fd);

	return other ? other == f : -EBADF;
}

static long fcntl_locks(struct task *t, int fd, struct file *f, int cmd, uaddr_t arg)
{
	switch (cmd) {
	case LX_F_GETLK:
		return getlk(t, f, t->fds, arg);
	case LX_F_SETLK:
		return setlk_posix(t, fd, f, arg, LOCK_NOWAIT);
	case LX_F_SETLKW:
		return setlk_posix(t, fd, f, arg, LOCK_WAIT);
	case LX_F_OFD_GETLK:
		return getlk(t, f, NULL, arg);
	case LX_F_OFD_SETLK:
		return setlk(t, f, NULL, arg, LOCK_NOWAIT);
	case LX_F_OFD_SETLKW:
		return setlk(t, f, NULL, arg, LOCK_WAIT);
	default:
		return -EINVAL;
	}
}

/* Leases, dnotify and life-time hints are not there. */
static long fcntl_file(struct task *t, struct file *f, int cmd, const struct sysargs *a)
{
	switch (cmd) {
	case LX_F_GETFL:
		return f->flags;
	case LX_F_SETFL:
		return file_set_flags(&t->ctx, f, arg_uint(a, 2));
	case LX_F_SETOWN:
		return set_owner(f, arg_int(a, 2));
	case LX_F_GETOWN:
		return f->owner_pid;
	case LX_F_SETOWN_EX:
		return set_owner_ex(t, f, arg_uaddr(a, 2));
	case LX_F_GETOWN_EX:
		return get_owner_ex(t, f, arg_uaddr(a, 2));
	case LX_F_SETSIG:
		return set_signal(f, arg_ulong(a, 2));
	case LX_F_GETSIG:
		return f->owner_sig;
	case LX_F_SETPIPE_SZ:
	case LX_F_GETPIPE_SZ:
		return f->ops->fcntl ? f->ops->fcntl(&t->ctx, f, cmd, arg_ulong(a, 2)) : -EBADF;
	case LX_F_ADD_SEALS:
	case LX_F_GET_SEALS:
		return f->ops->fcntl ? f->ops->fcntl(&t->ctx, f, cmd, arg_ulong(a, 2)) : -EINVAL;
	default:
		return -EINVAL;
	}
}

long sys_fcntl(struct task *t, const struct sysargs *a)
{
	int fd = arg_int(a, 0), cmd = arg_int(a, 1);
	AUTO(file_put) struct file *f = fdtable_get(t->fds, fd);

	if (!f || (f->opath && !allowed_on_opath(cmd)))
		return -EBADF;
	switch (cmd) {
	case LX_F_DUPFD:
		return dup_from(t, f, arg_int(a, 2), false);
	case LX_F_DUPFD_CLOEXEC:
		return dup_from(t, f, arg_int(a, 2), true);
	case LX_F_DUPFD_QUERY:
		return dupfd_query(t, f, arg_int(a, 2));
	case LX_F_GETFD:
		return fdtable_get_cloexec(t->fds, fd);
	case LX_F_SETFD:
		return fdtable_set_cloexec(t->fds, fd, (arg_ulong(a, 2) & LX_FD_CLOEXEC) != 0);
	case LX_F_GETLK:
	case LX_F_SETLK:
	case LX_F_SETLKW:
	case LX_F_OFD_GETLK:
	case LX_F_OFD_SETLK:
	case LX_F_OFD_SETLKW:
		return fcntl_locks(t, fd, f, cmd, arg_uaddr(a, 2));
	default:
		return fcntl_file(t, f, cmd, a);
	}
}

long sys_flock(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));

	return f ? file_flock(&t->ctx, f, arg_int(a, 1)) : -EBADF;
}
