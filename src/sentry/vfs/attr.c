/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing attributes by the rules of chmod(2), chown(2), truncate(2) and utimensat(2): everything
 * that can be refused is refused first, then the filesystem is asked once.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/inotify.h"
#include "abi/mount.h"
#include "abi/signal.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/vfs/attr_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

int inode_setattr_unchecked(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	if (i->ops->setattr)
		return i->ops->setattr(ctx, i, attr);
	if (attr->valid & IATTR_SIZE)
		return -EINVAL;
	inode_apply_attr(i, attr);
	return 0;
}

/* CAP_CHOWN, or the owner who gives the file to one of their groups. */
static int check_chown(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	const struct cred *cred = ctx->cred;
	bool owner = cred->fsuid == i->uid;

	if (cred_capable(cred, LX_CAP_CHOWN))
		return 0;
	if ((attr->valid & IATTR_UID) && !(owner && attr->uid == i->uid))
		return -EPERM;
	if ((attr->valid & IATTR_GID) &&
	    !(owner && (attr->gid == i->gid || cred_in_group(cred, attr->gid))))
		return -EPERM;
	return 0;
}

static int check_times(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	if (inode_owner_or_capable(ctx, i))
		return 0;
	if (attr->valid & IATTR_TIMES_NOW)
		return inode_permission(ctx, i, VFS_MAY_WRITE);
	return -EPERM;
}

static int check_size(struct ctx *ctx, struct inode *i)
{
	uint32_t type = inode_type(i);

	if (type == LX_S_IFDIR)
		return -EISDIR;
	if (type != LX_S_IFREG)
		return -EINVAL;
	return inode_permission(ctx, i, VFS_MAY_WRITE);
}

static int check_change(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	int r = 0;

	if (attr->valid & (IATTR_UID | IATTR_GID))
		r = check_chown(ctx, i, attr);
	if (r == 0 && (attr->valid & IATTR_MODE)) {
		if (inode_type(i) == LX_S_IFLNK)
			return -EOPNOTSUPP;
		r = inode_owner_or_capable(ctx, i) ? 0 : -EPERM;
	}
	if (r == 0 && (attr->valid & (IATTR_ATIME | IATTR_MTIME)))
		r = check_times(ctx, i, attr);
	if (r == 0 && (attr->valid & IATTR_SIZE))
		r = check_size(ctx, i);
	return r;
}

/* chown(2): whoever does it, even root, takes the set-id bits away. */
static uint32_t setid_bits_of_chown(struct ctx *ctx, struct inode *i)
{
	uint32_t mode = i->mode, kill = mode & LX_S_ISUID;

	if (LX_S_ISDIR(mode))
		return 0;
	if ((mode & LX_S_ISGID) &&
	    ((mode & LX_S_IXGRP) ||
	     (!cred_in_group(ctx->cred, i->gid) && !cred_capable(ctx->cred, LX_CAP_FSETID))))
		kill |= LX_S_ISGID;
	return kill;
}

static void settle_mode(struct ctx *ctx, struct inode *i, struct iattr *attr)
{
	uint32_t kill = 0, gid = attr->valid & IATTR_GID ? attr->gid : i->gid;

	if (attr->valid & IATTR_MODE) {
		attr->mode &= LX_S_IALLUGO;
		if (!cred_in_group(ctx->cred, gid) && !cred_capable(ctx->cred, LX_CAP_FSETID))
			attr->mode &= ~(uint32_t)LX_S_ISGID;
		return;
	}
	if (attr->valid & (IATTR_UID | IATTR_GID))
		kill = setid_bits_of_chown(ctx, i);
	else if (attr->valid & IATTR_SIZE)
		kill = inode_setid_bits(ctx, i);
	if (kill) {
		attr->valid |= IATTR_MODE;
		attr->mode = i->mode & LX_S_IALLUGO & ~kill;
	}
}

int inode_setattr(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	struct iattr now = *attr;
	int r = check_change(ctx, i, attr);

	if (r < 0)
		return r;
	settle_mode(ctx, i, &now);
	now.valid &= ~(unsigned)IATTR_TIMES_NOW;
	if (now.valid == 0)
		return 0;
	return inode_setattr_unchecked(ctx, i, &now);
}

int vfs_setattr(struct ctx *ctx, const struct path *p, const struct iattr *attr)
{
	struct inode *i = path_inode(p);
	int r = mount_check_writable(p->mnt);

	if (r < 0)
		return r;
	r = inode_setattr(ctx, i, attr);
	if (r == 0)
		inotify_path(p, attr->valid & IATTR_SIZE ? LX_IN_MODIFY : LX_IN_ATTRIB);
	return r;
}

int inode_clear_setid(struct ctx *ctx, struct inode *i)
{
	uint32_t kill = inode_setid_bits(ctx, i);
	struct iattr attr = {.valid = IATTR_MODE, .mode = i->mode & LX_S_IALLUGO & ~kill};

	return kill ? inode_setattr_unchecked(ctx, i, &attr) : 0;
}

int size_check_limit(struct ctx *ctx, uint64_t size)
{
	if (size <= limit_soft(ctx->limits, LX_RLIMIT_FSIZE))
		return 0;
	ctx->ops->signal_self(ctx, LX_SIGXFSZ);
	return -EFBIG;
}

int inode_truncate(struct ctx *ctx, struct inode *i, uint64_t size)
{
	struct iattr attr = {.valid = IATTR_SIZE, .size = size};
	struct kstat st;
	int r;

	if (size > limit_soft(ctx->limits, LX_RLIMIT_FSIZE)) {
		r = inode_getattr(ctx, i, &st);
		if (r < 0)
			return r;
		if (size > st.size)
			return size_check_limit(ctx, size);
	}
	settle_mode(ctx, i, &attr);
	return inode_setattr_unchecked(ctx, i, &attr);
}

int vfs_truncate(struct ctx *ctx, const struct path *p, int64_t size)
{
	struct inode *i = path_inode(p);
	uint32_t type = inode_type(i);
	int r;

	if (size < 0)
		return -EINVAL;
	if (type != LX_S_IFREG)
		return type == LX_S_IFDIR ? -EISDIR : -EINVAL;
	r = mount_check_writable(p->mnt);
	if (r == 0)
		r = inode_permission(ctx, i, VFS_MAY_WRITE);
	if (r == 0)
		r = inode_writer_get(i);
	if (r < 0)
		return r;
	r = inode_truncate(ctx, i, (uint64_t)size);
	inode_writer_put(i);
	if (r == 0)
		inotify_path(p, LX_IN_MODIFY);
	return r;
}

int vfs_getattr(struct ctx *ctx, const struct path *p, struct kstat *ret)
{
	return inode_getattr(ctx, path_inode(p), ret);
}

int vfs_access(struct ctx *ctx, const struct path *p, unsigned may_mask)
{
	struct inode *i = path_inode(p);
	uint32_t type = inode_type(i);
	int r;

	if ((may_mask & VFS_MAY_EXEC) && type == LX_S_IFREG && (mount_flags(p->mnt) & LX_MS_NOEXEC))
		return -EACCES;
	r = inode_permission(ctx, i, may_mask);
	if (r < 0 || !(may_mask & VFS_MAY_WRITE))
		return r;
	if (type == LX_S_IFREG || type == LX_S_IFDIR || type == LX_S_IFLNK)
		return mount_check_writable(p->mnt);
	return 0;
}

/* --- who writes, who executes --- */

int inode_writer_get(struct inode *i)
{
	int32_t n = i->writers;

	do {
		if (n < 0)
			return -ETXTBSY;
	} while (!atomic_compare_exchange_weak(&i->writers, &n, n + 1));
	return 0;
}

void inode_writer_put(struct inode *i)
{
	i->writers--;
}

int inode_deny_writers(struct inode *i)
{
	int32_t n = i->writers;

	do {
		if (n > 0)
			return -ETXTBSY;
	} while (!atomic_compare_exchange_weak(&i->writers, &n, n - 1));
	return 0;
}

void inode_allow_writers(struct inode *i)
{
	i->writers++;
}
