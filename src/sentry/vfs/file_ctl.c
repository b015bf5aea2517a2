/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of open files beside their bytes: where, how ready, how large, how lasting, and
 * what may be mapped. */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "abi/mman.h"
#include "abi/mount.h"
#include "abi/poll.h"
#include "base/checked.h"
#include "sentry/core/ctx.h"
#include "sentry/mm/mappable.h"
#include "sentry/vfs/attr_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/mount.h"

int64_t file_seek_generic(struct ctx *ctx UNUSED, struct file *f, int64_t off, int whence,
			  uint64_t size)
{
	int64_t end = (int64_t)MIN(size, (uint64_t)INT64_MAX), pos;

	switch (whence) {
	case LX_SEEK_SET:
		pos = off;
		break;
	case LX_SEEK_CUR:
		if (!add_ok(f->pos, off, &pos))
			return -EINVAL;
		break;
	case LX_SEEK_END:
		if (!add_ok(end, off, &pos))
			return -EINVAL;
		break;
	case LX_SEEK_DATA:
	case LX_SEEK_HOLE:
		if (off < 0 || off >= end)
			return -ENXIO;
		pos = whence == LX_SEEK_DATA ? off : end;
		break;
	default:
		return -EINVAL;
	}
	return pos < 0 ? -EINVAL : pos;
}

static int64_t seek_default(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	struct kstat st = {.size = 0};
	int r;

	if (whence != LX_SEEK_SET && whence != LX_SEEK_CUR) {
		r = inode_getattr(ctx, f->inode, &st);
		if (r < 0)
			return r;
	}
	return file_seek_generic(ctx, f, off, whence, st.size);
}

int64_t file_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	int64_t pos;

	if (f->opath)
		return -EBADF;
	if (f->kind == FILE_STREAM && !f->ops->seek)
		return -ESPIPE;
	if (whence < 0 || whence > LX_SEEK_MAX)
		return -EINVAL;
	GUARD(&f->pos_lock);
	pos = f->ops->seek ? f->ops->seek(ctx, f, off, whence) : seek_default(ctx, f, off, whence);
	if (pos >= 0)
		f->pos = pos;
	return pos;
}

uint32_t file_poll(struct file *f)
{
	if (!f->ops || !f->ops->poll)
		return LX_POLLIN | LX_POLLOUT | LX_POLLRDNORM | LX_POLLWRNORM;
	return f->ops->poll(f);
}

struct waitq *file_waitq(struct file *f)
{
	return f->ops && f->ops->waitq ? f->ops->waitq(f) : NULL;
}

uint32_t file_poll_for(struct ctx *ctx, struct file *f)
{
	return f->ops && f->ops->poll_for ? f->ops->poll_for(ctx, f) : file_poll(f);
}

struct waitq *file_waitq_for(struct ctx *ctx, struct file *f)
{
	return f->ops && f->ops->waitq_for ? f->ops->waitq_for(ctx, f) : file_waitq(f);
}

int file_mappable(struct ctx *ctx, struct file *f, int prot, int map_flags, struct mappable **ret,
		  int *ret_max_prot)
{
	int max_prot = LX_PROT_READ | LX_PROT_WRITE | LX_PROT_EXEC, type = map_flags & LX_MAP_TYPE;
	bool shared = type == LX_MAP_SHARED || type == LX_MAP_SHARED_VALIDATE;

	if (f->opath)
		return -EBADF;
	if (shared && (prot & LX_PROT_WRITE) && !file_writable(f))
		return -EACCES;
	if (!file_readable(f))
		return -EACCES;
	if (shared && !file_writable(f))
		max_prot &= ~LX_PROT_WRITE;
	if (mount_flags(f->path.mnt) & LX_MS_NOEXEC) {
		if (prot & LX_PROT_EXEC)
			return -EPERM;
		max_prot &= ~LX_PROT_EXEC;
	}
	if (!f->ops->mappable)
		return -ENODEV;
	*ret_max_prot = max_prot;
	return f->ops->mappable(ctx, f, ret);
}

int file_truncate(struct ctx *ctx, struct file *f, int64_t size)
{
	int r;

	if (size < 0)
		return -EINVAL;
	if (f->opath)
		return -EBADF;
	if (inode_type(f->inode) != LX_S_IFREG || !file_writable(f))
		return -EINVAL;
	r = inode_truncate(ctx, f->inode, (uint64_t)size);
	if (r == 0)
		inotify_path(&f->path, LX_IN_MODIFY);
	return r;
}

/* Which combinations exist: fallocate(2). */
static int check_fallocate(int mode)
{
	int what = mode & ~LX_FALLOC_FL_KEEP_SIZE;

	if (what &
	    ~(LX_FALLOC_FL_PUNCH_HOLE | LX_FALLOC_FL_COLLAPSE_RANGE | LX_FALLOC_FL_ZERO_RANGE |
	      LX_FALLOC_FL_INSERT_RANGE | LX_FALLOC_FL_UNSHARE_RANGE))
		return -EOPNOTSUPP;
	if (what & (what - 1))
		return -EOPNOTSUPP; /* two at once */
	if (what == LX_FALLOC_FL_PUNCH_HOLE && !(mode & LX_FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if ((what == LX_FALLOC_FL_COLLAPSE_RANGE || what == LX_FALLOC_FL_INSERT_RANGE) &&
	    what != mode)
		return -EINVAL;
	return 0;
}

int file_fallocate(struct ctx *ctx, struct file *f, int mode, int64_t off, int64_t len)
{
	uint32_t type = inode_type(f->inode);
	int64_t end;
	int r;

	if (f->opath)
		return -EBADF;
	if (off < 0 || len <= 0)
		return -EINVAL;
	r = check_fallocate(mode);
	if (r < 0)
		return r;
	if (!file_writable(f))
		return -EBADF;
	if (type == LX_S_IFIFO || f->kind == FILE_STREAM)
		return -ESPIPE;
	if (type == LX_S_IFDIR)
		return -EISDIR;
	if (type != LX_S_IFREG)
		return -ENODEV;
	if (!add_ok(off, len, &end))
		return -EFBIG;
	if (!f->ops->fallocate)
		return -EOPNOTSUPP;
	r = mode & LX_FALLOC_FL_KEEP_SIZE ? 0 : size_check_limit(ctx, (uint64_t)end);
	if (r == 0)
		r = inode_clear_setid(ctx, f->inode);
	if (r == 0)
		r = f->ops->fallocate(ctx, f, mode, off, len);
	if (r == 0)
		inotify_path(&f->path, LX_IN_MODIFY);
	return r;
}

int file_fsync(struct ctx *ctx, struct file *f, bool data_only)
{
	if (f->opath)
		return -EBADF;
	return f->ops->fsync ? f->ops->fsync(ctx, f, data_only) : -EINVAL;
}

#define SETFL_MASK (LX_O_APPEND | LX_O_NONBLOCK | LX_O_DIRECT | LX_O_NOATIME | LX_FASYNC)

int file_set_flags(struct ctx *ctx, struct file *f, unsigned flags)
{
	unsigned old = f->flags, new;
	int r;

	if (f->opath)
		return -EBADF;
	if ((flags & LX_O_NOATIME) && !(old & LX_O_NOATIME) &&
	    !inode_owner_or_capable(ctx, f->inode))
		return -EPERM;
	new = (old & ~(unsigned)SETFL_MASK) | (flags & SETFL_MASK);
	if (f->ops->set_flags && new != old) {
		r = f->ops->set_flags(ctx, f, new);
		if (r < 0)
			return r;
	}
	f->flags = new;
	return 0;
}

long file_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg)
{
	if (f->opath)
		return -EBADF;
	return f->ops->ioctl ? f->ops->ioctl(ctx, f, mm, cmd, arg) : -ENOTTY;
}
