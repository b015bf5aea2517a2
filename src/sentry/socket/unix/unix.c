/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UNIX sockets: the family, the life of a socket, and what is asked of it beside bytes. unix(7).
 *
 * A socket lives as long as somebody refers to it: its file or its listener, its peers, its
 * messages in the queues of others. It is `dead` once its file is closed (or the listener that kept
 * it): then its names and its queue are gone, and nobody reads or sends any more.
 */
#include "sentry/socket/unix/unix.h"

#include <errno.h>
#include <string.h>

#include "abi/ioctl.h"
#include "abi/poll.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/mm/uaccess.h"
#include "sentry/socket/unix/unix_priv.h"

static SLAB_DEFINE(unix_slab, struct unix_sock);

struct unix_sock *unix_of(struct socket *s)
{
	return s->ops == &unix_ops ? container_of(s, struct unix_sock, s) : NULL;
}

struct unix_sock *unix_of_file(struct file *f)
{
	struct socket *s = socket_of(f);

	return s ? unix_of(s) : NULL;
}

/* ---- life ---- */

struct unix_sock *unix_new(int type)
{
	struct unix_sock *u = slab_alloc(&unix_slab);

	if (!u)
		return NULL;
	socket_init(&u->s, &unix_ops, LX_AF_UNIX, type, 0);
	lock_init(&u->read_lock, RANK_SOCKET_READ, "reader of a UNIX socket");
	waitq_init(&u->room);
	list_init(&u->queue);
	list_init(&u->embryos);
	list_init(&u->embryo_link);
	list_init(&u->senders);
	list_init(&u->sender_link);
	list_init(&u->flying_link);
	list_init(&u->gc_link);
	list_init(&u->all_link);
	u->backlog = UNIX_DGRAM_QUEUE;
	unix_list(u);
	return u;
}

static int unix_create(struct ctx *ctx UNUSED, int type, int protocol, struct socket **ret)
{
	struct unix_sock *u;

	if (protocol != 0 && protocol != LX_AF_UNIX)
		return -EPROTONOSUPPORT;
	if (type == LX_SOCK_RAW)
		type = LX_SOCK_DGRAM; /* as BSD's programs say it */
	if (type != LX_SOCK_STREAM && type != LX_SOCK_DGRAM && type != LX_SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	u = unix_new(type);
	if (!u)
		return -ENOMEM;
	*ret = &u->s;
	return 0;
}

/* One that never had a file, nor a listener: nobody has closed it. */
static void unix_free(struct socket *s)
{
	struct unix_sock *u = container_of(s, struct unix_sock, s);

	unix_unlist(u);
	if (u->peer_cred)
		cred_put(u->peer_cred);
	unix_name_put(u->name);
	waitq_fini(&u->room);
	lock_fini(&u->read_lock);
	socket_fini(s);
	slab_free(&unix_slab, u);
}

/* What the last moment of a socket takes out of it. */
struct remains {
	struct unix_sock *peer;
	struct list msgs, embryos;
};

static void die(struct unix_sock *u, struct remains *ret)
{
	GUARD(&u->s.lock);
	u->dead = true;
	u->s.shutdown = SOCK_SHUT_BOTH;
	ret->peer = unix_has_connections(u) ? TAKE(u->peer) : unix_replace_peer(u, NULL);
	list_splice_tail(&ret->msgs, &u->queue);
	u->nqueue = 0;
	u->queue_bytes = 0;
	list_splice_tail(&ret->embryos, &u->embryos);
	u->nembryos = 0;
}

/* The other end of a connection hears that it is over; what was never read is reported. */
static void tell_peer(struct unix_sock *peer, bool unread)
{
	lock_acquire(&peer->s.lock);
	peer->s.shutdown = SOCK_SHUT_BOTH;
	if (unread)
		peer->s.error = ECONNRESET;
	lock_release(&peer->s.lock);
	waitq_wake(&peer->s.wq, UNIX_WAKE_ALL);
}

void unix_close(struct unix_sock *u, bool embryo)
{
	struct remains left = {.msgs = LIST_INIT(left.msgs), .embryos = LIST_INIT(left.embryos)};

	unix_unname(u);
	die(u, &left);
	waitq_wake(&u->room, UNIX_WAKE_ALL);
	unix_wake_senders(u);
	if (left.peer && unix_has_connections(u))
		tell_peer(left.peer, embryo || !list_empty(&left.msgs));
	unix_put(left.peer);
	while (!list_empty(&left.embryos)) {
		struct unix_sock *e =
			list_first_entry(&left.embryos, struct unix_sock, embryo_link);

		list_del(&e->embryo_link);
		unix_close(e, true); /* has no embryos of its own */
		unix_put(e);
	}
	unix_msgs_free(&left.msgs);
}

static void close_file(struct socket *s)
{
	unix_close(unix_of(s), false);
	unix_collect_sometimes();
}

void unix_set_peer_cred(struct unix_sock *u, const struct cred *cred, int32_t pid)
{
	if (u->peer_cred)
		cred_put(u->peer_cred);
	u->peer_cred = cred ? cred_get(cred) : NULL;
	u->peer_pid = pid;
}

/* ---- names, shutdown ---- */

static int unix_getname(struct socket *s, enum sock_side side, struct sock_addr *ret)
{
	struct unix_sock *u = unix_of(s);
	AUTO(unix_put) struct unix_sock *peer = NULL;

	if (side == SOCK_SIDE_PEER) {
		peer = unix_peer_get(u);
		if (!peer)
			return -ENOTCONN;
		u = peer;
	}
	unix_name_of(u, ret);
	if (ret->len == 0) {
		ret->family = LX_AF_UNIX;
		ret->len = UNIX_NAME_OFF;
	}
	return 0;
}

static void shut(struct unix_sock *u, unsigned how)
{
	lock_acquire(&u->s.lock);
	atomic_fetch_or(&u->s.shutdown, how);
	lock_release(&u->s.lock);
	waitq_wake(&u->s.wq, UNIX_WAKE_ALL);
	waitq_wake(&u->room, UNIX_WAKE_ALL);
}

static int unix_shutdown(struct ctx *ctx UNUSED, struct socket *s, unsigned how)
{
	struct unix_sock *u = unix_of(s);
	AUTO(unix_put) struct unix_sock *peer = NULL;
	unsigned other_way = 0;

	shut(u, how);
	peer = unix_has_connections(u) ? unix_peer_get(u) : NULL;
	if (!peer)
		return 0;
	if (how & SOCK_SHUT_RD)
		other_way |= SOCK_SHUT_WR;
	if (how & SOCK_SHUT_WR)
		other_way |= SOCK_SHUT_RD;
	shut(peer, other_way);
	return 0;
}

/* ---- poll ---- */

/* Must a datagram to the peer wait? Seen without both locks: a change of either is told by
 * wake-ups. */
static bool peer_is_full(struct unix_sock *u)
{
	AUTO(unix_put) struct unix_sock *peer = unix_peer_get(u);
	bool full;

	if (!peer || peer == u)
		return false;
	lock_acquire(&peer->s.lock);
	full = peer->peer != u && !peer->dead && unix_is_full(peer);
	lock_release(&peer->s.lock);
	return full;
}

static uint32_t unix_poll(struct socket *s)
{
	struct unix_sock *u = unix_of(s);
	unsigned shutdown = s->shutdown;
	uint32_t ev = s->error ? LX_POLLERR : 0;
	bool waiting;
	int state;

	lock_acquire(&s->lock);
	state = u->state;
	waiting = u->nqueue > 0 || u->nembryos > 0;
	lock_release(&s->lock);
	if (shutdown == SOCK_SHUT_BOTH)
		ev |= LX_POLLHUP;
	if (shutdown & SOCK_SHUT_RD)
		ev |= LX_POLLRDHUP | LX_POLLIN | LX_POLLRDNORM;
	if (waiting)
		ev |= LX_POLLIN | LX_POLLRDNORM;
	if (unix_has_connections(u) && state == UNIX_CLOSED)
		ev |= LX_POLLHUP;
	if (state != UNIX_LISTENING && unix_is_writable(u) &&
	    (unix_is_stream(u) || !peer_is_full(u)))
		ev |= LX_POLLOUT | LX_POLLWRNORM | LX_POLLWRBAND;
	return ev;
}

/* ---- ioctl ---- */

/* -EINVAL: a listener. */
static long bytes_waiting(struct unix_sock *u)
{
	struct unix_msg *m;

	GUARD(&u->s.lock);
	if (u->state == UNIX_LISTENING)
		return -EINVAL;
	if (unix_has_connections(u))
		return (long)u->queue_bytes;
	if (u->nqueue == 0)
		return 0;
	m = list_first_entry(&u->queue, struct unix_msg, link);
	return m->len - m->off;
}

static long unix_ioctl(struct ctx *ctx UNUSED, struct socket *s, struct mm *mm, unsigned cmd,
		       uint64_t arg)
{
	struct unix_sock *u = unix_of(s);
	int32_t n;
	long r;

	switch (cmd) {
	case LX_SIOCINQ:
		r = bytes_waiting(u);
		break;
	case LX_SIOCOUTQ:
		r = (long)u->charged;
		break;
	case LX_SIOCATMARK:
		r = 0; /* there is no urgent data, hence no mark */
		break;
	default:
		return -ENOTTY;
	}
	if (r < 0)
		return r;
	n = (int32_t)MIN(r, (long)INT32_MAX);
	return copy_out(mm, uaddr(arg), &n, sizeof(n));
}

/* ---- options ---- */

static const struct cred *peer_cred_get(struct unix_sock *u, int32_t *pid)
{
	GUARD(&u->s.lock);
	*pid = u->peer_cred ? u->peer_pid : 0;
	return u->peer_cred ? cred_get(u->peer_cred) : NULL;
}

static int get_peercred(struct unix_sock *u, void *val, size_t len, size_t *ret_len)
{
	struct lx_ucred ucred = {0, UINT32_MAX, UINT32_MAX};
	AUTO(cred_put) const struct cred *c = peer_cred_get(u, &ucred.pid);

	if (c) {
		ucred.uid = c->euid;
		ucred.gid = c->egid;
	}
	memcpy(val, &ucred, MIN(len, sizeof(ucred)));
	*ret_len = sizeof(ucred);
	return 0;
}

/* -ERANGE: the room is too small; *ret_len says what it takes. */
static int get_peergroups(struct unix_sock *u, void *val, size_t len, size_t *ret_len)
{
	int32_t pid;
	AUTO(cred_put) const struct cred *c = peer_cred_get(u, &pid);
	size_t n;

	if (!c)
		return -ENODATA;
	n = c->ngroups * sizeof(c->groups[0]);
	*ret_len = n;
	if (len < n)
		return -ERANGE;
	if (n > 0)
		memcpy(val, c->groups, n);
	return 0;
}

static int get_peek_off(struct unix_sock *u, void *val, size_t len, size_t *ret_len)
{
	int32_t off = u->s.opt.peek_off;

	memcpy(val, &off, MIN(len, sizeof(off)));
	*ret_len = sizeof(off);
	return 0;
}

static int unix_setsockopt(struct ctx *ctx UNUSED, struct socket *s, int level, int name,
			   const void *val, size_t len UNUSED)
{
	int32_t off;

	if (level != LX_SOL_SOCKET)
		return -EOPNOTSUPP;
	if (name != LX_SO_PEEK_OFF)
		return -ENOPROTOOPT;
	memcpy(&off, val, sizeof(off));
	s->opt.peek_off = off;
	return 0;
}

static int unix_getsockopt(struct ctx *ctx UNUSED, struct socket *s, int level, int name, void *val,
			   size_t len, size_t *ret_len)
{
	if (level != LX_SOL_SOCKET)
		return -EOPNOTSUPP;
	switch (name) {
	case LX_SO_PEEK_OFF:
		return get_peek_off(unix_of(s), val, len, ret_len);
	case LX_SO_PEERCRED:
		return get_peercred(unix_of(s), val, len, ret_len);
	case LX_SO_PEERGROUPS:
		return get_peergroups(unix_of(s), val, len, ret_len);
	default:
		return -ENOPROTOOPT;
	}
}

/* ---- the family ---- */

static ssize_t unix_send(struct ctx *ctx, struct socket *s, struct sock_msg *m, struct uio *src)
{
	struct unix_sock *u = unix_of(s);

	return unix_is_stream(u) ? unix_stream_send(ctx, u, m, src)
				 : unix_dgram_send(ctx, u, m, src);
}

static ssize_t unix_recv(struct ctx *ctx, struct socket *s, struct sock_msg *m, struct uio *dst)
{
	struct unix_sock *u = unix_of(s);

	return unix_is_stream(u) ? unix_stream_recv(ctx, u, m, dst)
				 : unix_dgram_recv(ctx, u, m, dst);
}

const struct sock_ops unix_ops = {
	.bind = unix_bind,
	.connect = unix_connect,
	.pair = unix_pair,
	.listen = unix_listen,
	.accept = unix_accept,
	.getname = unix_getname,
	.shutdown = unix_shutdown,
	.send = unix_send,
	.recv = unix_recv,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.setsockopt = unix_setsockopt,
	.getsockopt = unix_getsockopt,
	.close = close_file,
	.free = unix_free,
};

static const struct sock_family family = {.domain = LX_AF_UNIX, .create = unix_create};

void unix_register(void)
{
	unix_names_init();
	sock_family_register(&family);
}
