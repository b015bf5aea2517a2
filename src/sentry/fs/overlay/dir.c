/* SPDX-License-Identifier: Apache-2.0 */
/* Names: looking them up through entries and the lower, and changing them in entries alone.
 * INODE_DIR is held by the vfs. */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/overlay/overlay_priv.h"
#include "sentry/fs/tmpfs/tmpfs.h"

#define WALK_MAX 16

static int lookup_lower(struct ctx *ctx, struct ovl_inode *dir, const struct name *name,
			struct inode **ret)
{
	struct inode *found;
	int r;

	if (!dir->lower)
		return -ENOENT;
	lock_acquire_nested(&dir->lower->dir_lock, OVL_LOWER_SUBCLASS);
	r = dir->lower->ops->lookup(ctx, dir->lower, name, &found);
	lock_release(&dir->lower->dir_lock);
	return r < 0 ? r : ovl_wrap(ctx, dir->inode.sb, found, ret);
}

static int ovl_lookup(struct ctx *ctx, struct inode *i, const struct name *name, struct inode **ret)
{
	struct ovl_inode *dir = ovl_of(i);
	struct ovl_entry *e =
		ovl_entry_find(dir, name->s, name->len, ovl_entry_hash(name->s, name->len));

	if (!e)
		return lookup_lower(ctx, dir, name, ret);
	if (!e->inode)
		return -ENOENT;
	*ret = inode_get(e->inode);
	return 0;
}

static bool has_entry(struct ovl_inode *dir, const struct name *name)
{
	GUARD(&dir->inode.dir_lock);
	return ovl_entry_find(dir, name->s, name->len, ovl_entry_hash(name->s, name->len)) != NULL;
}

/* Wrap what the lower found, as long as no directory on the way has a say of its own in the next
 * name. */
static int wrap_walked(struct ctx *ctx, struct inode *i, const struct name *names,
		       struct inode **lower, size_t n, struct inode **ret, size_t *ret_n)
{
	struct inode *dir = i;
	size_t done = 0;
	int r = 0;

	while (done < n && r == 0) {
		if (inode_type(dir) != LX_S_IFDIR || has_entry(ovl_of(dir), &names[done]))
			break;
		r = ovl_wrap(ctx, i->sb, lower[done], &ret[done]);
		lower[done] = NULL;
		if (r == 0)
			dir = ret[done++];
	}
	for (size_t k = 0; k < n; k++)
		if (lower[k])
			inode_put(lower[k]);
	*ret_n = done;
	return r;
}

/* Several names in one round trip of the lower. What it does not answer, the vfs looks up one by
 * one. */
static int ovl_walk(struct ctx *ctx, struct inode *i, const struct name *names, size_t n,
		    struct inode **ret, size_t *ret_n)
{
	struct ovl_inode *dir = ovl_of(i);
	struct inode *lower[WALK_MAX];
	size_t nlower = 0;
	int r, missing;

	*ret_n = 0;
	if (!dir->lower || !dir->lower->ops->walk || has_entry(dir, &names[0]))
		return 0;
	missing = dir->lower->ops->walk(ctx, dir->lower, names, MIN(n, (size_t)WALK_MAX), lower,
					&nlower);
	if (missing < 0 && missing != -ENOENT) {
		for (size_t k = 0; k < nlower; k++)
			inode_put(lower[k]);
		return missing;
	}
	r = wrap_walked(ctx, i, names, lower, nlower, ret, ret_n);
	if (r < 0)
		return r;
	/* A missing name counts only if the lower alone decides on it. */
	if (missing == -ENOENT && *ret_n == nlower) {
		struct inode *last = nlower > 0 ? ret[nlower - 1] : i;

		return inode_type(last) == LX_S_IFDIR && !has_entry(ovl_of(last), &names[nlower])
			       ? -ENOENT
			       : 0;
	}
	return 0;
}

/* A lower that does not count its subdirectories says 1 (btrfs, fuse); such a count stays as it is.
 * Others never fall below 2. */
static void add_subdir(struct inode *dir)
{
	if (dir->nlink >= 2)
		dir->nlink++;
}

static void drop_subdir(struct inode *dir)
{
	if (dir->nlink > 2)
		dir->nlink--;
}

/* A directory whose names changed. */
static void touch(struct inode *dir)
{
	inode_touch_mtime(dir);
}

/* Enter a new inode under the name; takes a reference for *ret. */
static int add_new(struct ctx *ctx, struct inode *i, const struct name *name, struct inode *made,
		   struct inode **ret)
{
	struct ovl_inode *dir = ovl_of(i);
	struct ovl_entry *e =
		ovl_entry_find(dir, name->s, name->len, ovl_entry_hash(name->s, name->len));
	int r;

	if (i->nlink == 0)
		return -ENOENT;
	if (e && e->inode)
		return -EEXIST;
	r = ovl_change(ctx, dir);
	if (r == 0)
		r = ovl_entry_set(dir, name, made, e && e->hides);
	if (r < 0)
		return r;
	if (inode_type(made) == LX_S_IFDIR)
		add_subdir(i);
	touch(i);
	*ret = inode_get(made);
	return 0;
}

static int make_and_add(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
			uint64_t rdev, const char *target, struct inode **ret)
{
	AUTO(inode_put) struct inode *made = NULL;
	int r = ovl_make(ctx, dir->sb, mode, &made);

	if (r < 0)
		return r;
	made->rdev = rdev;
	if (target) {
		ovl_of(made)->target = arena_strdup(target);
		if (!ovl_of(made)->target)
			return -ENOMEM;
		made->size = strlen(target);
	}
	return add_new(ctx, dir, name, made, ret);
}

static int ovl_create(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		      struct inode **ret)
{
	return make_and_add(ctx, dir, name, LX_S_IFREG | (mode & 07777u), 0, NULL, ret);
}

static int ovl_mkdir(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		     struct inode **ret)
{
	return make_and_add(ctx, dir, name, LX_S_IFDIR | (mode & 07777u), 0, NULL, ret);
}

static int ovl_mknod(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		     uint64_t rdev, struct inode **ret)
{
	return make_and_add(ctx, dir, name, mode, rdev, NULL, ret);
}

static int ovl_symlink(struct ctx *ctx, struct inode *dir, const struct name *name,
		       const char *target, struct inode **ret)
{
	return make_and_add(ctx, dir, name, LX_S_IFLNK | 0777, 0, target, ret);
}

static int ovl_tmpfile(struct ctx *ctx, struct inode *dir, uint32_t mode, struct inode **ret)
{
	int r = ovl_make(ctx, dir->sb, LX_S_IFREG | (mode & 07777u), ret);

	if (r == 0)
		(*ret)->nlink = 0;
	return r;
}

/* One more link, unless the last one is gone: the inode was unpinned then, and its changes are for
 * its users alone. */
static bool take_link(struct inode *inode)
{
	uint32_t n = inode->nlink;

	do
		if (n == 0 && !inode->linkable)
			return false;
	while (!atomic_compare_exchange_weak(&inode->nlink, &n, n + 1));
	return true;
}

static int ovl_link(struct ctx *ctx, struct inode *dir, const struct name *name,
		    struct inode *inode)
{
	struct inode *same;
	int r = ovl_change(ctx, ovl_of(inode));

	if (r < 0)
		return r;
	if (!take_link(inode))
		return -ENOENT;
	r = add_new(ctx, dir, name, inode, &same);
	if (r < 0) {
		inode->nlink--;
		ovl_unpin_if_unlinked(ovl_of(inode));
		return r;
	}
	inode_put(same);
	inode_touch_ctime(inode);
	return 0;
}

/* Make sure that removing the name cannot fail: its entry is there, and says whether the lower has
 * it. */
static int prepare_removal(struct ctx *ctx, struct inode *i, const struct name *name,
			   struct inode *inode)
{
	struct ovl_inode *dir = ovl_of(i);
	int r = ovl_change(ctx, dir);

	if (r == 0)
		r = ovl_change(ctx, ovl_of(inode));
	if (r < 0)
		return r;
	if (ovl_entry_find(dir, name->s, name->len, ovl_entry_hash(name->s, name->len)))
		return 0;
	return ovl_entry_set(dir, name, inode, true); /* it came from the lower */
}

/* The name is gone; drop n links of what it meant. */
static void remove_name(struct inode *dir, const struct name *name, struct inode *inode,
			uint32_t nlinks)
{
	ovl_entry_remove(ovl_of(dir), name);
	inode->nlink -= MIN(nlinks, (uint32_t)inode->nlink);
	inode_touch_ctime(inode);
	touch(dir);
	ovl_unpin_if_unlinked(ovl_of(inode));
}

static int ovl_unlink(struct ctx *ctx, struct inode *dir, const struct name *name,
		      struct inode *inode)
{
	int r = prepare_removal(ctx, dir, name, inode);

	if (r == 0)
		remove_name(dir, name, inode, 1);
	return r;
}

/* A directory that shows no name, or -ENOTEMPTY. */
static int check_empty(struct ctx *ctx, struct inode *inode)
{
	int r = ovl_dir_is_empty(ctx, ovl_of(inode));

	return r < 0 ? r : r == 0 ? -ENOTEMPTY : 0;
}

static int ovl_rmdir(struct ctx *ctx, struct inode *dir, const struct name *name,
		     struct inode *inode)
{
	int r = check_empty(ctx, inode);

	if (r == 0)
		r = prepare_removal(ctx, dir, name, inode);
	if (r < 0)
		return r;
	remove_name(dir, name, inode, inode->nlink);
	drop_subdir(dir);
	return 0;
}

/* What stands in the way of a rename, ready to go. */
static int prepare_target(struct ctx *ctx, struct inode *dir, const struct name *name,
			  struct inode *inode)
{
	int r;

	if (!inode)
		return ovl_change(ctx, ovl_of(dir));
	r = inode_type(inode) == LX_S_IFDIR ? check_empty(ctx, inode) : 0;
	return r < 0 ? r : prepare_removal(ctx, dir, name, inode);
}

static bool entry_hides(struct inode *dir, const struct name *name)
{
	struct ovl_entry *e =
		ovl_entry_find(ovl_of(dir), name->s, name->len, ovl_entry_hash(name->s, name->len));

	return e && e->hides;
}

static void count_moved_dir(struct inode *inode, struct inode *from, struct inode *to)
{
	if (inode_type(inode) != LX_S_IFDIR || from == to)
		return;
	drop_subdir(from);
	add_subdir(to);
}

static int exchange(struct inode *old_dir, const struct name *old_name, struct inode *old_inode,
		    struct inode *new_dir, const struct name *new_name, struct inode *new_inode)
{
	AUTO(inode_put) struct inode *keep_old = inode_get(old_inode);
	AUTO(inode_put) struct inode *keep_new = inode_get(new_inode);
	int r = ovl_entry_set(ovl_of(old_dir), old_name, keep_new, entry_hides(old_dir, old_name));

	if (r == 0) /* both entries are there: neither call allocates */
		r = ovl_entry_set(ovl_of(new_dir), new_name, keep_old,
				  entry_hides(new_dir, new_name));
	if (r < 0)
		return r;
	count_moved_dir(old_inode, old_dir, new_dir);
	count_moved_dir(new_inode, new_dir, old_dir);
	inode_touch_ctime(old_inode);
	inode_touch_ctime(new_inode);
	touch(old_dir);
	touch(new_dir);
	return 0;
}

static int ovl_rename(struct ctx *ctx, struct inode *old_dir, const struct name *old_name,
		      struct inode *old_inode, struct inode *new_dir, const struct name *new_name,
		      struct inode *new_inode, unsigned flags)
{
	AUTO(inode_put) struct inode *moved = inode_get(old_inode);
	bool swap = (flags & LX_RENAME_EXCHANGE) != 0;
	int r;

	if (flags & ~(unsigned)(LX_RENAME_NOREPLACE | LX_RENAME_EXCHANGE))
		return -EINVAL;
	r = prepare_removal(ctx, old_dir, old_name, old_inode);
	if (r == 0)
		r = swap ? prepare_removal(ctx, new_dir, new_name, new_inode)
			 : prepare_target(ctx, new_dir, new_name, new_inode);
	if (r < 0)
		return r;
	if (swap)
		return exchange(old_dir, old_name, old_inode, new_dir, new_name, new_inode);
	r = ovl_entry_set(ovl_of(new_dir), new_name, moved, entry_hides(new_dir, new_name));
	if (r < 0)
		return r;
	ovl_entry_remove(ovl_of(old_dir), old_name);
	count_moved_dir(moved, old_dir, new_dir);
	if (new_inode) {
		bool is_dir = inode_type(new_inode) == LX_S_IFDIR;

		if (is_dir) {
			new_inode->nlink = 0;
			drop_subdir(new_dir);
		} else {
			new_inode->nlink -= new_inode->nlink > 0;
		}
		inode_touch_ctime(new_inode);
		ovl_unpin_if_unlinked(ovl_of(new_inode));
	}
	inode_touch_ctime(moved);
	touch(old_dir);
	touch(new_dir);
	return 0;
}

static int ovl_readlink(struct ctx *ctx, struct inode *i, struct strbuf *sb)
{
	struct ovl_inode *o = ovl_of(i);

	if (inode_type(i) != LX_S_IFLNK)
		return -EINVAL;
	if (!o->target)
		return o->lower->ops->readlink(ctx, o->lower, sb);
	strbuf_adds(sb, o->target);
	return strbuf_result(sb);
}

const struct inode_ops ovl_dir_ops = {
	.lookup = ovl_lookup,
	.walk = ovl_walk,
	.create = ovl_create,
	.mkdir = ovl_mkdir,
	.mknod = ovl_mknod,
	.symlink = ovl_symlink,
	.link = ovl_link,
	.unlink = ovl_unlink,
	.rmdir = ovl_rmdir,
	.rename = ovl_rename,
	.tmpfile = ovl_tmpfile,
	.getattr = ovl_getattr,
	.setattr = ovl_setattr,
	.open = ovl_dir_open,
	.getxattr = ovl_getxattr,
	.setxattr = ovl_setxattr,
	.listxattr = ovl_listxattr,
	.removexattr = ovl_removexattr,
	.release = ovl_release,
};

const struct inode_ops ovl_file_ops_inode = {
	.readlink = ovl_readlink,
	.getattr = ovl_getattr,
	.setattr = ovl_setattr,
	.open = ovl_open,
	.getxattr = ovl_getxattr,
	.setxattr = ovl_setxattr,
	.listxattr = ovl_listxattr,
	.removexattr = ovl_removexattr,
	.release = ovl_release,
};
