/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The slave as an open file: termios(3), "Canonical and noncanonical mode". Once hung up, it reads
 * as at its end, cannot be written, and all else is -EIO.
 */
#include <errno.h>

#include "abi/poll.h"
#include "abi/signal.h"
#include "sentry/core/clock.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uio.h"
#include "sentry/fs/tty/pty_priv.h"
#include "sentry/vfs/file.h"

#define TENTH_NS (NSEC_PER_SEC / 10)

static bool is_hung(const struct pty_slave *s)
{
	return s->hangups != s->pty->hangups;
}

/* ---- reading ---- */

/*
 * One read under way. Canonical mode: one line. Else VMIN (`least`) and VTIME: with VMIN, the time
 * runs anew after each byte that came; without, it runs from the beginning, and no byte at all is
 * an answer too.
 */
struct reading {
	uint8_t buf[PTY_CHUNK];
	size_t want, done;
	size_t least;
	int64_t gap_ns;      /* 0: wait as long as it takes */
	int64_t deadline_ns; /* CTX_FOREVER; 0: do not wait */
};

static void begin(struct reading *rd, const struct ldisc *l, size_t want)
{
	int64_t time = l->termios.c_cc[LX_VTIME] * TENTH_NS;

	rd->want = MIN(want, sizeof(rd->buf));
	rd->done = 0;
	rd->least = 0;
	rd->gap_ns = 0;
	rd->deadline_ns = CTX_FOREVER;
	if (l->termios.c_lflag & LX_ICANON)
		return;
	rd->least = l->termios.c_cc[LX_VMIN];
	if (rd->least > 0) {
		rd->gap_ns = time;
		return;
	}
	rd->least = 1;
	rd->deadline_ns = time ? clock_monotonic_ns() + time : 0;
}

/* True: the read is over, with *ret if nothing was read. */
static bool take(struct pty_slave *s, struct reading *rd, ssize_t *ret)
{
	struct pty *p = s->pty;

	GUARD(&p->lock);
	LOCK_ASSERT_HELD(&p->lock);
	*ret = 0;
	if (is_hung(s) || !ldisc_has_input(&p->ld)) {
		/* Who slept when the master went hears -EIO; who comes later is at the end. */
		*ret = !p->master_open ? -EIO : is_hung(s) ? 0 : -EAGAIN;
		return *ret != -EAGAIN || rd->deadline_ns == 0;
	}
	rd->done += ldisc_read(&p->ld, rd->buf + rd->done, rd->want - rd->done);
	if (byteq_len(&p->typed) > 0) {
		pty_pump(p);
		waitq_wake(&p->wq[PTY_MASTER], LX_POLLOUT);
	}
	if (rd->gap_ns)
		rd->deadline_ns = clock_monotonic_ns() + rd->gap_ns;
	*ret = 0;
	return rd->done >= rd->least || rd->done == rd->want;
}

static ssize_t read_bytes(struct ctx *ctx, struct file *f, struct reading *rd)
{
	struct pty_slave *s = f->priv;
	ssize_t r;

	while (!take(s, rd, &r)) {
		if (file_nonblocking(f)) {
			r = -EAGAIN;
			break;
		}
		r = ctx_block(ctx, rd->deadline_ns);
		if (r == -ETIMEDOUT) {
			(void)take(s, rd, &r); /* what came with the last tick */
			r = 0;
			break;
		}
		if (r < 0)
			break;
	}
	if (rd->deadline_ns == 0 && r == -EAGAIN)
		r = 0; /* VMIN and VTIME are 0 */
	return rd->done > 0 ? (ssize_t)rd->done : r;
}

static ssize_t slave_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos UNUSED)
{
	struct pty_slave *s = f->priv;
	struct pty *p = s->pty;
	struct reading rd;
	struct waiter w;
	ssize_t r;

	lock_acquire(&p->lock);
	begin(&rd, &p->ld, dst->resid);
	r = is_hung(s);
	lock_release(&p->lock);
	if (r)
		return 0;
	r = ctty_check_read(ctx, &p->ctty);
	if (r < 0 || dst->resid == 0)
		return r;
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&p->wq[PTY_SLAVE], &w);
	r = read_bytes(ctx, f, &rd);
	waitq_del(&w);
	return r <= 0 ? r : uio_put(dst, rd.buf, (size_t)r);
}

/* ---- writing ---- */

static ssize_t print(struct pty *p, struct file *f, const uint8_t *buf, size_t n)
{
	size_t took;

	LOCK_ASSERT_HELD(&p->lock);
	if (is_hung(f->priv) || !p->master_open)
		return -EIO;
	took = ldisc_write(&p->ld, buf, n);
	if (took > 0)
		waitq_wake(&p->wq[PTY_MASTER], LX_POLLIN);
	return (ssize_t)took;
}

static bool asks_first(struct pty_slave *s)
{
	GUARD(&s->pty->lock);
	return (s->pty->ld.termios.c_lflag & LX_TOSTOP) && !is_hung(s);
}

static ssize_t slave_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos UNUSED)
{
	struct pty_slave *s = f->priv;
	int r = asks_first(s) ? ctty_check_change(ctx, &s->pty->ctty) : 0;

	return r < 0 ? r : pty_write(ctx, f, s->pty, PTY_SLAVE, src, print);
}

/* ---- the rest ---- */

static uint32_t slave_poll(struct file *f)
{
	struct pty_slave *s = f->priv;
	struct pty *p = s->pty;
	uint32_t r = 0;

	GUARD(&p->lock);
	if (is_hung(s))
		return LX_POLLIN | LX_POLLOUT | LX_POLLERR | LX_POLLHUP | LX_POLLRDNORM |
		       LX_POLLWRNORM;
	if (ldisc_poll_in(&p->ld))
		r |= LX_POLLIN | LX_POLLRDNORM;
	if (ldisc_may_write(&p->ld))
		r |= LX_POLLOUT | LX_POLLWRNORM;
	return r;
}

static struct waitq *slave_waitq(struct file *f)
{
	struct pty_slave *s = f->priv;

	return &s->pty->wq[PTY_SLAVE];
}

static long slave_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg)
{
	struct pty_slave *s = f->priv;
	bool hung;

	lock_acquire(&s->pty->lock);
	hung = is_hung(s);
	lock_release(&s->pty->lock);
	if (hung)
		return cmd == LX_TIOCSPGRP ? -ENOTTY : -EIO;
	return pty_ioctl(ctx, f, s->pty, PTY_SLAVE, mm, cmd, arg);
}

const struct file_ops pty_slave_ops = {
	.read = slave_read,
	.write = slave_write,
	.poll = slave_poll,
	.waitq = slave_waitq,
	.ioctl = slave_ioctl,
	.release = pty_slave_release,
};
