/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filesystem for tests: entries in lists, data in blocks of the arena. Locking is the vfs's
 * INODE_DIR alone, which is what makes it a test of that too.
 */
#include "sentry/vfs/testfs.h"

#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/mount.h"
#include "base/check.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"

struct testfs_stats testfs;

struct tnode {
	struct inode i;
	struct list entries; /* struct tentry.link */
	char *data;          /* of a file; the target of a symlink */
	const struct inode_ops *child_ops;
};

struct tentry {
	struct list link;
	struct tnode *node; /* owned */
	char name[LX_NAME_MAX + 1];
};

static struct tnode *tnode(struct inode *i)
{
	return container_of(i, struct tnode, i);
}

static struct inode *node_new(struct superblock *sb, const struct inode_ops *ops, uint32_t mode,
			      struct ctx *ctx)
{
	static _Atomic uint64_t last_ino;
	struct tnode *n = arena_alloc(sizeof(*n));

	check(n);
	inode_init(&n->i, sb, ops, ++last_ino, mode, ctx);
	list_init(&n->entries);
	n->child_ops = ops;
	return &n->i;
}

static struct tentry *find(struct inode *dir, const struct name *name)
{
	struct tentry *e;

	list_for_each_entry(e, &tnode(dir)->entries, link) {
		if (strlen(e->name) == name->len && memcmp(e->name, name->s, name->len) == 0)
			return e;
	}
	return NULL;
}

static void entry_add(struct inode *dir, const struct name *name, struct inode *i)
{
	struct tentry *e = arena_alloc(sizeof(*e));

	check(e);
	memcpy(e->name, name->s, name->len);
	e->node = tnode(inode_get(i));
	list_add_tail(&tnode(dir)->entries, &e->link);
}

static void entry_drop(struct tentry *e)
{
	list_del(&e->link);
	inode_put(&e->node->i);
	arena_free(e);
}

static int t_lookup(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		    struct inode **ret)
{
	struct tentry *e = find(dir, name);

	testfs.lookups++;
	if (!e)
		return -ENOENT;
	*ret = inode_get(&e->node->i);
	return 0;
}

static int t_walk(struct ctx *ctx UNUSED, struct inode *dir, const struct name *names, size_t n,
		  struct inode **ret, size_t *ret_n)
{
	testfs.walks++;
	for (*ret_n = 0; *ret_n < n;) {
		struct tentry *e = find(dir, &names[*ret_n]);

		if (!e)
			return -ENOENT;
		dir = &e->node->i;
		ret[(*ret_n)++] = inode_get(dir);
		if (inode_type(dir) != LX_S_IFDIR)
			break;
	}
	return 0;
}

static int t_revalidate(struct ctx *ctx UNUSED, struct inode *dir UNUSED,
			const struct name *name UNUSED, struct inode *i UNUSED)
{
	testfs.revalidates++;
	return !testfs.stale;
}

static int t_make(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		  struct inode **ret)
{
	*ret = node_new(dir->sb, tnode(dir)->child_ops, mode, ctx);
	entry_add(dir, name, *ret);
	if (LX_S_ISDIR(mode))
		dir->nlink++;
	return 0;
}

static int t_mknod(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		   uint64_t rdev, struct inode **ret)
{
	int r = t_make(ctx, dir, name, mode, ret);

	(*ret)->rdev = rdev;
	return r;
}

static int t_symlink(struct ctx *ctx, struct inode *dir, const struct name *name,
		     const char *target, struct inode **ret)
{
	int r = t_make(ctx, dir, name, LX_S_IFLNK | 0777, ret);

	tnode(*ret)->data = arena_strdup(target);
	return r;
}

static int t_link(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		  struct inode *i)
{
	i->nlink++;
	entry_add(dir, name, i);
	return 0;
}

static int t_unlink(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		    struct inode *i)
{
	i->nlink--;
	entry_drop(find(dir, name));
	return 0;
}

static int t_rmdir(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		   struct inode *i)
{
	if (!list_empty(&tnode(i)->entries))
		return -ENOTEMPTY;
	i->nlink = 0;
	dir->nlink--;
	entry_drop(find(dir, name));
	return 0;
}

static int t_rename(struct ctx *ctx UNUSED, struct inode *old_dir, const struct name *old_name,
		    struct inode *old, struct inode *new_dir, const struct name *new_name,
		    struct inode *new, unsigned flags)
{
	struct tentry *from = find(old_dir, old_name), *to = find(new_dir, new_name);

	if (flags & LX_RENAME_WHITEOUT)
		return -EINVAL;
	if (flags & LX_RENAME_EXCHANGE) {
		struct tnode *n = from->node;

		from->node = to->node;
		to->node = n;
		return 0;
	}
	if (new && !list_empty(&tnode(new)->entries))
		return -ENOTEMPTY;
	if (to) {
		new->nlink = 0;
		entry_drop(to);
	}
	entry_add(new_dir, new_name, old);
	entry_drop(from);
	return 0;
}

static int t_tmpfile(struct ctx *ctx, struct inode *dir, uint32_t mode, struct inode **ret)
{
	*ret = node_new(dir->sb, tnode(dir)->child_ops, mode, ctx);
	(*ret)->nlink = 0;
	return 0;
}

static int t_readlink(struct ctx *ctx UNUSED, struct inode *i, struct strbuf *sb)
{
	strbuf_adds(sb, tnode(i)->data);
	return 0;
}

static void t_release(struct inode *i)
{
	struct tentry *e, *tmp;

	testfs.releases++;
	list_for_each_entry_safe(e, tmp, &tnode(i)->entries, link)
		entry_drop(e);
	arena_free(tnode(i)->data);
	arena_free(tnode(i));
}

/* --- files --- */

static ssize_t f_read(struct ctx *ctx UNUSED, struct file *f, struct uio *dst, int64_t pos)
{
	uint64_t size = f->inode->size;

	if ((uint64_t)pos >= size)
		return 0;
	return uio_put(dst, tnode(f->inode)->data + pos, (size_t)(size - (uint64_t)pos));
}

static ssize_t f_write(struct ctx *ctx UNUSED, struct file *f, struct uio *src, int64_t pos)
{
	struct tnode *n = tnode(f->inode);
	uint64_t at, end;
	char *data;

	GUARD(&f->inode->lock);
	at = (uint64_t)file_append_pos(f, pos, f->inode->size);
	end = MAX(at + src->resid, (uint64_t)f->inode->size);
	data = arena_realloc(n->data, end);
	if (!data)
		return -ENOSPC;
	n->data = data;
	f->inode->size = end;
	return uio_get(src, data + at, src->resid);
}

static int f_iterate(struct ctx *ctx UNUSED, struct file *f, struct dir_sink *sink, int64_t *pos)
{
	struct tentry *e;
	int64_t at = 0;

	list_for_each_entry(e, &tnode(f->inode)->entries, link) {
		if (at++ < *pos)
			continue;
		if (!sink->emit(sink, e->name, strlen(e->name), e->node->i.ino, 0, at))
			return 0;
		*pos = at;
	}
	return 0;
}

static const struct file_ops reg_ops = {
	.read = f_read,
	.write = f_write,
};
static const struct file_ops dir_ops = {
	.iterate = f_iterate,
};

static int t_open(struct ctx *ctx UNUSED, struct inode *i, struct file *f)
{
	f->ops = inode_type(i) == LX_S_IFDIR ? &dir_ops : &reg_ops;
	return 0;
}

static int t_setattr(struct ctx *ctx UNUSED, struct inode *i, const struct iattr *attr)
{
	if (attr->valid & IATTR_SIZE) {
		tnode(i)->data = arena_realloc(tnode(i)->data, attr->size);
	}
	inode_apply_attr(i, attr);
	return 0;
}

#define TESTFS_OPS                                                                                 \
	.lookup = t_lookup, .revalidate = t_revalidate, .create = t_make, .mkdir = t_make,         \
	.mknod = t_mknod, .symlink = t_symlink, .link = t_link, .unlink = t_unlink,                \
	.rmdir = t_rmdir, .rename = t_rename, .tmpfile = t_tmpfile, .readlink = t_readlink,        \
	.setattr = t_setattr, .open = t_open, .release = t_release

static const struct inode_ops plain_ops = {TESTFS_OPS};
static const struct inode_ops walking_ops = {TESTFS_OPS, .walk = t_walk};
static const struct fs_ops fs_ops = {.name = "testfs"};

static struct superblock *new_fs(const struct inode_ops *ops)
{
	struct superblock *sb = superblock_new(&fs_ops, LX_TMPFS_MAGIC, NULL);

	check(sb);
	sb->root = node_new(sb, ops, LX_S_IFDIR | 0755, NULL);
	return sb;
}

struct superblock *testfs_new(void)
{
	return new_fs(&plain_ops);
}

struct superblock *testfs_new_walking(void)
{
	return new_fs(&walking_ops);
}

/* --- the world --- */

static bool never(struct ctx *ctx UNUSED)
{
	return false;
}

static void note_signal(struct ctx *ctx, int signo)
{
	container_of(ctx, struct world, ctx)->last_signal = signo;
}

static const struct ctx_ops world_ops = {
	.interrupted = never,
	.killed = never,
	.signal_self = note_signal,
};

void world_init(struct world *w, struct superblock *sb)
{
	struct path root;

	memset(w, 0, sizeof(*w));
	memset(&testfs, 0, sizeof(testfs));
	ctx_init(&w->ctx, &world_ops);
	limits_init(&w->limits);
	w->ctx.limits = &w->limits;
	w->ctx.cred = cred_new(0, 0, NULL, 0);
	w->ctx.tid = w->ctx.tgid = 1;
	w->sb = sb;
	check(mnt_ns_new(sb, "test", 0, &w->ns) == 0);
	root = mnt_ns_root(w->ns);
	w->fs = fs_info_new(&root, &root, 0);
	path_put(&root);
}

void world_fini(struct world *w)
{
	fs_info_put(w->fs);
	mnt_ns_put(w->ns);
	superblock_put(w->sb);
	cred_put(w->ctx.cred);
}

void world_become(struct world *w, uint32_t uid, uint32_t gid)
{
	const struct cred *old = w->ctx.cred;

	w->ctx.cred = cred_new(uid, gid, NULL, 0);
	cred_put(old);
}

int w_mkdir(struct world *w, const char *name, uint32_t mode)
{
	return vfs_mkdir(&w->ctx, w->fs, NULL, name, mode);
}

int w_open(struct world *w, const char *name, unsigned flags, uint32_t mode, struct file **ret)
{
	struct open_how how = {.flags = flags, .mode = mode};

	return vfs_open(&w->ctx, w->fs, NULL, name, &how, ret);
}

int w_file(struct world *w, const char *name, uint32_t mode)
{
	struct file *f;
	int r = w_open(w, name, LX_O_CREAT | LX_O_EXCL | LX_O_WRONLY, mode, &f);

	if (r == 0)
		file_put(f);
	return r;
}

int w_try_open(struct world *w, const char *name, unsigned flags)
{
	struct file *f;
	int r = w_open(w, name, flags, 0600, &f);

	if (r == 0)
		file_put(f);
	return r;
}

int w_walk(struct world *w, const char *name, unsigned flags)
{
	struct path p;
	int r = vfs_walk(&w->ctx, w->fs, NULL, name, flags, &p);

	if (r == 0)
		path_put(&p);
	return r;
}

uint64_t w_ino(struct world *w, const char *name)
{
	struct path p;
	uint64_t ino;

	if (vfs_walk(&w->ctx, w->fs, NULL, name, WALK_FOLLOW, &p) < 0)
		return 0;
	ino = path_inode(&p)->ino;
	path_put(&p);
	return ino;
}
