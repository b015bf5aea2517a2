/* SPDX-License-Identifier: Apache-2.0 */
/* Names of tmpfs. The vfs holds INODE_DIR of every directory concerned, and has checked permission
 * and existence. */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "base/hash.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"

/* What an entry adds to the size of its directory, as Linux's tmpfs counts. */
#define ENTRY_SIZE 20

static uint64_t hash_of(const char *name, size_t len)
{
	return hash_bytes(0x746d70, name, len);
}

struct tmpfs_entry *tmpfs_find(struct tmpfs_node *dir, const char *name, size_t len)
{
	struct htab_node *node;

	htab_for_each_possible(&dir->by_name, node, hash_of(name, len)) {
		struct tmpfs_entry *e = htab_entry(node, struct tmpfs_entry, by_name);

		if (e->len == len && memcmp(e->name, name, len) == 0)
			return e;
	}
	return NULL;
}

static int by_cookie(const struct tree_node *a, const struct tree_node *b)
{
	const struct tmpfs_entry *x = container_of_const(a, struct tmpfs_entry, by_cookie);
	const struct tmpfs_entry *y = container_of_const(b, struct tmpfs_entry, by_cookie);

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

int tmpfs_insert(struct tmpfs_node *dir, const char *name, size_t len, struct inode *inode)
{
	struct tmpfs_entry *e = arena_alloc(sizeof(*e) + len);

	if (!e)
		return -ENOMEM;
	e->inode = inode_get(inode);
	e->len = (uint16_t)len;
	e->cookie = dir->next_cookie++;
	memcpy(e->name, name, len);
	htab_insert(&dir->by_name, &e->by_name, hash_of(name, len));
	tree_insert(&dir->by_cookie, &e->by_cookie, by_cookie);
	dir->inode.size += ENTRY_SIZE;
	inode_touch_mtime(&dir->inode);
	return 0;
}

static void entry_remove(struct tmpfs_node *dir, struct tmpfs_entry *e)
{
	htab_remove(&dir->by_name, &e->by_name);
	tree_remove(&dir->by_cookie, &e->by_cookie);
	dir->inode.size -= ENTRY_SIZE;
	inode_touch_mtime(&dir->inode);
	inode_put(e->inode);
	arena_free(e);
}

void tmpfs_entries_fini(struct tmpfs_node *dir)
{
	struct tmpfs_entry *e, *tmp;

	tree_for_each_entry_safe(e, tmp, &dir->by_cookie, by_cookie)
		entry_remove(dir, e);
	htab_fini(&dir->by_name);
}

static int tmpfs_lookup(struct ctx *ctx, struct inode *dir, const struct name *name,
			struct inode **ret)
{
	struct tmpfs_entry *e = tmpfs_find(node_of(dir), name->s, name->len);

	(void)ctx;
	if (!e)
		return -ENOENT;
	*ret = inode_get(e->inode);
	return 0;
}

/* Make a node under a name; `target` only for symlinks. */
static int add(struct ctx *ctx, struct inode *dir, const char *name, size_t len, uint32_t mode,
	       uint64_t rdev, const char *target, struct inode **ret)
{
	AUTO(inode_put) struct inode *made = NULL;
	bool is_dir = (mode & LX_S_IFMT) == LX_S_IFDIR;
	int r;

	if (tmpfs_find(node_of(dir), name, len))
		return -EEXIST;
	r = tmpfs_node_new(dir->sb, ctx, mode, &made);
	if (r < 0)
		return r;
	made->rdev = rdev;
	if (target) {
		node_of(made)->target = arena_strdup(target);
		if (!node_of(made)->target)
			return -ENOMEM;
		made->size = strlen(target);
	}
	r = tmpfs_insert(node_of(dir), name, len, made);
	if (r < 0)
		return r;
	if (is_dir)
		dir->nlink++;
	else
		made->nlink = 1;
	*ret = TAKE(made);
	return 0;
}

static int tmpfs_create(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
			struct inode **ret)
{
	return add(ctx, dir, name->s, name->len, LX_S_IFREG | (mode & 07777u), 0, NULL, ret);
}

static int tmpfs_mkdir(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		       struct inode **ret)
{
	return add(ctx, dir, name->s, name->len, LX_S_IFDIR | (mode & 07777u), 0, NULL, ret);
}

static int tmpfs_mknod(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		       uint64_t rdev, struct inode **ret)
{
	return add(ctx, dir, name->s, name->len, mode, rdev, NULL, ret);
}

static int tmpfs_symlink(struct ctx *ctx, struct inode *dir, const struct name *name,
			 const char *target, struct inode **ret)
{
	return add(ctx, dir, name->s, name->len, LX_S_IFLNK | 0777, 0, target, ret);
}

int tmpfs_add_node(struct superblock *sb, struct inode *dir, const char *name, uint32_t mode,
		   uint64_t rdev, const char *target, struct inode **ret)
{
	if (!dir)
		dir = sb->root;
	GUARD(&dir->dir_lock);
	return add(NULL, dir, name, strlen(name), mode, rdev, target, ret);
}

static int tmpfs_tmpfile(struct ctx *ctx, struct inode *dir, uint32_t mode, struct inode **ret)
{
	return tmpfs_new_anon_file(dir->sb, ctx, mode, ret);
}

static int tmpfs_link(struct ctx *ctx, struct inode *dir, const struct name *name,
		      struct inode *inode)
{
	int r = tmpfs_insert(node_of(dir), name->s, name->len, inode);

	(void)ctx;
	if (r < 0)
		return r;
	inode->nlink++;
	inode_touch_ctime(inode);
	return 0;
}

static int tmpfs_unlink(struct ctx *ctx, struct inode *dir, const struct name *name,
			struct inode *inode)
{
	struct tmpfs_entry *e = tmpfs_find(node_of(dir), name->s, name->len);

	(void)ctx;
	if (!e)
		return -ENOENT;
	inode->nlink--;
	inode_touch_ctime(inode);
	entry_remove(node_of(dir), e);
	return 0;
}

static int tmpfs_rmdir(struct ctx *ctx, struct inode *dir, const struct name *name,
		       struct inode *inode)
{
	struct tmpfs_entry *e = tmpfs_find(node_of(dir), name->s, name->len);

	(void)ctx;
	if (!e)
		return -ENOENT;
	if (!tree_empty(&node_of(inode)->by_cookie))
		return -ENOTEMPTY;
	inode->nlink = 0;
	dir->nlink--;
	entry_remove(node_of(dir), e);
	return 0;
}

static int tmpfs_exchange(struct tmpfs_entry *a, struct tmpfs_entry *b, struct inode *a_dir,
			  struct inode *b_dir)
{
	struct inode *moved = a->inode;
	uint32_t a_is_dir = inode_type(a->inode) == LX_S_IFDIR,
		 b_is_dir = inode_type(b->inode) == LX_S_IFDIR;

	a->inode = b->inode;
	b->inode = moved;
	a_dir->nlink += b_is_dir - a_is_dir;
	b_dir->nlink += a_is_dir - b_is_dir;
	inode_touch_ctime(a->inode);
	inode_touch_ctime(b->inode);
	inode_touch_mtime(a_dir);
	inode_touch_mtime(b_dir);
	return 0;
}

/* What the new name meant goes; the caller knows that it may. */
static int replace(struct inode *dir, struct tmpfs_entry *e)
{
	bool is_dir = inode_type(e->inode) == LX_S_IFDIR;

	if (is_dir && !tree_empty(&node_of(e->inode)->by_cookie))
		return -ENOTEMPTY;
	e->inode->nlink = is_dir ? 0 : e->inode->nlink - 1;
	dir->nlink -= is_dir;
	inode_touch_ctime(e->inode);
	return 0;
}

static int move(struct inode *old_dir, struct tmpfs_entry *from, struct inode *new_dir,
		const struct name *new_name)
{
	struct tmpfs_entry *to = tmpfs_find(node_of(new_dir), new_name->s, new_name->len);
	bool is_dir = inode_type(from->inode) == LX_S_IFDIR;
	int r = to ? replace(new_dir, to)
		   : tmpfs_insert(node_of(new_dir), new_name->s, new_name->len, from->inode);

	if (r < 0)
		return r;
	if (to) { /* the entry stays, and means the moved inode from now on */
		inode_put(to->inode);
		to->inode = inode_get(from->inode);
		inode_touch_mtime(new_dir);
	}
	if (is_dir) {
		old_dir->nlink--;
		new_dir->nlink++;
	}
	inode_touch_ctime(from->inode);
	entry_remove(node_of(old_dir), from);
	return 0;
}

static int tmpfs_rename(struct ctx *ctx, struct inode *old_dir, const struct name *old_name,
			struct inode *old_inode, struct inode *new_dir, const struct name *new_name,
			struct inode *new_inode, unsigned flags)
{
	struct tmpfs_entry *from = tmpfs_find(node_of(old_dir), old_name->s, old_name->len);
	struct tmpfs_entry *to = tmpfs_find(node_of(new_dir), new_name->s, new_name->len);

	(void)ctx;
	(void)old_inode;
	(void)new_inode;
	if (flags & ~(unsigned)(LX_RENAME_NOREPLACE | LX_RENAME_EXCHANGE))
		return -EINVAL;
	if (!from || ((flags & LX_RENAME_EXCHANGE) && !to))
		return -ENOENT;
	if (flags & LX_RENAME_EXCHANGE)
		return tmpfs_exchange(from, to, old_dir, new_dir);
	return move(old_dir, from, new_dir, new_name);
}

static int tmpfs_dir_setattr(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	(void)ctx;
	if (attr->valid & IATTR_SIZE)
		return -EISDIR;
	inode_apply_attr(i, attr);
	return 0;
}

const struct inode_ops tmpfs_dir_ops = {
	.lookup = tmpfs_lookup,
	.create = tmpfs_create,
	.mkdir = tmpfs_mkdir,
	.mknod = tmpfs_mknod,
	.symlink = tmpfs_symlink,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.rmdir = tmpfs_rmdir,
	.rename = tmpfs_rename,
	.tmpfile = tmpfs_tmpfile,
	.setattr = tmpfs_dir_setattr,
	.open = tmpfs_dir_open,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
	.removexattr = tmpfs_removexattr,
	.release = tmpfs_release,
};
