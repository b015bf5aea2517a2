/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files without names: pipes, sockets, eventfd and their kin. Each has a dentry of its own, which
 * knows what to call it in /proc/self/fd, on one mount that no namespace contains. Those without an
 * inode of their own share one.
 */
#include <errno.h>

#include "abi/mount.h"
#include "abi/stat.h"
#include "sentry/core/alloc.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/file_priv.h"
#include "sentry/vfs/mount_priv.h"

static SLAB_DEFINE(anon_slab, struct inode);

static void anon_release(struct inode *i)
{
	slab_free(&anon_slab, i);
}

static const struct inode_ops anon_inode_ops = {
	.release = anon_release,
};

static const struct fs_ops anon_fs_ops = {
	.name = "anon_inodefs",
};

static struct mount *_Atomic anon_mount; /* made on first use, for ever */

static struct mount *make_mount(void)
{
	AUTO(superblock_put)
	struct superblock *sb = superblock_new(&anon_fs_ops, LX_ANON_INODE_FS_MAGIC, NULL);
	struct dentry *root;
	struct mount *m;

	if (!sb)
		return NULL;
	sb->root = slab_alloc(&anon_slab);
	if (!sb->root)
		return NULL;
	inode_init(sb->root, sb, &anon_inode_ops, 1, 0600, NULL);
	root = superblock_root_dentry(sb);
	if (!root)
		return NULL;
	m = mount_new(sb, root, "anon_inodefs", LX_MS_NOATIME);
	dentry_put(root);
	return m;
}

static struct mount *need_mount(void)
{
	struct mount *m = anon_mount, *none = NULL;

	if (m)
		return m;
	m = make_mount();
	if (m && !atomic_compare_exchange_strong(&anon_mount, &none, m)) {
		mount_put(m);
		m = none;
	}
	return m;
}

int file_new_anon(const char *name, struct inode *i, const struct file_ops *ops,
		  enum file_kind kind, unsigned flags, void *priv, struct file **ret)
{
	struct mount *m = need_mount();
	struct path p = {m, NULL};
	struct file *f;

	if (!m)
		return -ENOMEM;
	if (!i)
		i = m->sb->root;
	p.dentry = dentry_new_anon(name, inode_get(i));
	if (!p.dentry)
		return -ENOMEM;
	f = file_alloc(&p, i, flags & ~(unsigned)LX_O_CLOEXEC);
	dentry_put(p.dentry);
	if (!f)
		return -ENOMEM;
	if (i != m->sb->root)
		inode_put(i); /* taken over: the file has its own reference by now */
	f->ops = ops;
	f->kind = kind;
	f->priv = priv;
	*ret = f;
	return 0;
}
