/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open regular files of tmpfs, and their mappings. A mapping is lent the memfd; the mappable is
 * part of the node and holds one reference to the inode for as long as somebody maps it:
 *
 *	map_get                              release (last mapping)
 *	lock inode                           mappable ref goes to 0
 *	ref_get_unless_zero: fails
 *	ref_init(1), inode_get               inode_put
 *
 * The references of the two lives are separate, so the order does not matter.
 */
#include <errno.h>

#include "abi/fcntl.h"
#include "base/strbuf.h"
#include "sentry/core/ctx.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"
#include "sentry/vfs/file.h"

static ssize_t tmpfs_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos)
{
	struct tmpfs_node *n = node_of(f->inode);

	(void)ctx;
	GUARD(&n->inode.lock);
	return tmpfs_data_read(n, dst, (uint64_t)pos);
}

static ssize_t tmpfs_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	struct tmpfs_node *n = node_of(f->inode);
	ssize_t r;

	(void)ctx;
	GUARD(&n->inode.lock);
	pos = file_append_pos(f, pos, n->inode.size);
	if (n->seals & (LX_F_SEAL_WRITE | LX_F_SEAL_FUTURE_WRITE))
		return -EPERM;
	if ((n->seals & LX_F_SEAL_GROW) && (uint64_t)pos + src->resid > n->inode.size) {
		if ((uint64_t)pos >= n->inode.size)
			return -EPERM;
		uio_truncate(src, (size_t)(n->inode.size - (uint64_t)pos));
	}
	r = tmpfs_data_write(n, src, (uint64_t)pos);
	if (r > 0)
		inode_touch_mtime(&n->inode);
	return r;
}

static int64_t tmpfs_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	struct tmpfs_node *n = node_of(f->inode);

	if (whence != LX_SEEK_DATA && whence != LX_SEEK_HOLE)
		return file_seek_generic(ctx, f, off, whence, n->inode.size);
	if (off < 0)
		return -ENXIO;
	GUARD(&n->inode.lock);
	return tmpfs_data_seek(n, (uint64_t)off, whence == LX_SEEK_DATA);
}

static int tmpfs_fsync(struct ctx *ctx, struct file *f, bool data_only)
{
	(void)ctx;
	(void)f;
	(void)data_only;
	return 0; /* memory is as durable as it gets, as on Linux's tmpfs */
}

static int change_range(struct tmpfs_node *n, int mode, uint64_t lo, uint64_t hi)
{
	int r = 0;

	if (mode & (LX_FALLOC_FL_PUNCH_HOLE | LX_FALLOC_FL_ZERO_RANGE))
		r = tmpfs_data_punch(n, lo, hi);
	if (r == 0 && !(mode & LX_FALLOC_FL_PUNCH_HOLE))
		r = tmpfs_data_reserve(n, lo, hi);
	if (r == 0 && hi > n->inode.size && !(mode & LX_FALLOC_FL_KEEP_SIZE))
		r = tmpfs_data_resize(n, hi);
	return r;
}

static bool sealed_against(const struct tmpfs_node *n, int mode, uint64_t hi)
{
	if ((mode & (LX_FALLOC_FL_PUNCH_HOLE | LX_FALLOC_FL_ZERO_RANGE)) &&
	    (n->seals & (LX_F_SEAL_WRITE | LX_F_SEAL_FUTURE_WRITE)))
		return true;
	return (n->seals & LX_F_SEAL_GROW) && !(mode & LX_FALLOC_FL_KEEP_SIZE) &&
	       hi > n->inode.size;
}

static int tmpfs_fallocate(struct ctx *ctx, struct file *f, int mode, int64_t off, int64_t len)
{
	struct tmpfs_node *n = node_of(f->inode);
	uint64_t lo = (uint64_t)off, hi = lo + (uint64_t)len;
	int r;

	(void)ctx;
	if (mode & ~(LX_FALLOC_FL_KEEP_SIZE | LX_FALLOC_FL_PUNCH_HOLE | LX_FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	GUARD(&n->inode.lock);
	if (sealed_against(n, mode, hi))
		return -EPERM;
	r = change_range(n, mode, lo, hi);
	if (r == 0)
		inode_touch_mtime(&n->inode);
	return r;
}

/* ---- mapping ---- */

static int map_hostfd(struct mappable *m, struct ctx *ctx, bool writable, struct hostfd **ret,
		      uint64_t *ret_delta)
{
	struct tmpfs_node *n = container_of(m, struct tmpfs_node, mappable);
	int r;

	(void)ctx;
	GUARD(&n->inode.lock);
	if (writable && (n->seals & (LX_F_SEAL_WRITE | LX_F_SEAL_FUTURE_WRITE)))
		return -EPERM;
	r = tmpfs_data_to_memory(n);
	if (r < 0)
		return r;
	if (writable)
		n->shared_writable++;
	*ret = hostfd_get(n->memory);
	*ret_delta = 0;
	return 0;
}

static void map_returned(struct mappable *m)
{
	struct tmpfs_node *n = container_of(m, struct tmpfs_node, mappable);

	GUARD(&n->inode.lock);
	n->shared_writable--;
}

static void map_ident(struct mappable *m, uint64_t *ret_dev, uint64_t *ret_ino)
{
	struct tmpfs_node *n = container_of(m, struct tmpfs_node, mappable);

	*ret_dev = n->inode.sb->dev;
	*ret_ino = n->inode.ino;
}

/* A node does not know its names. */
static void map_path(struct mappable *m, struct strbuf *sb)
{
	(void)m;
	strbuf_adds(sb, "");
}

static void map_release(struct mappable *m)
{
	inode_put(&container_of(m, struct tmpfs_node, mappable)->inode);
}

const struct mappable_ops tmpfs_mappable_ops = {
	.hostfd = map_hostfd,
	.returned = map_returned,
	.ident = map_ident,
	.path = map_path,
	.release = map_release,
};

static int tmpfs_mappable(struct ctx *ctx, struct file *f, struct mappable **ret)
{
	struct tmpfs_node *n = node_of(f->inode);

	(void)ctx;
	GUARD(&n->inode.lock);
	if (!n->mapped || !ref_get_unless_zero(&n->mappable.ref)) {
		ref_init(&n->mappable.ref);
		n->mapped = true;
		inode_get(&n->inode);
	}
	*ret = &n->mappable;
	return 0;
}

const struct file_ops tmpfs_file_ops = {
	.read = tmpfs_read,
	.write = tmpfs_write,
	.seek = tmpfs_seek,
	.mappable = tmpfs_mappable,
	.fsync = tmpfs_fsync,
	.fallocate = tmpfs_fallocate,
	.fcntl = tmpfs_fcntl,
};

int tmpfs_file_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	(void)ctx;
	(void)i;
	f->ops = &tmpfs_file_ops;
	return 0;
}
