/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of epoll. An `item` is one interest: (file, fd) in an epoll. It is in up to four places:
 *
 *	the epoll's tree of items      [EPOLL]        until it is killed
 *	the file's queue, by its waiter               until it is killed
 *	the ring of the file's items   [links lock]   until it is killed
 *	the ready list                 [EPOLL_READY]  while it may have something to tell
 *
 * Invariants:
 *  1. all that are alive are in the first three;
 *  2. item_kill takes it out of all four under the epoll's lock, the ring last, so a file whose
 *     ring is empty is touched by no item any more;
 *  3. an item that is alive points to a file that file_put has not freed, since file_put kills the
 *     file's items first;
 *  4. an item whose file has an event that nobody was told of is in the ready list, or in the hands
 *     of the collector, which holds the epoll's lock.
 *
 * Who is told, and why no event is lost (ready.c):
 *
 *	callback, under the file's queue lock            epoll_collect
 *	the file has an event                            its waiter is among the sleepers
 *	ready_lock: link the item            (A)         ready_lock: is the list empty?      (C)
 *	wake one sleeper                     (B)         sleep
 * (A) before (C): it is seen. (C) before (A): the sleeper was queued before (C), so (B) finds it.
 *
 *	callback                                         collector, holding the epoll's lock
 *	the file has an event                            ready_lock: unlink the item         (D)
 *	ready_lock: link it if it is not     (A)         poll the file                       (E)
 * (A) before (D): the event was before (E), which sees it. (A) after (D): it is linked once more,
 * and looked at again.
 *
 *	callback                                         LX_EPOLL_CTL_MOD
 *	the file has an event                (F)         item->events = new                  (H)
 *	read item->events                    (G)         poll the file, link if ready        (I)
 * (G) and (H) are sequentially consistent, (F) and (I) are ordered by the file's own lock: if (G)
 * reads the old events, then (F) is before (I), which sees the event.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"
#include "base/tree.h"
#include "sentry/core/waitq.h"
#include "sentry/fs/epoll/epoll.h"
#include "sentry/vfs/file.h"

/* Key: [I]; [a]; [e] lock; [r] ready_lock; [k] the links lock, links.c */
struct epoll {
	struct ref ref;         /* the file's, and one of each item */
	struct file *file;      /* [I] valid while an item is linked to it or an operation runs */
	struct lock lock;       /* RANK_EPOLL */
	struct tree items;      /* [e] struct item.node */
	struct lock ready_lock; /* RANK_EPOLL_READY */
	struct list ready;      /* [r] struct item.ready_link, oldest first */
	struct waitq sleepers;  /* epoll_collect; exclusive */
	struct waitq watchers;  /* who polls the epoll itself */
	struct list nested;     /* [k] struct item.nested_link: items whose file is an epoll */
	uint64_t mark;          /* [k] the search that has been here, links.c */
	unsigned height;        /* [k] what it found */
};

struct item {
	struct ref ref;          /* being alive, and who looks */
	struct epoll *ep;        /* [I] a reference */
	struct file *file;       /* [I] borrowed, see (3) */
	int fd;                  /* [I] */
	struct tree_node node;   /* [e] */
	bool dead;               /* [e] */
	_Atomic uint32_t events; /* [a] written under [e]: LX_EPOLL bits, the options too */
	uint64_t data;           /* [e] */
	struct waiter waiter;
	struct list ready_link;  /* [r] */
	struct list ring;        /* [k] the file's items; file->epoll_links points to one of them */
	struct list nested_link; /* [k] */
};

/* What is no event but says how to tell. */
#define EPOLL_OPTIONS (LX_EPOLLWAKEUP | LX_EPOLLONESHOT | LX_EPOLLET | LX_EPOLLEXCLUSIVE)

extern const struct file_ops epoll_ops;

static inline struct epoll *epoll_of(struct file *f)
{
	return f->priv;
}

void epoll_put(struct epoll *ep);

/* item.c */
struct item *item_find(struct epoll *ep, struct file *f, int fd) REQUIRES(ep->lock);
/* Make it, put it everywhere but the ready list. -ELOOP, -ENOMEM. */
MUST_CHECK int item_new(struct epoll *ep, struct ctx *ctx, struct file *f, int fd,
			const struct lx_epoll_event *ev) REQUIRES(ep->lock);
/* Take it out of everything and drop the reference for being alive. The epoll's lock is held. */
void item_kill(struct item *it);
void item_put(struct item *it);
/* What the item's file has to tell now. */
uint32_t item_poll(struct item *it, struct ctx *ctx);

/* links.c: which item watches which file */
/* -ELOOP: a ring of epolls, or too deep. */
MUST_CHECK int links_add(struct item *it);
void links_remove(struct item *it);
/* One item of f, with a reference; NULL: none is left. */
struct item *links_first(struct file *f);

/* ready.c */
void ready_callback(struct waiter *w, uint32_t events);
/* Put an item that has something to tell into the list and tell it. Not from a callback. */
void ready_add(struct item *it);
void ready_remove(struct item *it);
/* Has the epoll something to tell? As seen by ctx, which may be NULL. Takes the epoll's lock. */
bool ready_any(struct epoll *ep, struct ctx *ctx);
