/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readiness of host streams, as wake-ups of wait queues. One thread sleeps in epoll,
 * edge-triggered: it runs when something outside has changed and at no other time.
 *
 * Invariant: a hostfd is in the table (by token) exactly while it is watched, and its queue is
 * woken only under the lock, by a look-up of the token. An event that was fetched before
 * hostfd_unwatch, and is looked at after it, finds nothing; tokens are never used twice.
 */
#include <errno.h>
#include <sys/epoll.h>

#include "abi/poll.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/lock.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/thread.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd_priv.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/core/waitq.h"

#define STOP_TOKEN 0
#define BATCH      32
#define WATCHED    (EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET)

/* Key: [l] lock; [s] set while no thread runs */
static struct {
	struct lock lock;
	bool running;        /* [l] the thread */
	bool ready;          /* [l] epfd and table are there */
	int epfd, stop_fd;   /* [s] */
	uint64_t last_token; /* [l] */
	struct htab watched; /* [l] struct hostfd.watch */
	struct host_thread thread;
} notifier = {.lock = LOCK_INIT(RANK_NOTIFIER, "notifier")};

static void table_free(void *p, size_t size UNUSED)
{
	arena_free(p);
}

static const struct htab_alloc table_alloc = {
	.zalloc = arena_alloc,
	.free = table_free,
};

REQUIRES(notifier.lock)
static struct hostfd *find(uint64_t token)
{
	struct htab_node *node;
	uint64_t hash = hash_u64(0, token);

	htab_for_each_possible(&notifier.watched, node, hash) {
		struct hostfd *h = htab_entry(node, struct hostfd, watch);

		if (h->token == token)
			return h;
	}
	return NULL;
}

/* epoll's bits are poll's; waiters may ask for the long names of the same. */
static uint32_t poll_bits(uint32_t events)
{
	if (events & LX_POLLIN)
		events |= LX_POLLRDNORM;
	if (events & LX_POLLOUT)
		events |= LX_POLLWRNORM;
	return events;
}

static void deliver(const struct epoll_event *ev)
{
	struct hostfd *h;

	GUARD(&notifier.lock);
	h = find(ev->data.u64);
	if (h)
		waitq_wake(h->watcher, poll_bits(ev->events));
}

static void notifier_thread(void *arg UNUSED)
{
	struct epoll_event events[BATCH];
	bool stop = false;

	while (!stop) {
		int n = host_epoll_wait(notifier.epfd, events, BATCH);

		check(n >= 0);
		for (int i = 0; i < n; i++) {
			if (events[i].data.u64 == STOP_TOKEN)
				stop = true;
			else
				deliver(&events[i]);
		}
	}
	host_eventfd_drain(notifier.stop_fd);
}

REQUIRES(notifier.lock)
static int prepare(void)
{
	AUTO(host_close_fd) int epfd = -1;
	AUTO(host_close_fd) int stop_fd = -1;
	int r;

	if (notifier.ready)
		return 0;
	epfd = host_epoll_new();
	if (epfd < 0)
		return epfd;
	stop_fd = host_eventfd();
	if (stop_fd < 0)
		return stop_fd;
	r = host_epoll_add(epfd, stop_fd, EPOLLIN, STOP_TOKEN);
	if (r < 0)
		return r;
	htab_init(&notifier.watched, &table_alloc);
	notifier.epfd = host_take_fd(&epfd);
	notifier.stop_fd = host_take_fd(&stop_fd);
	notifier.ready = true;
	return 0;
}

REQUIRES(notifier.lock)
static int start_locked(void)
{
	int r = prepare();

	if (r < 0 || notifier.running)
		return r;
	r = host_thread_start(&notifier.thread, "notifier", notifier_thread, NULL);
	if (r < 0)
		return r;
	notifier.running = true;
	return 0;
}

int notifier_start_thread(void)
{
	GUARD(&notifier.lock);
	return start_locked();
}

void notifier_stop_thread(void)
{
	bool running;

	lock_acquire(&notifier.lock);
	running = notifier.running;
	lock_release(&notifier.lock);
	if (!running)
		return;
	host_eventfd_signal(notifier.stop_fd);
	host_thread_join(&notifier.thread);
	lock_acquire(&notifier.lock);
	notifier.running = false;
	if (notifier.watched.count == 0) {
		htab_fini(&notifier.watched);
		host_close(notifier.epfd);
		host_close(notifier.stop_fd);
		notifier.ready = false;
	}
	lock_release(&notifier.lock);
}

int hostfd_watch(struct hostfd *h, struct waitq *q)
{
	int r;

	GUARD(&notifier.lock);
	check(!h->watcher);
	r = start_locked();
	if (r < 0)
		return r;
	h->token = ++notifier.last_token;
	r = host_epoll_add(notifier.epfd, h->fd, WATCHED, h->token);
	if (r < 0)
		return r;
	h->watcher = q;
	htab_insert(&notifier.watched, &h->watch, hash_u64(0, h->token));
	return 0;
}

void hostfd_unwatch(struct hostfd *h)
{
	GUARD(&notifier.lock);
	if (!h->watcher)
		return;
	check(host_epoll_remove(notifier.epfd, h->fd) == 0);
	htab_remove(&notifier.watched, &h->watch);
	h->watcher = NULL;
}
