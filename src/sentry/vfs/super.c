/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Superblocks. Two counts: `users` are those who mounted it (and whoever keeps it to mount it
 * later); `ref` is one for all users together plus one per inode. When the last user goes, the
 * cached names and the root inode go; when the last inode has gone too, the filesystem is released.
 */
#include "sentry/vfs/super_priv.h"

#include <errno.h>

#include "abi/mount.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"
#include "sentry/vfs/special.h"

static SLAB_DEFINE(super_slab, struct superblock);

/* Every superblock with users, for sync(2). */
static struct lock supers_lock = LOCK_INIT(RANK_SUPER, "superblocks");
static struct list supers = {&supers, &supers}; /* [supers_lock] */

struct superblock *superblock_new(const struct fs_ops *ops, uint64_t magic, void *priv)
{
	static _Atomic uint32_t last_minor = 20;
	struct superblock *sb = slab_alloc(&super_slab);

	if (!sb)
		return NULL;
	ref_init(&sb->ref);
	atomic_init(&sb->users, 1);
	sb->ops = ops;
	sb->magic = magic;
	sb->priv = priv;
	sb->dev = dev_make(0, ++last_minor & 0xfffff);
	lock_init(&sb->rename_lock, RANK_FS_RENAME, "renames");
	list_init(&sb->link);
	GUARD(&supers_lock);
	list_add_tail(&supers, &sb->link);
	return sb;
}

struct superblock *superblock_get(struct superblock *sb)
{
	uint64_t old = atomic_fetch_add(&sb->users, 1);

	check(old != 0);
	return sb;
}

void superblock_put_ref(struct superblock *sb)
{
	if (!ref_put(&sb->ref))
		return;
	if (sb->ops->release)
		sb->ops->release(sb);
	lock_fini(&sb->rename_lock);
	slab_free(&super_slab, sb);
}

/* The last user goes under supers_lock, so that sync(2) finds no dying one. */
static bool drop_user(struct superblock *sb)
{
	uint64_t n = atomic_load(&sb->users);

	while (n > 1) {
		if (atomic_compare_exchange_weak(&sb->users, &n, n - 1))
			return false;
	}
	GUARD(&supers_lock);
	n = atomic_fetch_sub(&sb->users, 1);
	check(n != 0);
	if (n != 1)
		return false;
	list_del(&sb->link);
	return true;
}

void superblock_put(struct superblock *sb)
{
	if (!sb || !drop_user(sb))
		return;
	dcache_drop_sb(sb);
	dentry_put(sb->root_dentry);
	sb->root_dentry = NULL;
	if (sb->ops->unused)
		sb->ops->unused(sb);
	inode_put(TAKE(sb->root));
	superblock_put_ref(sb);
}

int vfs_syncfs(struct ctx *ctx, struct superblock *sb)
{
	return sb->ops->sync ? sb->ops->sync(sb, ctx) : 0;
}

/* The first superblock at or after `at` on the list, with a user's reference. */
static struct superblock *get_super(size_t at)
{
	struct superblock *sb;

	GUARD(&supers_lock);
	list_for_each_entry(sb, &supers, link) {
		if (at-- == 0)
			return superblock_get(sb);
	}
	return NULL;
}

/* As Linux, errors are not told. One that is unmounted meanwhile may make us miss one: it was not
 * there all the time. */
void vfs_sync_all(struct ctx *ctx)
{
	for (size_t at = 0;; at++) {
		AUTO(superblock_put) struct superblock *sb = get_super(at);
		int r;

		if (!sb)
			return;
		r = vfs_syncfs(ctx, sb);
		(void)r;
	}
}

static int64_t statfs_flags(uint64_t ms)
{
	static const struct {
		uint64_t ms;
		int64_t st;
	} map[] = {
		{LX_MS_RDONLY, LX_ST_RDONLY},
		{LX_MS_NOSUID, LX_ST_NOSUID},
		{LX_MS_NODEV, LX_ST_NODEV},
		{LX_MS_NOEXEC, LX_ST_NOEXEC},
		{LX_MS_NOATIME, LX_ST_NOATIME},
		{LX_MS_NODIRATIME, LX_ST_NODIRATIME},
		{LX_MS_RELATIME, LX_ST_RELATIME},
		{LX_MS_NOSYMFOLLOW, LX_ST_NOSYMFOLLOW},
		{LX_MS_SYNCHRONOUS, LX_ST_SYNCHRONOUS},
	};
	int64_t st = LX_ST_VALID;

	for (size_t i = 0; i < ARRAY_SIZE(map); i++) {
		if (ms & map[i].ms)
			st |= map[i].st;
	}
	return st;
}

int vfs_statfs(struct ctx *ctx, const struct path *p, struct lx_statfs *ret)
{
	struct superblock *sb = path_inode(p)->sb;
	struct lx_statfs st = {.f_bsize = 4096, .f_namelen = 255};
	int r;

	st.f_type = (int64_t)sb->magic;
	if (sb->ops->statfs) {
		r = sb->ops->statfs(sb, ctx, &st);
		if (r < 0)
			return r;
	}
	if (st.f_frsize == 0)
		st.f_frsize = st.f_bsize;
	st.f_fsid = (struct lx_fsid){{(int32_t)sb->dev, (int32_t)(sb->dev >> 32)}};
	st.f_flags = statfs_flags(mount_flags(p->mnt) | (sb->flags & LX_MS_RDONLY));
	*ret = st;
	return 0;
}
