/* SPDX-License-Identifier: Apache-2.0 */
/* Changing what a file is: chmod(2), chown(2), utimensat(2), truncate(2), fallocate(2). */
#include <errno.h>

#include "base/checked.h"
#include "sentry/core/clock.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

static long set_at(struct task *t, int dirfd, uaddr_t name, unsigned walk, const struct iattr *attr)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = at_walk(t, dirfd, name, walk, &p);

	return r < 0 ? r : vfs_setattr(&t->ctx, &p, attr);
}

static long set_fd(struct task *t, int fd, const struct iattr *attr)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, fd);

	return f ? vfs_setattr(&t->ctx, &f->path, attr) : -EBADF;
}

/* --- mode --- */

static struct iattr mode_attr(uint32_t mode)
{
	return (struct iattr){.valid = IATTR_MODE, .mode = mode & LX_S_IALLUGO};
}

long sys_chmod(struct task *t, const struct sysargs *a)
{
	struct iattr attr = mode_attr(arg_uint(a, 1));

	return set_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW, &attr);
}

long sys_fchmod(struct task *t, const struct sysargs *a)
{
	struct iattr attr = mode_attr(arg_uint(a, 1));

	return set_fd(t, arg_int(a, 0), &attr);
}

long sys_fchmodat(struct task *t, const struct sysargs *a)
{
	struct iattr attr = mode_attr(arg_uint(a, 2));

	return set_at(t, arg_int(a, 0), arg_uaddr(a, 1), WALK_FOLLOW, &attr);
}

static int decode_flags(int flags, unsigned *ret_walk)
{
	if (flags & ~(LX_AT_SYMLINK_NOFOLLOW | LX_AT_EMPTY_PATH))
		return -EINVAL;
	*ret_walk = (flags & LX_AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
		    (flags & LX_AT_EMPTY_PATH ? WALK_EMPTY : 0);
	return 0;
}

long sys_fchmodat2(struct task *t, const struct sysargs *a)
{
	struct iattr attr = mode_attr(arg_uint(a, 2));
	unsigned walk;
	int r = decode_flags(arg_int(a, 3), &walk);

	return r < 0 ? r : set_at(t, arg_int(a, 0), arg_uaddr(a, 1), walk, &attr);
}

/* --- owner --- */

/* -1: stays. */
static struct iattr owner_attr(uint32_t uid, uint32_t gid)
{
	struct iattr attr = {.uid = uid, .gid = gid};

	if (uid != UINT32_MAX)
		attr.valid |= IATTR_UID;
	if (gid != UINT32_MAX)
		attr.valid |= IATTR_GID;
	return attr;
}

long sys_chown(struct task *t, const struct sysargs *a)
{
	struct iattr attr = owner_attr(arg_uint(a, 1), arg_uint(a, 2));

	return set_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW, &attr);
}

long sys_lchown(struct task *t, const struct sysargs *a)
{
	struct iattr attr = owner_attr(arg_uint(a, 1), arg_uint(a, 2));

	return set_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), 0, &attr);
}

long sys_fchown(struct task *t, const struct sysargs *a)
{
	struct iattr attr = owner_attr(arg_uint(a, 1), arg_uint(a, 2));

	return set_fd(t, arg_int(a, 0), &attr);
}

long sys_fchownat(struct task *t, const struct sysargs *a)
{
	struct iattr attr = owner_attr(arg_uint(a, 2), arg_uint(a, 3));
	unsigned walk;
	int r = decode_flags(arg_int(a, 4), &walk);

	return r < 0 ? r : set_at(t, arg_int(a, 0), arg_uaddr(a, 1), walk, &attr);
}

/* --- times --- */

static int64_t saturate_ns(int64_t sec, int64_t nsec)
{
	int64_t ns;

	if (!mul_ok(sec, NSEC_PER_SEC, &ns) || !add_ok(ns, nsec, &ns))
		return sec < 0 ? INT64_MIN + 1 : INT64_MAX;
	return ns;
}

static struct iattr times_now(void)
{
	int64_t now = clock_realtime_ns();

	return (struct iattr){
		.valid = IATTR_ATIME | IATTR_MTIME | IATTR_TIMES_NOW,
		.atime = now,
		.mtime = now,
	};
}

/* One of the two times. */
static int decode_time(const struct lx_timespec *ts, unsigned bit, struct iattr *attr, int64_t *ret)
{
	if (ts->tv_nsec == LX_UTIME_OMIT)
		return 0;
	attr->valid |= bit;
	if (ts->tv_nsec == LX_UTIME_NOW) {
		*ret = clock_realtime_ns();
		return 0;
	}
	if (ts->tv_nsec < 0 || ts->tv_nsec >= NSEC_PER_SEC)
		return -EINVAL;
	*ret = saturate_ns(ts->tv_sec, ts->tv_nsec);
	return 0;
}

static int decode_times(const struct lx_timespec ts[2], struct iattr *attr)
{
	int r;

	*attr = (struct iattr){.valid = 0};
	r = decode_time(&ts[0], IATTR_ATIME, attr, &attr->atime);
	if (r == 0)
		r = decode_time(&ts[1], IATTR_MTIME, attr, &attr->mtime);
	if (r == 0 && ts[0].tv_nsec == LX_UTIME_NOW && ts[1].tv_nsec == LX_UTIME_NOW)
		*attr = times_now();
	return r;
}

/* utimensat(2) without a path is the descriptor itself. */
static long set_times(struct task *t, int dirfd, uaddr_t name, int flags, const struct iattr *attr)
{
	unsigned walk;
	int r = decode_flags(flags, &walk);

	if (r < 0)
		return r;
	if (!uaddr_is_null(name) || dirfd == LX_AT_FDCWD)
		return set_at(t, dirfd, name, walk, attr);
	return flags ? -EINVAL : set_fd(t, dirfd, attr);
}

long sys_utimensat(struct task *t, const struct sysargs *a)
{
	uaddr_t times = arg_uaddr(a, 2);
	struct iattr attr = times_now();
	struct lx_timespec ts[2];
	int r;

	if (!uaddr_is_null(times)) {
		r = copy_in(t->mm, ts, times, sizeof(ts));
		if (r == 0)
			r = decode_times(ts, &attr);
		if (r < 0)
			return r;
		if (attr.valid == 0)
			return 0; /* both UTIME_OMIT: not even the path is looked at */
	}
	return set_times(t, arg_int(a, 0), arg_uaddr(a, 1), arg_int(a, 3), &attr);
}

/* utimes(2), futimesat(2): microseconds, and no special values. */
static int get_timevals(struct task *t, uaddr_t times, struct iattr *ret)
{
	struct lx_timeval tv[2];
	struct iattr attr = {.valid = IATTR_ATIME | IATTR_MTIME};
	int r;

	if (uaddr_is_null(times)) {
		*ret = times_now();
		return 0;
	}
	r = copy_in(t->mm, tv, times, sizeof(tv));
	if (r < 0)
		return r;
	for (int i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
	}
	attr.atime = saturate_ns(tv[0].tv_sec, tv[0].tv_usec * 1000);
	attr.mtime = saturate_ns(tv[1].tv_sec, tv[1].tv_usec * 1000);
	*ret = attr;
	return 0;
}

long sys_utimes(struct task *t, const struct sysargs *a)
{
	struct iattr attr;
	int r = get_timevals(t, arg_uaddr(a, 1), &attr);

	return r < 0 ? r : set_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW, &attr);
}

long sys_futimesat(struct task *t, const struct sysargs *a)
{
	struct iattr attr;
	int r = get_timevals(t, arg_uaddr(a, 2), &attr);

	return r < 0 ? r : set_times(t, arg_int(a, 0), arg_uaddr(a, 1), 0, &attr);
}

long sys_utime(struct task *t, const struct sysargs *a)
{
	uaddr_t times = arg_uaddr(a, 1);
	struct iattr attr = times_now();
	struct lx_utimbuf buf;
	int r;

	if (!uaddr_is_null(times)) {
		r = copy_in(t->mm, &buf, times, sizeof(buf));
		if (r < 0)
			return r;
		attr.valid = IATTR_ATIME | IATTR_MTIME;
		attr.atime = saturate_ns(buf.actime, 0);
		attr.mtime = saturate_ns(buf.modtime, 0);
	}
	return set_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW, &attr);
}

/* --- size --- */

long sys_truncate(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int64_t size = arg_long(a, 1);
	int r;

	if (size < 0)
		return -EINVAL;
	r = at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW, &p);
	return r < 0 ? r : vfs_truncate(&t->ctx, &p, size);
}

long sys_ftruncate(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	int64_t size = arg_long(a, 1);

	if (size < 0)
		return -EINVAL;
	f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	return f ? file_truncate(&t->ctx, f, size) : -EBADF;
}

long sys_fallocate(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));

	return f ? file_fallocate(&t->ctx, f, arg_int(a, 1), arg_long(a, 2), arg_long(a, 3))
		 : -EBADF;
}
