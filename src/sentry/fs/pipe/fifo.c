/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a FIFO by name, fifo(7): a reader waits for a writer and the other way round; O_NONBLOCK readers do not wait, such writers get
 * ENXIO; O_RDWR never waits. The ring lives as long as somebody has the FIFO open; inode->fifo finds it, under inode->lock.
 */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/pipe/pipe.h"
#include "sentry/fs/pipe/pipe_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/special.h"

/* The ring of this FIFO, referenced; a fresh one if nobody has it open. NULL: out of memory. */
static struct pipe *fifo_ring(struct inode *i)
{
	struct pipe *p;

	GUARD(&i->lock);
	p = i->fifo;
	if (p && ref_get_unless_zero(&p->ref))
		return p;
	p = pipe_ring_new();
	i->fifo = p;
	return p;
}

/*
 * The last opener's ring may be dying while another opens. pipe_ring_put frees it outside inode->lock, so the pointer in the inode
 * could be stale: each ring is unhooked here, by whoever drops a FIFO's file, before the reference goes.
 */
static void fifo_release(struct file *f)
{
	struct inode *i = f->inode;
	struct pipe *p = f->priv;

	lock_acquire(&i->lock);
	lock_acquire(&p->lock);
	if (i->fifo == p && p->readers + p->writers == (uint32_t)(file_readable(f) + file_writable(f)))
		i->fifo = NULL;
	lock_release(&p->lock);
	lock_release(&i->lock);
	pipe_ops.release(f);
}

static struct file_ops fifo_ops; /* pipe_ops with our release; filled by pipe_register */

static void count_in(struct pipe *p, struct file *f, uint32_t *ret_readers_ever, uint32_t *ret_writers_ever)
{
	GUARD(&p->lock);
	*ret_readers_ever = p->readers_ever;
	*ret_writers_ever = p->writers_ever;
	if (file_readable(f)) {
		p->readers++;
		p->readers_ever++;
	}
	if (file_writable(f)) {
		p->writers++;
		p->writers_ever++;
	}
}

/* Is the other side there, or was it since we came? */
static bool partner_came(struct pipe *p, struct file *f, uint32_t readers_ever, uint32_t writers_ever)
{
	GUARD(&p->lock);
	if (file_readable(f))
		return p->writers > 0 || p->writers_ever != writers_ever;
	return p->readers > 0 || p->readers_ever != readers_ever;
}

static int wait_for_partner(struct ctx *ctx, struct pipe *p, struct file *f, uint32_t readers_ever, uint32_t writers_ever)
{
	struct waiter w;
	int r = 0;

	waiter_init(&w, ctx, LX_POLLIN | LX_POLLOUT | LX_POLLPRI);
	waitq_add(&p->wq, &w);
	while (r == 0 && !partner_came(p, f, readers_ever, writers_ever))
		r = ctx_block(ctx, CTX_FOREVER);
	waitq_del(&w);
	return r;
}

static int fifo_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	uint32_t readers_ever, writers_ever;
	bool both = file_readable(f) && file_writable(f);
	struct pipe *p = fifo_ring(i);
	int r = 0;

	if (!p)
		return -ENOMEM;
	f->priv = p;
	f->kind = FILE_STREAM;
	count_in(p, f, &readers_ever, &writers_ever);
	waitq_wake(&p->wq, LX_POLLPRI);
	if (!both && !file_nonblocking(f))
		r = wait_for_partner(ctx, p, f, readers_ever, writers_ever);
	else if (file_nonblocking(f) && !file_readable(f) && !partner_came(p, f, readers_ever, writers_ever))
		r = -ENXIO;
	if (r < 0) {
		fifo_release(f);
		f->priv = NULL;
		return r;
	}
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
