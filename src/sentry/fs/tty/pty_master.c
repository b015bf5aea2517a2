/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master as an open file. It has no settings of its own: reads give what is there, at once.
 * With packet mode (TIOCPKT) each read begins with a byte that says whether data follows (0) or
 * what happened on the terminal.
 */
#include <errno.h>

#include "abi/poll.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uio.h"
#include "sentry/fs/tty/pty_priv.h"
#include "sentry/vfs/file.h"

/* What can be read now, at most n > 0 bytes into buf. -EAGAIN: nothing yet; -EIO: nothing any more.
 */
static ssize_t take(struct pty *p, uint8_t *buf, size_t n)
{
	size_t done = 0;

	GUARD(&p->lock);
	LOCK_ASSERT_HELD(&p->lock);
	if (p->ld.packet && p->ld.status) {
		buf[0] = p->ld.status;
		p->ld.status = 0;
		return 1;
	}
	if (byteq_len(&p->ld.out) == 0)
		return p->slave_left ? -EIO : -EAGAIN;
	if (p->ld.packet)
		buf[done++] = LX_TIOCPKT_DATA;
	done += byteq_get(&p->ld.out, buf + done, MIN(n - done, (size_t)LDISC_OUT_TAKEN));
	ldisc_show_echo(&p->ld);
	if (ldisc_may_write(&p->ld))
		waitq_wake(&p->wq[PTY_SLAVE], LX_POLLOUT);
	return (ssize_t)done;
}

static ssize_t master_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos UNUSED)
{
	struct pty *p = f->priv;
	uint8_t buf[PTY_CHUNK];
	struct waiter w;
	ssize_t r;

	if (dst->resid == 0)
		return 0;
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&p->wq[PTY_MASTER], &w);
	while ((r = take(p, buf, MIN(dst->resid, sizeof(buf)))) == -EAGAIN) {
		if (file_nonblocking(f))
			break;
		r = ctx_block(ctx, CTX_FOREVER);
		if (r < 0)
			break;
	}
	waitq_del(&w);
	return r <= 0 ? r : uio_put(dst, buf, (size_t)r);
}

static ssize_t type(struct pty *p, struct file *f UNUSED, const uint8_t *buf, size_t n)
{
	size_t took = p->master_stopped ? 0 : byteq_put(&p->typed, buf, n);

	LOCK_ASSERT_HELD(&p->lock);
	if (took > 0)
		pty_pump(p);
	return (ssize_t)took;
}

static ssize_t master_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos UNUSED)
{
	return pty_write(ctx, f, f->priv, PTY_MASTER, src, type);
}

static uint32_t master_poll(struct file *f)
{
	struct pty *p = f->priv;
	uint32_t r = 0;

	GUARD(&p->lock);
	if (byteq_len(&p->ld.out) > 0)
		r |= LX_POLLIN | LX_POLLRDNORM;
	if (p->ld.packet && p->ld.status)
		r |= LX_POLLPRI | LX_POLLIN | LX_POLLRDNORM;
	if (p->slave_left)
		r |= LX_POLLHUP;
	if (!p->master_stopped && byteq_room(&p->typed) > 0)
		r |= LX_POLLOUT | LX_POLLWRNORM;
	return r;
}

static struct waitq *master_waitq(struct file *f)
{
	struct pty *p = f->priv;

	return &p->wq[PTY_MASTER];
}

static long master_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg)
{
	return pty_ioctl(ctx, f, f->priv, PTY_MASTER, mm, cmd, arg);
}

const struct file_ops pty_master_ops = {
	.read = master_read,
	.write = master_write,
	.poll = master_poll,
	.waitq = master_waitq,
	.ioctl = master_ioctl,
	.release = pty_master_release,
};
