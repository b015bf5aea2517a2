/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signalfd is nothing but a mask. The signals are those of whoever reads or polls, so a child
 * that inherits the file sees its own, and everything is asked through the caller's ctx_ops.
 */
#include "sentry/fs/signalfd/signalfd.h"

#include <errno.h>
#include <stdatomic.h>

#include "abi/poll.h"
#include "abi/signal.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/waitq.h"
#include "sentry/vfs/file.h"

_Static_assert(LX_SFD_NONBLOCK == LX_O_NONBLOCK && LX_SFD_CLOEXEC == LX_O_CLOEXEC,
	       "signalfd(2) flags are open(2)'s");

struct signalfd {
	_Atomic uint64_t mask;
	struct waitq mask_changed; /* POLLIN: somebody set another mask */
};

static SLAB_DEFINE(signalfd_slab, struct signalfd);

static struct signalfd *signalfd_of(struct file *f)
{
	return f->priv;
}

static bool take(struct ctx *ctx, struct file *f, struct lx_signalfd_siginfo *ret)
{
	return ctx->ops->signal_take &&
	       ctx->ops->signal_take(ctx, atomic_load(&signalfd_of(f)->mask), ret);
}

/* The first record: sleeps for it. */
static int wait_and_take(struct ctx *ctx, struct file *f, struct lx_signalfd_siginfo *ret)
{
	struct signalfd *s = signalfd_of(f);
	struct waiter signals, mask;
	int r = 0;

	if (take(ctx, f, ret))
		return 0;
	if (file_nonblocking(f))
		return -EAGAIN;
	waiter_init(&signals, ctx, LX_POLLIN);
	waiter_init(&mask, ctx, LX_POLLIN);
	if (ctx->ops->signal_waitq)
		waitq_add(ctx->ops->signal_waitq(ctx), &signals);
	waitq_add(&s->mask_changed, &mask);
	while (r == 0 && !take(ctx, f, ret))
		r = ctx_block(ctx, CTX_FOREVER);
	waitq_del(&signals);
	waitq_del(&mask);
	return r;
}

/* As many whole records as fit and are there. A record that a bad address cannot take is lost, as
 * in Linux. */
static ssize_t signalfd_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos UNUSED)
{
	struct lx_signalfd_siginfo rec;
	size_t left = dst->resid / sizeof(rec);
	ssize_t total = 0;
	int r;

	if (left == 0)
		return -EINVAL;
	r = wait_and_take(ctx, f, &rec);
	if (r < 0)
		return r;
	do {
		ssize_t n = uio_put(dst, &rec, sizeof(rec));

		if (n != sizeof(rec))
			return total > 0 ? total : -EFAULT;
		total += n;
	} while (--left > 0 && take(ctx, f, &rec));
	return total;
}

static int64_t signalfd_seek(struct ctx *ctx UNUSED, struct file *f UNUSED, int64_t off UNUSED,
			     int whence UNUSED)
{
	return 0;
}

static uint32_t signalfd_poll_for(struct ctx *ctx, struct file *f)
{
	if (!ctx || !ctx->ops->signal_pending)
		return 0;
	return ctx->ops->signal_pending(ctx) & atomic_load(&signalfd_of(f)->mask) ? LX_POLLIN : 0;
}

static uint32_t signalfd_poll(struct file *f)
{
	return signalfd_poll_for(NULL, f);
}

/* Differs: who polls is not told of a change of the mask by another thread; readers are. */
static struct waitq *signalfd_waitq_for(struct ctx *ctx, struct file *f UNUSED)
{
	return ctx && ctx->ops->signal_waitq ? ctx->ops->signal_waitq(ctx) : NULL;
}

static void signalfd_show(struct file *f, struct strbuf *sb)
{
	strbuf_addf(sb, "sigmask:\t%016llx\n",
		    (unsigned long long)atomic_load(&signalfd_of(f)->mask));
}

static void signalfd_free(struct signalfd *s)
{
	waitq_fini(&s->mask_changed);
	slab_free(&signalfd_slab, s);
}

static void signalfd_release(struct file *f)
{
	signalfd_free(signalfd_of(f));
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read,
	.seek = signalfd_seek,
	.poll = signalfd_poll,
	.poll_for = signalfd_poll_for,
	.waitq_for = signalfd_waitq_for,
	.show_fdinfo = signalfd_show,
	.release = signalfd_release,
};

static uint64_t usable(uint64_t mask)
{
	return mask & ~(LX_SIGMASK(LX_SIGKILL) | LX_SIGMASK(LX_SIGSTOP));
}

int signalfd_new(uint64_t mask, unsigned flags, struct file **ret)
{
	struct signalfd *s;
	int r;

	if (flags & ~(unsigned)(LX_SFD_CLOEXEC | LX_SFD_NONBLOCK))
		return -EINVAL;
	s = slab_alloc(&signalfd_slab);
	if (!s)
		return -ENOMEM;
	atomic_init(&s->mask, usable(mask));
	waitq_init(&s->mask_changed);
	r = file_new_anon("signalfd", NULL, &signalfd_ops, FILE_STREAM,
			  LX_O_RDWR | (flags & LX_SFD_NONBLOCK), s, ret);
	if (r < 0)
		signalfd_free(s);
	return r;
}

int signalfd_set_mask(struct file *f, uint64_t mask)
{
	if (f->ops != &signalfd_ops)
		return -EINVAL;
	atomic_store(&signalfd_of(f)->mask, usable(mask));
	waitq_wake(&signalfd_of(f)->mask_changed, LX_POLLIN);
	return 0;
}
