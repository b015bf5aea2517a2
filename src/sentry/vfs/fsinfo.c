/* SPDX-License-Identifier: Apache-2.0 */
/* Root, working directory and umask of processes that share them. */
#include <errno.h>

#include "abi/capability.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/namei.h"

static SLAB_DEFINE(fs_slab, struct fs_info);

struct fs_info *fs_info_new(const struct path *root, const struct path *cwd, uint32_t umask)
{
	struct fs_info *fs = slab_alloc(&fs_slab);

	if (!fs)
		return NULL;
	ref_init(&fs->ref);
	lock_init(&fs->lock, RANK_FS_INFO, "fs info");
	fs->root = path_get(root);
	fs->cwd = path_get(cwd);
	atomic_init(&fs->umask, umask);
	return fs;
}

struct fs_info *fs_info_copy(struct fs_info *fs)
{
	AUTO(path_put) struct path root = fs_info_root(fs);
	AUTO(path_put) struct path cwd = fs_info_cwd(fs);

	return fs_info_new(&root, &cwd, fs->umask);
}

struct fs_info *fs_info_get(struct fs_info *fs)
{
	ref_get(&fs->ref);
	return fs;
}

void fs_info_put(struct fs_info *fs)
{
	if (!fs || !ref_put(&fs->ref))
		return;
	path_put(&fs->root);
	path_put(&fs->cwd);
	lock_fini(&fs->lock);
	slab_free(&fs_slab, fs);
}

struct path fs_info_root(struct fs_info *fs)
{
	GUARD(&fs->lock);
	return path_get(&fs->root);
}

struct path fs_info_cwd(struct fs_info *fs)
{
	GUARD(&fs->lock);
	return path_get(&fs->cwd);
}

static void replace(struct fs_info *fs, struct path *slot, const struct path *p)
{
	struct path old;

	lock_acquire(&fs->lock);
	old = *slot;
	*slot = path_get(p);
	lock_release(&fs->lock);
	path_put(&old);
}

void fs_info_set_root(struct fs_info *fs, const struct path *p)
{
	replace(fs, &fs->root, p);
}

void fs_info_set_cwd(struct fs_info *fs, const struct path *p)
{
	replace(fs, &fs->cwd, p);
}

static int check_dir(struct ctx *ctx, const struct path *p)
{
	struct inode *i = path_inode(p);

	if (inode_type(i) != LX_S_IFDIR)
		return -ENOTDIR;
	return inode_permission(ctx, i, VFS_MAY_EXEC);
}

int vfs_chdir(struct ctx *ctx, struct fs_info *fs, const struct path *p)
{
	int r = check_dir(ctx, p);

	if (r == 0)
		fs_info_set_cwd(fs, p);
	return r;
}

int vfs_chroot(struct ctx *ctx, struct fs_info *fs, const struct path *p)
{
	int r = check_dir(ctx, p);

	if (r < 0)
		return r;
	if (!cred_capable(ctx->cred, LX_CAP_SYS_CHROOT))
		return -EPERM;
	fs_info_set_root(fs, p);
	return 0;
}
