/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes of a node: a short list under INODE. The vfs has checked name spaces and
 * rights. */
#include <errno.h>
#include <string.h>

#include "abi/xattr.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"

static struct tmpfs_xattr *find(struct tmpfs_node *n, const char *name)
{
	struct tmpfs_xattr *x;

	list_for_each_entry(x, &n->xattrs, link) {
		if (strcmp(x->name, name) == 0)
			return x;
	}
	return NULL;
}

static void xattr_free(struct tmpfs_xattr *x)
{
	list_del(&x->link);
	arena_free(x->value);
	arena_free(x);
}

void tmpfs_xattrs_fini(struct tmpfs_node *n)
{
	struct tmpfs_xattr *x, *tmp;

	list_for_each_entry_safe(x, tmp, &n->xattrs, link)
		xattr_free(x);
}

ssize_t tmpfs_getxattr(struct ctx *ctx, struct inode *i, const char *name, void *buf, size_t size)
{
	struct tmpfs_xattr *x;

	(void)ctx;
	GUARD(&i->lock);
	x = find(node_of(i), name);
	if (!x)
		return -ENODATA;
	if (size == 0)
		return (ssize_t)x->size;
	if (size < x->size)
		return -ERANGE;
	memcpy(buf, x->value, x->size);
	return (ssize_t)x->size;
}

static int add(struct tmpfs_node *n, const char *name, void *value, size_t size)
{
	size_t len = strlen(name) + 1;
	struct tmpfs_xattr *x = arena_alloc(sizeof(*x) + len);

	if (!x)
		return -ENOMEM;
	memcpy(x->name, name, len);
	x->value = value;
	x->size = size;
	list_add_tail(&n->xattrs, &x->link);
	return 0;
}

/* Takes over value on success. */
static int set_locked(struct tmpfs_node *n, const char *name, void *value, size_t size, int flags)
{
	struct tmpfs_xattr *x = find(n, name);

	if (x && (flags & LX_XATTR_CREATE))
		return -EEXIST;
	if (!x && (flags & LX_XATTR_REPLACE))
		return -ENODATA;
	if (!x)
		return add(n, name, value, size);
	arena_free(x->value);
	x->value = value;
	x->size = size;
	return 0;
}

int tmpfs_setxattr(struct ctx *ctx, struct inode *i, const char *name, const void *buf, size_t size,
		   int flags)
{
	void *value = arena_memdup(buf, size);
	int r;

	(void)ctx;
	if (!value)
		return -ENOMEM;
	lock_acquire(&i->lock);
	r = set_locked(node_of(i), name, value, size, flags);
	lock_release(&i->lock);
	if (r < 0)
		arena_free(value);
	else
		inode_touch_ctime(i);
	return r;
}

ssize_t tmpfs_listxattr(struct ctx *ctx, struct inode *i, char *buf, size_t size)
{
	struct tmpfs_xattr *x;
	size_t total = 0;

	(void)ctx;
	GUARD(&i->lock);
	list_for_each_entry(x, &node_of(i)->xattrs, link) {
		size_t len = strlen(x->name) + 1;

		if (size != 0 && len > size - total)
			return -ERANGE;
		if (size != 0)
			memcpy(buf + total, x->name, len);
		total += len;
	}
	return (ssize_t)total;
}

int tmpfs_removexattr(struct ctx *ctx, struct inode *i, const char *name)
{
	struct tmpfs_xattr *x;

	(void)ctx;
	GUARD(&i->lock);
	x = find(node_of(i), name);
	if (!x)
		return -ENODATA;
	xattr_free(x);
	inode_touch_ctime(i);
	return 0;
}
