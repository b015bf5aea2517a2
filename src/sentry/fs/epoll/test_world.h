/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of epoll: an epoll, eventfds as what it watches, and short names for calls. */
#pragma once

#include "sentry/fs/epoll/epoll.h"
#include "sentry/fs/eventfd/eventfd.h"
#include "sentry/fs/test_ctx.h"

struct world {
	struct test_ctx t;
	struct file *ep;
};

static inline UNUSED struct file *new_epoll(void)
{
	struct file *f;

	EXPECT_EQ(epoll_new(0, &f), 0);
	return f;
}

/* Readable while its count is not 0; writable always. */
static inline UNUSED struct file *new_event(void)
{
	struct file *f;

	EXPECT_EQ(eventfd_new(0, LX_O_NONBLOCK, &f), 0);
	return f;
}

static inline UNUSED void world_init(struct world *w)
{
	test_ctx_init(&w->t);
	w->ep = new_epoll();
}

static inline UNUSED void world_fini(struct world *w)
{
	file_put(w->ep);
	test_ctx_fini(&w->t);
}

/* data is the fd. */
static inline UNUSED int control(struct test_ctx *t, struct file *ep, int op, struct file *f,
				 int fd, uint32_t events)
{
	struct lx_epoll_event ev = {.events = events, .data = (uint64_t)fd};

	return epoll_control(&t->ctx, ep, op, f, fd, &ev);
}

static inline UNUSED int add(struct world *w, struct file *f, int fd, uint32_t events)
{
	return control(&w->t, w->ep, LX_EPOLL_CTL_ADD, f, fd, events);
}

static inline UNUSED int modify(struct world *w, struct file *f, int fd, uint32_t events)
{
	return control(&w->t, w->ep, LX_EPOLL_CTL_MOD, f, fd, events);
}

static inline UNUSED int del(struct world *w, struct file *f, int fd)
{
	return control(&w->t, w->ep, LX_EPOLL_CTL_DEL, f, fd, 0);
}

static inline UNUSED long collect_from(struct test_ctx *t, struct file *ep,
				       struct lx_epoll_event *evs, size_t n, int64_t deadline_ns)
{
	struct uio u;

	uio_kernel(&u, evs, n * sizeof(*evs));
	return epoll_collect(&t->ctx, ep, &u, n, deadline_ns);
}

static inline UNUSED long collect_now(struct world *w, struct lx_epoll_event *evs, size_t n)
{
	return collect_from(&w->t, w->ep, evs, n, EPOLL_NOW);
}

static inline UNUSED bool signal_event(struct test_ctx *t, struct file *f)
{
	const uint64_t one = 1;

	return test_write(t, f, &one, sizeof(one)) == sizeof(one);
}

/* What was there; 0: nothing. */
static inline UNUSED uint64_t drain_event(struct test_ctx *t, struct file *f)
{
	uint64_t n = 0;

	return test_read(t, f, &n, sizeof(n)) == sizeof(n) ? n : 0;
}
