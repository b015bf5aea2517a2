/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New names: mkdir(2), mknod(2), symlink(2), link(2), and the creating half of open(2). The order
 * of refusals is Linux's: EEXIST before ENOENT for "no-dir/", before EROFS, before EACCES, before
 * EPERM.
 */
#include "sentry/vfs/create_priv.h"

#include <errno.h>

#include "abi/capability.h"
#include "abi/inotify.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/vfs/attr_priv.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/mount.h"

int may_create(struct ctx *ctx, const struct path *dir)
{
	int r = mount_check_writable(dir->mnt);

	if (r < 0)
		return r;
	if (dir->dentry->removed)
		return -ENOENT;
	return inode_permission(ctx, path_inode(dir), VFS_MAY_WRITE | VFS_MAY_EXEC);
}

uint32_t mode_for_new(struct ctx *ctx, struct inode *dir, uint32_t mode)
{
	if (!(dir->mode & LX_S_ISGID))
		return mode;
	if (LX_S_ISDIR(mode))
		return mode | LX_S_ISGID;
	if ((mode & LX_S_ISGID) && (mode & LX_S_IXGRP) && !cred_in_group(ctx->cred, dir->gid) &&
	    !cred_capable(ctx->cred, LX_CAP_FSETID))
		return mode & ~(uint32_t)LX_S_ISGID;
	return mode;
}

/* What the filesystem made belongs to the directory's group, if the directory says so: inode(7). */
static void settle_group(struct ctx *ctx, struct inode *dir, struct inode *made)
{
	struct iattr attr = {.valid = IATTR_GID, .gid = inode_group_for_new(ctx, dir)};
	int r;

	if (!(dir->mode & LX_S_ISGID) || made->gid == attr.gid)
		return;
	r = inode_setattr_unchecked(ctx, made, &attr);
	(void)r; /* the file is there; its group stays the caller's */
}

void entry_made(struct ctx *ctx, struct walk *w, struct dentry *d, struct inode *made)
{
	struct inode *dir = path_inode(&w->cur);

	settle_group(ctx, dir, made);
	dentry_instantiate(d, made);
	inotify_entry(dir, &w->last, made, LX_IN_CREATE, 0);
}

/* --- one new entry --- */

enum entry_kind {
	ENTRY_FILE, /* "name/" is refused */
	ENTRY_DIR,
};

/* Walk, lock the directory, prove that the name is free. On success INODE_DIR is held: entry_end. */
static int entry_begin(struct walk *w, enum entry_kind kind, struct dentry **ret)
{
	struct inode *dir;
	int r;

	if (w->last_type != LAST_NAME)
		return -EEXIST;
	dir = path_inode(&w->cur);
	lock_acquire(&dir->dir_lock);
	AUTO(dentry_put) struct dentry *d = NULL;
	r = dentry_lookup_locked(w->ctx, w->cur.dentry, &w->last, &d);
	if (r == 0 && dentry_inode(d))
		r = -EEXIST;
	if (r == 0 && w->trailing_slash && kind == ENTRY_FILE)
		r = -ENOENT;
	if (r == 0 && dir->sb->no_negative && !dir->ops->create && !dir->ops->mkdir)
		r = -ENOENT; /* as procfs says it: there is no missing name to fill */
	if (r == 0)
		r = may_create(w->ctx, &w->cur);
	if (r == 0)
		*ret = TAKE(d);
	else
		lock_release(&dir->dir_lock);
	return r;
}

static void entry_end(struct walk *w, struct dentry *d)
{
	struct inode *dir = path_inode(&w->cur);

	LOCK_ASSERT_HELD(&dir->dir_lock);
	lock_release(&dir->dir_lock);
	dentry_put(d);
}

static uint32_t masked(struct fs_info *fs, uint32_t mode)
{
	return mode & ~fs->umask;
}

int vfs_mkdir(struct ctx *ctx, struct fs_info *fs, const struct path *at, const char *name,
	      uint32_t mode)
{
	struct dentry *d;
	struct inode *dir, *made;
	struct walk w;
	int r = walk_parent(&w, ctx, fs, at, name);

	if (r == 0)
		r = entry_begin(&w, ENTRY_DIR, &d);
	if (r == 0) {
		dir = path_inode(&w.cur);
		mode = mode_for_new(ctx, dir,
				    LX_S_IFDIR | (masked(fs, mode) & (LX_S_IRWXUGO | LX_S_ISVTX)));
		r = dir->ops->mkdir ? dir->ops->mkdir(ctx, dir, &w.last, mode, &made) : -EPERM;
		if (r == 0)
			entry_made(ctx, &w, d, made);
		entry_end(&w, d);
	}
	walk_fini(&w);
	return r;
}

/* What may be made by mknod(2), before any name is looked at. mode 0 means a regular file. */
static int check_mknod(struct ctx *ctx, uint32_t *mode, uint64_t rdev)
{
	switch (*mode & LX_S_IFMT) {
	case 0:
		*mode |= LX_S_IFREG;
		return 0;
	case LX_S_IFREG:
	case LX_S_IFIFO:
	case LX_S_IFSOCK:
		return 0;
	case LX_S_IFCHR:
		if (rdev == 0) /* a whiteout */
			return 0;
		return cred_capable(ctx->cred, LX_CAP_MKNOD) ? 0 : -EPERM;
	case LX_S_IFBLK:
		return cred_capable(ctx->cred, LX_CAP_MKNOD) ? 0 : -EPERM;
	case LX_S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

static int make_node(struct ctx *ctx, struct walk *w, uint32_t mode, uint64_t rdev,
		     struct inode **ret)
{
	struct inode *dir = path_inode(&w->cur);

	mode = mode_for_new(ctx, dir, mode);
	if (LX_S_ISREG(mode))
		return dir->ops->create ? dir->ops->create(ctx, dir, &w->last, mode, ret) : -EPERM;
	return dir->ops->mknod ? dir->ops->mknod(ctx, dir, &w->last, mode, rdev, ret) : -EPERM;
}

int vfs_mknod_path(struct ctx *ctx, struct fs_info *fs, const struct path *at, const char *name,
		   uint32_t mode, uint64_t rdev, struct path *ret)
{
	struct dentry *d;
	struct inode *made;
	struct walk w;
	int r = check_mknod(ctx, &mode, rdev);

	if (r < 0)
		return r;
	r = walk_parent(&w, ctx, fs, at, name);
	if (r == 0)
		r = entry_begin(&w, ENTRY_FILE, &d);
	if (r == 0) {
		r = make_node(ctx, &w, masked(fs, mode), rdev, &made);
		if (r == 0) {
			entry_made(ctx, &w, d, made);
			*ret = path_get(&(struct path){w.cur.mnt, d});
		}
		entry_end(&w, d);
	}
	walk_fini(&w);
	return r;
}

int vfs_mknod(struct ctx *ctx, struct fs_info *fs, const struct path *at, const char *name,
	      uint32_t mode, uint64_t rdev)
{
	AUTO(path_put) struct path made = {NULL, NULL};

	return vfs_mknod_path(ctx, fs, at, name, mode, rdev, &made);
}

int vfs_symlink(struct ctx *ctx, struct fs_info *fs, const char *target, const struct path *at,
		const char *name)
{
	struct dentry *d;
	struct inode *dir, *made;
	struct walk w;
	int r;

	if (target[0] == '\0')
		return -ENOENT;
	r = walk_parent(&w, ctx, fs, at, name);
	if (r == 0)
		r = entry_begin(&w, ENTRY_FILE, &d);
	if (r == 0) {
		dir = path_inode(&w.cur);
		r = dir->ops->symlink ? dir->ops->symlink(ctx, dir, &w.last, target, &made)
				      : -EPERM;
		if (r == 0)
			entry_made(ctx, &w, d, made);
		entry_end(&w, d);
	}
	walk_fini(&w);
	return r;
}

/* --- link --- */

static int check_link(struct walk *w, const struct path *old)
{
	struct inode *inode = path_inode(old), *dir = path_inode(&w->cur);

	if (inode->sb != dir->sb)
		return -EXDEV;
	if (!dir->ops->link || inode_type(inode) == LX_S_IFDIR)
		return -EPERM;
	if (inode->nlink == 0 && !inode->linkable)
		return -ENOENT;
	return 0;
}

int vfs_link(struct ctx *ctx, struct fs_info *fs, const struct path *old, const struct path *at,
	     const char *name)
{
	struct inode *inode = path_inode(old), *dir;
	struct dentry *d;
	struct walk w;
	int r = walk_parent(&w, ctx, fs, at, name);

	if (r == 0)
		r = entry_begin(&w, ENTRY_FILE, &d);
	if (r == 0) {
		dir = path_inode(&w.cur);
		r = w.cur.mnt != old->mnt ? -EXDEV : check_link(&w, old);
		if (r == 0)
			r = dir->ops->link(ctx, dir, &w.last, inode);
		if (r == 0) {
			inode->linkable = false;
			dentry_instantiate(d, inode_get(inode));
			inotify_self(inode, LX_IN_ATTRIB);
			inotify_entry(dir, &w.last, inode, LX_IN_CREATE, 0);
		}
		entry_end(&w, d);
	}
	walk_fini(&w);
	return r;
}
