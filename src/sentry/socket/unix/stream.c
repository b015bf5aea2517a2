/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: bytes without borders. A write becomes messages of at most SEND_CHUNK bytes in the
 * peer's queue; a read takes them one after the other, as far as they are, but stops behind one
 * that carried files, and before one of another sender while credentials are told.
 */
#include <errno.h>

#include "abi/poll.h"
#include "abi/signal.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uio.h"
#include "sentry/socket/unix/unix_priv.h"

enum { SEND_CHUNK = 36544 }; /* what one of Linux's buffers holds */

/* ---- send ---- */

static int append(struct ctx *ctx, struct unix_sock *u, struct unix_sock *peer, struct unix_msg **m)
{
	unix_msg_sign(ctx, *m, u, peer);
	GUARD(&peer->s.lock);
	if (peer->dead || (peer->s.shutdown & SOCK_SHUT_RD))
		return -EPIPE;
	if ((*m)->rights && !socket_is_on(&peer->s, SOCK_ON_PASSRIGHTS))
		return -EPERM;
	unix_queue_add(peer, TAKE(*m));
	return 0;
}

/* One message. Bytes or -errno. */
static ssize_t send_chunk(struct ctx *ctx, struct unix_sock *u, struct unix_sock *peer,
			  struct sock_msg *sm, struct uio *src, int64_t deadline)
{
	size_t n = MIN(src->resid, (size_t)SEND_CHUNK);
	AUTO(unix_msg_free) struct unix_msg *m = NULL;
	uint32_t charge;
	int r;

	n = MIN(n, (size_t)(u->s.opt.sndbuf / 2 - 64));
	r = unix_charge(ctx, u, n, deadline, &charge);
	if (r == 0)
		r = unix_msg_new(u, charge, src, n, &m);
	if (r == 0)
		r = unix_msg_carry(ctx, m, &sm->control);
	if (r == 0)
		r = append(ctx, u, peer, &m);
	if (r < 0)
		return r;
	waitq_wake(&peer->s.wq, LX_POLLIN);
	return (ssize_t)n;
}

ssize_t unix_stream_send(struct ctx *ctx, struct unix_sock *u, struct sock_msg *m, struct uio *src)
{
	int64_t deadline = socket_deadline(u->s.opt.snd_timeout, (m->flags & LX_MSG_DONTWAIT) != 0);
	AUTO(unix_put) struct unix_sock *peer = NULL;
	ssize_t done = 0, n = 0;

	if (m->flags & LX_MSG_OOB)
		return -EOPNOTSUPP;
	if (m->addr.len > 0)
		return u->state == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	peer = unix_peer_get(u);
	if (!peer)
		return -ENOTCONN;
	if (u->s.shutdown & SOCK_SHUT_WR)
		n = -EPIPE;
	while (n >= 0 && src->resid > 0) {
		n = send_chunk(ctx, u, peer, m, src, deadline);
		if (n > 0)
			done += n;
	}
	if (done > 0)
		return done;
	if (n == -EPIPE && !(m->flags & LX_MSG_NOSIGNAL))
		ctx->ops->signal_self(ctx, LX_SIGPIPE);
	return n < 0 ? n : 0;
}

/* ---- receive ---- */

/* One call. */
struct reading {
	struct unix_sock *u;
	struct sock_msg *m;
	struct uio *dst;
	size_t target;    /* bytes to wait for */
	size_t peek_from; /* SO_PEEK_OFF: where peeking begins */
	size_t skip;      /* bytes still to step over before that */
	size_t done;
	bool peek,
		signed_; /* signed_: the sender of what was read is told, so it must stay the same */
	struct unix_sender sender;
};

enum { READ_MORE = 1 }; /* the queue is at its end */

static struct unix_msg *next_msg(struct unix_sock *u, struct unix_msg *after)
{
	struct list *l;

	GUARD(&u->s.lock);
	l = after ? after->link.next : u->queue.next;
	return l == &u->queue ? NULL : container_of(l, struct unix_msg, link);
}

/* n bytes of m were read. True: it is at its end, and gone. */
static bool consume(struct unix_sock *u, struct unix_msg *m, uint32_t n)
{
	lock_acquire(&u->s.lock);
	u->queue_bytes -= n;
	m->off += n;
	if (m->off < m->len) {
		lock_release(&u->s.lock);
		return false;
	}
	unix_queue_del(u, m);
	lock_release(&u->s.lock);
	unix_msg_free(m);
	return true;
}

/* Who sent m; false: somebody else than what was read so far. */
static bool check_sender(struct reading *rd, struct unix_msg *m)
{
	if (rd->signed_)
		return unix_same_sender(&rd->sender, &m->sender);
	if (socket_is_on(&rd->u->s, SOCK_ON_PASSCRED)) {
		rd->signed_ = true;
		rd->sender = m->sender;
	}
	if (rd->done == 0 && rd->m->addr.len == 0)
		unix_name_of(m->from, &rd->m->addr);
	return true;
}

/* Bytes of one message. 0: go on with the next; READ_MORE: stop here; -errno. */
static int read_msg(struct reading *rd, struct unix_msg *m)
{
	size_t n = MIN((size_t)(m->len - m->off) - rd->skip, rd->dst->resid);
	bool carried = m->rights != NULL, gone = false;
	ssize_t put = uio_put(rd->dst, m->data + m->off + rd->skip, n);
	int r;

	if (put < 0 || (size_t)put < n) {
		if (put > 0)
			uio_revert(rd->dst, (size_t)put);
		return -EFAULT;
	}
	r = unix_msg_tell(rd->u, m, rd->peek, &rd->m->control);
	if (r < 0)
		return r;
	rd->done += n;
	if (!rd->peek)
		gone = consume(rd->u, m, (uint32_t)n);
	return carried || (!rd->peek && !gone) || rd->dst->resid == 0 ? READ_MORE : 0;
}

/* Peeking with an offset: step over what was seen before. False: all of m was. */
static bool begin_msg(struct reading *rd, struct unix_msg *m)
{
	size_t left = m->len - m->off;

	if (!rd->peek || rd->skip < left)
		return true;
	rd->skip -= left;
	return false;
}

/* As far as the queue goes. 0: all that may be had now is had; READ_MORE: more may come; -errno. */
static int read_queue(struct reading *rd)
{
	struct unix_msg *m = NULL;
	int r = 0;

	GUARD(&rd->u->read_lock);
	rd->skip = rd->peek_from;
	for (;;) {
		m = next_msg(rd->u, rd->peek ? m : NULL);
		if (!m)
			return READ_MORE;
		if (!begin_msg(rd, m))
			continue;
		if (!check_sender(rd, m))
			return 0;
		r = read_msg(rd, m);
		if (r != 0)
			return r < 0 ? r : 0;
		rd->skip = 0;
	}
}

/*
 * Sleep until read_queue is done, or there is no more to wait for. The end is looked at before the
 * queue: what was sent before the end is then seen.
 */
static int read_all(struct ctx *ctx, struct reading *rd, int64_t deadline)
{
	struct socket *s = &rd->u->s;

	for (;;) {
		bool failed = s->error != 0, ended = (s->shutdown & SOCK_SHUT_RD) != 0;
		int r = read_queue(rd);

		if (r != READ_MORE)
			return r;
		if (rd->done >= rd->target || (rd->peek && rd->done > 0))
			return 0;
		r = failed ? socket_take_error(s) : 0;
		if (r < 0 || ended)
			return r;
		r = socket_sleep(ctx, deadline);
		if (r < 0)
			return r;
	}
}

/* Where peeking goes on: SO_PEEK_OFF. */
static void move_peek(struct reading *rd)
{
	_Atomic int32_t *off = &rd->u->s.opt.peek_off;
	int32_t at = *off, done = (int32_t)MIN(rd->done, (size_t)INT32_MAX);

	if (at < 0)
		return;
	*off = rd->peek ? (int32_t)MIN((int64_t)at + done, (int64_t)INT32_MAX) : MAX(at - done, 0);
}

ssize_t unix_stream_recv(struct ctx *ctx, struct unix_sock *u, struct sock_msg *m, struct uio *dst)
{
	int64_t deadline = socket_deadline(u->s.opt.rcv_timeout, (m->flags & LX_MSG_DONTWAIT) != 0);
	struct reading rd = {
		.u = u,
		.m = m,
		.dst = dst,
		.target = dst->resid,
		.peek = (m->flags & LX_MSG_PEEK) != 0,
	};
	struct waiter w;
	int r;

	if (u->state != UNIX_CONNECTED)
		return -EINVAL;
	if (m->flags & LX_MSG_OOB)
		return -EOPNOTSUPP;
	if (!(m->flags & LX_MSG_WAITALL))
		rd.target = MIN(rd.target, (size_t)u->s.opt.rcvlowat);
	rd.target = MAX(rd.target, (size_t)1);
	if (rd.peek && u->s.opt.peek_off > 0)
		rd.peek_from = (size_t)u->s.opt.peek_off;
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&u->s.wq, &w);
	r = read_all(ctx, &rd, deadline);
	waitq_del(&w);
	move_peek(&rd);
	return rd.done > 0 ? (ssize_t)rd.done : r;
}
