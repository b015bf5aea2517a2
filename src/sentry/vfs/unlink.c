/* SPDX-License-Identifier: Apache-2.0 */
/* Names that go: unlink(2), rmdir(2). */
#include <errno.h>

#include "abi/capability.h"
#include "abi/inotify.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/vfs/create_priv.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/mount.h"

/* In a sticky directory only the owner of the file or of the directory removes. */
static bool sticky_forbids(struct ctx *ctx, struct inode *dir, struct inode *victim)
{
	uint32_t fsuid = ctx->cred->fsuid;

	if (!(dir->mode & LX_S_ISVTX) || victim->uid == fsuid || dir->uid == fsuid)
		return false;
	return !cred_capable(ctx->cred, LX_CAP_FOWNER);
}

int may_delete(struct ctx *ctx, const struct path *dir, struct dentry *d, enum delete_kind kind)
{
	struct inode *victim = dentry_inode(d);
	bool is_dir;
	int r;

	if (!victim)
		return -ENOENT;
	r = inode_permission(ctx, path_inode(dir), VFS_MAY_WRITE | VFS_MAY_EXEC);
	if (r < 0)
		return r;
	if (sticky_forbids(ctx, path_inode(dir), victim))
		return -EPERM;
	is_dir = inode_type(victim) == LX_S_IFDIR;
	if (is_dir != (kind == DELETE_DIR))
		return is_dir ? -EISDIR : -ENOTDIR;
	if (dir->dentry->removed)
		return -ENOENT;
	/* A filesystem that shows a directory within itself: its lock cannot be taken twice. */
	return victim == path_inode(dir) ? -EBUSY : 0;
}

void tell_unlinked(struct dentry *d)
{
	struct inode *inode = dentry_inode(d);

	inotify_self(inode, LX_IN_ATTRIB);
	if (inode->nlink == 0 || d->removed)
		dentry_deleted(d);
}

static int unlink_locked(struct walk *w)
{
	struct inode *dir = path_inode(&w->cur), *victim;
	AUTO(dentry_put) struct dentry *d = NULL;
	int r = dentry_lookup_locked(w->ctx, w->cur.dentry, &w->last, &d);

	if (r < 0)
		return r;
	victim = dentry_inode(d);
	if (!victim)
		return -ENOENT;
	if (w->trailing_slash)
		return inode_type(victim) == LX_S_IFDIR ? -EISDIR : -ENOTDIR;
	r = may_delete(w->ctx, &w->cur, d, DELETE_FILE);
	if (r < 0)
		return r;
	if (!dir->ops->unlink)
		return -EPERM;
	if (d->mounted)
		return -EBUSY;
	r = dir->ops->unlink(w->ctx, dir, &w->last, victim);
	if (r < 0)
		return r;
	dentry_unhash(d);
	tell_unlinked(d);
	inotify_entry(dir, &w->last, victim, LX_IN_DELETE, 0);
	return 0;
}

int vfs_unlink(struct ctx *ctx, struct fs_info *fs, const struct path *at, const char *name)
{
	struct walk w;
	int r = walk_parent(&w, ctx, fs, at, name);

	if (r == 0 && w.last_type != LAST_NAME)
		r = -EISDIR;
	if (r == 0)
		r = mount_check_writable(w.cur.mnt);
	if (r == 0) {
		lock_acquire(&path_inode(&w.cur)->dir_lock);
		r = unlink_locked(&w);
		lock_release(&path_inode(&w.cur)->dir_lock);
	}
	walk_fini(&w);
	return r;
}

static int rmdir_locked(struct walk *w)
{
	struct inode *dir = path_inode(&w->cur), *victim;
	AUTO(dentry_put) struct dentry *d = NULL;
	int r = dentry_lookup_locked(w->ctx, w->cur.dentry, &w->last, &d);

	if (r == 0)
		r = may_delete(w->ctx, &w->cur, d, DELETE_DIR);
	if (r < 0)
		return r;
	if (!dir->ops->rmdir)
		return -EPERM;
	if (d->mounted)
		return -EBUSY;
	victim = dentry_inode(d);
	lock_acquire_nested(&victim->dir_lock, 1);
	r = dir->ops->rmdir(w->ctx, dir, &w->last, victim);
	if (r == 0)
		d->removed = true;
	lock_release(&victim->dir_lock);
	if (r < 0)
		return r;
	dentry_unhash(d);
	dentry_deleted(d);
	inotify_entry(dir, &w->last, victim, LX_IN_DELETE, 0);
	return 0;
}

static int rmdir_last(enum last_type type)
{
	switch (type) {
	case LAST_NAME:
		return 0;
	case LAST_DOT:
		return -EINVAL;
	case LAST_DOTDOT:
		return -ENOTEMPTY;
	case LAST_NONE:
		return -EBUSY;
	}
	return -EINVAL;
}

int vfs_rmdir(struct ctx *ctx, struct fs_info *fs, const struct path *at, const char *name)
{
	struct walk w;
	int r = walk_parent(&w, ctx, fs, at, name);

	if (r == 0)
		r = rmdir_last(w.last_type);
	if (r == 0)
		r = mount_check_writable(w.cur.mnt);
	if (r == 0) {
		lock_acquire(&path_inode(&w.cur)->dir_lock);
		r = rmdir_locked(&w);
		lock_release(&path_inode(&w.cur)->dir_lock);
	}
	walk_fini(&w);
	return r;
}
