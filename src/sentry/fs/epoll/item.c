/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an interest, and what happens when its file goes first. */
#include <errno.h>

#include "abi/poll.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/epoll/epoll_priv.h"

static SLAB_DEFINE(item_slab, struct item);

struct item_key {
	uintptr_t file;
	int fd;
};

static int compare_key(const void *key, const struct tree_node *node)
{
	const struct item_key *k = key;
	const struct item *it = container_of_const(node, struct item, node);
	uintptr_t file = (uintptr_t)it->file;

	if (k->file != file)
		return k->file < file ? -1 : 1;
	return (k->fd > it->fd) - (k->fd < it->fd);
}

static int compare(const struct tree_node *a, const struct tree_node *b)
{
	const struct item *it = container_of_const(a, struct item, node);
	const struct item_key key = {(uintptr_t)it->file, it->fd};

	return compare_key(&key, b);
}

struct item *item_find(struct epoll *ep, struct file *f, int fd)
{
	const struct item_key key = {(uintptr_t)f, fd};

	return tree_entry_or_null(tree_find(&ep->items, &key, compare_key), struct item, node);
}

static void start_waiting(struct item *it, struct ctx *ctx)
{
	struct waitq *q = file_waitq_for(ctx, it->file);
	uint32_t events = atomic_load(&it->events);

	waiter_init_fn(&it->waiter, ready_callback, it, UINT32_MAX);
	if (events & LX_EPOLLEXCLUSIVE) { /* such events never change */
		it->waiter.exclusive = true;
		it->waiter.events = file_wake_events(events & ~EPOLL_OPTIONS);
	}
	if (q)
		waitq_add(q, &it->waiter);
}

int item_new(struct epoll *ep, struct ctx *ctx, struct file *f, int fd,
	     const struct lx_epoll_event *ev)
{
	struct item *it = slab_alloc(&item_slab);
	int r;

	if (!it)
		return -ENOMEM;
	ref_init(&it->ref);
	it->ep = ep;
	it->file = f;
	it->fd = fd;
	it->data = ev->data;
	atomic_init(&it->events, ev->events);
	list_init(&it->ready_link);
	list_init(&it->ring);
	list_init(&it->nested_link);
	r = links_add(it);
	if (r < 0) {
		slab_free(&item_slab, it);
		return r;
	}
	ref_get(&ep->ref);
	check(tree_insert(&ep->items, &it->node, compare) == NULL);
	start_waiting(it, ctx);
	if (item_poll(it, ctx))
		ready_add(it);
	return 0;
}

void item_kill(struct item *it)
{
	LOCK_ASSERT_HELD(&it->ep->lock);
	check(!it->dead);
	it->dead = true;
	tree_remove(&it->ep->items, &it->node);
	waitq_del(&it->waiter);
	ready_remove(it);
	links_remove(it);
	item_put(it);
}

/* Never of the last reference to the epoll: whoever calls this with its lock held has one. */
void item_put(struct item *it)
{
	struct epoll *ep = it->ep;

	if (!ref_put(&it->ref))
		return;
	slab_free(&item_slab, it);
	epoll_put(ep);
}

uint32_t item_poll(struct item *it, struct ctx *ctx)
{
	uint32_t events = atomic_load(&it->events) & ~EPOLL_OPTIONS;

	return events == 0 ? 0 : file_poll_for(ctx, it->file) & events;
}
