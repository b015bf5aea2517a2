/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 64-bit count. A write adds, and waits while the sum would pass LX_EFD_MAX; a read takes all of
 * it (or 1, as a semaphore), and waits while it is 0. Invariant: count <= LX_EFD_MAX.
 */
#include "sentry/fs/eventfd/eventfd.h"

#include <errno.h>
#include <stdatomic.h>

#include "abi/eventfd.h"
#include "abi/poll.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/core/uio.h"
#include "sentry/core/waitq.h"
#include "sentry/vfs/file.h"

_Static_assert(LX_EFD_NONBLOCK == LX_O_NONBLOCK && LX_EFD_CLOEXEC == LX_O_CLOEXEC,
	       "eventfd(2) flags are open(2)'s");

/* Key: [I]; [l] lock */
struct eventfd {
	struct lock lock; /* RANK_FILE */
	uint64_t count;   /* [l] */
	bool semaphore;   /* [I] */
	uint32_t id;      /* [I] for fdinfo */
	struct waitq wq;  /* POLLIN: something was added; POLLOUT: something was taken */
};

static SLAB_DEFINE(eventfd_slab, struct eventfd);
static _Atomic uint32_t next_id;

static struct eventfd *eventfd_of(struct file *f)
{
	return f->priv;
}

/* 0: nothing to take. */
static uint64_t try_take(struct eventfd *e)
{
	uint64_t n;

	GUARD(&e->lock);
	n = e->semaphore && e->count > 0 ? 1 : e->count;
	e->count -= n;
	return n;
}

static bool try_add(struct eventfd *e, uint64_t n)
{
	GUARD(&e->lock);
	if (n > LX_EFD_MAX - e->count)
		return false;
	e->count += n;
	return true;
}

static int wait_and_take(struct ctx *ctx, struct file *f, uint64_t *ret)
{
	struct eventfd *e = eventfd_of(f);
	struct waiter w;
	int r = 0;

	*ret = try_take(e);
	if (*ret != 0)
		return 0;
	if (file_nonblocking(f))
		return -EAGAIN;
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&e->wq, &w);
	while (r == 0 && (*ret = try_take(e)) == 0)
		r = ctx_block(ctx, CTX_FOREVER);
	waitq_del(&w);
	return r;
}

static ssize_t eventfd_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos UNUSED)
{
	uint64_t n;
	ssize_t put;
	int r;

	if (dst->resid < sizeof(n))
		return -EINVAL;
	r = wait_and_take(ctx, f, &n);
	if (r < 0)
		return r;
	waitq_wake(&eventfd_of(f)->wq, LX_POLLOUT);
	put = uio_put(dst, &n, sizeof(n)); /* what a bad address cannot take is lost, as in Linux */
	return put == sizeof(n) ? put : -EFAULT;
}

static int wait_and_add(struct ctx *ctx, struct file *f, uint64_t n)
{
	struct eventfd *e = eventfd_of(f);
	struct waiter w;
	int r = 0;

	if (try_add(e, n))
		return 0;
	if (file_nonblocking(f))
		return -EAGAIN;
	waiter_init(&w, ctx, LX_POLLOUT);
	waitq_add(&e->wq, &w);
	while (r == 0 && !try_add(e, n))
		r = ctx_block(ctx, CTX_FOREVER);
	waitq_del(&w);
	return r;
}

/* Also an addition of 0 is told: it is an edge for epoll. */
static ssize_t eventfd_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos UNUSED)
{
	uint64_t n;
	int r;

	if (src->resid != sizeof(n))
		return -EINVAL;
	if (uio_get(src, &n, sizeof(n)) != sizeof(n))
		return -EFAULT;
	if (n > LX_EFD_MAX)
		return -EINVAL;
	r = wait_and_add(ctx, f, n);
	if (r < 0)
		return r;
	waitq_wake(&eventfd_of(f)->wq, LX_POLLIN);
	return sizeof(n);
}

/* Nowhere, and no error. */
static int64_t eventfd_seek(struct ctx *ctx UNUSED, struct file *f UNUSED, int64_t off UNUSED,
			    int whence UNUSED)
{
	return 0;
}

static uint32_t eventfd_poll(struct file *f)
{
	struct eventfd *e = eventfd_of(f);

	GUARD(&e->lock);
	return (e->count > 0 ? LX_POLLIN : 0u) | (e->count < LX_EFD_MAX ? LX_POLLOUT : 0u);
}

static struct waitq *eventfd_waitq(struct file *f)
{
	return &eventfd_of(f)->wq;
}

static void eventfd_show(struct file *f, struct strbuf *sb)
{
	struct eventfd *e = eventfd_of(f);
	uint64_t count;

	lock_acquire(&e->lock);
	count = e->count;
	lock_release(&e->lock);
	strbuf_addf(sb, "eventfd-count: %16llx\neventfd-id: %u\neventfd-semaphore: %d\n",
		    (unsigned long long)count, e->id, e->semaphore);
}

static void eventfd_free(struct eventfd *e)
{
	waitq_fini(&e->wq);
	lock_fini(&e->lock);
	slab_free(&eventfd_slab, e);
}

static void eventfd_release(struct file *f)
{
	eventfd_free(eventfd_of(f));
}

static const struct file_ops eventfd_ops = {
	.read = eventfd_read,
	.write = eventfd_write,
	.seek = eventfd_seek,
	.poll = eventfd_poll,
	.waitq = eventfd_waitq,
	.show_fdinfo = eventfd_show,
	.release = eventfd_release,
};

int eventfd_new(uint32_t count, unsigned flags, struct file **ret)
{
	struct eventfd *e;
	int r;

	if (flags & ~(unsigned)(LX_EFD_SEMAPHORE | LX_EFD_CLOEXEC | LX_EFD_NONBLOCK))
		return -EINVAL;
	e = slab_alloc(&eventfd_slab);
	if (!e)
		return -ENOMEM;
	lock_init(&e->lock, RANK_FILE, "eventfd");
	waitq_init(&e->wq);
	e->count = count;
	e->semaphore = (flags & LX_EFD_SEMAPHORE) != 0;
	e->id = atomic_fetch_add(&next_id, 1);
	r = file_new_anon("eventfd", NULL, &eventfd_ops, FILE_STREAM,
			  LX_O_RDWR | (flags & LX_EFD_NONBLOCK), e, ret);
	if (r < 0)
		eventfd_free(e);
	return r;
}
