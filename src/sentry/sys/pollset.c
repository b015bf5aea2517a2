/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why nothing is missed: an entry is queued before the first look at its file, and ctx_block
 * returns at once after a wake-up that came between look and sleep (ctx.c). Once something is
 * ready, the rest is only looked at.
 */
#include "sentry/sys/pollset.h"

#include <errno.h>

#include "abi/errno.h"
#include "abi/poll.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

int pollset_init(struct pollset *ps, size_t n)
{
	*ps = (struct pollset){.entries = ps->fast, .n = n};
	if (n <= POLLSET_FAST)
		return 0;
	ps->entries = arena_calloc(n, sizeof(*ps->entries));
	if (ps->entries)
		return 0;
	ps->n = 0;
	return -ENOMEM;
}

void pollset_fini(struct pollset *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		struct pollset_entry *e = &ps->entries[i];

		if (!e->f)
			continue;
		waitq_del(&e->w);
		file_put(e->f);
	}
	if (ps->entries != ps->fast)
		arena_free(ps->entries);
}

int pollset_set(struct pollset_entry *e, struct fdtable *fds, int fd, uint32_t events)
{
	e->fd = fd;
	e->events = events;
	e->f = fdtable_get_nopath(fds, fd);
	return e->f ? 0 : -EBADF;
}

static void queue(struct pollset_entry *e, struct ctx *ctx)
{
	struct waitq *q = file_waitq_for(ctx, e->f);

	if (!q)
		return;
	waiter_init(&e->w, ctx, file_wake_events(e->events));
	waitq_add(q, &e->w);
}

enum scan { SCAN_LOOK, SCAN_QUEUE };

static size_t scan(struct pollset *ps, struct ctx *ctx, enum scan how)
{
	size_t ready = 0;

	for (size_t i = 0; i < ps->n; i++) {
		struct pollset_entry *e = &ps->entries[i];

		if (e->f) {
			if (how == SCAN_QUEUE && ready == 0)
				queue(e, ctx);
			e->revents = file_poll_for(ctx, e->f) & e->events;
		}
		if (e->revents != 0)
			ready++;
	}
	return ready;
}

long pollset_wait(struct pollset *ps, struct ctx *ctx, int64_t deadline_ns)
{
	size_t ready = scan(ps, ctx, deadline_ns == POLLSET_NOW ? SCAN_LOOK : SCAN_QUEUE);

	if (ready == 0 && deadline_ns == POLLSET_NOW)
		return ctx_interrupted(ctx) ? -LX_ERESTARTNOHAND : 0;
	while (ready == 0) {
		int r = ctx_block(ctx, deadline_ns);

		if (r == -ETIMEDOUT)
			return 0;
		if (r < 0)
			return -LX_ERESTARTNOHAND;
		ready = scan(ps, ctx, SCAN_LOOK);
	}
	return (long)ready;
}

int64_t pollset_deadline(int64_t ns)
{
	int64_t at;

	if (ns == 0)
		return POLLSET_NOW;
	return add_ok(clock_monotonic_ns(), ns, &at) ? at : CTX_FOREVER;
}
