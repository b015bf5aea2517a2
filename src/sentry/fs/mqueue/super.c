/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of queues: one filesystem with one directory, made when somebody first needs it and
 * kept for ever. mq_open(2) walks in it from a mount of its own that no process sees; mount(2)
 * shows the same directory.
 *
 * How large a new queue shall be travels from mqueue_open to `create` beside the vfs: as a wish
 * under the name of the ctx that asks.
 */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/mount.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/mqueue/mqueue_priv.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

/* As Linux counts them. */
#define DIRENT_SIZE 20
#define STATUS_SIZE 80

/* A name. Key: all guarded by the directory's INODE_DIR. */
struct mq_entry {
	struct list link;
	struct inode *inode; /* owned */
	uint64_t cookie;     /* its position for readdir; rising along the list */
	size_t len;
	char name[];
};

struct mq_dir {
	struct inode inode;
	struct list entries; /* struct mq_entry.link */
	uint64_t next_cookie;
};

/* What one mq_open under way wants. */
struct mq_wish {
	struct list link;
	struct ctx *ctx;
	struct lx_mq_attr attr;
};

static SLAB_DEFINE(dir_slab, struct mq_dir);
static SLAB_DEFINE(node_slab, struct mq_node);
static struct lock lock = LOCK_INIT(RANK_IPC, "mqueue");
static struct list wishes = LIST_INIT(wishes); /* [lock] */
static struct mnt_ns *_Atomic the_ns;          /* the mount that mq_open walks in */
static _Atomic uint64_t last_ino = 1;          /* the root's */

static struct mq_dir *dir_of(struct inode *i)
{
	return container_of(i, struct mq_dir, inode);
}

/* ---- queues ---- */

static void node_release(struct inode *i)
{
	struct mq_node *n = mq_node_of(i);

	mq_fini(&n->q);
	mq_uncharge(n->charged, n->charged_uid);
	slab_free(&node_slab, n);
}

/* A status has no size to change. */
static int node_setattr(struct ctx *ctx UNUSED, struct inode *i, const struct iattr *attr)
{
	struct iattr rest = *attr;

	rest.valid &= ~(unsigned)IATTR_SIZE;
	inode_apply_attr(i, &rest);
	return 0;
}

static const struct inode_ops node_ops = {
	.setattr = node_setattr,
	.open = mq_file_open,
	.release = node_release,
};

static int node_new(struct ctx *ctx, struct superblock *sb, uint32_t mode,
		    const struct lx_mq_attr *attr, struct inode **ret)
{
	struct mq_node *n;
	int r = mq_check_attr(ctx, attr);

	if (r < 0)
		return r;
	n = slab_alloc(&node_slab);
	if (!n)
		return -ENOMEM;
	r = mq_charge(ctx, attr, &n->charged, &n->charged_uid);
	if (r < 0) {
		slab_free(&node_slab, n);
		return r;
	}
	mq_init(&n->q, (uint64_t)attr->mq_maxmsg, (uint64_t)attr->mq_msgsize);
	inode_init(&n->inode, sb, &node_ops, atomic_fetch_add(&last_ino, 1) + 1, mode, ctx);
	n->inode.size = STATUS_SIZE;
	n->inode.nlink = 1;
	*ret = &n->inode;
	return 0;
}

/* ---- the directory ---- */

static struct mq_entry *entry_find(struct inode *dir, const struct name *name)
{
	struct mq_entry *e;

	list_for_each_entry(e, &dir_of(dir)->entries, link)
		if (e->len == name->len && memcmp(e->name, name->s, name->len) == 0)
			return e;
	return NULL;
}

static void dir_changed(struct inode *dir, int64_t size)
{
	dir->size += (uint64_t)size;
	inode_touch_mtime(dir);
	inode_touch_atime(dir);
}

static int dir_lookup(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		      struct inode **ret)
{
	struct mq_entry *e = entry_find(dir, name);

	if (!e)
		return -ENOENT;
	*ret = inode_get(e->inode);
	return 0;
}

static struct lx_mq_attr attr_for(struct ctx *ctx)
{
	struct mq_wish *w;

	GUARD(&lock);
	list_for_each_entry(w, &wishes, link)
		if (w->ctx == ctx)
			return w->attr;
	return (struct lx_mq_attr){.mq_maxmsg = LX_DFLT_MSG, .mq_msgsize = LX_DFLT_MSGSIZE};
}

static int dir_create(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		      struct inode **ret)
{
	struct lx_mq_attr attr = attr_for(ctx);
	struct mq_entry *e;
	int r;

	if (entry_find(dir, name))
		return -EEXIST;
	e = arena_alloc(sizeof(*e) + name->len);
	if (!e)
		return -ENOMEM;
	r = node_new(ctx, dir->sb, LX_S_IFREG | (mode & 07777u), &attr, &e->inode);
	if (r < 0) {
		arena_free(e);
		return r;
	}
	e->len = name->len;
	memcpy(e->name, name->s, name->len);
	e->cookie = dir_of(dir)->next_cookie++;
	list_add_tail(&dir_of(dir)->entries, &e->link);
	dir_changed(dir, DIRENT_SIZE);
	*ret = inode_get(e->inode);
	return 0;
}

static int dir_unlink(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		      struct inode *inode)
{
	struct mq_entry *e = entry_find(dir, name);

	if (!e)
		return -ENOENT;
	list_del(&e->link);
	dir_changed(dir, -DIRENT_SIZE);
	inode->nlink--;
	inode_put(e->inode);
	arena_free(e);
	return 0;
}

/* "." and ".." are both the root: the filesystem has one directory. */
static int dir_iterate(struct ctx *ctx UNUSED, struct file *f, struct dir_sink *sink, int64_t *pos)
{
	struct mq_entry *e;

	for (; *pos < 2; ++*pos)
		if (!sink->emit(sink, "..", (size_t)*pos + 1, f->inode->ino, LX_DT_DIR, *pos + 1))
			return 0;
	list_for_each_entry(e, &dir_of(f->inode)->entries, link) {
		int64_t next = (int64_t)e->cookie + 1;

		if (next <= *pos)
			continue;
		if (!sink->emit(sink, e->name, e->len, e->inode->ino, LX_DT_REG, next))
			break;
		*pos = next;
	}
	return 0;
}

static int64_t dir_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	return file_seek_generic(ctx, f, off, whence, 0);
}

static const struct file_ops dir_file_ops = {.iterate = dir_iterate, .seek = dir_seek};

static int dir_open(struct ctx *ctx UNUSED, struct inode *i UNUSED, struct file *f)
{
	f->ops = &dir_file_ops;
	return 0;
}

static void dir_release(struct inode *i)
{
	struct mq_entry *e, *tmp;

	list_for_each_entry_safe(e, tmp, &dir_of(i)->entries, link) {
		inode_put(e->inode);
		arena_free(e);
	}
	slab_free(&dir_slab, dir_of(i));
}

static const struct inode_ops dir_ops = {
	.lookup = dir_lookup,
	.create = dir_create,
	.unlink = dir_unlink,
	.open = dir_open,
	.release = dir_release,
};

/* ---- the filesystem ---- */

static const struct fs_ops mq_fs_ops = {.name = "mqueue"};

static int make_ns(struct mnt_ns **ret)
{
	AUTO(superblock_put)
	struct superblock *sb = superblock_new(&mq_fs_ops, LX_MQUEUE_MAGIC, NULL);
	struct mq_dir *d = sb ? slab_alloc(&dir_slab) : NULL;

	if (!d)
		return -ENOMEM;
	list_init(&d->entries);
	d->next_cookie = 2;
	inode_init(&d->inode, sb, &dir_ops, 1, LX_S_IFDIR | LX_S_ISVTX | 0777, NULL);
	d->inode.nlink = 2;
	sb->root = &d->inode;
	return mnt_ns_new(sb, "mqueue", LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC, ret);
}

/* Where every name is. Caller owns. */
static int need_root(struct path *ret)
{
	struct mnt_ns *ns = atomic_load(&the_ns), *none = NULL;
	int r;

	if (!ns) {
		r = make_ns(&ns);
		if (r < 0)
			return r;
		if (!atomic_compare_exchange_strong(&the_ns, &none, ns)) {
			mnt_ns_put(ns);
			ns = none;
		}
	}
	*ret = mnt_ns_root(ns);
	return 0;
}

int mqueue_fs(struct superblock **ret)
{
	AUTO(path_put) struct path root = {0};
	int r = need_root(&root);

	if (r == 0)
		*ret = superblock_get(mount_sb(root.mnt));
	return r;
}

/* ---- mq_open, mq_unlink ---- */

/* One component that is a name. */
static int check_name(const char *name)
{
	if (!name[0])
		return -ENOENT;
	if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EACCES;
	return strlen(name) > LX_NAME_MAX ? -ENAMETOOLONG : 0;
}

int mqueue_open(struct ctx *ctx, struct fs_info *fs, const char *name, unsigned flags,
		uint32_t mode, const struct lx_mq_attr *attr, struct file **ret)
{
	struct open_how how = {.flags = flags, .mode = mode & 07777};
	AUTO(path_put) struct path root = {0};
	struct mq_wish wish = {.ctx = ctx};
	int r = check_name(name);

	if (r == 0)
		r = need_root(&root);
	if (r < 0)
		return r;
	if (!attr)
		return vfs_open(ctx, fs, &root, name, &how, ret);
	wish.attr = *attr;
	lock_acquire(&lock);
	list_add_tail(&wishes, &wish.link);
	lock_release(&lock);
	r = vfs_open(ctx, fs, &root, name, &how, ret);
	lock_acquire(&lock);
	list_del(&wish.link);
	lock_release(&lock);
	return r;
}

int mqueue_unlink(struct ctx *ctx, struct fs_info *fs, const char *name)
{
	AUTO(path_put) struct path root = {0};
	int r = check_name(name);

	if (r == 0)
		r = need_root(&root);
	return r < 0 ? r : vfs_unlink(ctx, fs, &root, name);
}
