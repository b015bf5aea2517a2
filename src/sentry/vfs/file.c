/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files: life, offset, and the calls that take one, with the checks that every kind of file
 * has in common. Bytes move through the file's ops; the offset is advanced here, under FILE_POS, by
 * what was moved.
 */
#include "sentry/vfs/file_priv.h"

#include <errno.h>

#include "abi/inotify.h"
#include "abi/mount.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/attr_priv.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/locks.h"
#include "sentry/vfs/mount.h"

static SLAB_DEFINE(file_slab, struct file);

void (*_Atomic file_epoll_release)(struct file *f);

/* --- life --- */

struct file *file_alloc(const struct path *p, struct inode *inode, unsigned flags)
{
	struct file *f = slab_alloc(&file_slab);

	if (!f)
		return NULL;
	ref_init(&f->ref);
	f->path = path_get(p);
	f->inode = inode_get(inode);
	f->kind = FILE_SEEKABLE;
	atomic_init(&f->flags, flags);
	lock_init(&f->pos_lock, RANK_FILE_POS, "file offset");
	return f;
}

struct file *file_get(struct file *f)
{
	ref_get(&f->ref);
	return f;
}

struct file *file_get_unless_zero(struct file *f)
{
	return ref_get_unless_zero(&f->ref) ? f : NULL;
}

void file_put(struct file *f)
{
	if (!f || !ref_put(&f->ref))
		return;
	if (atomic_load(&f->epoll_links))
		atomic_load (&file_epoll_release)(f);
	if (f->ops && !f->opath)
		inotify_path(&f->path, file_writable(f) ? LX_IN_CLOSE_WRITE : LX_IN_CLOSE_NOWRITE);
	file_locks_release(f);
	if (f->ops && f->ops->release)
		f->ops->release(f);
	if (f->counts_writer)
		inode_writer_put(f->inode);
	if (f->denies_writers)
		inode_allow_writers(f->inode);
	path_put(&f->path);
	inode_put(f->inode);
	lock_fini(&f->pos_lock);
	slab_free(&file_slab, f);
}

/* --- access time --- */

/* relatime: only if it is older than the last change, or than a day. */
static bool atime_is_due(struct inode *i, uint64_t ms_flags)
{
	int64_t atime = i->atime;

	if (!(ms_flags & LX_MS_RELATIME))
		return true;
	if (atime <= i->mtime || atime <= i->ctime)
		return true;
	return clock_realtime_ns() - atime >= 24 * 3600 * NSEC_PER_SEC;
}

static void accessed(struct file *f)
{
	uint64_t ms_flags = mount_flags(f->path.mnt);

	inotify_path(&f->path, LX_IN_ACCESS);
	if ((f->flags & LX_O_NOATIME) || (ms_flags & LX_MS_NOATIME) ||
	    mount_check_writable(f->path.mnt) < 0)
		return;
	if ((ms_flags & LX_MS_NODIRATIME) && inode_type(f->inode) == LX_S_IFDIR)
		return;
	if (atime_is_due(f->inode, ms_flags))
		inode_touch_atime(f->inode);
}

/* --- reading --- */

static int check_read(struct file *f)
{
	if (!file_readable(f))
		return -EBADF;
	if (!f->ops->read)
		return inode_type(f->inode) == LX_S_IFDIR ? -EISDIR : -EINVAL;
	return 0;
}

/* [pos, pos + n) must be offsets. */
static int check_range(int64_t pos, size_t n)
{
	int64_t end;

	return pos < 0 || !add_ok(pos, n, &end) ? -EINVAL : 0;
}

static ssize_t read_at(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos)
{
	ssize_t n;
	int r;

	if (f->kind == FILE_SEEKABLE) {
		r = check_range(pos, dst->resid);
		if (r < 0)
			return r;
	}
	n = f->ops->read(ctx, f, dst, pos);
	if (n > 0)
		accessed(f);
	return n;
}

ssize_t file_read(struct ctx *ctx, struct file *f, struct uio *dst)
{
	ssize_t n;
	int r = check_read(f);

	if (r < 0)
		return r;
	if (f->kind == FILE_STREAM)
		return read_at(ctx, f, dst, -1);
	GUARD(&f->pos_lock);
	n = read_at(ctx, f, dst, f->pos);
	if (n > 0)
		f->pos += n;
	return n;
}

ssize_t file_pread(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos)
{
	int r;

	if (pos < 0)
		return -EINVAL;
	if (f->kind == FILE_STREAM)
		return f->opath ? -EBADF : -ESPIPE;
	r = check_read(f);
	return r < 0 ? r : read_at(ctx, f, dst, pos);
}

ssize_t file_read_kernel(struct ctx *ctx, struct file *f, void *buf, size_t n, uint64_t pos)
{
	size_t done = 0;

	if (!f->ops || !f->ops->read || f->kind == FILE_STREAM)
		return -EINVAL;
	if (pos > INT64_MAX || check_range((int64_t)pos, n) < 0)
		return -EINVAL;
	while (done < n) {
		struct uio dst;
		ssize_t got;

		uio_kernel(&dst, (char *)buf + done, n - done);
		got = f->ops->read(ctx, f, &dst, (int64_t)(pos + done));
		if (got < 0)
			return done > 0 ? (ssize_t)done : got;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* --- writing --- */

static int check_write(struct file *f)
{
	if (!file_writable(f))
		return -EBADF;
	return f->ops->write ? 0 : -EINVAL;
}

/* Cut a write to what RLIMIT_FSIZE and the largest offset allow. -EFBIG: nothing is. */
static int limit_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	uint64_t limit = limit_soft(ctx->limits, LX_RLIMIT_FSIZE), at = (uint64_t)pos;
	struct kstat st;
	int r;

	if (inode_type(f->inode) != LX_S_IFREG || src->resid == 0)
		return 0;
	if (limit < INT64_MAX) {
		if (f->appending) {
			r = inode_getattr(ctx, f->inode, &st);
			if (r < 0)
				return r;
			at = st.size;
		}
		if (at >= limit)
			return size_check_limit(ctx, UINT64_MAX);
		uio_truncate(src, MIN(src->resid, (size_t)(limit - at)));
	}
	if (at >= INT64_MAX)
		return -EFBIG;
	uio_truncate(src, MIN(src->resid, (size_t)(INT64_MAX - (int64_t)at)));
	return 0;
}

static ssize_t write_at(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	ssize_t n;
	int r;

	if (f->kind == FILE_SEEKABLE) {
		if (pos < 0)
			return -EINVAL;
		r = limit_write(ctx, f, src, pos);
		if (r == 0 && (f->inode->mode & (LX_S_ISUID | LX_S_ISGID)))
			r = inode_clear_setid(ctx, f->inode);
		if (r < 0)
			return r;
	}
	n = f->ops->write(ctx, f, src, pos);
	if (n > 0)
		inotify_path(&f->path, LX_IN_MODIFY);
	return n;
}

/* To the end. FILE_POS is held also by writes that have a place of their own, as f->appending is
 * the file's. */
static ssize_t append(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
	REQUIRES(f->pos_lock)
{
	ssize_t n;

	f->appending = true;
	f->append_pos = pos;
	n = write_at(ctx, f, src, pos);
	f->appending = false;
	return n;
}

enum write_end { WRITE_AT_POS, WRITE_AT_END };

static ssize_t write_from_offset(struct ctx *ctx, struct file *f, struct uio *src,
				 enum write_end end)
{
	ssize_t n;

	GUARD(&f->pos_lock);
	if (end == WRITE_AT_END) {
		n = append(ctx, f, src, f->pos);
		if (n > 0)
			f->pos = f->append_pos + n;
		return n;
	}
	n = write_at(ctx, f, src, f->pos);
	if (n > 0)
		f->pos += n;
	return n;
}

/* O_SYNC, O_DSYNC, and the RWF_ flags of one write. */
static ssize_t settle(struct ctx *ctx, struct file *f, ssize_t n, unsigned rwf)
{
	unsigned flags = f->flags;
	bool full = (flags & LX___O_SYNC) || (rwf & LX_RWF_SYNC);
	int r;

	if (n <= 0 || !(full || (flags & LX_O_DSYNC) || (rwf & LX_RWF_DSYNC)) || !f->ops->fsync)
		return n;
	r = f->ops->fsync(ctx, f, !full);
	return r < 0 ? r : n;
}

#define RWF_KNOWN (LX_RWF_HIPRI | LX_RWF_DSYNC | LX_RWF_SYNC | LX_RWF_APPEND | LX_RWF_NOAPPEND)

ssize_t file_write_flags(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos,
			 unsigned rwf)
{
	enum write_end end = f->flags & LX_O_APPEND ? WRITE_AT_END : WRITE_AT_POS;
	ssize_t n;
	int r = check_write(f);

	if (r < 0)
		return r;
	if (rwf & ~(unsigned)RWF_KNOWN)
		return -EOPNOTSUPP;
	if ((rwf & LX_RWF_APPEND) && (rwf & LX_RWF_NOAPPEND))
		return -EINVAL;
	if (rwf & LX_RWF_APPEND)
		end = WRITE_AT_END;
	else if (rwf & LX_RWF_NOAPPEND)
		end = WRITE_AT_POS;

	if (f->kind == FILE_STREAM) {
		n = write_at(ctx, f, src, -1);
	} else if (pos < 0) {
		n = write_from_offset(ctx, f, src, end);
	} else if (end == WRITE_AT_END) {
		GUARD(&f->pos_lock);
		n = append(ctx, f, src, pos);
	} else {
		n = write_at(ctx, f, src, pos);
	}
	return settle(ctx, f, n, rwf);
}

ssize_t file_write(struct ctx *ctx, struct file *f, struct uio *src)
{
	return file_write_flags(ctx, f, src, -1, 0);
}

ssize_t file_pwrite(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	int r;

	if (pos < 0)
		return -EINVAL;
	if (f->kind == FILE_STREAM)
		return f->opath ? -EBADF : -ESPIPE;
	r = check_range(pos, src->resid);
	if (r < 0)
		return file_writable(f) ? r : -EBADF;
	return file_write_flags(ctx, f, src, pos, 0);
}

/* Differs: RWF_NOWAIT is refused for every file, as Linux does where the file cannot promise it. */
ssize_t file_read_flags(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos, unsigned rwf)
{
	int r = check_read(f);

	if (r < 0)
		return r;
	if (rwf & ~(unsigned)RWF_KNOWN)
		return -EOPNOTSUPP;
	if (rwf & LX_RWF_APPEND)
		return -EINVAL;
	return pos < 0 ? file_read(ctx, f, dst) : file_pread(ctx, f, dst, pos);
}

/* --- directories --- */

int file_iterate(struct ctx *ctx, struct file *f, struct dir_sink *sink)
{
	int64_t pos;
	int r;

	if (f->opath)
		return -EBADF;
	if (inode_type(f->inode) != LX_S_IFDIR || !f->ops->iterate)
		return -ENOTDIR;
	GUARD(&f->pos_lock);
	GUARD(&f->inode->dir_lock);
	if (path_is_removed(&f->path))
		return -ENOENT;
	pos = f->pos;
	r = f->ops->iterate(ctx, f, sink, &pos);
	f->pos = pos;
	if (r == 0)
		accessed(f);
	return r;
}
