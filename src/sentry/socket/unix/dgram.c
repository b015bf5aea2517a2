/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams and sequenced packets: messages with borders. Each is read whole or cut. A datagram
 * goes to the peer or to any address; a stranger waits while more than UNIX_DGRAM_QUEUE messages
 * are in the receiver's queue, a mutual peer only for its own send buffer.
 */
#include <errno.h>

#include "abi/poll.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uio.h"
#include "sentry/socket/unix/unix_priv.h"

enum { OVERHEAD = 32 }; /* what the send buffer must have beside the bytes of one message */

/* ---- send ---- */

enum { SEND_WAIT = 1, SEND_DEAD = 2 };

static int try_send(struct unix_sock *u, struct unix_sock *to, struct unix_msg **m)
{
	GUARD(&to->s.lock);
	if (to->dead)
		return SEND_DEAD;
	if (!unix_may_send(u, to))
		return -EPERM;
	if (to->s.shutdown & SOCK_SHUT_RD)
		return -EPIPE;
	if ((*m)->rights && !socket_is_on(&to->s, SOCK_ON_PASSRIGHTS))
		return -EPERM;
	if (to != u && to->peer != u && unix_is_full(to))
		return SEND_WAIT;
	unix_queue_add(to, TAKE(*m));
	return 0;
}

/* Sent to a socket that is closed. SEND_DEAD: look the address up anew. */
static int send_to_dead(struct unix_sock *u, struct unix_sock *to, bool addressed)
{
	struct unix_sock *old = NULL;

	if (unix_has_connections(u))
		return -EPIPE;
	lock_acquire(&u->s.lock);
	if (u->peer == to)
		old = unix_replace_peer(u, NULL);
	lock_release(&u->s.lock);
	if (!old)
		return addressed ? SEND_DEAD : -ECONNRESET;
	unix_disconnected(u, old);
	unix_put(old);
	return -ECONNREFUSED;
}

static int send_to(struct ctx *ctx, struct unix_sock *u, struct unix_sock *to, struct unix_msg **m,
		   int64_t deadline, bool addressed)
{
	int r;

	unix_msg_sign(ctx, *m, u, to);
	while ((r = try_send(u, to, m)) == SEND_WAIT) {
		r = unix_wait_room(ctx, to, deadline);
		if (r < 0)
			return r;
	}
	if (r == SEND_DEAD)
		return send_to_dead(u, to, addressed);
	if (r == 0)
		waitq_wake_one(&to->s.wq, LX_POLLIN);
	return r;
}

static int find_receiver(struct ctx *ctx, struct unix_sock *u, struct sock_msg *sm,
			 struct unix_sock **ret)
{
	if (sm->addr.len > 0)
		return unix_find(ctx, sm->fs, &sm->addr, u->s.type, ret);
	*ret = unix_peer_get(u);
	return *ret ? 0 : -ENOTCONN;
}

static int check_send(struct ctx *ctx, struct unix_sock *u, struct sock_msg *sm, size_t n)
{
	int r = 0;

	if (u->s.type == LX_SOCK_SEQPACKET) {
		r = socket_take_error(&u->s);
		if (r < 0)
			return r;
		if (u->state != UNIX_CONNECTED)
			return -ENOTCONN;
		sm->addr.len = 0;
	}
	if (sm->flags & LX_MSG_OOB)
		return -EOPNOTSUPP;
	if (sm->addr.len > 0)
		r = unix_check_addr(&sm->addr);
	if (r == 0 && socket_is_on(&u->s, SOCK_ON_PASSCRED))
		r = unix_autobind(ctx, u);
	if (r == 0 && n > u->s.opt.sndbuf - OVERHEAD)
		r = -EMSGSIZE;
	return r;
}

ssize_t unix_dgram_send(struct ctx *ctx, struct unix_sock *u, struct sock_msg *sm, struct uio *src)
{
	int64_t deadline =
		socket_deadline(u->s.opt.snd_timeout, (sm->flags & LX_MSG_DONTWAIT) != 0);
	AUTO(unix_msg_free) struct unix_msg *m = NULL;
	size_t n = src->resid;
	uint32_t charge;
	int r = check_send(ctx, u, sm, n);

	if (r == 0)
		r = unix_charge(ctx, u, n, deadline, &charge);
	if (r == 0)
		r = unix_msg_new(u, charge, src, n, &m);
	if (r == 0)
		r = unix_msg_carry(ctx, m, &sm->control);
	if (r < 0)
		return r;
	do {
		AUTO(unix_put) struct unix_sock *to = NULL;

		r = find_receiver(ctx, u, sm, &to);
		if (r == 0)
			r = send_to(ctx, u, to, &m, deadline, sm->addr.len > 0);
	} while (r == SEND_DEAD);
	return r < 0 ? r : (ssize_t)n;
}

/* ---- receive ---- */

/* The message to read; with SO_PEEK_OFF perhaps a later one, *skip bytes into it. NULL: none. */
static struct unix_msg *find_msg(struct unix_sock *u, bool peek, size_t *skip)
{
	struct unix_msg *m;

	GUARD(&u->s.lock);
	list_for_each_entry(m, &u->queue, link) {
		if (!peek || *skip == 0 || *skip < m->len)
			return m;
		*skip -= m->len;
	}
	return NULL;
}

/* Off the queue; who waits for room is told. */
static void take_msg(struct unix_sock *u, struct unix_msg *m)
{
	bool was_full;

	lock_acquire(&u->s.lock);
	was_full = unix_is_full(u);
	unix_queue_del(u, m);
	lock_release(&u->s.lock);
	if (!was_full)
		return;
	waitq_wake(&u->room, LX_POLLOUT);
	unix_wake_senders(u);
}

static void move_peek(struct unix_sock *u, bool peek, size_t n)
{
	int32_t at = u->s.opt.peek_off, by = (int32_t)MIN(n, (size_t)INT32_MAX);

	if (at >= 0)
		u->s.opt.peek_off = peek ? (int32_t)MIN((int64_t)at + by, (int64_t)INT32_MAX)
					 : MAX(at - by, 0);
}

/* One message to dst. A bad address loses it, as in Linux. */
static ssize_t give_msg(struct unix_sock *u, struct unix_msg *m, size_t skip, struct sock_msg *sm,
			struct uio *dst)
{
	size_t whole = m->len - skip, n = MIN(whole, dst->resid);
	bool peek = (sm->flags & LX_MSG_PEEK) != 0;
	ssize_t put;
	int r;

	unix_name_of(m->from, &sm->addr);
	if (n < whole)
		sm->out_flags |= LX_MSG_TRUNC;
	put = uio_put(dst, m->data + skip, n);
	if (put < 0 || (size_t)put < n)
		return -EFAULT;
	r = unix_msg_tell(u, m, peek, &sm->control);
	if (r < 0)
		return r;
	move_peek(u, peek, peek ? n : m->len);
	return (ssize_t)(sm->flags & LX_MSG_TRUNC ? whole : n);
}

/* 1: there is none now. Else *ret_n is the outcome. */
static int try_recv(struct unix_sock *u, struct sock_msg *sm, struct uio *dst, ssize_t *ret_n)
{
	bool peek = (sm->flags & LX_MSG_PEEK) != 0;
	int32_t off = u->s.opt.peek_off;
	size_t skip = peek && off > 0 ? (size_t)off : 0;
	struct unix_msg *m;

	lock_acquire(&u->read_lock);
	m = find_msg(u, peek, &skip);
	if (!m) {
		lock_release(&u->read_lock);
		return 1;
	}
	if (!peek)
		take_msg(u, m);
	if (peek)
		*ret_n = give_msg(u, m, skip, sm, dst);
	lock_release(&u->read_lock);
	if (!peek) {
		*ret_n = give_msg(u, m, skip, sm, dst);
		unix_msg_free(m);
	}
	return 0;
}

/* Wake-ups for messages reach one reader each; who leaves hands on what he did not need. */
static void hand_on(struct unix_sock *u)
{
	bool more;

	lock_acquire(&u->s.lock);
	more = u->nqueue > 0;
	lock_release(&u->s.lock);
	if (more)
		waitq_wake_one(&u->s.wq, LX_POLLIN);
}

/*
 * One look. 0: *ret_n is the outcome; 1: sleep. The end is looked at before the queue: what was
 * sent before the end is then seen.
 */
static int look(struct unix_sock *u, struct sock_msg *sm, struct uio *dst, ssize_t *ret_n)
{
	bool failed = u->s.error != 0, ended = (u->s.shutdown & SOCK_SHUT_RD) != 0;

	if (try_recv(u, sm, dst, ret_n) == 0)
		return 0;
	*ret_n = failed ? socket_take_error(&u->s) : 0;
	if (*ret_n < 0)
		return 0;
	/* A datagram socket that does not wait is not told of the end. */
	if (ended && !unix_has_connections(u) && (sm->flags & LX_MSG_DONTWAIT))
		*ret_n = -EAGAIN;
	return ended ? 0 : 1;
}

static ssize_t wait_recv(struct ctx *ctx, struct unix_sock *u, struct sock_msg *sm, struct uio *dst)
{
	int64_t deadline =
		socket_deadline(u->s.opt.rcv_timeout, (sm->flags & LX_MSG_DONTWAIT) != 0);
	struct waiter w;
	ssize_t n = 0;

	waiter_init(&w, ctx, LX_POLLIN);
	w.exclusive = !(sm->flags & LX_MSG_PEEK);
	waitq_add(&u->s.wq, &w);
	while (look(u, sm, dst, &n) == 1) {
		n = socket_sleep(ctx, deadline);
		if (n < 0)
			break;
	}
	waitq_del(&w);
	hand_on(u);
	return n;
}

ssize_t unix_dgram_recv(struct ctx *ctx, struct unix_sock *u, struct sock_msg *sm, struct uio *dst)
{
	ssize_t n;
	int r;

	if (u->s.type == LX_SOCK_SEQPACKET && u->state != UNIX_CONNECTED)
		return -ENOTCONN;
	if (sm->flags & LX_MSG_OOB)
		return -EOPNOTSUPP;
	r = socket_take_error(&u->s);
	if (r < 0)
		return r;
	return try_recv(u, sm, dst, &n) == 0 ? n : wait_recv(ctx, u, sm, dst);
}
