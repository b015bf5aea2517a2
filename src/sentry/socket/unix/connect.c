/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who talks to whom: connect(2), accept(2), listen(2), socketpair(2).
 *
 * A connection to a listener is made by the connecting side alone: it makes the socket that accept
 * will give out (the embryo), marries it with its own, and puts it into the listener's queue. Both
 * ends can talk from then on. Datagram sockets have at most one peer whom they send to, which need
 * not be mutual, and may change it.
 */
#include <errno.h>

#include "abi/poll.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/socket/unix/unix_priv.h"

NO_THREAD_SAFETY void unix_lock_two(struct unix_sock *a, struct unix_sock *b)
{
	if (a == b) {
		lock_acquire(&a->s.lock);
		return;
	}
	lock_acquire(a < b ? &a->s.lock : &b->s.lock);
	lock_acquire_nested(a < b ? &b->s.lock : &a->s.lock, 1);
}

NO_THREAD_SAFETY void unix_unlock_two(struct unix_sock *a, struct unix_sock *b)
{
	if (a != b)
		lock_release(&b->s.lock);
	lock_release(&a->s.lock);
}

struct unix_sock *unix_peer_get(struct unix_sock *u)
{
	GUARD(&u->s.lock);
	return u->peer ? unix_get(u->peer) : NULL;
}

/* ---- room ---- */

bool unix_is_full(struct unix_sock *u)
{
	return (u->state == UNIX_LISTENING ? u->nembryos : u->nqueue) > u->backlog;
}

static bool must_wait(struct unix_sock *u)
{
	GUARD(&u->s.lock);
	return unix_is_full(u) && !u->dead && !(u->s.shutdown & SOCK_SHUT_RD);
}

int unix_wait_room(struct ctx *ctx, struct unix_sock *other, int64_t deadline)
{
	struct waiter w;
	int r;

	waiter_init(&w, ctx, LX_POLLOUT);
	waitq_add(&other->room, &w);
	r = must_wait(other) ? socket_sleep(ctx, deadline) : 0;
	waitq_del(&w);
	return r;
}

/* ---- streams and sequenced packets: connect ---- */

static int check_connectable(const struct unix_sock *u)
{
	if (u->state == UNIX_CLOSED)
		return 0;
	return u->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
}

/* u and e become each other's peers. Takes two references. */
static void marry(struct unix_sock *u, struct unix_sock *e)
{
	u->peer = unix_get(e);
	e->peer = unix_get(u);
	u->state = UNIX_CONNECTED;
	e->state = UNIX_CONNECTED;
}

/* Both locked: e is what u will talk to, and waits at l to be accepted. Takes over e. */
static void meet(struct ctx *ctx, struct unix_sock *u, struct unix_sock *l, struct unix_sock *e)
	REQUIRES(u->s.lock) REQUIRES(l->s.lock)
{
	struct unix_name *name = l->name;

	lock_acquire_nested(&e->s.lock, 2);
	marry(u, e);
	unix_set_peer_cred(e, ctx->cred, ctx->tgid);
	e->s.opt.on = l->s.opt.on & (SOCK_ON_PASSCRED | SOCK_ON_PASSRIGHTS);
	ref_get(&name->ref);
	e->name = name;
	lock_release(&e->s.lock);
	unix_set_peer_cred(u, l->peer_cred, l->peer_pid);
	list_add_tail(&l->embryos, &e->embryo_link);
	l->nembryos++;
}

enum { TRY_AGAIN = 1, TRY_WAIT = 2 }; /* look the name up anew; after there is room */

static int try_connect(struct ctx *ctx, struct unix_sock *u, struct unix_sock *l,
		       struct unix_sock **e)
{
	int r = 0;

	unix_lock_two(u, l);
	if (l->dead)
		r = TRY_AGAIN;
	else if (l->state != UNIX_LISTENING || (l->s.shutdown & SOCK_SHUT_RD))
		r = -ECONNREFUSED;
	else if (unix_is_full(l))
		r = TRY_WAIT;
	else
		r = check_connectable(u);
	if (r == 0)
		meet(ctx, u, l, TAKE(*e));
	unix_unlock_two(u, l);
	if (r == 0)
		waitq_wake_one(&l->s.wq, LX_POLLIN);
	return r;
}

static int connect_stream(struct ctx *ctx, struct unix_sock *u, const struct sock_addr *a,
			  struct fs_info *fs, bool nonblock)
{
	int64_t deadline = socket_deadline(u->s.opt.snd_timeout, nonblock);
	AUTO(unix_put) struct unix_sock *e = NULL;
	int r;

	e = unix_new(u->s.type);
	if (!e)
		return -ENOMEM;
	do {
		AUTO(unix_put) struct unix_sock *l = NULL;

		r = unix_find(ctx, fs, a, u->s.type, &l);
		if (r == 0)
			r = try_connect(ctx, u, l, &e);
		if (r == TRY_WAIT) {
			r = unix_wait_room(ctx, l, deadline);
			r = r == 0 ? TRY_AGAIN : r;
		}
	} while (r == TRY_AGAIN);
	if (r == 0)
		waitq_wake(&u->s.wq, LX_POLLOUT);
	return r;
}

/* ---- datagrams: connect ---- */

bool unix_may_send(struct unix_sock *u, struct unix_sock *other)
{
	return !other->peer || other->peer == u;
}

/* Who sends to whom: a socket with a full queue tells those that poll for room in it. */
static struct lock senders_lock = LOCK_INIT(RANK_SOCKET_NAMES, "senders to UNIX sockets");

void unix_wake_senders(struct unix_sock *u)
{
	struct unix_sock *from;

	GUARD(&senders_lock);
	list_for_each_entry(from, &u->senders, sender_link)
		waitq_wake(&from->s.wq, LX_POLLOUT);
}

struct unix_sock *unix_replace_peer(struct unix_sock *u, struct unix_sock *other)
{
	struct unix_sock *old = u->peer;

	u->peer = other ? unix_get(other) : NULL;
	u->state = other ? UNIX_CONNECTED : UNIX_CLOSED;
	GUARD(&senders_lock);
	list_del(&u->sender_link);
	if (other)
		list_add_tail(&other->senders, &u->sender_link);
	return old;
}

/* All that waits in u's queue is taken out. */
static void take_queue(struct unix_sock *u, struct list *msgs)
{
	GUARD(&u->read_lock);
	GUARD(&u->s.lock);
	list_splice_tail(msgs, &u->queue);
	u->nqueue = 0;
	u->queue_bytes = 0;
}

static bool reset_peer(struct unix_sock *u, struct unix_sock *old)
{
	GUARD(&old->s.lock);
	if (old->dead || old->peer != u)
		return false;
	old->s.error = ECONNRESET;
	return true;
}

void unix_disconnected(struct unix_sock *u, struct unix_sock *old)
{
	struct list msgs = LIST_INIT(msgs);

	take_queue(u, &msgs);
	if (!list_empty(&msgs) && reset_peer(u, old))
		waitq_wake(&old->s.wq, UNIX_WAKE_ALL);
	if (!list_empty(&msgs))
		waitq_wake(&u->room, LX_POLLOUT);
	unix_msgs_free(&msgs);
}

static int try_connect_dgram(struct unix_sock *u, struct unix_sock *other, struct unix_sock **ret)
{
	int r = 0;

	unix_lock_two(u, other);
	if (other->dead)
		r = TRY_AGAIN;
	else if (!unix_may_send(u, other))
		r = -EPERM;
	else
		*ret = unix_replace_peer(u, other);
	unix_unlock_two(u, other);
	return r;
}

static int connect_dgram(struct ctx *ctx, struct unix_sock *u, const struct sock_addr *a,
			 struct fs_info *fs)
{
	AUTO(unix_put) struct unix_sock *old = NULL;
	AUTO(unix_put) struct unix_sock *other = NULL;
	int r;

	do {
		unix_put(TAKE(other));
		r = unix_find(ctx, fs, a, u->s.type, &other);
		if (r == 0)
			r = try_connect_dgram(u, other, &old);
	} while (r == TRY_AGAIN);
	if (r == 0 && old && old != other)
		unix_disconnected(u, old);
	if (r == 0)
		waitq_wake(&u->s.wq, LX_POLLOUT);
	return r;
}

static void disconnect_dgram(struct unix_sock *u)
{
	AUTO(unix_put) struct unix_sock *old = NULL;

	lock_acquire(&u->s.lock);
	old = unix_replace_peer(u, NULL);
	lock_release(&u->s.lock);
	if (old)
		unix_disconnected(u, old);
}

int unix_connect(struct ctx *ctx, struct socket *s, const struct sock_addr *a, struct fs_info *fs,
		 bool nonblock)
{
	struct unix_sock *u = unix_of(s);
	int r;

	if (!unix_has_connections(u)) {
		if (a->len < UNIX_NAME_OFF)
			return -EINVAL;
		if (a->family == LX_AF_UNSPEC) {
			disconnect_dgram(u);
			return 0;
		}
	}
	r = unix_check_addr(a);
	if (r == 0 && socket_is_on(s, SOCK_ON_PASSCRED))
		r = unix_autobind(ctx, u);
	if (r < 0)
		return r;
	return unix_has_connections(u) ? connect_stream(ctx, u, a, fs, nonblock)
				       : connect_dgram(ctx, u, a, fs);
}

int unix_pair(struct ctx *ctx, struct socket *a, struct socket *b)
{
	struct unix_sock *ua = unix_of(a), *ub = unix_of(b);

	unix_lock_two(ua, ub);
	if (unix_has_connections(ua)) {
		marry(ua, ub);
	} else {
		unix_replace_peer(ua, ub);
		unix_replace_peer(ub, ua);
	}
	unix_set_peer_cred(ua, ctx->cred, ctx->tgid);
	unix_set_peer_cred(ub, ctx->cred, ctx->tgid);
	unix_unlock_two(ua, ub);
	return 0;
}

/* ---- listeners ---- */

static int start_listening(struct ctx *ctx, struct unix_sock *u, uint32_t backlog)
{
	GUARD(&u->s.lock);
	if (!u->name || u->state == UNIX_CONNECTED)
		return -EINVAL;
	u->backlog = backlog;
	u->state = UNIX_LISTENING;
	u->s.listening = true;
	unix_set_peer_cred(u, ctx->cred, ctx->tgid);
	return 0;
}

int unix_listen(struct ctx *ctx, struct socket *s, uint32_t backlog)
{
	struct unix_sock *u = unix_of(s);
	int r;

	if (!unix_has_connections(u))
		return -EOPNOTSUPP;
	r = start_listening(ctx, u, backlog);
	if (r == 0)
		waitq_wake(&u->room, LX_POLLOUT);
	return r;
}

/* *ret NULL: nobody has come. */
static int try_accept(struct unix_sock *l, struct unix_sock **ret)
{
	GUARD(&l->s.lock);
	*ret = NULL;
	if (l->nembryos == 0)
		return l->s.shutdown & SOCK_SHUT_RD ? -EINVAL : 0;
	*ret = list_first_entry(&l->embryos, struct unix_sock, embryo_link);
	list_del(&(*ret)->embryo_link);
	l->nembryos--;
	return 0;
}

/* Wake-ups for connections reach one thread each; who leaves hands on what he did not need. */
static int wait_accept(struct ctx *ctx, struct unix_sock *l, bool nonblock, struct unix_sock **ret)
{
	int64_t deadline = socket_deadline(l->s.opt.rcv_timeout, nonblock);
	struct waiter w;
	int r;

	waiter_init(&w, ctx, LX_POLLIN);
	w.exclusive = true;
	waitq_add(&l->s.wq, &w);
	while ((r = try_accept(l, ret)) == 0 && !*ret) {
		r = socket_sleep(ctx, deadline);
		if (r < 0)
			break;
	}
	waitq_del(&w);
	lock_acquire(&l->s.lock);
	bool more = l->nembryos > 0;
	lock_release(&l->s.lock);
	if (more)
		waitq_wake_one(&l->s.wq, LX_POLLIN);
	return r;
}

int unix_accept(struct ctx *ctx, struct socket *s, bool nonblock, struct socket **ret)
{
	struct unix_sock *l = unix_of(s), *e;
	int r;

	if (!unix_has_connections(l))
		return -EOPNOTSUPP;
	if (l->state != UNIX_LISTENING)
		return -EINVAL;
	r = try_accept(l, &e);
	if (r == 0 && !e)
		r = wait_accept(ctx, l, nonblock, &e);
	if (r < 0)
		return r;
	waitq_wake(&l->room, LX_POLLOUT);
	*ret = &e->s;
	return 0;
}
