/* SPDX-License-Identifier: Apache-2.0 */
/* Making it last, and advice: fsync(2), sync(2), sync_file_range(2), posix_fadvise(2),
 * readahead(2). */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/stat.h"
#include "base/checked.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

long sys_sync(struct task *t, const struct sysargs *a UNUSED)
{
	vfs_sync_all(&t->ctx);
	return 0;
}

long sys_syncfs(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));

	return f ? vfs_syncfs(&t->ctx, mount_sb(f->path.mnt)) : -EBADF;
}

static long do_fsync(struct task *t, int fd, bool data_only)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, fd);

	return f ? file_fsync(&t->ctx, f, data_only) : -EBADF;
}

long sys_fsync(struct task *t, const struct sysargs *a)
{
	return do_fsync(t, arg_int(a, 0), false);
}

long sys_fdatasync(struct task *t, const struct sysargs *a)
{
	return do_fsync(t, arg_int(a, 0), true);
}

#define SYNC_FLAGS                                                                                 \
	((unsigned)(LX_SYNC_FILE_RANGE_WAIT_BEFORE | LX_SYNC_FILE_RANGE_WRITE |                    \
		    LX_SYNC_FILE_RANGE_WAIT_AFTER))

/* We write more than the range: all of the file's data. */
long sys_sync_file_range(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	int64_t off = arg_long(a, 1), len = arg_long(a, 2), end;
	unsigned flags = arg_uint(a, 3);
	uint32_t type;

	if (!f)
		return -EBADF;
	if ((flags & ~SYNC_FLAGS) || off < 0 || len < 0 || !add_ok(off, len, &end))
		return -EINVAL;
	type = inode_type(f->inode);
	if (type != LX_S_IFREG && type != LX_S_IFBLK && type != LX_S_IFDIR && type != LX_S_IFLNK)
		return -ESPIPE;
	if (flags == 0 || !f->ops->fsync)
		return 0;
	return file_fsync(&t->ctx, f, true);
}

/* The host's page cache follows its own advice: ours is checked, and that is all. */
long sys_fadvise64(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	int advice = arg_int(a, 3);

	if (!f)
		return -EBADF;
	if (inode_type(f->inode) == LX_S_IFIFO)
		return -ESPIPE;
	if (arg_long(a, 2) < 0 || advice < LX_POSIX_FADV_NORMAL || advice > LX_POSIX_FADV_NOREUSE)
		return -EINVAL;
	return 0;
}

long sys_readahead(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));

	if (!f || !file_readable(f))
		return -EBADF;
	return inode_type(f->inode) == LX_S_IFREG ? 0 : -EINVAL;
}
