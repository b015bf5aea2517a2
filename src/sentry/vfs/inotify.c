/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks of inodes and the telling of events. A marked inode cannot die: each mark holds it. The
 * list of marks is made on first use and goes with the inode.
 */
#include "sentry/vfs/inotify.h"

#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/path.h"

struct inotify_marks {
	struct lock lock;
	struct list marks; /* [lock] struct inotify_mark.link */
};

static SLAB_DEFINE(marks_slab, struct inotify_marks);
static _Atomic uint64_t nmarks; /* in the whole sandbox */

static void marks_free(struct inotify_marks *ms)
{
	if (!ms)
		return;
	lock_fini(&ms->lock);
	slab_free(&marks_slab, ms);
}

static struct inotify_marks *marks_need(struct inode *inode)
{
	struct inotify_marks *ms = atomic_load(&inode->marks), *none = NULL;

	if (ms)
		return ms;
	ms = slab_alloc(&marks_slab);
	if (!ms)
		return NULL;
	lock_init(&ms->lock, RANK_INOTIFY, "inotify marks");
	list_init(&ms->marks);
	if (atomic_compare_exchange_strong(&inode->marks, &none, ms))
		return ms;
	marks_free(ms);
	return none;
}

int inotify_mark_add(struct inotify_mark *m, struct inode *inode)
{
	struct inotify_marks *ms = marks_need(inode);

	if (!ms)
		return -ENOMEM;
	m->inode = inode_get(inode);
	nmarks++;
	GUARD(&ms->lock);
	list_add_tail(&ms->marks, &m->link);
	return 0;
}

bool inotify_mark_detach(struct inotify_mark *m)
{
	struct inotify_marks *ms = atomic_load(&m->inode->marks);

	GUARD(&ms->lock);
	if (list_empty(&m->link))
		return false;
	list_del(&m->link);
	nmarks--;
	return true;
}

void inotify_mark_del(struct inotify_mark *m)
{
	check(inotify_mark_detach(m));
	inode_put(TAKE(m->inode));
}

void inotify_mark_set_mask(struct inotify_mark *m, uint32_t mask)
{
	struct inotify_marks *ms = atomic_load(&m->inode->marks);

	GUARD(&ms->lock);
	m->mask = mask;
}

struct inotify_mark *inotify_mark_find(struct inode *inode,
				       bool (*fn)(struct inotify_mark *m, void *arg), void *arg)
{
	struct inotify_marks *ms = atomic_load(&inode->marks);
	struct inotify_mark *m;

	if (!ms)
		return NULL;
	GUARD(&ms->lock);
	list_for_each_entry(m, &ms->marks, link) {
		if (fn(m, arg))
			return m;
	}
	return NULL;
}

void inotify_marks_drop(struct inode *inode)
{
	struct inotify_marks *ms = atomic_load(&inode->marks);

	if (!ms)
		return;
	check(list_empty(&ms->marks));
	marks_free(ms);
	inode->marks = NULL;
}

uint32_t inotify_cookie(void)
{
	static _Atomic uint32_t last;
	uint32_t n;

	do {
		n = ++last;
	} while (n == 0);
	return n;
}

/* Off the list; those taken off are chained, for end_all. */
static void take_off(struct inotify_mark *m, struct inotify_mark **over)
{
	list_del(&m->link);
	nmarks--;
	m->next_over = *over;
	*over = m;
}

static void end_all(struct inotify_mark *over)
{
	while (over) {
		struct inotify_mark *m = over;

		over = m->next_over;
		m->ended(m);
	}
}

static void tell(struct inode *inode, uint32_t mask, uint32_t cookie, const char *name, size_t len)
{
	struct inotify_marks *ms = atomic_load(&inode->marks);
	struct inotify_mark *m, *tmp, *over = NULL;

	if (!ms)
		return;
	lock_acquire(&ms->lock);
	list_for_each_entry_safe(m, tmp, &ms->marks, link) {
		if (m->mask & mask & LX_IN_ALL_EVENTS)
			m->event(m, mask, cookie, name, len);
		if (m->over && m->ended)
			take_off(m, &over);
	}
	lock_release(&ms->lock);
	end_all(over);
}

static uint32_t dir_bit(struct inode *i)
{
	return i && inode_type(i) == LX_S_IFDIR ? LX_IN_ISDIR : 0;
}

void inotify_self(struct inode *inode, uint32_t mask)
{
	if (nmarks)
		tell(inode, mask | dir_bit(inode), 0, NULL, 0);
}

void inotify_deleted(struct inode *inode)
{
	struct inotify_marks *ms = atomic_load(&inode->marks);
	struct inotify_mark *m, *tmp, *over = NULL;

	if (!ms)
		return;
	tell(inode, LX_IN_DELETE_SELF | dir_bit(inode), 0, NULL, 0);
	lock_acquire(&ms->lock);
	list_for_each_entry_safe(m, tmp, &ms->marks, link) {
		if (m->ended)
			take_off(m, &over);
	}
	lock_release(&ms->lock);
	end_all(over);
}

void inotify_entry(struct inode *dir, const struct name *name, struct inode *what, uint32_t mask,
		   uint32_t cookie)
{
	if (nmarks)
		tell(dir, mask | dir_bit(what), cookie, name->s, name->len);
}

/* The directory that holds d, if it is watched, and what it calls d. Caller owns; NULL: nobody
 * watches. */
static struct inode *watched_parent(struct dentry *d, char name[LX_NAME_MAX + 1], size_t *ret_len,
				    uint32_t *ret_unlinked)
{
	struct inode *dir;

	GUARD(&dcache_lock);
	if (d->kind != DENTRY_NAME || d->name_len > LX_NAME_MAX)
		return NULL;
	dir = dentry_inode(d->parent);
	if (!dir || !atomic_load(&dir->marks))
		return NULL;
	memcpy(name, d->name, d->name_len + 1);
	*ret_len = d->name_len;
	*ret_unlinked = d->hashed ? 0 : INOTIFY_UNLINKED;
	return inode_get(dir);
}

void inotify_path(const struct path *p, uint32_t mask)
{
	char name[LX_NAME_MAX + 1];
	uint32_t unlinked;
	struct inode *inode;
	size_t len;

	if (!nmarks || !p->dentry)
		return;
	inode = path_inode(p);
	if (!inode)
		return;
	AUTO(inode_put) struct inode *dir = watched_parent(p->dentry, name, &len, &unlinked);
	if (dir)
		tell(dir, mask | dir_bit(inode) | unlinked, 0, name, len);
	tell(inode, mask | dir_bit(inode), 0, NULL, 0);
}
