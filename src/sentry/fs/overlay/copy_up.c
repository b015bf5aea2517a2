/* SPDX-License-Identifier: Apache-2.0 */
/* Give an inode data of its own: an unnamed file of the store, filled from the lower. Once per
 * inode, under copy_lock. */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/xattr.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/overlay/overlay_priv.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/vfs/file.h"

#define COPY_CHUNK      65536
#define XATTR_NAMES_MAX 65536
#define XATTR_VALUE_MAX 65536

static ssize_t copy_chunk(struct ctx *ctx, struct file *from, struct file *to, void *buf,
			  size_t want, uint64_t pos)
{
	ssize_t n = file_read_kernel(ctx, from, buf, want, pos);
	struct uio src;

	if (n <= 0)
		return n;
	uio_kernel(&src, buf, (size_t)n);
	return to->ops->write(ctx, to, &src, (int64_t)pos);
}

static int copy_bytes(struct ctx *ctx, struct file *from, struct file *to, uint64_t size)
{
	AUTO(arena_free) void *buf = arena_alloc(COPY_CHUNK);
	uint64_t pos = 0;

	if (!buf)
		return -ENOMEM;
	while (pos < size) {
		ssize_t n = copy_chunk(ctx, from, to, buf,
				       (size_t)MIN(size - pos, (uint64_t)COPY_CHUNK), pos);

		if (n <= 0)
			return (int)n;
		pos += (uint64_t)n;
	}
	return 0;
}

static int copy_data(struct ctx *ctx, struct ovl_inode *o, struct inode *data, uint64_t size)
{
	AUTO(file_put) struct file *from = NULL;
	AUTO(file_put) struct file *to = NULL;
	int r;

	if (!o->lower || inode_type(&o->inode) != LX_S_IFREG || size == 0)
		return 0;
	r = ovl_open_real(ctx, o->lower, LX_O_RDONLY, &from);
	if (r == 0)
		r = ovl_open_real(ctx, data, LX_O_WRONLY, &to);
	return r < 0 ? r : copy_bytes(ctx, from, to, size);
}

static int copy_xattr(struct ctx *ctx, struct inode *from, struct inode *to, const char *name,
		      char *value)
{
	ssize_t n = from->ops->getxattr(ctx, from, name, value, XATTR_VALUE_MAX);

	if (n == -ENODATA) /* removed meanwhile */
		return 0;
	return n < 0 ? (int)n : to->ops->setxattr(ctx, to, name, value, (size_t)n, 0);
}

/* A lower or store without extended attributes has nothing to copy. */
static int copy_xattrs(struct ctx *ctx, struct ovl_inode *o, struct inode *data)
{
	AUTO(arena_free_str) char *names = NULL;
	AUTO(arena_free_str) char *value = NULL;
	ssize_t n;

	if (!o->lower || !o->lower->ops->listxattr || !o->lower->ops->getxattr ||
	    !data->ops->setxattr)
		return 0;
	names = arena_alloc(XATTR_NAMES_MAX + 1); /* ends in a zero, whatever the lower says */
	value = arena_alloc(XATTR_VALUE_MAX);
	if (!names || !value)
		return -ENOMEM;
	n = o->lower->ops->listxattr(ctx, o->lower, names, XATTR_NAMES_MAX);
	if (n < 0)
		return n == -EOPNOTSUPP ? 0 : (int)n;
	for (ssize_t at = 0; at < n; at += (ssize_t)__builtin_strlen(names + at) + 1) {
		int r = copy_xattr(ctx, o->lower, data, names + at, value);

		if (r < 0 && r != -EOPNOTSUPP)
			return r;
	}
	return 0;
}

/* The store's inode shows the same times until it is written. */
static void copy_times(struct ovl_inode *o, struct inode *data)
{
	data->atime = o->inode.atime;
	data->mtime = o->inode.mtime;
	data->ctime = o->inode.ctime;
}

static int copy_locked(struct ctx *ctx, struct ovl_inode *o, uint64_t size) REQUIRES(o->copy_lock)
{
	AUTO(inode_put) struct inode *data = NULL;
	int r;

	r = tmpfs_new_anon_file(ovl_fs(&o->inode)->store, ctx, LX_S_IFREG | 0600, &data);
	if (r == 0)
		r = copy_data(ctx, o, data, MIN(size, (uint64_t)o->inode.size));
	if (r == 0)
		r = copy_xattrs(ctx, o, data);
	if (r < 0)
		return r;
	copy_times(o, data);
	atomic_store_explicit(&o->data, TAKE(data), memory_order_release);
	return 0;
}

int ovl_copy_up(struct ctx *ctx, struct ovl_inode *o, uint64_t size)
{
	int r = ovl_change(ctx, o);

	if (r < 0 || ovl_data(o))
		return r;
	GUARD(&o->copy_lock);
	return ovl_data(o) ? 0 : copy_locked(ctx, o, size);
}
