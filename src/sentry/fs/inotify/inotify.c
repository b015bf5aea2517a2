/* SPDX-License-Identifier: Apache-2.0 */
/* The inotify file: read(2), poll(2), FIONREAD. Its end ends its watches; a watch that is just
 * being told keeps the rest alive. */
#include "sentry/fs/inotify/inotify.h"

#include <errno.h>

#include "abi/inotify.h"
#include "abi/ioctl.h"
#include "abi/poll.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/core/uio.h"
#include "sentry/fs/inotify/inotify_priv.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/file.h"

_Static_assert(LX_IN_NONBLOCK == LX_O_NONBLOCK && LX_IN_CLOEXEC == LX_O_CLOEXEC,
	       "inotify_init1(2) flags are open(2)'s");

static SLAB_DEFINE(inotify_slab, struct inotify);

static struct inotify *inotify_of(struct file *f)
{
	return f->priv;
}

void inotify_put(struct inotify *in)
{
	if (!ref_put(&in->ref))
		return;
	queue_fini(in);
	account_instance_put(in->account);
	lock_fini(&in->set_lock);
	slab_free(&inotify_slab, in);
}

/* ---- reading ---- */

/* One event to the guest. What a bad address cannot take is lost, as in Linux. */
static int put_event(struct uio *dst, const struct in_event *e)
{
	size_t size = event_size(e), pad;
	struct lx_inotify_event head = {
		.wd = e->wd,
		.mask = e->mask,
		.cookie = e->cookie,
		.len = (uint32_t)(size - sizeof(head)),
	};

	if (uio_put(dst, &head, sizeof(head)) != (ssize_t)sizeof(head))
		return -EFAULT;
	if (e->name_len == 0)
		return 0;
	pad = size - sizeof(head) - e->name_len;
	if (uio_put(dst, e->name, e->name_len) != (ssize_t)e->name_len ||
	    uio_put_zeroes(dst, pad) != (ssize_t)pad)
		return -EFAULT;
	return 0;
}

/* As many events as there are and as fit. 0: none; -EINVAL: not even the first fits. */
static ssize_t read_some(struct inotify *in, struct uio *dst)
{
	struct in_event *e;
	ssize_t total = 0;
	int r;

	while ((r = queue_take(in, dst->resid, &e)) > 0) {
		ssize_t size = (ssize_t)event_size(e);

		r = put_event(dst, e);
		event_free(in, e);
		if (r < 0)
			break;
		total += size;
	}
	return total > 0 && r != -EFAULT ? total : r;
}

static ssize_t inotify_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos UNUSED)
{
	struct inotify *in = inotify_of(f);
	struct waiter w;
	ssize_t r;

	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&in->wq, &w);
	while ((r = read_some(in, dst)) == 0) {
		r = file_nonblocking(f) ? -EAGAIN : ctx_block(ctx, CTX_FOREVER);
		if (r < 0)
			break;
	}
	waitq_del(&w);
	return r;
}

static uint32_t inotify_poll(struct file *f)
{
	struct inotify *in = inotify_of(f);

	GUARD(&in->queue_lock);
	return list_empty(&in->events) ? 0 : LX_POLLIN | LX_POLLRDNORM;
}

static struct waitq *inotify_waitq(struct file *f)
{
	return &inotify_of(f)->wq;
}

static long inotify_ioctl(struct ctx *ctx UNUSED, struct file *f, struct mm *mm, unsigned cmd,
			  uint64_t arg)
{
	struct inotify *in = inotify_of(f);
	int32_t n;

	switch (cmd) {
	case LX_FIONREAD:
		lock_acquire(&in->queue_lock);
		n = (int32_t)in->nbytes;
		lock_release(&in->queue_lock);
		return copy_out(mm, uaddr(arg), &n, sizeof(n));
	case LX_INOTIFY_IOC_SETNEXTWD:
		if (arg < 1 || arg > INT32_MAX)
			return -EINVAL;
		lock_acquire(&in->set_lock);
		in->last_wd = (int32_t)arg - 1;
		lock_release(&in->set_lock);
		return 0;
	default:
		return -ENOTTY;
	}
}

static void inotify_show(struct file *f, struct strbuf *sb)
{
	watches_show(inotify_of(f), sb);
}

static void inotify_release(struct file *f)
{
	struct inotify *in = inotify_of(f);

	lock_acquire(&in->queue_lock);
	in->closed = true;
	lock_release(&in->queue_lock);
	watches_end(in);
	inotify_put(in);
}

static const struct file_ops inotify_ops = {
	.read = inotify_read,
	.poll = inotify_poll,
	.waitq = inotify_waitq,
	.ioctl = inotify_ioctl,
	.show_fdinfo = inotify_show,
	.release = inotify_release,
};

bool inotify_is(struct file *f)
{
	return f->ops == &inotify_ops;
}

/* ---- inotify_init1(2) ---- */

int inotify_new(struct ctx *ctx, unsigned flags, struct file **ret)
{
	struct inotify *in;
	int r;

	if (flags & ~(unsigned)(LX_IN_CLOEXEC | LX_IN_NONBLOCK))
		return -EINVAL;
	in = slab_alloc(&inotify_slab);
	if (!in)
		return -ENOMEM;
	r = account_instance(ctx->cred->uid, &in->account);
	if (r < 0) {
		slab_free(&inotify_slab, in);
		return r;
	}
	ref_init(&in->ref);
	lock_init(&in->set_lock, RANK_INOTIFY_SET, "inotify watches");
	tree_init(&in->watches);
	queue_init(in);
	r = file_new_anon("inotify", NULL, &inotify_ops, FILE_STREAM,
			  LX_O_RDONLY | (flags & LX_IN_NONBLOCK), in, ret);
	if (r < 0)
		inotify_put(in);
	return r;
}
