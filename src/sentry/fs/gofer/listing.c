/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings: the entries of a directory with their attributes, as the Gofer gives them in few round
 * trips. One is filled by the open directory that began it. When it is complete and the directory
 * was not changed meanwhile, it is kept on the inode, where it answers further listings and
 * look-ups for as long as the cache policy says; from then on it does not change any more.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/fs/gofer/gofer_priv.h"

static SLAB_DEFINE(listing_slab, struct gofer_listing);

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

/* --- life --- */

void gofer_listing_put(struct gofer_listing *l)
{
	if (!l || !ref_put(&l->ref))
		return;
	htab_fini(&l->by_name);
	for (size_t i = 0; i < l->n; i++)
		arena_free(l->entries[i]);
	arena_free(l->entries);
	slab_free(&listing_slab, l);
}

/* Off the list of kept ones, if it is on it. */
static void unlist_locked(struct gofer_fs *fs, struct gofer_listing *l) REQUIRES(fs->lock)
{
	if (list_empty(&l->link))
		return;
	list_del(&l->link);
	fs->nlisted -= l->n;
}

static void unlist(struct gofer_fs *fs, struct gofer_listing *l)
{
	GUARD(&fs->lock);
	unlist_locked(fs, l);
}

void gofer_listing_drop_dying(struct gofer_inode *dir)
{
	struct gofer_listing *l = TAKE(dir->listing);

	if (!l)
		return;
	unlist(gofer_fs_of(&dir->inode), l);
	gofer_listing_put(l);
}

void gofer_listing_drop(struct gofer_inode *dir)
{
	struct gofer_listing *l;

	lock_acquire(&dir->inode.lock);
	l = TAKE(dir->listing);
	if (l)
		unlist(gofer_fs_of(&dir->inode), l);
	lock_release(&dir->inode.lock);
	gofer_listing_put(l);
}

/* --- kept ones --- */

static bool still_holds(struct gofer_fs *fs, const struct gofer_inode *dir,
			const struct gofer_listing *l)
{
	if (dir->changed_at > l->fs_changes)
		return false;
	if (fs->writable && gofer_now(fs) != l->fs_changes)
		return false; /* attributes of its entries may have changed */
	return fs->cache == GOFER_EXCLUSIVE ||
	       clock_monotonic_ns() < l->begun_ns + GOFER_LISTING_NS;
}

struct gofer_listing *gofer_listing_of(struct gofer_inode *dir)
{
	struct gofer_fs *fs = gofer_fs_of(&dir->inode);

	GUARD(&dir->inode.lock);
	if (!dir->listing || !still_holds(fs, dir, dir->listing))
		return NULL;
	ref_get(&dir->listing->ref);
	return dir->listing;
}

/* The oldest while there are too many entries: a reference to it, and to its owner. */
static struct gofer_listing *take_oldest(struct gofer_fs *fs, struct gofer_inode **ret_owner)
{
	struct gofer_listing *l;

	GUARD(&fs->lock);
	if (fs->nlisted <= GOFER_LISTED_MAX)
		return NULL;
	l = list_first_entry(&fs->listings, struct gofer_listing, link);
	unlist_locked(fs, l);
	ref_get(&l->ref);
	*ret_owner = ref_get_unless_zero(&l->owner->inode.ref) ? l->owner : NULL;
	return l;
}

static void shrink(struct gofer_fs *fs)
{
	struct gofer_inode *owner;
	struct gofer_listing *l;

	while ((l = take_oldest(fs, &owner))) {
		bool dropped = false;

		if (owner) {
			lock_acquire(&owner->inode.lock);
			dropped = owner->listing == l;
			if (dropped)
				owner->listing = NULL;
			lock_release(&owner->inode.lock);
			gofer_inode_put(owner);
		}
		if (dropped)
			gofer_listing_put(l);
		gofer_listing_put(l);
	}
}

/* Keep a complete one on dir, unless it is too long or dir was changed since it was begun. */
static void keep(struct gofer_inode *dir, struct gofer_listing *l)
{
	struct gofer_fs *fs = gofer_fs_of(&dir->inode);
	struct gofer_listing *old = NULL;

	if (l->n > GOFER_LISTED_MAX / 2)
		return;
	lock_acquire(&dir->inode.lock);
	if (still_holds(fs, dir, l)) {
		old = dir->listing;
		ref_get(&l->ref);
		dir->listing = l;
		lock_acquire(&fs->lock);
		if (old)
			unlist_locked(fs, old);
		l->owner = dir;
		list_add_tail(&fs->listings, &l->link);
		fs->nlisted += l->n;
		lock_release(&fs->lock);
	}
	lock_release(&dir->inode.lock);
	gofer_listing_put(old);
	shrink(fs);
}

/* --- filling --- */

static int add_entry(struct gofer_listing *l, const struct p9_entry *from)
{
	struct gofer_entry *e;

	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		struct gofer_entry **p =
			arena_realloc(l->entries, cap * sizeof(struct gofer_entry *));

		if (!p)
			return -ENOMEM;
		l->entries = p;
		l->cap = cap;
	}
	e = arena_alloc(sizeof(*e) + from->name.n + 1);
	if (!e)
		return -ENOMEM;
	e->attr = from->attr;
	e->has_attr = from->has_attr;
	e->ino = from->ino;
	e->type = from->type;
	e->len = (uint16_t)from->name.n;
	memcpy(e->name, from->name.s, from->name.n);
	l->entries[l->n++] = e;
	l->next = from->next;
	return 0;
}

static int add_entries(struct gofer_listing *l, const struct p9_msg *m)
{
	struct p9_entry e = {0};
	struct wire_in in;
	size_t before = l->n;
	int r;

	wire_in_init(&in, m->blob.s, m->blob.n);
	while ((r = p9_entry_get(&in, &e)) > 0) {
		r = add_entry(l, &e);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return -EIO;
	l->complete = m->flags & P9_READDIR_END;
	return l->complete || l->n > before ? 0 : -EIO;
}

/* Ask for entries from l->next on. dir is fid, or place's name, which becomes fid. */
static int ask(struct gofer_fs *fs, struct gofer_listing *l, const struct gofer_place *place,
	       uint32_t *fid, struct host_stat *attr)
{
	struct gofer_client *c = fs->client;
	struct p9_msg m;
	int r = 0;

	p9_msg_init(&m, P9_TREADDIR, 0);
	m.offset = l->next;
	m.count = P9_MSIZE;
	m.fid = *fid;
	m.newfid = P9_NOFID;
	GUARD(&c->lock);
	if (place) {
		r = gofer_fid_take(c, &m.newfid);
		m.fid = place->fid;
		m.name = (struct p9_str){place->name, place->len};
		*fid = m.newfid;
	}
	if (r < 0)
		return r;
	r = gofer_call(c, &m, NULL);
	if (r < 0) {
		if (place)
			gofer_fid_give(c, *fid);
		*fid = P9_NOFID;
		return r;
	}
	*attr = m.attr;
	return add_entries(l, &m);
}

static int ask_by_place(struct gofer_inode *dir, struct gofer_listing *l,
			const struct gofer_place *place, struct host_stat *attr)
{
	struct gofer_fs *fs = gofer_fs_of(&dir->inode);
	uint32_t fid = P9_NOFID;
	int r = ask(fs, l, place, &fid, attr);

	if (r == -ENOENT || r == -ENOTDIR)
		return -ESTALE;
	if (r == 0 && gofer_is(fs, dir, attr)) {
		gofer_adopt_fid(dir, fid);
		return 0;
	}
	gofer_forget(fs->client, fid, FORGET_LATER);
	return r < 0 ? r : -ESTALE;
}

static int ask_by_fid(struct gofer_inode *dir, struct gofer_listing *l, struct host_stat *attr)
{
	uint32_t fid;
	int r = gofer_need_fid(dir, &fid);

	return r < 0 ? r : ask(gofer_fs_of(&dir->inode), l, NULL, &fid, attr);
}

/* The guest's numbers for entries that came just now, and the table of names once all came. */
static void settle(struct gofer_inode *dir, struct gofer_listing *l, size_t from)
{
	struct gofer_fs *fs = gofer_fs_of(&dir->inode);

	for (size_t i = from; i < l->n; i++) {
		struct gofer_entry *e = l->entries[i];

		e->ino = gofer_ino(fs, e->has_attr ? e->attr.dev : dir->id.dev, e->ino);
	}
	if (!l->complete)
		return;
	for (size_t i = 0; i < l->n; i++)
		htab_insert(&l->by_name, &l->entries[i]->by_name,
			    hash_bytes(fs->seed, l->entries[i]->name, l->entries[i]->len));
	keep(dir, l);
}

int gofer_listing_more(struct gofer_inode *dir, struct gofer_listing *l)
{
	AUTO(gofer_place_fini) struct gofer_place place = {.dir = NULL};
	struct gofer_fs *fs = gofer_fs_of(&dir->inode);
	uint64_t since = gofer_now(fs);
	size_t from = l->n;
	struct host_stat attr;
	int r;

	check(!l->complete);
	if (gofer_fid(dir) == P9_NOFID && gofer_place_of(dir, &place) == 0 && place.fid != P9_NOFID)
		r = ask_by_place(dir, l, &place, &attr);
	else
		r = ask_by_fid(dir, l, &attr);
	settle(dir, l, from);
	if (r == 0)
		gofer_set_attr(dir, &attr, gofer_attr_until(fs), since);
	return r;
}

int gofer_listing_begin(struct gofer_inode *dir, struct gofer_listing **ret)
{
	AUTO(gofer_listing_put) struct gofer_listing *l = slab_alloc(&listing_slab);
	int r;

	if (!l)
		return -ENOMEM;
	ref_init(&l->ref);
	list_init(&l->link);
	htab_init(&l->by_name, &table_alloc);
	l->begun_ns = clock_monotonic_ns();
	l->fs_changes = gofer_now(gofer_fs_of(&dir->inode));
	r = gofer_listing_more(dir, l);
	if (r < 0)
		return r;
	*ret = TAKE(l);
	return 0;
}

const struct gofer_entry *gofer_listing_find(const struct gofer_listing *l, uint64_t seed,
					     const char *name, size_t len)
{
	uint64_t hash = hash_bytes(seed, name, len);
	struct htab_node *h;

	htab_for_each_possible(&l->by_name, h, hash) {
		const struct gofer_entry *e = htab_entry(h, struct gofer_entry, by_name);

		if (e->len == len && memcmp(e->name, name, len) == 0)
			return e;
	}
	return NULL;
}
