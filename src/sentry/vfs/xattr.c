/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extended attributes. Who may do what is decided by the name's prefix: user. follows the file's
 * mode and exists on files and directories only, trusted. is for CAP_SYS_ADMIN alone, security. is
 * open to readers. system. (ACLs) is not there.
 */
#include "sentry/vfs/xattr.h"

#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "abi/xattr.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/mount.h"

static bool has_prefix(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static int check_name(const char *name)
{
	size_t len = strlen(name);

	return len == 0 || len > LX_XATTR_NAME_MAX ? -ERANGE : 0;
}

static int may_user(struct ctx *ctx, struct inode *i, unsigned mask)
{
	bool writes = (mask & VFS_MAY_WRITE) != 0;
	uint32_t type = inode_type(i);

	if (type != LX_S_IFREG && type != LX_S_IFDIR)
		return writes ? -EPERM : -ENODATA;
	if (writes && type == LX_S_IFDIR && (i->mode & LX_S_ISVTX) &&
	    !inode_owner_or_capable(ctx, i))
		return -EPERM;
	return inode_permission(ctx, i, mask);
}

static int may_security(struct ctx *ctx, const char *name, unsigned mask)
{
	int cap = strcmp(name, LX_XATTR_NAME_CAPS) == 0 ? LX_CAP_SETFCAP : LX_CAP_SYS_ADMIN;

	if (!(mask & VFS_MAY_WRITE))
		return 0;
	return cred_capable(ctx->cred, cap) ? 0 : -EPERM;
}

static int may_xattr(struct ctx *ctx, struct inode *i, const char *name, unsigned mask)
{
	if (has_prefix(name, LX_XATTR_USER_PREFIX))
		return may_user(ctx, i, mask);
	if (has_prefix(name, LX_XATTR_SECURITY_PREFIX))
		return may_security(ctx, name, mask);
	if (has_prefix(name, LX_XATTR_TRUSTED_PREFIX)) {
		if (cred_capable(ctx->cred, LX_CAP_SYS_ADMIN))
			return 0;
		return mask & VFS_MAY_WRITE ? -EPERM : -ENODATA;
	}
	return -EOPNOTSUPP;
}

ssize_t vfs_getxattr(struct ctx *ctx, const struct path *p, const char *name, void *buf,
		     size_t size)
{
	struct inode *i = path_inode(p);
	int r = check_name(name);

	if (r == 0)
		r = may_xattr(ctx, i, name, VFS_MAY_READ);
	if (r < 0)
		return r;
	return i->ops->getxattr ? i->ops->getxattr(ctx, i, name, buf, size) : -EOPNOTSUPP;
}

int vfs_setxattr(struct ctx *ctx, const struct path *p, const char *name, const void *buf,
		 size_t size, int flags)
{
	struct inode *i = path_inode(p);
	int r = check_name(name);

	if (flags & ~(LX_XATTR_CREATE | LX_XATTR_REPLACE))
		return -EINVAL;
	if (size > LX_XATTR_SIZE_MAX)
		return -E2BIG;
	if (r == 0)
		r = mount_check_writable(p->mnt);
	if (r == 0)
		r = may_xattr(ctx, i, name, VFS_MAY_WRITE);
	if (r < 0)
		return r;
	if (!i->ops->setxattr)
		return -EOPNOTSUPP;
	r = i->ops->setxattr(ctx, i, name, buf, size, flags);
	if (r == 0)
		inotify_path(p, LX_IN_ATTRIB);
	return r;
}

int vfs_removexattr(struct ctx *ctx, const struct path *p, const char *name)
{
	struct inode *i = path_inode(p);
	int r = check_name(name);

	if (r == 0)
		r = mount_check_writable(p->mnt);
	if (r == 0)
		r = may_xattr(ctx, i, name, VFS_MAY_WRITE);
	if (r < 0)
		return r;
	if (!i->ops->removexattr)
		return -EOPNOTSUPP;
	r = i->ops->removexattr(ctx, i, name);
	if (r == 0)
		inotify_path(p, LX_IN_ATTRIB);
	return r;
}

/* Drop the names that only CAP_SYS_ADMIN sees; the bytes that stay. */
static size_t hide_trusted(char *list, size_t len)
{
	size_t out = 0;

	for (size_t at = 0; at < len;) {
		size_t n = strnlen(list + at, len - at) + 1;

		n = MIN(n, len - at);
		if (!has_prefix(list + at, LX_XATTR_TRUSTED_PREFIX)) {
			memmove(list + out, list + at, n);
			out += n;
		}
		at += n;
	}
	return out;
}

/* All names, in a block of the arena that the caller frees, with a NUL behind it. */
static ssize_t list_all(struct ctx *ctx, struct inode *i, char **ret)
{
	char *list = arena_alloc(LX_XATTR_LIST_MAX + 1);
	ssize_t n;

	if (!list)
		return -ENOMEM;
	n = i->ops->listxattr(ctx, i, list, LX_XATTR_LIST_MAX);
	if (n < 0) {
		arena_free(list);
		return n;
	}
	*ret = list;
	return n;
}

ssize_t vfs_listxattr(struct ctx *ctx, const struct path *p, char *buf, size_t size)
{
	struct inode *i = path_inode(p);
	size_t len;
	ssize_t n;
	char *list;

	if (!i->ops->listxattr)
		return 0;
	n = list_all(ctx, i, &list);
	if (n < 0)
		return n;
	len = (size_t)n;
	if (!cred_capable(ctx->cred, LX_CAP_SYS_ADMIN))
		len = hide_trusted(list, len);
	n = (ssize_t)len;
	if (size > 0 && len > size)
		n = -ERANGE;
	else if (size > 0)
		memcpy(buf, list, len);
	arena_free(list);
	return n;
}
