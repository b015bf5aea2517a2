/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rename(2), renameat2(2).
 *
 * Locks: between two directories, FS_RENAME of the filesystem first, which keeps the tree's shape;
 * then both directories, the one above first, else by address; then a directory that is replaced.
 * Within one directory, only that and the replaced one.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/vfs/create_priv.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/mount.h"

struct renaming {
	struct ctx *ctx;
	struct walk from, to;
	struct dentry *old, *new; /* owned */
	unsigned flags;
};

static bool dentry_is_dir(struct dentry *d)
{
	struct inode *i = dentry_inode(d);

	return i && inode_type(i) == LX_S_IFDIR;
}

/* --- locking --- */

static void lock_dirs(struct renaming *rn)
{
	struct dentry *a = rn->from.cur.dentry, *b = rn->to.cur.dentry;
	struct inode *ai = dentry_inode(a), *bi = dentry_inode(b), *first = ai, *second = bi;

	if (ai == bi) {
		lock_acquire(&ai->dir_lock);
		return;
	}
	lock_acquire(&ai->sb->rename_lock);
	if (dentry_is_below(a, b) || (!dentry_is_below(b, a) && (uintptr_t)bi < (uintptr_t)ai)) {
		first = bi;
		second = ai;
	}
	lock_acquire_nested(&first->dir_lock, 0);
	lock_acquire_nested(&second->dir_lock, 1);
}

NO_THREAD_SAFETY static void unlock_dirs(struct renaming *rn)
{
	struct inode *ai = path_inode(&rn->from.cur), *bi = path_inode(&rn->to.cur);

	lock_release(&ai->dir_lock);
	if (ai == bi)
		return;
	lock_release(&bi->dir_lock);
	lock_release(&ai->sb->rename_lock);
}

/* --- what is refused --- */

static int check_flags(struct ctx *ctx, unsigned flags)
{
	if (flags & ~(unsigned)(LX_RENAME_NOREPLACE | LX_RENAME_EXCHANGE | LX_RENAME_WHITEOUT))
		return -EINVAL;
	if ((flags & LX_RENAME_EXCHANGE) && (flags & (LX_RENAME_NOREPLACE | LX_RENAME_WHITEOUT)))
		return -EINVAL;
	if ((flags & LX_RENAME_WHITEOUT) && !cred_capable(ctx->cred, LX_CAP_MKNOD))
		return -EPERM;
	return 0;
}

static int check_places(struct renaming *rn)
{
	if (rn->from.cur.mnt != rn->to.cur.mnt)
		return -EXDEV;
	if (rn->from.last_type != LAST_NAME)
		return -EBUSY;
	if (rn->to.last_type != LAST_NAME)
		return rn->flags & LX_RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	return mount_check_writable(rn->from.cur.mnt);
}

static int look_up(struct renaming *rn)
{
	int r = dentry_lookup_locked(rn->ctx, rn->from.cur.dentry, &rn->from.last, &rn->old);

	if (r == 0 && !dentry_inode(rn->old))
		r = -ENOENT;
	if (r == 0)
		r = dentry_lookup_locked(rn->ctx, rn->to.cur.dentry, &rn->to.last, &rn->new);
	return r;
}

static int check_names(struct renaming *rn)
{
	bool exchange = rn->flags & LX_RENAME_EXCHANGE, there = dentry_inode(rn->new) != NULL;

	if ((rn->flags & LX_RENAME_NOREPLACE) && there)
		return -EEXIST;
	if (exchange && !there)
		return -ENOENT;
	if (exchange && rn->to.trailing_slash && !dentry_is_dir(rn->new))
		return -ENOTDIR;
	if (!dentry_is_dir(rn->old) &&
	    (rn->from.trailing_slash || (!exchange && rn->to.trailing_slash)))
		return -ENOTDIR;
	/* Neither may contain the place where it goes. */
	if (dentry_is_below(rn->to.cur.dentry, rn->old))
		return -EINVAL;
	if (dentry_is_below(rn->from.cur.dentry, rn->new))
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

static enum delete_kind kind_of(struct dentry *d)
{
	return dentry_is_dir(d) ? DELETE_DIR : DELETE_FILE;
}

static int check_permission(struct renaming *rn)
{
	bool exchange = rn->flags & LX_RENAME_EXCHANGE,
	     moves = rn->from.cur.dentry != rn->to.cur.dentry;
	int r = may_delete(rn->ctx, &rn->from.cur, rn->old, kind_of(rn->old));

	if (r < 0)
		return r;
	if (dentry_inode(rn->new))
		r = may_delete(rn->ctx, &rn->to.cur, rn->new,
			       kind_of(exchange ? rn->new : rn->old));
	else
		r = may_create(rn->ctx, &rn->to.cur);
	if (r < 0)
		return r;
	if (!path_inode(&rn->from.cur)->ops->rename)
		return -EPERM;
	/* A directory that moves gets another "..": that is a write. */
	if (moves && dentry_is_dir(rn->old))
		r = inode_permission(rn->ctx, dentry_inode(rn->old), VFS_MAY_WRITE);
	if (r == 0 && moves && exchange && dentry_is_dir(rn->new))
		r = inode_permission(rn->ctx, dentry_inode(rn->new), VFS_MAY_WRITE);
	if (r == 0 && (rn->old->mounted || rn->new->mounted))
		r = -EBUSY;
	return r;
}

/* --- doing it --- */

static void tell(struct renaming *rn, struct inode *moved, struct inode *replaced)
{
	struct inode *from = path_inode(&rn->from.cur), *to = path_inode(&rn->to.cur);
	uint32_t cookie = inotify_cookie();

	inotify_entry(from, &rn->from.last, moved, LX_IN_MOVED_FROM, cookie);
	inotify_entry(to, &rn->to.last, moved, LX_IN_MOVED_TO, cookie);
	inotify_self(moved, LX_IN_MOVE_SELF);
	if (!(rn->flags & LX_RENAME_EXCHANGE)) {
		if (replaced)
			tell_unlinked(rn->new);
		return;
	}
	cookie = inotify_cookie();
	inotify_entry(to, &rn->to.last, replaced, LX_IN_MOVED_FROM, cookie);
	inotify_entry(from, &rn->from.last, replaced, LX_IN_MOVED_TO, cookie);
	inotify_self(replaced, LX_IN_MOVE_SELF);
}

NO_THREAD_SAFETY static int do_rename(struct renaming *rn)
{
	struct inode *old = dentry_inode(rn->old), *new = dentry_inode(rn->new);
	struct inode *from = path_inode(&rn->from.cur), *to = path_inode(&rn->to.cur);
	bool exchange = rn->flags & LX_RENAME_EXCHANGE,
	     replaces_dir = !exchange && dentry_is_dir(rn->new);
	int r;

	if (replaces_dir)
		lock_acquire_nested(&new->dir_lock, 2);
	r = from->ops->rename(rn->ctx, from, &rn->from.last, old, to, &rn->to.last, new, rn->flags);
	if (replaces_dir) {
		if (r == 0)
			rn->new->removed = true;
		lock_release(&new->dir_lock);
	}
	if (r < 0)
		return r;
	if (exchange)
		dentry_exchange(rn->old, rn->new);
	else
		dentry_move(rn->old, rn->new);
	tell(rn, old, new);
	return 0;
}

static int rename_locked(struct renaming *rn)
{
	int r = look_up(rn);

	if (r == 0)
		r = check_names(rn);
	if (r < 0)
		return r;
	if (dentry_inode(rn->old) == dentry_inode(rn->new))
		return 0; /* two names of one file: POSIX says that nothing happens */
	r = check_permission(rn);
	return r < 0 ? r : do_rename(rn);
}

int vfs_rename(struct ctx *ctx, struct fs_info *fs, const struct path *old_at, const char *old_name,
	       const struct path *new_at, const char *new_name, unsigned flags)
{
	struct renaming rn = {.ctx = ctx, .flags = flags};
	int r = check_flags(ctx, flags);

	if (r < 0)
		return r;
	r = walk_parent(&rn.from, ctx, fs, old_at, old_name);
	if (r == 0)
		r = walk_parent(&rn.to, ctx, fs, new_at, new_name);
	if (r == 0)
		r = check_places(&rn);
	if (r == 0) {
		lock_dirs(&rn);
		r = rename_locked(&rn);
		unlock_dirs(&rn);
	}
	dentry_put(rn.old);
	dentry_put(rn.new);
	walk_fini(&rn.from);
	walk_fini(&rn.to);
	return r;
}
