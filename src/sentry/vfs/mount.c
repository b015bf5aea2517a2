/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mount tree: mounts and where they stand. All trees of all namespaces are guarded by one lock,
 * which a walk takes only where a dentry says that something is mounted on it. Propagation is
 * private only: each namespace changes alone.
 *
 * Differs: a mount point that is removed in one namespace keeps its mounts in others (Linux
 * detaches them).
 */
#include "sentry/vfs/mount_priv.h"

#include <errno.h>

#include "abi/mount.h"
#include "base/check.h"
#include "base/hash.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/inode.h"

struct lock mounts_lock = LOCK_INIT(RANK_MOUNTS, "mounts");

static SLAB_DEFINE(mount_slab, struct mount);
static struct htab by_point; /* [mounts_lock] struct mount.by_point */
static bool by_point_ready;  /* [mounts_lock] */

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

static uint64_t point_hash(const struct mount *parent, const struct dentry *point)
{
	return hash_u64((uint64_t)(uintptr_t)parent, (uint64_t)(uintptr_t)point);
}

/* --- life --- */

struct mount *mount_new(struct superblock *sb, struct dentry *root, const char *source,
			uint64_t ms_flags)
{
	static _Atomic int last_id = 20;
	struct mount *m = slab_alloc(&mount_slab);

	if (!m)
		return NULL;
	m->source = arena_strdup(source ? source : "none");
	if (!m->source) {
		slab_free(&mount_slab, m);
		return NULL;
	}
	ref_init(&m->ref);
	m->sb = superblock_get(sb);
	m->root = dentry_get(root);
	m->id = ++last_id;
	atomic_init(&m->flags, ms_flags & MOUNT_FLAGS);
	list_init(&m->ns_link);
	return m;
}

struct mount *mount_get(struct mount *m)
{
	ref_get(&m->ref);
	return m;
}

void mount_put(struct mount *m)
{
	if (!m || !ref_put(&m->ref))
		return;
	check(!m->ns && !m->parent);
	dentry_put(m->root);
	superblock_put(m->sb);
	arena_free(m->source);
	slab_free(&mount_slab, m);
}

void mounts_release(struct list *gone)
{
	struct mount *m, *tmp;

	list_for_each_entry_safe(m, tmp, gone, ns_link) {
		struct mount *parent;
		struct dentry *point;

		list_del(&m->ns_link);
		lock_acquire(&mounts_lock);
		parent = TAKE(m->parent);
		point = TAKE(m->point);
		lock_release(&mounts_lock);
		dentry_put(point);
		mount_put(parent);
		mount_put(m);
	}
}

uint64_t mount_flags(const struct mount *m)
{
	return atomic_load_explicit(&m->flags, memory_order_relaxed);
}

struct superblock *mount_sb(const struct mount *m)
{
	return m->sb;
}

int mount_id(const struct mount *m)
{
	return m->id;
}

int mount_check_writable(const struct mount *m)
{
	return (mount_flags(m) | m->sb->flags) & LX_MS_RDONLY ? -EROFS : 0;
}

/* --- the tree --- */

static struct mount *find_on(struct mount *parent, struct dentry *point) REQUIRES(mounts_lock)
{
	uint64_t hash = point_hash(parent, point);
	struct htab_node *node;

	if (!by_point_ready)
		return NULL;
	htab_for_each_possible(&by_point, node, hash) {
		struct mount *m = htab_entry(node, struct mount, by_point);

		if (m->parent == parent && m->point == point)
			return m;
	}
	return NULL;
}

int mount_cross(struct path *p)
{
	int n = 0;

	while (atomic_load_explicit(&p->dentry->mounted, memory_order_acquire)) {
		struct path on = {NULL, NULL};
		struct mount *m;

		lock_acquire(&mounts_lock);
		m = find_on(p->mnt, p->dentry);
		if (m) {
			m->expiring = false;
			on = (struct path){mount_get(m), dentry_get(m->root)};
		}
		lock_release(&mounts_lock);
		if (!m)
			break;
		path_put(p);
		*p = on;
		n++;
	}
	return n;
}

bool mount_point(struct mount *m, struct path *ret)
{
	GUARD(&mounts_lock);
	if (!m->parent || !m->ns)
		return false;
	*ret = (struct path){mount_get(m->parent), dentry_get(m->point)};
	return true;
}

static void hook(struct mount *m, struct mount *parent, struct dentry *point) REQUIRES(mounts_lock)
{
	if (!by_point_ready) {
		htab_init(&by_point, &table_alloc);
		by_point_ready = true;
	}
	m->parent = mount_get(parent);
	m->point = dentry_get(point);
	point->mounted++;
	htab_insert(&by_point, &m->by_point, point_hash(parent, point));
}

void mount_attach(struct mnt_ns *ns, struct mount *m, struct mount *parent, struct dentry *point)
{
	m->ns = ns;
	list_add_tail(&ns->mounts, &m->ns_link);
	if (parent)
		hook(m, parent, point);
}

/*
 * parent and point stay: dropping them may block, so mounts_release does it. A detached mount is
 * out of the table and has no namespace, so nobody finds a way up or down through it.
 */
static void unhook(struct mount *m) REQUIRES(mounts_lock)
{
	if (!m->parent)
		return;
	htab_remove(&by_point, &m->by_point);
	m->point->mounted--;
}

void mount_detach(struct mount *m, struct list *gone)
{
	unhook(m);
	list_del(&m->ns_link);
	m->ns = NULL;
	list_add_tail(gone, &m->ns_link);
}

bool mount_is_below(struct mount *m, struct mount *top)
{
	while (m != top && m->parent)
		m = m->parent;
	return m == top;
}

static bool has_children(struct mount *m) REQUIRES(mounts_lock)
{
	struct mount *c;

	list_for_each_entry(c, &m->ns->mounts, ns_link) {
		if (c->parent == m)
			return true;
	}
	return false;
}

/* --- mounting --- */

/* May something with this kind of root be mounted here? */
static int check_point(const struct path *where, struct dentry *root)
{
	struct inode *at = path_inode(where), *what = dentry_inode(root);

	if (!at)
		return -ENOENT;
	if ((inode_type(at) == LX_S_IFDIR) != (inode_type(what) == LX_S_IFDIR))
		return -ENOTDIR;
	return path_is_unlinked(where) ? -ENOENT : 0;
}

static int attach_new(const struct path *where, struct mount *m)
{
	GUARD(&mounts_lock);
	if (!where->mnt->ns)
		return -EINVAL;
	mount_attach(where->mnt->ns, m, where->mnt, where->dentry);
	return 0;
}

int vfs_mount(struct ctx *ctx UNUSED, const struct path *where, struct superblock *sb,
	      const char *source, uint64_t ms_flags)
{
	AUTO(dentry_put) struct dentry *root = superblock_root_dentry(sb);
	struct mount *m;
	int r;

	if (!root)
		return -ENOMEM;
	r = check_point(where, root);
	if (r < 0)
		return r;
	m = mount_new(sb, root, source, ms_flags);
	if (!m)
		return -ENOMEM;
	r = attach_new(where, m);
	if (r < 0)
		mount_put(m);
	return r;
}

/* A copy of m, same place in the filesystem. Caller owns; NULL: out of memory. */
static struct mount *mount_copy(struct mount *m)
{
	return mount_new(m->sb, m->root, m->source, mount_flags(m));
}

/* What from's tree has below `below` that was there before the call; `to` stands for `from`.
 * Recursion as deep as mounts are nested. */
int mount_copy_below(struct mount *from, struct dentry *below, struct mount *to, struct mnt_ns *ns)
{
	struct mount *last, *m, *next;

	if (list_empty(&from->ns->mounts))
		return 0;
	last = list_last_entry(&from->ns->mounts, struct mount, ns_link);
	for (m = list_first_entry(&from->ns->mounts, struct mount, ns_link);; m = next) {
		struct mount *copy;
		int r = 0;

		next = list_next_entry(m, ns_link);
		if (m->parent == from && m != to && dentry_is_below(m->point, below)) {
			copy = mount_copy(m);
			if (!copy)
				return -ENOMEM;
			mount_attach(ns, copy, to, m->point);
			r = mount_copy_below(m, m->root, copy, ns);
		}
		if (r < 0 || m == last)
			return r;
	}
}

static int attach_bind(const struct path *from, const struct path *where, struct mount *m,
		       bool recursive)
{
	struct mount *below;
	int r = 0;

	GUARD(&mounts_lock);
	if (!where->mnt->ns || !from->mnt->ns)
		return -EINVAL;
	below = from->mnt;
	mount_attach(where->mnt->ns, m, NULL,
		     NULL); /* not on its place yet: it is no part of what is copied */
	if (recursive)
		r = mount_copy_below(below, from->dentry, m, where->mnt->ns);
	hook(m, where->mnt, where->dentry);
	return r;
}

int vfs_bind(struct ctx *ctx UNUSED, const struct path *from, const struct path *where,
	     uint64_t ms_flags)
{
	struct mount *m;
	int r = check_point(where, from->dentry);

	if (r < 0)
		return r;
	m = mount_new(from->mnt->sb, from->dentry, from->mnt->source, mount_flags(from->mnt));
	if (!m)
		return -ENOMEM;
	r = attach_bind(from, where, m, (ms_flags & LX_MS_REC) != 0);
	if (r == -EINVAL)
		mount_put(m);
	return r;
}

int vfs_reconfigure(struct ctx *ctx, const struct path *where, uint64_t ms_flags, const char *data)
{
	struct superblock *sb = where->mnt->sb;
	int r;

	if (where->dentry != where->mnt->root)
		return -EINVAL;
	if (sb->ops->remount) {
		r = sb->ops->remount(sb, ctx, ms_flags, data);
		if (r < 0)
			return r;
	}
	if (ms_flags & LX_MS_RDONLY)
		atomic_fetch_or(&sb->flags, (uint64_t)LX_MS_RDONLY);
	else
		atomic_fetch_and(&sb->flags, ~(uint64_t)LX_MS_RDONLY);
	return vfs_remount(ctx, where, ms_flags);
}

int vfs_remount(struct ctx *ctx UNUSED, const struct path *where, uint64_t ms_flags)
{
	if (where->dentry != where->mnt->root)
		return -EINVAL;
	where->mnt->flags = ms_flags & MOUNT_FLAGS;
	return 0;
}

/* Keep parents before their children on the namespace's list: m and all below it go to its end. */
static void move_to_end(struct mount *m) REQUIRES(mounts_lock)
{
	struct list *head = &m->ns->mounts, moved;
	struct mount *c, *tmp;

	list_init(&moved);
	list_for_each_entry_safe(c, tmp, head, ns_link) {
		if (mount_is_below(c, m))
			list_move_tail(&moved, &c->ns_link);
	}
	list_splice_tail(head, &moved);
}

int vfs_move_mount(struct ctx *ctx UNUSED, const struct path *from, const struct path *where)
{
	struct mount *m = from->mnt, *old_parent;
	struct dentry *old_point;
	int r = check_point(where, from->dentry);

	if (r < 0)
		return r;
	lock_acquire(&mounts_lock);
	if (from->dentry != m->root || !m->parent || !m->ns || m->ns != where->mnt->ns)
		r = -EINVAL;
	else if (mount_is_below(where->mnt, m))
		r = -ELOOP;
	if (r < 0) {
		lock_release(&mounts_lock);
		return r;
	}
	unhook(m);
	old_parent = m->parent;
	old_point = m->point;
	hook(m, where->mnt, where->dentry);
	move_to_end(m);
	lock_release(&mounts_lock);
	dentry_put(old_point);
	mount_put(old_parent);
	return 0;
}

/* --- unmounting --- */

/* References that do not make it busy: the namespace's and the caller's path. */
enum { IDLE_REFS = 2 };

static int detach_idle(struct mount *m, int flags, struct list *gone) REQUIRES(mounts_lock)
{
	if (has_children(m) || ref_read(&m->ref) > IDLE_REFS)
		return -EBUSY;
	if ((flags & LX_MNT_EXPIRE) && !atomic_exchange(&m->expiring, true))
		return -EAGAIN;
	mount_detach(m, gone);
	return 0;
}

/* Everything at or below m. The way up stays until mounts_release. */
static void detach_tree(struct mount *m, struct list *gone) REQUIRES(mounts_lock)
{
	struct mnt_ns *ns = m->ns;
	struct mount *c, *tmp;

	list_for_each_entry_safe(c, tmp, &ns->mounts, ns_link) {
		if (mount_is_below(c, m))
			mount_detach(c, gone);
	}
}

int vfs_umount(struct ctx *ctx UNUSED, const struct path *where, int flags)
{
	struct mount *m = where->mnt;
	struct list gone;
	int r = 0;

	if (flags & ~(LX_MNT_FORCE | LX_MNT_DETACH | LX_MNT_EXPIRE | LX_UMOUNT_NOFOLLOW))
		return -EINVAL;
	if ((flags & LX_MNT_EXPIRE) && (flags & (LX_MNT_FORCE | LX_MNT_DETACH)))
		return -EINVAL;
	list_init(&gone);
	lock_acquire(&mounts_lock);
	if (where->dentry != m->root || !m->ns)
		r = -EINVAL;
	else if (!m->parent)
		r = flags & LX_MNT_DETACH ? -EINVAL : -EBUSY;
	else if (flags & LX_MNT_DETACH)
		detach_tree(m, &gone);
	else
		r = detach_idle(m, flags, &gone);
	lock_release(&mounts_lock);
	mounts_release(&gone);
	return r;
}
