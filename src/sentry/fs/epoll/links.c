/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who watches whom. The items of a file form a ring, to which file->epoll_links points; an epoll
 * lists those of its items whose file is an epoll as well. One lock guards all of it, so that the
 * graph of epolls is searched as it stands.
 *
 * Epolls watching epolls form a graph without rings, at most LX_EP_MAX_NESTS steps deep: what wakes
 * and what polls recurses along it.
 */
#include <errno.h>

#include "sentry/core/lock_ranks.h"
#include "sentry/fs/epoll/epoll_priv.h"

static struct lock links_lock = LOCK_INIT(RANK_LEAF, "epoll links");
static uint64_t search GUARDED_BY(links_lock); /* the mark of the search under way */

/* Any item of the file; NULL: nobody watches it. */
static struct item *any_item(struct file *f)
{
	return atomic_load(&f->epoll_links);
}

#define LEADS_BACK UINT32_MAX

/* The longest way down from ep, in steps; each epoll is looked at once per search. LEADS_BACK: one
 * of the ways goes to `avoid`. */
static unsigned height(struct epoll *ep, const struct epoll *avoid) REQUIRES(links_lock);
static unsigned height(struct epoll *ep, const struct epoll *avoid)
{
	struct item *it;
	unsigned most = 0;

	if (ep == avoid)
		return LEADS_BACK;
	if (ep->mark == search)
		return ep->height;
	list_for_each_entry(it, &ep->nested, nested_link) {
		unsigned below = height(epoll_of(it->file), avoid);

		most = MAX(most, below == LEADS_BACK ? LEADS_BACK : below + 1);
	}
	ep->mark = search;
	ep->height = most;
	return most;
}

/* The longest way up from ep: the epolls that watch it, those that watch them ... */
static unsigned depth(struct epoll *ep) REQUIRES(links_lock);
static unsigned depth(struct epoll *ep)
{
	struct item *first = any_item(ep->file), *it = first;
	unsigned most = 0;

	if (ep->mark == search)
		return ep->height;
	while (it) {
		most = MAX(most, depth(it->ep) + 1);
		it = list_entry(it->ring.next, struct item, ring);
		if (it == first)
			break;
	}
	ep->mark = search;
	ep->height = most;
	return most;
}

static int check_nesting(struct epoll *ep, struct epoll *watched) REQUIRES(links_lock);
static int check_nesting(struct epoll *ep, struct epoll *watched)
{
	unsigned down, up;

	search++;
	down = height(watched, ep);
	if (down == LEADS_BACK)
		return -ELOOP;
	search++;
	up = depth(ep);
	return up + 1 + down > LX_EP_MAX_NESTS ? -ELOOP : 0;
}

int links_add(struct item *it)
{
	struct item *first;
	int r;

	GUARD(&links_lock);
	if (epoll_is(it->file)) {
		r = check_nesting(it->ep, epoll_of(it->file));
		if (r < 0)
			return r;
		list_add_tail(&it->ep->nested, &it->nested_link);
	}
	first = any_item(it->file);
	if (first)
		list_add_tail(&first->ring, &it->ring);
	else
		atomic_store(&it->file->epoll_links, it);
	return 0;
}

/* The file may be freed as soon as its epoll_links is NULL, so that is the last that is done to it.
 */
void links_remove(struct item *it)
{
	struct item *next;

	GUARD(&links_lock);
	list_del(&it->nested_link);
	next = list_entry(it->ring.next, struct item, ring);
	list_del(&it->ring);
	if (any_item(it->file) == it)
		atomic_store(&it->file->epoll_links, next == it ? NULL : next);
}

struct item *links_first(struct file *f)
{
	struct item *it;

	GUARD(&links_lock);
	it = any_item(f);
	if (it)
		ref_get(&it->ref);
	return it;
}
