/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inodes of the overlay and the table that finds them by what they show. Two threads may look the
 * same lower inode up at once:
 *
 *	release (last reference)            wrap
 *	ref goes to 0                       lock table
 *	lock table                          finds the node, ref_get_unless_zero fails
 *	take the node out (if in)           inserts a second inode for the same lower
 *
 * The dying inode was not pinned, so it knows nothing that the second one lacks.
 */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/overlay/overlay.h"
#include "sentry/fs/overlay/overlay_priv.h"

#define OWN_INO_BASE (1ULL << 48)

static SLAB_DEFINE(inode_slab, struct ovl_inode);
static SLAB_DEFINE(overlay_slab, struct overlay);

static uint64_t lower_hash(const struct inode *lower)
{
	return hash_u64(0, (uint64_t)(uintptr_t)lower);
}

static const struct inode_ops *ops_for(uint32_t mode)
{
	return (mode & LX_S_IFMT) == LX_S_IFDIR ? &ovl_dir_ops : &ovl_file_ops_inode;
}

static struct ovl_inode *inode_new(struct superblock *sb, uint64_t ino, uint32_t mode,
				   struct ctx *ctx)
{
	struct ovl_inode *o = slab_alloc(&inode_slab);

	if (!o)
		return NULL;
	inode_init(&o->inode, sb, ops_for(mode), ino, mode, ctx);
	lock_init(&o->copy_lock, RANK_OVERLAY, "ovl copy");
	return o;
}

/* The fields as the lower says. */
static void fields_from(struct inode *i, const struct kstat *st)
{
	i->mode = st->mode;
	i->uid = st->uid;
	i->gid = st->gid;
	i->nlink = st->nlink;
	i->size = st->size;
	i->rdev = st->rdev;
	i->atime = st->atime;
	i->mtime = st->mtime;
	i->ctime = st->ctime;
	i->btime = st->btime;
}

/* The living inode that shows lower, referenced, or NULL. */
static struct inode *table_find(struct overlay *fs, struct inode *lower) REQUIRES(fs->table_lock)
{
	struct htab_node *node;

	htab_for_each_possible(&fs->by_lower, node, lower_hash(lower)) {
		struct ovl_inode *o = htab_entry(node, struct ovl_inode, lower_node);

		if (o->lower == lower && ref_get_unless_zero(&o->inode.ref))
			return &o->inode;
	}
	return NULL;
}

static struct inode *table_get(struct overlay *fs, struct inode *lower)
{
	GUARD(&fs->table_lock);
	return table_find(fs, lower);
}

/* o enters the table unless somebody was faster; whoever is in it, referenced. */
static struct inode *table_add(struct overlay *fs, struct ovl_inode *o)
{
	struct inode *other;

	GUARD(&fs->table_lock);
	other = table_find(fs, o->lower);
	if (other)
		return other;
	htab_insert(&fs->by_lower, &o->lower_node, lower_hash(o->lower));
	return &o->inode;
}

int ovl_wrap(struct ctx *ctx, struct superblock *sb, struct inode *lower, struct inode **ret)
{
	struct overlay *fs = sb->priv;
	struct inode *known = table_get(fs, lower);
	struct ovl_inode *o;
	struct kstat st;
	int r;

	if (known) {
		inode_put(lower);
		*ret = known;
		return 0;
	}
	r = inode_getattr(ctx, lower, &st);
	o = r == 0 ? inode_new(sb, st.ino, st.mode, NULL) : NULL;
	if (!o) {
		inode_put(lower);
		return r < 0 ? r : -ENOMEM;
	}
	fields_from(&o->inode, &st);
	o->lower = lower;
	known = table_add(fs, o);
	if (known != &o->inode) { /* somebody was faster: o never was in the table */
		o->lower = NULL;
		inode_put(lower);
		inode_put(&o->inode);
	}
	*ret = known;
	return 0;
}

int ovl_make(struct ctx *ctx, struct superblock *sb, uint32_t mode, struct inode **ret)
{
	struct overlay *fs = sb->priv;
	struct ovl_inode *o =
		inode_new(sb, OWN_INO_BASE + atomic_fetch_add(&fs->next_ino, 1), mode, ctx);

	if (!o)
		return -ENOMEM;
	o->changed = true;
	o->inode.nlink = (mode & LX_S_IFMT) == LX_S_IFDIR ? 2 : 1;
	*ret = &o->inode;
	return 0;
}

static void pin(struct ovl_inode *o)
{
	struct overlay *fs = ovl_fs(&o->inode);

	GUARD(&fs->table_lock);
	if (o->lower && !o->pinned &&
	    o->inode.nlink > 0) { /* else unpinned already, by who took the last name */
		inode_get(&o->inode);
		o->pinned = true;
	}
}

static bool unpin(struct ovl_inode *o)
{
	struct overlay *fs = ovl_fs(&o->inode);
	bool was;

	GUARD(&fs->table_lock);
	was = o->pinned;
	o->pinned = false;
	return was;
}

int ovl_change(struct ctx *ctx, struct ovl_inode *o)
{
	struct kstat st;
	int r;

	if (o->changed)
		return 0;
	r = inode_getattr(ctx, o->lower, &st);
	if (r < 0)
		return r;
	GUARD(&o->inode.lock);
	if (!o->changed) {
		uint32_t type = inode_type(&o->inode);

		fields_from(&o->inode, &st);
		o->inode.mode = type | (st.mode & 07777u);
		atomic_store(&o->changed, true);
	}
	pin(o);
	return 0;
}

void ovl_unpin_if_unlinked(struct ovl_inode *o)
{
	if (o->inode.nlink == 0 && unpin(o))
		inode_put(&o->inode);
}

void ovl_release(struct inode *i)
{
	struct ovl_inode *o = ovl_of(i);
	struct overlay *fs = ovl_fs(i);
	struct inode *data = ovl_data(o);

	if (o->lower) {
		lock_acquire(&fs->table_lock);
		htab_remove(&fs->by_lower, &o->lower_node);
		lock_release(&fs->table_lock);
		inode_put(o->lower);
	}
	ovl_entries_fini(o);
	if (data)
		inode_put(data);
	arena_free(o->target);
	lock_fini(&o->copy_lock);
	slab_free(&inode_slab, o);
}

/* ---- the superblock ---- */

static int ovl_statfs(struct superblock *sb, struct ctx *ctx, struct lx_statfs *ret)
{
	struct overlay *fs = sb->priv;
	int r;

	if (!fs->store->ops->statfs)
		return -ENOSYS;
	r = fs->store->ops->statfs(fs->store, ctx, ret);
	ret->f_type = (int64_t)sb->magic;
	return r;
}

/* After ovl_sb_unused: no inode is left. */
static void ovl_sb_release(struct superblock *sb)
{
	struct overlay *fs = sb->priv;

	htab_fini(&fs->by_lower);
	superblock_put(fs->lower);
	superblock_put(fs->store);
	lock_fini(&fs->table_lock);
	slab_free(&overlay_slab, fs);
}

/* A pinned inode, no longer pinned, whose reference is the caller's; NULL: there is none. */
static struct inode *unpin_one(struct overlay *fs)
{
	struct htab_node *node;

	GUARD(&fs->table_lock);
	for (node = htab_any_first(&fs->by_lower); node;
	     node = htab_any_next(&fs->by_lower, node)) {
		struct ovl_inode *o = htab_entry(node, struct ovl_inode, lower_node);

		if (!o->pinned)
			continue;
		o->pinned = false;
		return &o->inode;
	}
	return NULL;
}

/* Nobody can walk here any more: changes that only a walk would find again are forgotten. */
static void ovl_sb_unused(struct superblock *sb)
{
	struct inode *i;

	while ((i = unpin_one(sb->priv)) != NULL)
		inode_put(i);
}

static const struct fs_ops ovl_fs_ops = {
	.name = "overlay",
	.statfs = ovl_statfs,
	.unused = ovl_sb_unused,
	.release = ovl_sb_release,
};

static int new_fs(struct superblock *lower, struct superblock *store, struct superblock **ret)
{
	struct overlay *fs = slab_alloc(&overlay_slab);
	struct superblock *sb = fs ? superblock_new(&ovl_fs_ops, LX_OVERLAYFS_SUPER_MAGIC, fs)
				   : NULL;

	if (!sb) {
		slab_free(&overlay_slab, fs);
		return -ENOMEM;
	}
	fs->lower = superblock_get(lower);
	fs->store = superblock_get(store);
	lock_init(&fs->table_lock, RANK_SUPER, "overlay table");
	htab_init(&fs->by_lower, NULL);
	*ret = sb;
	return 0;
}

int overlay_new(struct ctx *ctx, struct superblock *lower, struct superblock *store,
		struct superblock **ret)
{
	struct superblock *sb;
	int r = new_fs(lower, store, &sb);

	if (r < 0)
		return r;
	r = ovl_wrap(ctx, sb, inode_get(lower->root), &sb->root);
	if (r < 0) {
		superblock_put(sb);
		return r;
	}
	*ret = sb;
	return 0;
}
