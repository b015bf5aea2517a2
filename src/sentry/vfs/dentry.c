/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dentry cache: one table of all hashed dentries, one list of those that nobody uses, one lock
 * for both.
 *
 * A dentry without references stays cached on the lru until the limit pushes it out. Its last
 * reference is dropped under the lock, so the lock alone decides whether it lives. The dying are
 * collected on a list and buried after the lock is released, because letting an inode go may block.
 */
#include "sentry/vfs/dentry.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "abi/fcntl.h"
#include "base/check.h"
#include "base/hash.h"
#include "host/rand.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/inotify.h"

struct lock dcache_lock = LOCK_INIT(RANK_DCACHE, "dcache");

static SLAB_DEFINE(dentry_slab, struct dentry);

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

/* Key: [D] dcache_lock; [I] set once */
static struct {
	struct htab table; /* [D] */
	struct list lru;   /* [D] oldest first */
	uint32_t unused;   /* [D] on the lru */
	uint32_t limit;    /* [D] */
	uint64_t seed;     /* [I] */
} dcache;

static void dcache_start(void)
{
	htab_init(&dcache.table, &table_alloc);
	list_init(&dcache.lru);
	dcache.limit = 16384;
	host_random(&dcache.seed, sizeof(dcache.seed));
}

static void dcache_need(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	check(pthread_once(&once, dcache_start) == 0);
}

void name_init(struct name *n, const char *s, size_t len)
{
	dcache_need();
	n->s = s;
	n->len = len;
	n->hash = hash_bytes(dcache.seed, s, len);
}

static uint64_t key_hash(const struct dentry *parent, uint64_t name_hash)
{
	return hash_u64(name_hash, (uint64_t)(uintptr_t)parent);
}

/* --- birth and death --- */

static struct dentry *dentry_alloc(enum dentry_kind kind, struct superblock *sb, const char *name,
				   size_t len)
{
	struct dentry *d;

	dcache_need();
	d = slab_alloc(&dentry_slab);
	if (!d)
		return NULL;
	d->name = d->inline_name;
	if (len >= DENTRY_INLINE_NAME) {
		d->name = arena_alloc(len + 1);
		if (!d->name) {
			slab_free(&dentry_slab, d);
			return NULL;
		}
	}
	memcpy(d->name, name, len);
	d->name[len] = '\0';
	d->name_len = (uint32_t)len;
	d->kind = kind;
	d->sb = sb;
	d->parent = d;
	atomic_init(&d->refs, 1);
	list_init(&d->lru);
	return d;
}

static void dentry_free(struct dentry *d)
{
	if (d->name != d->inline_name)
		arena_free(d->name);
	slab_free(&dentry_slab, d);
}

/* Without locks. */
static void bury(struct list *dead)
{
	struct dentry *d, *tmp;

	list_for_each_entry_safe(d, tmp, dead, lru) {
		list_del(&d->lru);
		if (d->deleted)
			inotify_deleted(dentry_inode(d));
		inode_put(dentry_inode(d));
		dentry_free(d);
	}
}

static void unhash_locked(struct dentry *d) REQUIRES(dcache_lock)
{
	if (!d->hashed)
		return;
	htab_remove(&dcache.table, &d->hash);
	d->hashed = false;
	if (dentry_inode(d))
		d->sb->names_gen++;
}

static void hash_locked(struct dentry *d, uint64_t hash) REQUIRES(dcache_lock)
{
	check(!d->hashed);
	htab_insert(&dcache.table, &d->hash, hash);
	d->hashed = true;
}

static void get_locked(struct dentry *d) REQUIRES(dcache_lock)
{
	if (atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed) == 0) {
		list_del(&d->lru);
		dcache.unused--;
	}
}

/* Is an unused dentry worth keeping? */
static bool worth_keeping(struct dentry *d)
{
	if (!d->hashed || d->sb->no_cache)
		return false;
	return dentry_inode(d) || !d->sb->no_negative;
}

/* Drop one reference; those that die thereby, parents too, go to `dead`. */
static void put_locked(struct dentry *d, struct list *dead) REQUIRES(dcache_lock)
{
	while (d) {
		struct dentry *parent = d->parent == d ? NULL : d->parent;
		uint32_t old = atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel);

		check(old != 0);
		if (old != 1)
			return;
		if (worth_keeping(d)) {
			list_add_tail(&dcache.lru, &d->lru);
			dcache.unused++;
			return;
		}
		unhash_locked(d);
		list_add_tail(dead, &d->lru);
		d = parent;
	}
}

/* Kill one that is on the lru. */
static void kill_locked(struct dentry *d, struct list *dead) REQUIRES(dcache_lock)
{
	struct dentry *parent = d->parent;

	list_del(&d->lru);
	dcache.unused--;
	unhash_locked(d);
	list_add_tail(dead, &d->lru);
	put_locked(parent, dead);
}

static void shrink_locked(struct list *dead) REQUIRES(dcache_lock)
{
	while (dcache.unused > dcache.limit)
		kill_locked(list_first_entry(&dcache.lru, struct dentry, lru), dead);
}

struct dentry *dentry_new_root(struct superblock *sb, struct inode *inode)
{
	struct dentry *d = dentry_alloc(DENTRY_ROOT, sb, "/", 1);

	if (!d) {
		inode_put(inode);
		return NULL;
	}
	atomic_init(&d->inode, inode);
	return d;
}

struct dentry *dentry_new_anon(const char *name, struct inode *inode)
{
	struct dentry *d = dentry_alloc(DENTRY_ANON, inode->sb, name, strlen(name));

	if (!d) {
		inode_put(inode);
		return NULL;
	}
	atomic_init(&d->inode, inode);
	return d;
}

struct dentry *dentry_new_unnamed(struct dentry *parent, struct inode *inode)
{
	char name[24];
	int len = snprintf(name, sizeof(name), "#%llu", (unsigned long long)inode->ino);
	struct dentry *d = dentry_alloc(DENTRY_NAME, inode->sb, name, (size_t)len);

	if (!d) {
		inode_put(inode);
		return NULL;
	}
	atomic_init(&d->inode, inode);
	d->parent = dentry_get(parent);
	return d;
}

struct dentry *dentry_get(struct dentry *d)
{
	uint32_t old = atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);

	check(old != 0);
	return d;
}

void dentry_deleted(struct dentry *d)
{
	/* Nobody finds it by name: a single holder is the caller. */
	if (atomic_load(&d->refs) == 1)
		inotify_deleted(dentry_inode(d));
	else
		d->deleted = true;
}

void dentry_put(struct dentry *d)
{
	struct list dead;
	uint32_t n;

	if (!d)
		return;
	n = atomic_load_explicit(&d->refs, memory_order_relaxed);
	while (n > 1) {
		if (atomic_compare_exchange_weak_explicit(&d->refs, &n, n - 1, memory_order_acq_rel,
							  memory_order_relaxed))
			return;
	}
	list_init(&dead);
	lock_acquire(&dcache_lock);
	put_locked(d, &dead);
	shrink_locked(&dead);
	lock_release(&dcache_lock);
	bury(&dead);
}

void dcache_drop_sb(struct superblock *sb)
{
	struct dentry *d, *tmp;
	struct list dead;
	bool found = true;

	dcache_need();
	list_init(&dead);
	lock_acquire(&dcache_lock);
	while (found) {
		found = false;
		list_for_each_entry_safe(d, tmp, &dcache.lru, lru) {
			if (d->sb != sb)
				continue;
			kill_locked(d, &dead); /* may put its parent at the end: one more round */
			found = true;
		}
	}
	lock_release(&dcache_lock);
	bury(&dead);
}

void dcache_set_limit(uint32_t n)
{
	struct list dead;

	dcache_need();
	list_init(&dead);
	lock_acquire(&dcache_lock);
	dcache.limit = n;
	shrink_locked(&dead);
	lock_release(&dcache_lock);
	bury(&dead);
}

uint32_t dcache_unused(void)
{
	dcache_need();
	GUARD(&dcache_lock);
	return dcache.unused;
}

struct dentry *superblock_root_dentry(struct superblock *sb)
{
	struct dentry *d = atomic_load(&sb->root_dentry), *none = NULL;

	if (d)
		return dentry_get(d);
	d = dentry_new_root(sb, inode_get(sb->root));
	if (!d)
		return NULL;
	if (!atomic_compare_exchange_strong(&sb->root_dentry, &none, d)) {
		dentry_put(d);
		d = none;
	}
	return dentry_get(d);
}

/* --- finding --- */

static struct dentry *find_locked(struct dentry *parent, const struct name *name)
	REQUIRES(dcache_lock)
{
	struct htab_node *node;
	uint64_t hash = key_hash(parent, name->hash);

	htab_for_each_possible(&dcache.table, node, hash) {
		struct dentry *d = htab_entry(node, struct dentry, hash);

		if (d->parent == parent && d->name_len == name->len &&
		    memcmp(d->name, name->s, name->len) == 0)
			return d;
	}
	return NULL;
}

struct dentry *dentry_find(struct dentry *parent, const struct name *name)
{
	struct dentry *d;

	GUARD(&dcache_lock);
	d = find_locked(parent, name);
	if (d)
		get_locked(d);
	return d;
}

struct dentry *dentry_parent(struct dentry *d)
{
	struct dentry *parent;

	GUARD(&dcache_lock);
	parent = d->parent;
	get_locked(parent);
	return parent;
}

bool dentry_is_below(struct dentry *d, struct dentry *top)
{
	GUARD(&dcache_lock);
	while (d != top && d->parent != d)
		d = d->parent;
	return d == top;
}

/*
 * A new hashed dentry, or the one that is there already. Takes over inode (may be NULL). gen: do
 * nothing if the names of the filesystem changed since; UINT64_MAX: they cannot have.
 */
static int dentry_add(struct dentry *parent, const struct name *name, struct inode *inode,
		      uint64_t gen, struct dentry **ret)
{
	struct dentry *d = dentry_alloc(DENTRY_NAME, parent->sb, name->s, name->len), *there;

	if (!d) {
		inode_put(inode);
		return -ENOMEM;
	}
	atomic_init(&d->inode, inode);
	lock_acquire(&dcache_lock);
	there = find_locked(parent, name);
	if (!there && (gen == UINT64_MAX || gen == parent->sb->names_gen)) {
		get_locked(parent);
		d->parent = parent;
		hash_locked(d, key_hash(parent, name->hash));
		there = TAKE(d);
	} else if (there) {
		get_locked(there);
	}
	lock_release(&dcache_lock);
	if (d) {
		inode_put(inode);
		dentry_free(d);
	}
	if (!there)
		return -EAGAIN;
	*ret = there;
	return 0;
}

void dentry_add_found(struct dentry *parent, const struct name *name, struct inode *inode,
		      uint64_t gen)
{
	struct dentry *d;

	if (dentry_add(parent, name, inode, gen, &d) == 0)
		dentry_put(d);
}

/* 1: yes, 0: no, -errno. */
static int still_holds(struct ctx *ctx, struct inode *dir, const struct name *name,
		       struct dentry *d)
{
	struct inode *inode = dentry_inode(d);

	if (!inode)
		return !d->sb->revalidate && !d->sb->no_negative;
	if (!d->sb->revalidate || d->mounted || !dir->ops->revalidate)
		return 1;
	return dir->ops->revalidate(ctx, dir, name, inode);
}

static int check_lookup(struct dentry *parent, const struct name *name, struct inode **ret_dir)
{
	struct inode *dir = dentry_inode(parent);

	if (!dir || !LX_S_ISDIR(inode_type(dir)) || !dir->ops->lookup)
		return -ENOTDIR;
	if (name->len > LX_NAME_MAX)
		return -ENAMETOOLONG;
	*ret_dir = dir;
	return 0;
}

int dentry_lookup_cached(struct ctx *ctx, struct dentry *parent, const struct name *name,
			 struct dentry **ret)
{
	struct inode *dir;
	int r = check_lookup(parent, name, &dir);

	if (r < 0)
		return r;
	AUTO(dentry_put) struct dentry *d = dentry_find(parent, name);
	r = d ? still_holds(ctx, dir, name, d) : 0;
	if (r > 0)
		*ret = TAKE(d);
	return r;
}

int dentry_lookup_locked(struct ctx *ctx, struct dentry *parent, const struct name *name,
			 struct dentry **ret)
{
	struct inode *dir, *inode = NULL;
	int r = dentry_lookup_cached(ctx, parent, name, ret);

	if (r != 0)
		return r < 0 ? r : 0;
	dir = dentry_inode(parent);
	LOCK_ASSERT_HELD(&dir->dir_lock);
	if (parent->removed)
		return -ENOENT;
	AUTO(dentry_put) struct dentry *stale = dentry_find(parent, name);
	if (stale)
		dentry_unhash(stale);
	r = dir->ops->lookup(ctx, dir, name, &inode);
	if (r < 0 && r != -ENOENT)
		return r;
	return dentry_add(parent, name, r == 0 ? inode : NULL, UINT64_MAX, ret);
}

int dentry_lookup(struct ctx *ctx, struct dentry *parent, const struct name *name,
		  struct dentry **ret)
{
	int r = dentry_lookup_cached(ctx, parent, name, ret);

	if (r != 0)
		return r < 0 ? r : 0;
	GUARD(&dentry_inode(parent)->dir_lock);
	return dentry_lookup_locked(ctx, parent, name, ret);
}

/* --- changing --- */

void dentry_instantiate(struct dentry *d, struct inode *inode)
{
	GUARD(&dcache_lock);
	check(!dentry_inode(d));
	atomic_store_explicit(&d->inode, inode, memory_order_release);
	d->sb->names_gen++;
}

void dentry_unhash(struct dentry *d)
{
	GUARD(&dcache_lock);
	unhash_locked(d);
}

static void swap_names(struct dentry *a, struct dentry *b) REQUIRES(dcache_lock)
{
	char tmp[DENTRY_INLINE_NAME];
	char *an = a->name == a->inline_name ? NULL : a->name;
	char *bn = b->name == b->inline_name ? NULL : b->name;
	uint32_t len = a->name_len;

	memcpy(tmp, a->inline_name, sizeof(tmp));
	memcpy(a->inline_name, b->inline_name, sizeof(tmp));
	memcpy(b->inline_name, tmp, sizeof(tmp));
	a->name = bn ? bn : a->inline_name;
	b->name = an ? an : b->inline_name;
	a->name_len = b->name_len;
	b->name_len = len;
}

static void rehash_locked(struct dentry *d) REQUIRES(dcache_lock)
{
	hash_locked(d, key_hash(d->parent, hash_bytes(dcache.seed, d->name, d->name_len)));
}

/* Give d a copy of target's name; spare: memory for it if it is long. */
static char *copy_name(struct dentry *d, const struct dentry *target, char *spare)
	REQUIRES(dcache_lock)
{
	char *old = d->name == d->inline_name ? NULL : d->name;

	d->name = target->name_len >= DENTRY_INLINE_NAME ? spare : d->inline_name;
	memcpy(d->name, target->name, target->name_len + 1);
	d->name_len = target->name_len;
	return old;
}

/* An overwritten file keeps its name for /proc/self/fd, as "name (deleted)". Without memory for a
 * second copy it swaps. */
void dentry_move(struct dentry *d, struct dentry *target)
{
	bool is_long = target->name_len >= DENTRY_INLINE_NAME;
	char *spare = is_long ? arena_alloc(target->name_len + 1) : NULL, *old_name = NULL;
	struct dentry *old_parent;
	struct list dead;

	list_init(&dead);
	lock_acquire(&dcache_lock);
	unhash_locked(target);
	unhash_locked(d);
	old_parent = d->parent;
	d->parent = target->parent;
	get_locked(d->parent);
	if (is_long && !spare)
		swap_names(d, target);
	else
		old_name = copy_name(d, target, spare);
	rehash_locked(d);
	put_locked(old_parent, &dead);
	lock_release(&dcache_lock);
	arena_free(old_name);
	bury(&dead);
}

void dentry_exchange(struct dentry *a, struct dentry *b)
{
	struct dentry *parent;

	GUARD(&dcache_lock);
	unhash_locked(a);
	unhash_locked(b);
	parent = a->parent;
	a->parent = b->parent;
	b->parent = parent;
	swap_names(a, b);
	rehash_locked(a);
	rehash_locked(b);
}
