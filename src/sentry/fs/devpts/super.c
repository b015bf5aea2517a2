/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instances, and how the devices open. A pair keeps its instance by a user's reference, so that
 * numbers stay known after an unmount for as long as somebody has a master or a slave open.
 *
 * Opening the device ptmx elsewhere (a node made by mknod) means the instance that is mounted on
 * `pts` beside it, as on Linux; slaves open in devpts only.
 */
#include <errno.h>
#include <stdio.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/devpts/devpts_priv.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/fs/tty/pty.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"
#include "sentry/vfs/special.h"

static SLAB_DEFINE(devpts_slab, struct devpts);

/* ---- instances ---- */

static int sb_remount(struct superblock *sb, struct ctx *ctx UNUSED, uint64_t ms_flags UNUSED,
		      const char *data)
{
	struct devpts *fs = devpts_of(sb);
	struct devpts_options o = DEVPTS_OPTIONS_DEFAULT;
	int r = data ? devpts_parse(data, &o) : 0;

	if (r < 0)
		return r;
	GUARD(&fs->lock);
	fs->options = o;
	if (fs->ptmx)
		fs->ptmx->mode = LX_S_IFCHR | o.ptmxmode;
	return 0;
}

static void sb_show_options(struct superblock *sb, struct strbuf *out)
{
	struct devpts *fs = devpts_of(sb);
	struct devpts_options o;

	lock_acquire(&fs->lock);
	o = fs->options;
	lock_release(&fs->lock);
	devpts_show_options(&o, out);
}

static void sb_unused(struct superblock *sb)
{
	devpts_forget(devpts_of(sb));
}

static void sb_release(struct superblock *sb)
{
	struct devpts *fs = devpts_of(sb);

	check(list_empty(&fs->slots));
	lock_fini(&fs->lock);
	slab_free(&devpts_slab, fs);
}

const struct fs_ops devpts_fs_ops = {
	.name = "devpts",
	.remount = sb_remount,
	.show_options = sb_show_options,
	.unused = sb_unused,
	.release = sb_release,
};

int devpts_new(const char *data, struct superblock **ret)
{
	struct devpts_options o = DEVPTS_OPTIONS_DEFAULT;
	AUTO(superblock_put) struct superblock *sb = NULL;
	struct devpts *fs;
	int r = data ? devpts_parse(data, &o) : 0;

	if (r < 0)
		return r;
	fs = slab_alloc(&devpts_slab);
	if (!fs)
		return -ENOMEM;
	lock_init(&fs->lock, RANK_SUPER, "devpts");
	list_init(&fs->slots);
	fs->options = o;
	sb = superblock_new(&devpts_fs_ops, LX_DEVPTS_SUPER_MAGIC, fs);
	if (!sb) {
		lock_fini(&fs->lock);
		slab_free(&devpts_slab, fs);
		return -ENOMEM;
	}
	fs->sb = sb;
	sb->revalidate = sb->no_negative = sb->no_cache = true;
	r = devpts_root_new(sb, &sb->root);
	if (r == 0)
		r = devpts_ptmx_new(fs, &fs->ptmx);
	if (r == 0)
		*ret = TAKE(sb);
	return r;
}

/* ---- a pair that ends ---- */

static void pair_master_closed(void *owner, struct pty *p)
{
	struct devpts *fs = owner;
	struct devpts_slot *s;
	struct inode *i = NULL;

	lock_acquire(&fs->lock);
	list_for_each_entry(s, &fs->slots, link)
		if (s->index == pty_index(p))
			i = TAKE(s->inode);
	lock_release(&fs->lock);
	if (i)
		i->nlink = 0;
	inode_put(i);
}

static void pair_closed(void *owner, uint32_t index)
{
	struct devpts *fs = owner;

	devpts_number_give(fs, index);
	superblock_put(fs->sb);
}

static const struct pty_owner_ops pair_ops = {
	.master_closed = pair_master_closed,
	.closed = pair_closed,
};

/* ---- ptmx ---- */

/* Where the instance that f means has its root. Caller owns. */
static int find_root(struct ctx *ctx, struct file *f, struct path *ret)
{
	AUTO(path_put) struct path beside = {0};
	AUTO(path_put) struct path pts = {0};
	int r;

	if (is_devpts(f->inode->sb)) {
		struct dentry *root = superblock_root_dentry(f->inode->sb);

		if (!root)
			return -ENOMEM;
		*ret = (struct path){mount_get(f->path.mnt), root};
		return 0;
	}
	if (!f->path.mnt)
		return -ENODEV;
	beside = (struct path){mount_get(f->path.mnt), dentry_parent(f->path.dentry)};
	r = vfs_walk(ctx, NULL, &beside, "pts", WALK_DIRECTORY | WALK_NO_SYMLINKS, &pts);
	if (r < 0 || !is_devpts(mount_sb(pts.mnt)) || !path_is_mount_root(&pts))
		return -ENODEV;
	*ret = path_take(&pts);
	return 0;
}

static int open_pair(struct ctx *ctx, struct devpts *fs, struct file *f)
{
	AUTO(pty_put) struct pty *p = NULL;
	uint32_t index;
	int r = devpts_number_take(fs, &index);

	if (r < 0)
		return r;
	p = pty_new(index, &pair_ops, fs);
	r = p ? devpts_slave_add(fs, pty_ctty(p), index, ctx->cred->fsuid, ctx->cred->fsgid)
	      : -ENOMEM;
	if (r < 0) {
		devpts_number_give(fs, index);
		return r;
	}
	superblock_get(fs->sb);
	pty_open_master(p, f);
	return 0;
}

static int open_ptmx(struct ctx *ctx, struct inode *inode UNUSED, struct file *f)
{
	AUTO(path_put) struct path root = {0};
	int r = find_root(ctx, f, &root);

	return r < 0 ? r : open_pair(ctx, devpts_of(mount_sb(root.mnt)), f);
}

/* ---- slaves ---- */

static int open_slave(struct ctx *ctx, struct inode *inode, struct file *f)
{
	struct ctty *c;

	if (!is_devpts(inode->sb))
		return -EIO;
	c = container_of(inode, struct devpts_node, inode)->ctty;
	return c->ops->open(ctx, c, f);
}

int devpts_open_peer(struct ctx *ctx, struct file *master, unsigned flags, struct file **ret)
{
	AUTO(pty_put) struct pty *p = pty_of_master(master);
	AUTO(path_put) struct path root = {0};
	AUTO(path_put) struct path slave = {0};
	struct name name;
	char text[16];
	int n, r;

	if (!p)
		return -ENOTTY;
	r = find_root(ctx, master, &root);
	if (r < 0)
		return r;
	n = snprintf(text, sizeof(text), "%u", pty_index(p));
	check(n > 0 && (size_t)n < sizeof(text));
	name_init(&name, text, (size_t)n);
	r = dentry_lookup(ctx, root.dentry, &name, &slave.dentry);
	if (r < 0)
		return r;
	slave.mnt = mount_get(root.mnt);
	return path_inode(&slave) ? vfs_open_path(ctx, &slave, flags, ret) : -EIO;
}

int devpts_register(void)
{
	int r = 0;

	if (!vfs_chrdev_find(dev_make(5, 2)))
		r = vfs_chrdev_register(5, 2, 2, open_ptmx);
	if (r == 0 && !vfs_chrdev_find(dev_make(PTY_SLAVE_MAJOR, 0)))
		r = vfs_chrdev_register(PTY_SLAVE_MAJOR, 0, DEVPTS_MAX - 1, open_slave);
	return r;
}
