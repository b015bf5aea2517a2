/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a directory by cookie; positions 0 and 1 are "." and "..", an entry's position is its
 * cookie. INODE_DIR is held. */
#include "abi/fcntl.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/file.h"

/* The first entry with a cookie >= from, or NULL. */
static struct tmpfs_entry *first_from(struct tmpfs_node *dir, uint64_t from)
{
	struct tree_node *at = dir->by_cookie.root;
	struct tmpfs_entry *best = NULL;

	while (at) {
		struct tmpfs_entry *e = tree_entry(at, struct tmpfs_entry, by_cookie);

		if (e->cookie >= from) {
			best = e;
			at = at->left;
		} else {
			at = at->right;
		}
	}
	return best;
}

static uint64_t parent_ino(struct file *f)
{
	AUTO(dentry_put)
	struct dentry *parent = f->path.dentry ? dentry_parent(f->path.dentry) : NULL;
	struct inode *i = parent ? dentry_inode(parent) : NULL;

	return i ? i->ino : f->inode->ino;
}

static bool emit_dots(struct file *f, struct dir_sink *sink, int64_t *pos)
{
	if (*pos == 0) {
		if (!sink->emit(sink, ".", 1, f->inode->ino, LX_DT_DIR, 1))
			return false;
		*pos = 1;
	}
	if (*pos == 1) {
		if (!sink->emit(sink, "..", 2, parent_ino(f), LX_DT_DIR, 2))
			return false;
		*pos = 2;
	}
	return true;
}

static int tmpfs_iterate(struct ctx *ctx, struct file *f, struct dir_sink *sink, int64_t *pos)
{
	struct tmpfs_node *dir = node_of(f->inode);
	struct tmpfs_entry *e;

	(void)ctx;
	if (!emit_dots(f, sink, pos))
		return 0;
	for (e = first_from(dir, (uint64_t)*pos); e;
	     e = tree_entry_or_null(tree_next(&e->by_cookie), struct tmpfs_entry, by_cookie)) {
		if (!sink->emit(sink, e->name, e->len, e->inode->ino,
				(uint8_t)(inode_type(e->inode) >> 12), (int64_t)e->cookie + 1))
			break;
		*pos = (int64_t)e->cookie + 1;
	}
	return 0;
}

static int64_t tmpfs_dir_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	return file_seek_generic(ctx, f, off, whence, 0);
}

static int tmpfs_dir_fsync(struct ctx *ctx, struct file *f, bool data_only)
{
	(void)ctx;
	(void)f;
	(void)data_only;
	return 0;
}

static const struct file_ops tmpfs_dir_file_ops = {
	.iterate = tmpfs_iterate,
	.seek = tmpfs_dir_seek,
	.fsync = tmpfs_dir_fsync,
};

int tmpfs_dir_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	(void)ctx;
	(void)i;
	f->ops = &tmpfs_dir_file_ops;
	return 0;
}
