/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files of the overlay. Each has a real file behind it, on the lower or on the store; it moves
 * from the one to the other when the inode got data of its own since. `real` is replaced under the
 * overlay file's lock and never freed before the file is, so that a reader may use it without
 * holding the lock.
 */
#include <errno.h>
#include <stdatomic.h>

#include "abi/fcntl.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/overlay/overlay_priv.h"
#include "sentry/mm/mappable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/special.h"

/* Key: [o] OVERLAY lock */
struct ovl_file {
	struct lock lock;           /* RANK_OVERLAY */
	struct file *_Atomic lower; /* [o] written once; owned */
	struct file *_Atomic data;  /* [o] written once; owned */
};

static SLAB_DEFINE(file_slab, struct ovl_file);

int ovl_open_real(struct ctx *ctx, struct inode *real, unsigned flags, struct file **ret)
{
	AUTO(file_put) struct file *f = NULL;
	struct inode *owned = inode_get(real);
	int r;

	if (!real->ops->open) {
		inode_put(owned);
		return -ENXIO;
	}
	r = file_new_anon("overlay", owned, NULL, FILE_SEEKABLE, flags, NULL, &f);
	if (r < 0) {
		inode_put(owned);
		return r;
	}
	r = real->ops->open(ctx, real, f);
	if (r == 0)
		*ret = TAKE(f);
	return r;
}

/* What the real file is opened with: our access mode and O_APPEND stays ours. */
static unsigned real_flags(struct file *f)
{
	return atomic_load(&f->flags) &
	       ~(unsigned)(LX_O_APPEND | LX_O_CREAT | LX_O_EXCL | LX_O_TRUNC);
}

static int open_into(struct ctx *ctx, struct ovl_file *of, struct file *_Atomic *slot,
		     struct inode *real, unsigned flags)
{
	struct file *opened;
	int r;

	GUARD(&of->lock);
	if (atomic_load(slot))
		return 0;
	r = ovl_open_real(ctx, real, flags, &opened);
	if (r == 0)
		atomic_store(slot, opened);
	return r;
}

/* The file to work on now, borrowed while f is held. */
static int real_file(struct ctx *ctx, struct file *f, struct file **ret)
{
	struct ovl_inode *o = ovl_of(f->inode);
	struct ovl_file *of = f->priv;
	struct inode *data = ovl_data(o);
	struct file *_Atomic *slot = data ? &of->data : &of->lower;
	int r = 0;

	if (!atomic_load(slot))
		r = open_into(ctx, of, slot, data ? data : o->lower, real_flags(f));
	if (r == 0)
		*ret = atomic_load(slot);
	return r;
}

static ssize_t ovl_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos)
{
	struct file *real;
	int r = real_file(ctx, f, &real);

	if (r < 0)
		return r;
	return real->ops->read ? real->ops->read(ctx, real, dst, pos) : -EINVAL;
}

/* The store's file finds the end under its own lock; concurrent appends to one description are
 * ordered by f's FILE_POS. */
static ssize_t append(struct ctx *ctx, struct file *f, struct file *real, struct uio *src,
		      int64_t pos)
{
	ssize_t r;

	lock_acquire_nested(&real->pos_lock, 1);
	real->appending = true;
	r = real->ops->write(ctx, real, src, pos);
	real->appending = false;
	f->append_pos = real->append_pos;
	lock_release(&real->pos_lock);
	return r;
}

static ssize_t ovl_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	struct file *real;
	int r = real_file(ctx, f, &real);

	if (r < 0)
		return r;
	if (!real->ops->write)
		return -EINVAL;
	return f->appending ? append(ctx, f, real, src, pos)
			    : real->ops->write(ctx, real, src, pos);
}

static int64_t ovl_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	struct file *real;
	struct kstat st;
	int r = real_file(ctx, f, &real);

	if (r < 0)
		return r;
	if ((whence == LX_SEEK_DATA || whence == LX_SEEK_HOLE) && real->ops->seek)
		return real->ops->seek(ctx, real, off, whence);
	r = ovl_getattr(ctx, f->inode, &st);
	return r < 0 ? r : file_seek_generic(ctx, f, off, whence, st.size);
}

static int ovl_fsync(struct ctx *ctx, struct file *f, bool data_only)
{
	struct file *real;
	int r = real_file(ctx, f, &real);

	if (r < 0)
		return r;
	return real->ops->fsync ? real->ops->fsync(ctx, real, data_only) : 0;
}

static int ovl_fallocate(struct ctx *ctx, struct file *f, int mode, int64_t off, int64_t len)
{
	struct file *real;
	int r = real_file(ctx, f, &real);

	if (r < 0)
		return r;
	return real->ops->fallocate ? real->ops->fallocate(ctx, real, mode, off, len) : -EOPNOTSUPP;
}

static void ovl_file_release(struct file *f)
{
	struct ovl_file *of = f->priv;
	struct file *lower = atomic_load(&of->lower), *data = atomic_load(&of->data);

	if (lower)
		file_put(lower);
	if (data)
		file_put(data);
	lock_fini(&of->lock);
	slab_free(&file_slab, of);
}

/* ---- mapping: the real file's data under our name ---- */

struct ovl_mappable {
	struct mappable base;
	struct mappable *real; /* [I] owned */
	struct file *file;     /* [I] owned: for the name */
};

static SLAB_DEFINE(mappable_slab, struct ovl_mappable);

static int map_hostfd(struct mappable *m, struct ctx *ctx, bool writable, struct hostfd **ret,
		      uint64_t *ret_delta)
{
	struct ovl_mappable *om = container_of(m, struct ovl_mappable, base);

	return om->real->ops->hostfd(om->real, ctx, writable, ret, ret_delta);
}

static void map_returned(struct mappable *m)
{
	struct ovl_mappable *om = container_of(m, struct ovl_mappable, base);

	if (om->real->ops->returned)
		om->real->ops->returned(om->real);
}

static int map_sync(struct mappable *m, struct ctx *ctx, uint64_t off, uint64_t len)
{
	struct ovl_mappable *om = container_of(m, struct ovl_mappable, base);

	return om->real->ops->sync ? om->real->ops->sync(om->real, ctx, off, len) : 0;
}

static void map_ident(struct mappable *m, uint64_t *ret_dev, uint64_t *ret_ino)
{
	struct ovl_mappable *om = container_of(m, struct ovl_mappable, base);

	*ret_dev = om->file->inode->sb->dev;
	*ret_ino = om->file->inode->ino;
}

static void map_path(struct mappable *m, struct strbuf *sb)
{
	struct ovl_mappable *om = container_of(m, struct ovl_mappable, base);

	if (path_text(&om->file->path, NULL, sb) < 0)
		strbuf_adds(sb, "");
}

static void map_release(struct mappable *m)
{
	struct ovl_mappable *om = container_of(m, struct ovl_mappable, base);

	mappable_put(om->real);
	file_put(om->file);
	slab_free(&mappable_slab, om);
}

static const struct mappable_ops ovl_mappable_ops = {
	.hostfd = map_hostfd,
	.returned = map_returned,
	.sync = map_sync,
	.ident = map_ident,
	.path = map_path,
	.release = map_release,
};

static int ovl_mappable(struct ctx *ctx, struct file *f, struct mappable **ret)
{
	AUTO(mappable_put) struct mappable *real_map = NULL;
	struct ovl_mappable *om;
	struct file *real;
	int r = real_file(ctx, f, &real);

	if (r == 0)
		r = real->ops->mappable ? real->ops->mappable(ctx, real, &real_map) : -ENODEV;
	if (r < 0)
		return r;
	om = slab_alloc(&mappable_slab);
	if (!om)
		return -ENOMEM;
	om->base.ops = &ovl_mappable_ops;
	ref_init(&om->base.ref);
	om->real = TAKE(real_map);
	om->file = file_get(f);
	*ret = &om->base;
	return 0;
}

static const struct file_ops ovl_regular_ops = {
	.read = ovl_read,
	.write = ovl_write,
	.seek = ovl_seek,
	.mappable = ovl_mappable,
	.fsync = ovl_fsync,
	.fallocate = ovl_fallocate,
	.release = ovl_file_release,
};

/* A writer gets data of its own before it may write; O_TRUNC comes as a setattr of the vfs. */
static int open_regular(struct ctx *ctx, struct ovl_inode *o, struct file *f)
{
	struct ovl_file *of;
	struct file *real;
	int r = 0;

	if (!o->lower || file_writable(f))
		r = ovl_copy_up(ctx, o, OVL_COPY_ALL);
	of = r == 0 ? slab_alloc(&file_slab) : NULL;
	if (!of)
		return r < 0 ? r : -ENOMEM;
	lock_init(&of->lock, RANK_OVERLAY, "ovl file");
	f->priv = of;
	r = real_file(ctx, f, &real); /* now: errors of the lower belong to open */
	if (r < 0) {
		lock_fini(&of->lock);
		slab_free(&file_slab, of);
		f->priv = NULL;
		return r;
	}
	f->ops = &ovl_regular_ops;
	return 0;
}

int ovl_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	return inode_type(i) == LX_S_IFREG ? open_regular(ctx, ovl_of(i), f) : -ENXIO;
}
