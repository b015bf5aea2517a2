/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a pair.
 *
 *	pty_new -> master open, slave never opened        the master reads nothing, and waits
 *	        -> slaves open                            bytes go both ways
 *	        -> last slave closed                      the master reads -EIO until one opens again
 *	        -> master closed                          hung-up slaves: SIGHUP, read 0, write -EIO
 *	        -> both closed                            the number is free
 */
#include "sentry/fs/tty/pty.h"

#include <errno.h>

#include "abi/capability.h"
#include "abi/poll.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/core/uio.h"
#include "sentry/fs/tty/pty_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/special.h"

#define WAKE_ALL (LX_POLLIN | LX_POLLOUT | LX_POLLPRI)

static SLAB_DEFINE(pty_slab, struct pty);
static SLAB_DEFINE(slave_slab, struct pty_slave);

/* ---- as a controlling terminal ---- */

static struct pty *of_ctty(struct ctty *c)
{
	return container_of(c, struct pty, ctty);
}

static void tty_get(struct ctty *c)
{
	pty_get(of_ctty(c));
}

static void tty_put(struct ctty *c)
{
	pty_put(of_ctty(c));
}

static int tty_open(struct ctx *ctx, struct ctty *c, struct file *f)
{
	return pty_open_slave(ctx, of_ctty(c), f);
}

static void tty_hangup(struct ctty *c)
{
	pty_hangup(of_ctty(c));
}

static const struct ctty_ops pty_ctty_ops = {
	.get = tty_get,
	.put = tty_put,
	.open = tty_open,
	.hangup = tty_hangup,
};

/* ---- life ---- */

struct pty *pty_new(uint32_t index, const struct pty_owner_ops *ops, void *owner)
{
	struct pty *p = slab_alloc(&pty_slab);

	if (!p)
		return NULL;
	ref_init(&p->ref);
	lock_init(&p->lock, RANK_FILE, "pty");
	ctty_init(&p->ctty, &pty_ctty_ops, dev_make(PTY_SLAVE_MAJOR, index));
	p->index = index;
	p->ops = ops;
	p->owner = owner;
	p->locked = true;
	waitq_init(&p->wq[PTY_MASTER]);
	waitq_init(&p->wq[PTY_SLAVE]);
	byteq_init(&p->typed, p->typed_buf, PTY_TYPED_SIZE, PTY_TYPED_SIZE);
	ldisc_init(&p->ld);
	return p;
}

struct pty *pty_get(struct pty *p)
{
	ref_get(&p->ref);
	return p;
}

void pty_put(struct pty *p)
{
	if (!p || !ref_put(&p->ref))
		return;
	waitq_fini(&p->wq[PTY_MASTER]);
	waitq_fini(&p->wq[PTY_SLAVE]);
	lock_fini(&p->lock);
	slab_free(&pty_slab, p);
}

uint32_t pty_index(const struct pty *p)
{
	return p->index;
}

struct ctty *pty_ctty(struct pty *p)
{
	return &p->ctty;
}

void pty_unlock(struct pty *p)
{
	GUARD(&p->lock);
	p->locked = false;
}

/* ---- what moves, and who hears of it ---- */

void pty_pump(struct pty *p)
{
	uint8_t buf[256];
	size_t n, took;
	int signo;
	bool moved = false;

	while ((n = byteq_peek(&p->typed, buf, sizeof(buf))) > 0) {
		took = ldisc_input(&p->ld, buf, n, &signo);
		byteq_skip(&p->typed, took);
		moved |= took > 0;
		if (signo)
			ctty_signal(&p->ctty, signo);
		if (took == 0)
			break;
	}
	ldisc_show_echo(&p->ld);
	if (moved && ldisc_has_input(&p->ld))
		waitq_wake(&p->wq[PTY_SLAVE], LX_POLLIN);
	if (moved && ldisc_may_write(&p->ld)) /* VSTART was typed, or output was flushed */
		waitq_wake(&p->wq[PTY_SLAVE], LX_POLLOUT);
	if (byteq_len(&p->ld.out) > 0 || p->ld.status)
		waitq_wake(&p->wq[PTY_MASTER], LX_POLLIN | LX_POLLPRI);
}

void pty_wake_all(struct pty *p)
{
	waitq_wake(&p->wq[PTY_SLAVE], WAKE_ALL);
	waitq_wake(&p->wq[PTY_MASTER], WAKE_ALL);
}

static void wake_hung(struct pty *p) REQUIRES(p->lock);
static void wake_hung(struct pty *p)
{
	waitq_wake(&p->wq[PTY_SLAVE], WAKE_ALL | LX_POLLHUP | LX_POLLERR);
	waitq_wake(&p->wq[PTY_MASTER], WAKE_ALL | LX_POLLHUP);
}

/* ---- writing, for both sides ---- */

int pty_write_begin(struct pty *p, enum pty_side side, struct ctx *ctx)
{
	if (p->writer[side] && p->writer[side] != ctx)
		return -EAGAIN;
	p->writer[side] = ctx;
	return 0;
}

void pty_write_end(struct pty *p, enum pty_side side, struct ctx *ctx)
{
	GUARD(&p->lock);
	if (p->writer[side] != ctx)
		return;
	p->writer[side] = NULL;
	waitq_wake(&p->wq[side], LX_POLLOUT);
}

typedef ssize_t (*step_fn)(struct pty *p, struct file *f, const uint8_t *buf, size_t n);

static ssize_t step_once(struct ctx *ctx, struct file *f, struct pty *p, enum pty_side side,
			 step_fn step, const uint8_t *buf, size_t n)
{
	ssize_t r;

	GUARD(&p->lock);
	LOCK_ASSERT_HELD(&p->lock);
	r = pty_write_begin(p, side, ctx);
	if (r == 0)
		r = step(p, f, buf, n);
	return r == 0 ? -EAGAIN : r;
}

/* One chunk. Returns what was written, or an error if nothing was. */
static ssize_t write_chunk(struct ctx *ctx, struct file *f, struct pty *p, enum pty_side side,
			   step_fn step, const uint8_t *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = step_once(ctx, f, p, side, step, buf + done, n - done);

		if (r > 0)
			done += (size_t)r;
		else if (r == -EAGAIN && !file_nonblocking(f))
			r = ctx_block(ctx, CTX_FOREVER);
		if (r < 0)
			return done > 0 ? (ssize_t)done : r;
	}
	return (ssize_t)done;
}

static ssize_t write_chunks(struct ctx *ctx, struct file *f, struct pty *p, enum pty_side side,
			    step_fn step, struct uio *src)
{
	uint8_t buf[PTY_CHUNK];
	ssize_t total = 0;

	while (src->resid > 0) {
		ssize_t n = uio_get(src, buf, MIN(src->resid, sizeof(buf)));
		ssize_t r = n < 0 ? n : write_chunk(ctx, f, p, side, step, buf, (size_t)n);

		if (r < 0) {
			if (n > 0)
				uio_revert(src, (size_t)n);
			return total > 0 ? total : r;
		}
		total += r;
		if (r < n) {
			uio_revert(src, (size_t)(n - r));
			break;
		}
		if (src->resid > 0 && ctx_interrupted(ctx))
			break;
	}
	return total;
}

ssize_t pty_write(struct ctx *ctx, struct file *f, struct pty *p, enum pty_side side,
		  struct uio *src, step_fn step)
{
	struct waiter w;
	ssize_t r;

	waiter_init(&w, ctx, LX_POLLOUT);
	waitq_add(&p->wq[side], &w);
	r = write_chunks(ctx, f, p, side, step, src);
	waitq_del(&w);
	pty_write_end(p, side, ctx);
	return r;
}

/* ---- opening ---- */

void pty_open_master(struct pty *p, struct file *f)
{
	p->master_open = true;
	f->kind = FILE_STREAM;
	f->priv = pty_get(p);
	f->ops = &pty_master_ops;
}

struct pty *pty_of_master(struct file *f)
{
	return f->ops == &pty_master_ops ? pty_get(f->priv) : NULL;
}

static int admit(struct ctx *ctx, struct pty *p, struct pty_slave *s) REQUIRES(p->lock);
static int admit(struct ctx *ctx, struct pty *p, struct pty_slave *s)
{
	LOCK_ASSERT_HELD(&p->lock);
	if (!p->master_open)
		return -EIO;
	if (p->exclusive && !cred_capable(ctx->cred, LX_CAP_SYS_ADMIN))
		return -EBUSY;
	if (p->locked)
		return -EIO;
	p->nslaves++;
	p->slave_left = false;
	s->hangups = p->hangups;
	return 0;
}

int pty_open_slave(struct ctx *ctx, struct pty *p, struct file *f)
{
	struct pty_slave *s = slab_alloc(&slave_slab);
	int r;

	if (!s)
		return -ENOMEM;
	lock_acquire(&p->lock);
	r = admit(ctx, p, s);
	lock_release(&p->lock);
	if (r < 0) {
		slab_free(&slave_slab, s);
		return r;
	}
	s->pty = pty_get(p);
	f->kind = FILE_STREAM;
	f->priv = s;
	f->ops = &pty_slave_ops;
	ctty_opened(ctx, &p->ctty, f);
	return 0;
}

/* ---- closing ---- */

void pty_hangup(struct pty *p)
{
	ctty_hangup(&p->ctty);
	GUARD(&p->lock);
	p->hangups++;
	ldisc_reset(&p->ld);
	wake_hung(p);
}

void pty_master_release(struct file *f)
{
	struct pty *p = f->priv;
	bool last;

	p->ops->master_closed(p->owner, p);
	lock_acquire(&p->lock);
	p->master_open = false;
	p->ld.packet = false;
	last = p->nslaves == 0;
	lock_release(&p->lock);
	pty_hangup(p);
	if (last)
		p->ops->closed(p->owner, p->index);
	pty_put(p);
}

void pty_slave_release(struct file *f)
{
	struct pty_slave *s = f->priv;
	struct pty *p = s->pty;
	bool last;

	lock_acquire(&p->lock);
	check(p->nslaves > 0);
	p->nslaves--;
	last = p->nslaves == 0 && !p->master_open;
	if (p->nslaves == 0) {
		p->slave_left = true;
		waitq_wake(&p->wq[PTY_MASTER], WAKE_ALL | LX_POLLHUP);
	}
	lock_release(&p->lock);
	if (last)
		p->ops->closed(p->owner, p->index);
	slab_free(&slave_slab, s);
	pty_put(p);
}
