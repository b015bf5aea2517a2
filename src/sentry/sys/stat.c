/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is: stat(2), statx(2), access(2), statfs(2). */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/prctl.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/special.h"

/* --- stat --- */

static long put_stat(struct task *t, uaddr_t dst, const struct kstat *k)
{
	struct lx_stat st = {
		.st_dev = k->dev,
		.st_ino = k->ino,
		.st_nlink = k->nlink,
		.st_mode = k->mode,
		.st_uid = k->uid,
		.st_gid = k->gid,
		.st_rdev = k->rdev,
		.st_size = (int64_t)k->size,
		.st_blksize = k->blksize,
		.st_blocks = (int64_t)k->blocks,
		.st_atim = ns_to_timespec(k->atime),
		.st_mtim = ns_to_timespec(k->mtime),
		.st_ctim = ns_to_timespec(k->ctime),
	};

	return copy_out(t->mm, dst, &st, sizeof(st));
}

static long stat_at(struct task *t, int dirfd, uaddr_t name, unsigned walk, uaddr_t dst)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	struct kstat k;
	int r = at_walk(t, dirfd, name, walk, &p);

	if (r == 0)
		r = vfs_getattr(&t->ctx, &p, &k);
	return r < 0 ? r : put_stat(t, dst, &k);
}

long sys_stat(struct task *t, const struct sysargs *a)
{
	return stat_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW, arg_uaddr(a, 1));
}

long sys_lstat(struct task *t, const struct sysargs *a)
{
	return stat_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), 0, arg_uaddr(a, 1));
}

long sys_fstat(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get(t->fds, arg_int(a, 0));
	struct kstat k;
	int r;

	if (!f)
		return -EBADF;
	r = inode_getattr(&t->ctx, f->inode, &k);
	return r < 0 ? r : put_stat(t, arg_uaddr(a, 1), &k);
}

/* The walk that AT_ flags ask for; -EINVAL beyond `known`. */
static int decode_at_flags(int flags, int known, unsigned *ret)
{
	if (flags & ~known)
		return -EINVAL;
	*ret = (flags & LX_AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
	       (flags & LX_AT_EMPTY_PATH ? WALK_EMPTY : 0);
	return 0;
}

long sys_newfstatat(struct task *t, const struct sysargs *a)
{
	unsigned walk;
	int r = decode_at_flags(arg_int(a, 3),
				LX_AT_SYMLINK_NOFOLLOW | LX_AT_NO_AUTOMOUNT | LX_AT_EMPTY_PATH,
				&walk);

	return r < 0 ? r : stat_at(t, arg_int(a, 0), arg_uaddr(a, 1), walk, arg_uaddr(a, 2));
}

/* --- statx --- */

static struct lx_statx_timestamp statx_time(int64_t ns)
{
	struct lx_timespec ts = ns_to_timespec(ns);

	return (struct lx_statx_timestamp){.tv_sec = ts.tv_sec, .tv_nsec = (uint32_t)ts.tv_nsec};
}

static void fill_statx(struct lx_statx *x, const struct kstat *k, const struct path *p)
{
	*x = (struct lx_statx){
		.stx_mask = LX_STATX_BASIC_STATS | LX_STATX_MNT_ID,
		.stx_blksize = k->blksize,
		.stx_attributes = k->attributes,
		.stx_attributes_mask = k->attributes_mask | LX_STATX_ATTR_MOUNT_ROOT,
		.stx_nlink = k->nlink,
		.stx_uid = k->uid,
		.stx_gid = k->gid,
		.stx_mode = (uint16_t)k->mode,
		.stx_ino = k->ino,
		.stx_size = k->size,
		.stx_blocks = k->blocks,
		.stx_atime = statx_time(k->atime),
		.stx_ctime = statx_time(k->ctime),
		.stx_mtime = statx_time(k->mtime),
		.stx_rdev_major = dev_major(k->rdev),
		.stx_rdev_minor = dev_minor(k->rdev),
		.stx_dev_major = dev_major(k->dev),
		.stx_dev_minor = dev_minor(k->dev),
		.stx_mnt_id = (uint64_t)mount_id(p->mnt),
	};
	if (path_is_mount_root(p))
		x->stx_attributes |= LX_STATX_ATTR_MOUNT_ROOT;
	if (k->btime != INT64_MIN) {
		x->stx_mask |= LX_STATX_BTIME;
		x->stx_btime = statx_time(k->btime);
	}
}

/* AT_EMPTY_PATH with no path at all is the descriptor itself. */
static int statx_walk(struct task *t, int dirfd, uaddr_t name, unsigned walk, struct path *ret)
{
	if (!uaddr_is_null(name) || !(walk & WALK_EMPTY))
		return at_walk(t, dirfd, name, walk, ret);
	if (dirfd != LX_AT_FDCWD)
		return at_fd_path(t, dirfd, ret);
	*ret = fs_info_cwd(t->fs);
	return 0;
}

long sys_statx(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int flags = arg_int(a, 2), r;
	struct lx_statx x;
	struct kstat k;
	unsigned walk;

	r = decode_at_flags(flags,
			    LX_AT_SYMLINK_NOFOLLOW | LX_AT_NO_AUTOMOUNT | LX_AT_EMPTY_PATH |
				    LX_AT_STATX_SYNC_TYPE,
			    &walk);
	if (r < 0)
		return r;
	if ((arg_uint(a, 3) & LX_STATX__RESERVED) ||
	    (flags & LX_AT_STATX_SYNC_TYPE) == LX_AT_STATX_SYNC_TYPE)
		return -EINVAL;
	r = statx_walk(t, arg_int(a, 0), arg_uaddr(a, 1), walk, &p);
	if (r == 0)
		r = vfs_getattr(&t->ctx, &p, &k);
	if (r < 0)
		return r;
	fill_statx(&x, &k, &p);
	return copy_out(t->mm, arg_uaddr(a, 4), &x, sizeof(x));
}

/* --- access --- */

/*
 * access(2) asks for the real ids: credentials as if they were the filesystem's. With the
 * capabilities that the real user would have after set-uid. NULL: out of memory. Caller owns.
 */
static struct cred *real_cred(const struct cred *now)
{
	struct cred *c = cred_dup(now);

	if (!c)
		return NULL;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	if (!(c->securebits & LX_SECBIT_NO_SETUID_FIXUP))
		c->cap_effective = c->uid == 0 ? c->cap_permitted : 0;
	return c;
}

static long access_now(struct task *t, int dirfd, uaddr_t name, unsigned may, unsigned walk)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = at_walk(t, dirfd, name, walk, &p);

	return r < 0 || may == 0 ? r : vfs_access(&t->ctx, &p, may);
}

static long access_at(struct task *t, int dirfd, uaddr_t name, int mode, int flags)
{
	const struct cred *own = t->ctx.cred;
	struct cred *real;
	unsigned walk;
	long r;

	if (mode & ~7)
		return -EINVAL;
	r = decode_at_flags(flags, LX_AT_EACCESS | LX_AT_SYMLINK_NOFOLLOW | LX_AT_EMPTY_PATH,
			    &walk);
	if (r < 0)
		return r;
	if (flags & LX_AT_EACCESS)
		return access_now(t, dirfd, name, (unsigned)mode, walk);
	real = real_cred(own);
	if (!real)
		return -ENOMEM;
	t->ctx.cred = real; /* our own thread's view only: task->cred stays */
	r = access_now(t, dirfd, name, (unsigned)mode, walk);
	t->ctx.cred = own;
	cred_put(real);
	return r;
}

long sys_access(struct task *t, const struct sysargs *a)
{
	return access_at(t, LX_AT_FDCWD, arg_uaddr(a, 0), arg_int(a, 1), 0);
}

long sys_faccessat(struct task *t, const struct sysargs *a)
{
	return access_at(t, arg_int(a, 0), arg_uaddr(a, 1), arg_int(a, 2), 0);
}

long sys_faccessat2(struct task *t, const struct sysargs *a)
{
	return access_at(t, arg_int(a, 0), arg_uaddr(a, 1), arg_int(a, 2), arg_int(a, 3));
}

/* --- statfs --- */

static long put_statfs(struct task *t, const struct path *p, uaddr_t dst)
{
	struct lx_statfs st;
	int r = vfs_statfs(&t->ctx, p, &st);

	return r < 0 ? r : copy_out(t->mm, dst, &st, sizeof(st));
}

long sys_statfs(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW, &p);

	return r < 0 ? r : put_statfs(t, &p, arg_uaddr(a, 1));
}

long sys_fstatfs(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get(t->fds, arg_int(a, 0));

	return f ? put_statfs(t, &f->path, arg_uaddr(a, 1)) : -EBADF;
}
