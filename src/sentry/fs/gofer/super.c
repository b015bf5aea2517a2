/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One export as a filesystem: its inodes by host identity, the numbers that the guest sees instead,
 * and the descriptors that are kept for files which are read again and again.
 */
#include <errno.h>

#include "abi/mount.h"
#include "abi/stat.h"
#include "base/check.h"
#include "base/hash.h"
#include "host/file.h"
#include "host/rand.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/gofer/gofer_priv.h"

/* Of our own descriptors, one in four is for files that nobody has open. */
#define READ_FDS_SHARE 4u
#define READ_FDS_MIN   ((size_t)16)
#define READ_FDS_MAX   ((size_t)1024)

#define INO_BITS    48
#define INO_MASK    ((UINT64_C(1) << INO_BITS) - 1)
#define PREFIX_LAST 0xffffu

struct prefix {
	struct htab_node node;
	uint64_t dev, high;
	uint32_t index;
};

static SLAB_DEFINE(fs_slab, struct gofer_fs);
static SLAB_DEFINE(prefix_slab, struct prefix);

static int fs_statfs(struct superblock *sb, struct ctx *ctx, struct lx_statfs *ret);
static int fs_sync(struct superblock *sb, struct ctx *ctx);
static void fs_release(struct superblock *sb);

static const struct fs_ops gofer_fs_ops = {
	.name = "9p",
	.statfs = fs_statfs,
	.sync = fs_sync,
	.release = fs_release,
};

static void *table_zalloc(size_t size)
{
	return arena_alloc(size);
}

static void table_free(void *p, size_t size UNUSED)
{
	arena_free(p);
}

static const struct htab_alloc table_alloc = {
	.zalloc = table_zalloc,
	.free = table_free,
};

/* --- numbers --- */

static uint32_t prefix_locked(struct gofer_fs *fs, uint64_t dev, uint64_t high) REQUIRES(fs->lock)
{
	uint64_t hash = hash_u64(hash_u64(fs->seed, dev), high);
	struct htab_node *h;
	struct prefix *p;

	htab_for_each_possible(&fs->prefixes, h, hash) {
		p = htab_entry(h, struct prefix, node);
		if (p->dev == dev && p->high == high)
			return p->index;
	}
	p = fs->nprefixes < PREFIX_LAST ? slab_alloc(&prefix_slab) : NULL;
	if (!p)
		return PREFIX_LAST;
	p->dev = dev;
	p->high = high;
	p->index = fs->nprefixes++;
	htab_insert(&fs->prefixes, &p->node, hash);
	return p->index;
}

/* Differs: from the 65536th pair of device and high bits on, numbers are hashes, and two files may
 * share one. */
static uint64_t ino_locked(struct gofer_fs *fs, uint64_t dev, uint64_t ino) REQUIRES(fs->lock)
{
	uint64_t prefix = prefix_locked(fs, dev, ino >> INO_BITS);

	if (prefix == PREFIX_LAST)
		ino = hash_u64(hash_u64(fs->seed, dev), ino);
	return prefix << INO_BITS | (ino & INO_MASK);
}

uint64_t gofer_ino(struct gofer_fs *fs, uint64_t dev, uint64_t ino)
{
	GUARD(&fs->lock);
	return ino_locked(fs, dev, ino);
}

/* --- inodes --- */

static struct gofer_inode *find_locked(struct gofer_fs *fs, const struct host_stat *attr,
				       uint64_t hash) REQUIRES(fs->lock)
{
	struct htab_node *h;

	htab_for_each_possible(&fs->inodes, h, hash) {
		struct gofer_inode *i = htab_entry(h, struct gofer_inode, by_id);

		if (host_stat_same(&i->id, attr) && ref_get_unless_zero(&i->inode.ref))
			return i;
	}
	return NULL;
}

int gofer_inode_of(struct gofer_fs *fs, const struct host_stat *attr, int64_t until, uint64_t since,
		   struct gofer_inode **ret)
{
	uint64_t hash = hash_u64(hash_u64(fs->seed, attr->dev), attr->ino);
	struct gofer_inode *i;

	lock_acquire(&fs->lock);
	i = find_locked(fs, attr, hash);
	if (!i) {
		i = gofer_inode_alloc(fs, attr, ino_locked(fs, attr->dev, attr->ino));
		if (i)
			htab_insert(&fs->inodes, &i->by_id, hash);
	}
	lock_release(&fs->lock);
	if (!i)
		return -ENOMEM;
	gofer_set_attr(i, attr, until, since);
	*ret = i;
	return 0;
}

/* --- descriptors that are kept --- */

static struct gofer_inode *oldest_read_fd_locked(struct gofer_fs *fs) REQUIRES(fs->lock)
{
	struct gofer_inode *i, *tmp;

	list_for_each_entry_safe(i, tmp, &fs->read_fds, read_fds) {
		list_del(&i->read_fds);
		fs->nread_fds--;
		if (ref_get_unless_zero(&i->inode.ref))
			return i;
	}
	return NULL;
}

static void drop_read_fd(struct gofer_inode *i)
{
	struct hostfd *h;

	lock_acquire(&i->inode.lock);
	h = TAKE(i->reads);
	lock_release(&i->inode.lock);
	hostfd_put(h);
}

void gofer_read_fd_used(struct gofer_inode *i)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	struct gofer_inode *old = NULL;

	lock_acquire(&fs->lock);
	if (list_empty(&i->read_fds))
		fs->nread_fds++;
	list_move_tail(&fs->read_fds, &i->read_fds);
	if (fs->nread_fds > fs->max_read_fds)
		old = oldest_read_fd_locked(fs);
	lock_release(&fs->lock);
	if (!old)
		return;
	drop_read_fd(old);
	inode_put(&old->inode);
}

void gofer_read_fd_gone(struct gofer_inode *i)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);

	GUARD(&fs->lock);
	if (list_empty(&i->read_fds))
		return;
	list_del(&i->read_fds);
	fs->nread_fds--;
}

/* --- blocks that file data passes through --- */

void *gofer_bounce_get(struct gofer_fs *fs)
{
	lock_acquire(&fs->lock);
	void *block = fs->nbounce > 0 ? fs->bounce[--fs->nbounce] : NULL;
	lock_release(&fs->lock);
	return block ? block : arena_alloc(GOFER_BOUNCE);
}

void gofer_bounce_put(struct gofer_fs *fs, void *block)
{
	lock_acquire(&fs->lock);
	if (fs->nbounce < GOFER_BOUNCES)
		fs->bounce[fs->nbounce++] = TAKE(block);
	lock_release(&fs->lock);
	arena_free(block);
}

/* --- the filesystem --- */

/* The host's own type and numbers: what a program decides by them (how a file system behaves) is
 * the host's. */
static int fs_statfs(struct superblock *sb, struct ctx *ctx UNUSED, struct lx_statfs *ret)
{
	struct gofer_fs *fs = sb->priv;
	struct gofer_inode *root = gofer_inode(sb->root);
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TSTATFS, 0);
	m.fid = root->fid;
	GUARD(&fs->client->lock);
	r = gofer_call(fs->client, &m, NULL);
	if (r < 0)
		return r;
	ret->f_type = m.statfs.type;
	ret->f_bsize = m.statfs.bsize;
	ret->f_frsize = m.statfs.bsize;
	ret->f_blocks = m.statfs.blocks;
	ret->f_bfree = m.statfs.bfree;
	ret->f_bavail = m.statfs.bavail;
	ret->f_files = m.statfs.files;
	ret->f_ffree = m.statfs.ffree;
	ret->f_namelen = m.statfs.namelen;
	return 0;
}

/* Differs: of an export, only the root directory is synced; files are when fsync(2) asks. The host
 * writes the rest in its own time. */
static int fs_sync(struct superblock *sb, struct ctx *ctx UNUSED)
{
	struct gofer_fs *fs = sb->priv;
	struct p9_msg m;

	if (!fs->writable)
		return 0;
	p9_msg_init(&m, P9_TFSYNC, 0);
	m.fid = gofer_inode(sb->root)->fid;
	GUARD(&fs->client->lock);
	return gofer_call(fs->client, &m, NULL);
}

static void fs_free(struct gofer_fs *fs)
{
	struct htab_node *h, *tmp;

	if (!fs)
		return;
	htab_for_each_safe(&fs->prefixes, h, tmp)
		slab_free(&prefix_slab, htab_entry(h, struct prefix, node));
	while (fs->nbounce > 0)
		arena_free(fs->bounce[--fs->nbounce]);
	htab_fini(&fs->prefixes);
	htab_fini(&fs->inodes);
	gofer_ids_fini(&fs->ids);
	gofer_client_put(fs->client);
	lock_fini(&fs->lock);
	slab_free(&fs_slab, fs);
}

static void fs_release(struct superblock *sb)
{
	fs_free(sb->priv);
}

static struct gofer_fs *fs_new(struct gofer_client *c, enum gofer_cache cache)
{
	struct gofer_fs *fs = slab_alloc(&fs_slab);

	if (!fs)
		return NULL;
	lock_init(&fs->lock, RANK_SUPER, "gofer tables");
	fs->client = gofer_client_get(c);
	fs->cache = cache;
	host_random(&fs->seed, sizeof(fs->seed));
	htab_init(&fs->inodes, &table_alloc);
	htab_init(&fs->prefixes, &table_alloc);
	list_init(&fs->read_fds);
	list_init(&fs->listings);
	list_init(&fs->parents);
	fs->max_read_fds =
		MIN(MAX((size_t)(host_fd_limit() / READ_FDS_SHARE), READ_FDS_MIN), READ_FDS_MAX);
	return fs;
}

/* Attach as a new fid, which is the root's. */
static int attach(struct gofer_client *c, const char *name, uint32_t *ret_fid, struct p9_msg *m)
{
	uint32_t fid;
	int r;

	GUARD(&c->lock);
	r = gofer_fid_take(c, &fid);
	if (r < 0)
		return r;
	p9_msg_init(m, P9_TATTACH, 0);
	m->fid = fid;
	m->text = p9_str(name);
	r = gofer_call(c, m, NULL);
	if (r < 0) {
		gofer_fid_give(c, fid);
		return r;
	}
	*ret_fid = fid;
	return 0;
}

int gofer_mount(struct gofer_client *c, const char *export_name, enum gofer_cache cache,
		struct superblock **ret)
{
	static const struct gofer_ids same;

	return gofer_mount_mapped(c, export_name, cache, &same, ret);
}

int gofer_mount_mapped(struct gofer_client *c, const char *export_name, enum gofer_cache cache,
		       const struct gofer_ids *ids, struct superblock **ret)
{
	struct gofer_fs *fs = fs_new(c, cache);
	struct superblock *sb = fs ? superblock_new(&gofer_fs_ops, LX_V9FS_MAGIC, fs) : NULL;
	struct gofer_inode *root;
	struct p9_msg m;
	uint32_t fid = P9_NOFID;
	int r;

	if (!sb) {
		fs_free(fs);
		return -ENOMEM;
	}
	AUTO(superblock_put) struct superblock *made = sb;
	fs->sb = sb;
	r = gofer_ids_copy(&fs->ids, ids);
	if (r == 0)
		r = attach(c, export_name, &fid, &m);
	if (r < 0)
		return r;
	r = gofer_inode_of(fs, &m.attr, gofer_attr_until(fs), gofer_now(fs), &root);
	if (r < 0) {
		gofer_forget(c, fid, FORGET_NOW);
		return r;
	}
	gofer_adopt_fid(root, fid);
	sb->root = &root->inode;
	fs->writable = m.flags & P9_ATTACH_WRITABLE;
	if (!fs->writable)
		atomic_fetch_or(&sb->flags, LX_MS_RDONLY);
	sb->revalidate = cache == GOFER_SHARED;
	*ret = TAKE(made);
	return 0;
}
