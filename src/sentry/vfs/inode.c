/* SPDX-License-Identifier: Apache-2.0 */
/* Inodes: life, attributes as fields, and the generic access rules of path_resolution(7). */
#include "sentry/vfs/inode.h"

#include <errno.h>

#include "abi/capability.h"
#include "base/check.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/locks.h"
#include "sentry/vfs/super_priv.h"

void inode_init(struct inode *i, struct superblock *sb, const struct inode_ops *ops, uint64_t ino,
		uint32_t mode, struct ctx *ctx)
{
	int64_t now = clock_realtime_ns();

	ref_get(&sb->ref);
	ref_init(&i->ref);
	i->ops = ops;
	i->sb = sb;
	i->ino = ino;
	lock_init(&i->dir_lock, RANK_INODE_DIR, "directory");
	lock_init(&i->lock, RANK_INODE, "inode");
	atomic_init(&i->mode, mode);
	atomic_init(&i->uid, ctx ? ctx->cred->fsuid : 0);
	atomic_init(&i->gid, ctx ? ctx->cred->fsgid : 0);
	atomic_init(&i->nlink, LX_S_ISDIR(mode) ? 2 : 1);
	atomic_init(&i->atime, now);
	atomic_init(&i->mtime, now);
	atomic_init(&i->ctime, now);
	i->btime = now;
}

struct inode *inode_get(struct inode *i)
{
	ref_get(&i->ref);
	return i;
}

void inode_put(struct inode *i)
{
	struct superblock *sb;

	if (!i || !ref_put(&i->ref))
		return;
	sb = i->sb;
	inotify_marks_drop(i);
	file_locks_drop(i);
	lock_fini(&i->dir_lock);
	lock_fini(&i->lock);
	if (i->ops->release)
		i->ops->release(i);
	superblock_put_ref(sb);
}

/* --- attributes --- */

void inode_fill_stat(struct inode *i, struct kstat *ret)
{
	*ret = (struct kstat){
		.dev = i->sb->dev,
		.ino = i->ino,
		.rdev = i->rdev,
		.mode = i->mode,
		.nlink = i->nlink,
		.uid = i->uid,
		.gid = i->gid,
		.size = i->size,
		.blocks = i->size / 512 + (i->size % 512 != 0),
		.blksize = 4096,
		.atime = i->atime,
		.mtime = i->mtime,
		.ctime = i->ctime,
		.btime = i->btime,
	};
}

int inode_getattr(struct ctx *ctx, struct inode *i, struct kstat *ret)
{
	if (i->ops->getattr)
		return i->ops->getattr(ctx, i, ret);
	inode_fill_stat(i, ret);
	return 0;
}

void inode_apply_attr(struct inode *i, const struct iattr *attr)
{
	GUARD(&i->lock);
	if (attr->valid & IATTR_MODE)
		i->mode = (i->mode & LX_S_IFMT) | (attr->mode & LX_S_IALLUGO);
	if (attr->valid & IATTR_UID)
		i->uid = attr->uid;
	if (attr->valid & IATTR_GID)
		i->gid = attr->gid;
	if (attr->valid & IATTR_SIZE)
		i->size = attr->size;
	i->ctime = clock_realtime_ns();
	if (attr->valid & IATTR_ATIME)
		i->atime = attr->atime;
	if (attr->valid & IATTR_MTIME)
		i->mtime = attr->mtime;
}

void inode_touch_mtime(struct inode *i)
{
	int64_t now = clock_realtime_ns();

	i->mtime = now;
	i->ctime = now;
}

void inode_touch_ctime(struct inode *i)
{
	i->ctime = clock_realtime_ns();
}

void inode_touch_atime(struct inode *i)
{
	i->atime = clock_realtime_ns();
}

/* --- who may --- */

bool inode_owner_or_capable(struct ctx *ctx, struct inode *i)
{
	return ctx->cred->fsuid == i->uid || cred_capable(ctx->cred, LX_CAP_FOWNER);
}

uint32_t inode_group_for_new(struct ctx *ctx, struct inode *dir)
{
	return dir->mode & LX_S_ISGID ? dir->gid : ctx->cred->fsgid;
}

uint32_t inode_setid_bits(struct ctx *ctx, struct inode *i)
{
	uint32_t mode = i->mode, kill = mode & LX_S_ISUID;

	if (!LX_S_ISREG(mode) || !(mode & (LX_S_ISUID | LX_S_ISGID)) ||
	    cred_capable(ctx->cred, LX_CAP_FSETID))
		return 0;
	if ((mode & LX_S_ISGID) && ((mode & LX_S_IXGRP) || !cred_in_group(ctx->cred, i->gid)))
		kill |= LX_S_ISGID;
	return kill;
}

/* The three permission bits that apply to the caller. */
static unsigned class_bits(const struct cred *cred, struct inode *i)
{
	uint32_t mode = i->mode;

	if (cred->fsuid == i->uid)
		return (mode >> 6) & 7;
	if (cred_in_group(cred, i->gid))
		return (mode >> 3) & 7;
	return mode & 7;
}

static bool capable_of(const struct cred *cred, uint32_t mode, unsigned mask)
{
	bool reads_only = LX_S_ISDIR(mode) ? !(mask & VFS_MAY_WRITE) : mask == VFS_MAY_READ;

	if (reads_only && cred_capable(cred, LX_CAP_DAC_READ_SEARCH))
		return true;
	if (!LX_S_ISDIR(mode) && (mask & VFS_MAY_EXEC) && !(mode & LX_S_IXUGO))
		return false;
	return cred_capable(cred, LX_CAP_DAC_OVERRIDE);
}

int inode_permission_generic(struct ctx *ctx, struct inode *i, unsigned mask)
{
	mask &= VFS_MAY_EXEC | VFS_MAY_WRITE | VFS_MAY_READ;
	if ((mask & ~class_bits(ctx->cred, i)) == 0)
		return 0;
	return capable_of(ctx->cred, i->mode, mask) ? 0 : -EACCES;
}

int inode_permission(struct ctx *ctx, struct inode *i, unsigned mask)
{
	if (i->ops->permission)
		return i->ops->permission(ctx, i, mask);
	return inode_permission_generic(ctx, i, mask);
}
