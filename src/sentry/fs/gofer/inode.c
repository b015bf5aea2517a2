/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inodes of the Gofer filesystem: where they are, how requests reach them, and what ends with them.
 *
 * An inode is reached by its fid, or, as long as it has none, by a name in its parent, which is
 * reached likewise; the root always has a fid. Most files never need one: they are looked at and
 * opened by name. Directories get theirs with the walk that finds them. Whatever is reached by name
 * is compared with what the inode was when first seen (id): a name that means another file by now
 * is -ESTALE.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/gofer/gofer_priv.h"

static void inode_release(struct inode *inode);

const struct inode_ops gofer_inode_ops = {
	.lookup = gofer_lookup,
	.walk = gofer_walk,
	.revalidate = gofer_revalidate,
	.create = gofer_create,
	.mkdir = gofer_mkdir,
	.mknod = gofer_mknod,
	.symlink = gofer_symlink,
	.link = gofer_link,
	.unlink = gofer_unlink,
	.rmdir = gofer_rmdir,
	.rename = gofer_rename,
	.readlink = gofer_readlink,
	.getattr = gofer_getattr,
	.setattr = gofer_setattr,
	.open = gofer_open,
	.getxattr = gofer_getxattr,
	.setxattr = gofer_setxattr,
	.listxattr = gofer_listxattr,
	.removexattr = gofer_removexattr,
	.release = inode_release,
};

static SLAB_DEFINE(inode_slab, struct gofer_inode);

/* --- life --- */

struct gofer_inode *gofer_inode_alloc(struct gofer_fs *fs, const struct host_stat *id, uint64_t ino)
{
	struct gofer_inode *i = slab_alloc(&inode_slab);

	if (!i)
		return NULL;
	inode_init(&i->inode, fs->sb, &gofer_inode_ops, ino, id->mode, NULL);
	i->inode.rdev = id->rdev;
	i->inode.btime = id->btime;
	i->id = *id;
	i->fid = P9_NOFID;
	list_init(&i->read_fds);
	list_init(&i->parents);
	return i;
}

/*
 * Give up a child's reference to its parent. Paths can be long, so the release of a parent must not
 * release its own parent within itself: who comes first drops all that others leave on the list.
 */
static void put_parent(struct gofer_fs *fs, struct gofer_inode *parent)
{
	if (!parent)
		return;
	lock_acquire(&fs->lock);
	if (parent->parent_puts++ == 0)
		list_add_tail(&fs->parents, &parent->parents);
	if (fs->dropping) {
		lock_release(&fs->lock);
		return;
	}
	fs->dropping = true;
	while (!list_empty(&fs->parents)) {
		struct gofer_inode *p = list_first_entry(&fs->parents, struct gofer_inode, parents);
		uint64_t n = p->parent_puts;

		list_del(&p->parents);
		p->parent_puts = 0;
		lock_release(&fs->lock);
		for (; n > 0; n--)
			inode_put(&p->inode);
		lock_acquire(&fs->lock);
	}
	fs->dropping = false;
	lock_release(&fs->lock);
}

static void inode_release(struct inode *inode)
{
	struct gofer_inode *i = gofer_inode(inode);
	struct gofer_fs *fs = gofer_fs_of(inode);

	lock_acquire(&fs->lock);
	htab_remove(&fs->inodes, &i->by_id);
	lock_release(&fs->lock);
	gofer_read_fd_gone(i);
	gofer_listing_drop_dying(i);
	hostfd_put(i->reads);
	hostfd_put(i->writes);
	gofer_forget(fs->client, i->fid, i->attr.nlink == 0 ? FORGET_NOW : FORGET_LATER);
	put_parent(fs, i->parent);
	arena_free(i->name);
	arena_free(i->target);
	slab_free(&inode_slab, i);
}

/* --- attributes as told --- */

int64_t gofer_attr_until(struct gofer_fs *fs)
{
	return fs->cache == GOFER_EXCLUSIVE ? GOFER_FOREVER : clock_monotonic_ns() + GOFER_ATTR_NS;
}

static void apply_locked(struct gofer_inode *i, const struct host_stat *attr, int64_t until)
	REQUIRES(i->inode.lock)
{
	i->attr = *attr;
	i->attr_until = until;
	i->inode.mode = attr->mode;
	i->inode.uid = gofer_guest_uid(gofer_fs_of(&i->inode), attr->uid);
	i->inode.gid = gofer_guest_gid(gofer_fs_of(&i->inode), attr->gid);
	i->inode.nlink = attr->nlink;
	i->inode.size = attr->size;
	i->inode.atime = attr->atime;
	i->inode.mtime = attr->mtime;
	i->inode.ctime = attr->ctime;
}

void gofer_set_attr(struct gofer_inode *i, const struct host_stat *attr, int64_t until,
		    uint64_t since)
{
	GUARD(&i->inode.lock);
	if (i->changed_at <= since)
		apply_locked(i, attr, until);
}

void gofer_changed(struct gofer_inode *i, const struct host_stat *attr, uint64_t since)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);

	GUARD(&i->inode.lock);
	if (attr && i->changed_at <= since)
		apply_locked(i, attr, gofer_attr_until(fs));
	else
		i->attr_until = 0;
	i->missing_until = 0;
	i->changed_at = atomic_fetch_add(&fs->changes, 1) + 1;
}

void gofer_unlinked(struct gofer_inode *i, uint32_t nlinks)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);

	GUARD(&i->inode.lock);
	i->attr.nlink -= MIN(nlinks, i->attr.nlink);
	i->inode.nlink = i->attr.nlink;
	i->attr_until = 0;
	i->changed_at = atomic_fetch_add(&fs->changes, 1) + 1;
}

void gofer_set_target(struct gofer_inode *i, char *target)
{
	if (!target)
		return;
	lock_acquire(&i->inode.lock);
	if (!i->target)
		i->target = TAKE(target);
	lock_release(&i->inode.lock);
	arena_free(target);
}

/* --- places --- */

static bool is_at_locked(const struct gofer_inode *i, const struct gofer_inode *dir,
			 const char *name, size_t len)
{
	return i->parent == dir && strlen(i->name) == len && memcmp(i->name, name, len) == 0;
}

static int64_t name_until(struct gofer_fs *fs)
{
	return fs->cache == GOFER_EXCLUSIVE ? GOFER_FOREVER : clock_monotonic_ns() + GOFER_DIR_NS;
}

/* The parent as it is now. Caller owns; NULL: none. */
static struct gofer_inode *parent_of(struct gofer_inode *i)
{
	GUARD(&i->inode.lock);
	return i->parent ? gofer_inode(inode_get(&i->parent->inode)) : NULL;
}

static bool is_below(struct gofer_inode *i, const struct gofer_inode *top)
{
	AUTO(gofer_inode_put) struct gofer_inode *at = gofer_inode(inode_get(&i->inode));

	while (at && at != top) {
		struct gofer_inode *up = parent_of(at);

		gofer_inode_put(at);
		at = up;
	}
	return at != NULL;
}

/*
 * A directory of the host that is mounted somewhere below itself is one inode in two places. It
 * keeps the upper one: parents never form a circle.
 */
static bool may_move(struct gofer_inode *i, struct gofer_inode *dir)
{
	AUTO(gofer_inode_put) struct gofer_inode *parent = NULL;

	if (i == dir || i == gofer_inode(i->inode.sb->root))
		return false;
	if (inode_type(&i->inode) != LX_S_IFDIR)
		return true;
	parent = parent_of(i);
	return !parent || parent == dir || !is_below(dir, i);
}

void gofer_set_place(struct gofer_inode *i, struct gofer_inode *dir, const char *name, size_t len)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	struct gofer_inode *old_parent = NULL;
	char *copy, *old = NULL;

	check(len <= P9_NAME_MAX);
	if (!may_move(i, dir))
		return;
	lock_acquire(&i->inode.lock);
	copy = is_at_locked(i, dir, name, len) ? NULL : arena_alloc(len + 1);
	if (copy) {
		memcpy(copy, name, len);
		old = i->name;
		old_parent = i->parent;
		i->name = copy;
		i->parent = gofer_inode(inode_get(&dir->inode));
	}
	i->name_until = name_until(fs);
	lock_release(&i->inode.lock);
	put_parent(fs, old_parent);
	arena_free(old);
}

void gofer_lose_place(struct gofer_inode *i)
{
	struct gofer_inode *parent;
	char *name;

	lock_acquire(&i->inode.lock);
	parent = TAKE(i->parent);
	name = TAKE(i->name);
	lock_release(&i->inode.lock);
	put_parent(gofer_fs_of(&i->inode), parent);
	arena_free(name);
}

bool gofer_place_holds(struct gofer_inode *i, struct gofer_inode *dir, const struct name *name)
{
	int64_t now = clock_monotonic_ns();

	GUARD(&i->inode.lock);
	return i->name_until > now && is_at_locked(i, dir, name->s, name->len);
}

uint32_t gofer_fid(struct gofer_inode *i)
{
	GUARD(&i->inode.lock);
	return i->fid;
}

int gofer_place_of(struct gofer_inode *i, struct gofer_place *ret)
{
	lock_acquire(&i->inode.lock);
	if (!i->parent) {
		lock_release(&i->inode.lock);
		return -ESTALE;
	}
	ret->dir = gofer_inode(inode_get(&i->parent->inode));
	ret->len = strlen(i->name);
	memcpy(ret->name, i->name, ret->len + 1);
	lock_release(&i->inode.lock);
	ret->fid = gofer_fid(ret->dir);
	return 0;
}

int gofer_place_with_fid(struct gofer_inode *i, struct gofer_place *ret)
{
	int r = gofer_place_of(i, ret);

	if (r < 0 || ret->fid != P9_NOFID)
		return r;
	r = gofer_need_fid(ret->dir, &ret->fid);
	if (r < 0)
		gofer_place_fini(ret);
	return r;
}

void gofer_adopt_fid(struct gofer_inode *i, uint32_t fid)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);

	lock_acquire(&i->inode.lock);
	if (i->fid == P9_NOFID) {
		i->fid = fid;
		fid = P9_NOFID;
	}
	lock_release(&i->inode.lock);
	gofer_forget(fs->client, fid, FORGET_LATER);
}

/* --- a fid for what has none --- */

/* From i up: the first that has no fid itself, but whose parent has one. Caller owns *ret. */
static int climb(struct gofer_inode *i, struct gofer_inode **ret, struct gofer_place *place)
{
	AUTO(gofer_inode_put) struct gofer_inode *at = gofer_inode(inode_get(&i->inode));

	for (;;) {
		int r = gofer_place_of(at, place);

		if (r < 0)
			return r;
		if (place->fid != P9_NOFID)
			break;
		gofer_inode_put(at);
		at = TAKE(place->dir);
	}
	*ret = TAKE(at);
	return 0;
}

/* i is name in place->dir, if it still is. */
static int make_fid(struct gofer_inode *i, const struct gofer_place *place)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	struct p9_str name = {place->name, place->len};
	uint64_t since = gofer_now(fs);
	struct gofer_walked w;
	int r = gofer_walk_names(fs, place->fid, &name, 1, GOFER_ANY_FID, &w);

	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? -ESTALE : r;
	gofer_set_target(i, w.target);
	if (!gofer_is(fs, i, &w.attr[0])) {
		gofer_forget(fs->client, w.fid[0], FORGET_LATER);
		return -ESTALE;
	}
	gofer_adopt_fid(i, w.fid[0]);
	gofer_set_attr(i, &w.attr[0], gofer_attr_until(fs), since);
	return 0;
}

int gofer_need_fid(struct gofer_inode *i, uint32_t *ret)
{
	uint32_t fid;

	while ((fid = gofer_fid(i)) == P9_NOFID) {
		AUTO(gofer_inode_put) struct gofer_inode *top = NULL;
		AUTO(gofer_place_fini) struct gofer_place place = {.dir = NULL};
		int r = climb(i, &top, &place);

		if (r == 0)
			r = make_fid(top, &place);
		if (r < 0)
			return r;
	}
	*ret = fid;
	return 0;
}

int gofer_found(struct gofer_inode *dir, const char *name, size_t len, const struct host_stat *attr,
		uint32_t fid, uint64_t since, struct gofer_inode **ret)
{
	struct gofer_fs *fs = gofer_fs_of(&dir->inode);
	int r = gofer_inode_of(fs, attr, gofer_attr_until(fs), since, ret);

	if (r < 0) {
		gofer_forget(fs->client, fid, FORGET_LATER);
		return r;
	}
	gofer_set_place(*ret, dir, name, len);
	gofer_adopt_fid(*ret, fid);
	return 0;
}
