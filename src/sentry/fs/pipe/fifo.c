/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a FIFO by name, fifo(7): a reader waits for a writer and the other way round; O_NONBLOCK
 * readers do not wait, such writers get ENXIO; O_RDWR never waits.
 *
 * The ring lives while somebody has the FIFO open, or waits to. Invariant, under inode->lock:
 * inode->fifo is a ring that counts at least one opener, or NULL. So who comes counts himself in,
 * and who leaves counts himself out, without letting go of that lock.
 */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/pipe/pipe.h"
#include "sentry/fs/pipe/pipe_priv.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/special.h"

/* Openings of each side before ours. */
struct before {
	uint32_t readers_ever, writers_ever;
};

static bool waits_for_partner(struct file *f)
{
	return !file_nonblocking(f) && !(file_readable(f) && file_writable(f));
}

/* -ENXIO: a writer that does not wait, and no reader. */
static int count_in(struct pipe *p, struct file *f, struct before *ret)
{
	GUARD(&p->lock);
	if (file_nonblocking(f) && !file_readable(f) && p->readers == 0)
		return -ENXIO;
	*ret = (struct before){p->readers_ever, p->writers_ever};
	if (file_nonblocking(f) && !file_writable(f) && p->writers == 0)
		pipe_set_writers_before(f, p->writers_ever);
	pipe_count_in(p, f);
	return 0;
}

/* Become one of those who have the FIFO open. Takes a reference to *ret for f. */
static int join(struct inode *i, struct file *f, struct before *ret_before, struct pipe **ret)
{
	struct pipe *p;
	int r;

	GUARD(&i->lock);
	p = i->fifo ? i->fifo : pipe_ring_new();
	if (!p)
		return -ENOMEM;
	r = count_in(p, f, ret_before);
	if (r < 0) {
		if (!i->fifo)
			pipe_ring_put(p);
		return r;
	}
	if (i->fifo)
		ref_get(&p->ref);
	i->fifo = p;
	*ret = p;
	return 0;
}

static void leave(struct inode *i, struct file *f, struct pipe *p)
{
	uint32_t ev;

	lock_acquire(&i->lock);
	lock_acquire(&p->lock);
	ev = pipe_count_out(p, f);
	if (p->readers == 0 && p->writers == 0)
		i->fifo = NULL;
	lock_release(&p->lock);
	lock_release(&i->lock);
	if (ev)
		waitq_wake(&p->wq, ev);
	pipe_ring_put(p);
}

static void fifo_release(struct file *f)
{
	leave(f->inode, f, f->priv);
}

static struct file_ops fifo_ops; /* pipe_ops with our release; filled by pipe_register */

/* Is the other side there, or was it since we came? */
static bool partner_came(struct pipe *p, struct file *f, const struct before *b)
{
	GUARD(&p->lock);
	if (file_readable(f))
		return p->writers > 0 || p->writers_ever != b->writers_ever;
	return p->readers > 0 || p->readers_ever != b->readers_ever;
}

static int wait_for_partner(struct ctx *ctx, struct pipe *p, struct file *f, const struct before *b)
{
	struct waiter w;
	int r = 0;

	waiter_init(&w, ctx, LX_POLLPRI);
	waitq_add(&p->wq, &w);
	while (r == 0 && !partner_came(p, f, b))
		r = ctx_block(ctx, CTX_FOREVER);
	waitq_del(&w);
	return r;
}

static int fifo_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	struct before before;
	struct pipe *p;
	int r = join(i, f, &before, &p);

	if (r < 0)
		return r;
	f->kind = FILE_STREAM;
	waitq_wake(&p->wq, LX_POLLPRI); /* for those who wait for us */
	if (waits_for_partner(f))
		r = wait_for_partner(ctx, p, f, &before);
	if (r < 0) {
		leave(i, f, p);
		return r;
	}
	f->priv = p;
	f->ops = &fifo_ops;
	return 0;
}

void pipe_register(void)
{
	pipe_make_fs();
	fifo_ops = pipe_ops;
	fifo_ops.release = fifo_release;
	vfs_fifo_open = fifo_open;
}
