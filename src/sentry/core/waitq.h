/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait queues: who wants to hear when something becomes ready. The one way to be told; ctx_block is
 * the one way to sleep.
 *
 *	struct waiter w;
 *	waiter_init(&w, ctx, LX_POLLIN);
 *	waitq_add(&pipe->readers, &w);
 *	for (;;) {
 *		r = try();                       takes and drops the object's own lock
 *		if (r != -EAGAIN)
 *			break;
 *		r = ctx_block(ctx, deadline);    0: look again
 *		if (r < 0)
 *			break;
 *	}
 *	waitq_del(&w);
 *
 * No wake-up is lost: the waiter is queued before the first try, and a wake sets the sleeper's word
 * before it wakes. A callback waiter (epoll) has its function called under the queue's lock; it may
 * not block nor touch this queue.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/lock.h"

struct ctx;
struct waiter;

typedef void (*waiter_fn)(struct waiter *w, uint32_t events);

struct waitq {
	struct lock lock;
	struct list waiters;   /* [lock] struct waiter.link */
	_Atomic uint32_t left; /* waiters that left while closing; waitq_fini sleeps on it */
	bool closing;          /* [lock] waitq_fini has begun */
};

/*
 * With LX_POLLHUP: the queue is going away and the waiter is not in it any more. Linux's POLLFREE.
 */
#define WAITQ_GONE 0x4000u

struct waiter {
	struct list link;    /* [queue->lock] */
	struct waitq *queue; /* NULL: not queued; of use to waitq.c only */
	_Atomic uint32_t state;
	uint32_t events; /* LX_POLL bits it wants; POLLERR and POLLHUP always pass */
	bool exclusive;  /* waitq_wake_one stops after one of these */
	bool passed_on; /* [queue->lock] said by fn of an exclusive one: no use here, ask the next */
	struct ctx *ctx; /* woken, if fn is NULL */
	waiter_fn fn;
	void *arg;
};

void waitq_init(struct waitq *q);
/*
 * Waiters that are still there are cut off: each is told LX_POLLHUP | WAITQ_GONE and is not queued
 * any more. A waitq_del on another thread at the same time is safe. The caller sees to it that
 * nobody adds or wakes from now on.
 */
void waitq_fini(struct waitq *q);

void waiter_init(struct waiter *w, struct ctx *ctx, uint32_t events);
void waiter_init_fn(struct waiter *w, waiter_fn fn, void *arg, uint32_t events);

void waitq_add(struct waitq *q, struct waiter *w);
/* No effect if not queued. After return the callback does not run and will not. */
void waitq_del(struct waiter *w);

/* Tell everyone who wants any of `events` (LX_POLL bits). Callable under any lock above WAITQ. */
void waitq_wake(struct waitq *q, uint32_t events);
/* As waitq_wake, but of the exclusive waiters only the first. */
void waitq_wake_one(struct waitq *q, uint32_t events);
/*
 * As waitq_wake, from inside a waiter's callback, that is under another queue's lock: depth is 1
 * for the queue of an epoll that watches plain files, 2 for the queue of an epoll that watches that
 * one, and so on.
 */
void waitq_wake_nested(struct waitq *q, uint32_t events, int depth);
/* As waitq_wake_one, there. True: somebody was told. */
bool waitq_wake_one_nested(struct waitq *q, uint32_t events, int depth);
bool waitq_is_empty(struct waitq *q);
