/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of this directory.
 *
 * Invariants: (1) a socket whose state is UNIX_CONNECTED and that is no datagram socket has a peer
 * until its file is closed, also when the peer's is gone; (2) messages are taken off a queue under
 * read_lock and lock, added under lock; so with either held the first message stays; (3) a message
 * holds a reference to its sender, whose `charged` has its charge; (4) a file in flight is in
 * rights of exactly one message, or on the way of one call into it or out of it, and counts in
 * `flying` of the socket behind it, if there is one.
 *
 * Locks: read_lock (RANK_SOCKET_READ), then the flight lock (flight.c), then lock of one or of two
 * sockets by address, then the names. Guest memory is copied under read_lock alone.
 */
#pragma once

#include "sentry/core/alloc.h"
#include "base/htab.h"
#include "base/list.h"
#include "sentry/socket/socket.h"
#include "sentry/vfs/path.h"

struct cred;
struct uio;

/* Longest queue of datagrams before a stranger must wait (net.unix.max_dgram_qlen). */
#define UNIX_DGRAM_QUEUE 10u
/* Where the name begins in an address: after the family. */
#define UNIX_NAME_OFF (uint32_t)sizeof(uint16_t)

enum unix_state {
	UNIX_CLOSED, /* not connected; datagram sockets without a peer too */
	UNIX_LISTENING,
	UNIX_CONNECTED,
};

/* What a bound socket is called. Immutable; shared by the sockets that a listener accepts. */
struct unix_name {
	struct ref ref;
	struct sock_addr
		addr; /* as getsockname tells it: a path with its zero, in all 108 + 3 bytes */
};

/* Who sent a message. pid 0: nobody asked for it. */
struct unix_sender {
	int32_t pid;
	uint32_t uid, gid;
};

/* One message, or a piece of a stream. Key: fields change under read_lock of the queue's socket */
struct unix_msg {
	struct list link;
	struct unix_sock *from;     /* [I] one reference */
	uint32_t charge;            /* [I] */
	uint32_t off, len;          /* data[off..len) is not read yet */
	struct sock_rights *rights; /* owned, in flight; NULL: none */
	struct unix_sender sender;  /* [I] once queued */
	int64_t time_ns;            /* [I] when it was sent; 0: nobody asked */
	char data[];
};

/* Key: [I]; [a] atomic; [l] s.lock; [r] read_lock and s.lock to change; [f] the flight lock */
struct unix_sock {
	struct socket s; /* first */
	struct lock read_lock;
	struct waitq room; /* who waits for space in this socket's queue, or for its end */

	_Atomic int state;              /* [l] enum unix_state; read without, it is a glimpse */
	bool dead;                      /* [l] the file is closed */
	bool binding;                   /* [l] a call is about to give it a name */
	struct unix_sock *peer;         /* [l] one reference */
	struct unix_name *_Atomic name; /* [l] set once; one reference; NULL: none */
	struct path path;               /* [l] of a name that is a path; owned */
	struct list queue;              /* [r] struct unix_msg, oldest first */
	uint32_t nqueue;                /* [r] */
	uint64_t queue_bytes;           /* [r] not read yet */
	_Atomic uint64_t charged;       /* [a] by its own messages in the queues of others */

	uint32_t backlog;        /* [l] longest queue of datagrams, or of connections */
	struct list embryos;     /* [l] connections not accepted yet, one reference each */
	uint32_t nembryos;       /* [l] */
	struct list embryo_link; /* [listener's l] */

	struct list senders;     /* datagram sockets connected to this one; connect.c's lock */
	struct list sender_link; /* likewise */

	const struct cred *peer_cred; /* [l] owned; NULL: nobody yet */
	int32_t peer_pid;             /* [l] */

	uint64_t nflying;        /* [f] how often its file is in flight */
	struct file *flying;     /* [f] that file, borrowed; NULL: not in flight */
	struct list flying_link; /* [f] */
	uint64_t gc_outside;     /* [f] flights not explained by queues of candidates */
	int gc_state;            /* [f] flight.c */
	struct list gc_link;     /* [f] */

	struct list all_link;       /* [names] */
	struct htab_node name_node; /* [names] */
	bool name_listed;           /* [names] */
};

/* NULL: not of this family. */
struct unix_sock *unix_of(struct socket *s);
struct unix_sock *unix_of_file(struct file *f);
static inline struct unix_sock *unix_get(struct unix_sock *u)
{
	socket_get(&u->s);
	return u;
}
static inline void unix_put(struct unix_sock *u)
{
	if (u)
		socket_put(&u->s);
}
DEFINE_AUTO(struct unix_sock *, unix_put)

static inline bool unix_is_stream(const struct unix_sock *u)
{
	return u->s.type == LX_SOCK_STREAM;
}

/* Streams and sequenced packets know one peer for life. */
static inline bool unix_has_connections(const struct unix_sock *u)
{
	return u->s.type != LX_SOCK_DGRAM;
}

/* The locks of two sockets, which may be one. */
void unix_lock_two(struct unix_sock *a, struct unix_sock *b) ASSERTS_HELD(a->s.lock)
	ASSERTS_HELD(b->s.lock);
void unix_unlock_two(struct unix_sock *a, struct unix_sock *b) RELEASES(a->s.lock)
	RELEASES(b->s.lock);
/* Caller owns; NULL: none. */
struct unix_sock *unix_peer_get(struct unix_sock *u);

/* ---- unix.c ---- */

extern const struct sock_ops unix_ops;

/* A socket with no name and no peer. Caller owns; NULL: out of memory. */
struct unix_sock *unix_new(int type);
/* What close(2) does; an embryo was never accepted. The caller keeps its reference. */
void unix_close(struct unix_sock *u, bool embryo);
/* The caller becomes who SO_PEERCRED of u names. */
void unix_set_peer_cred(struct unix_sock *u, const struct cred *cred, int32_t pid)
	REQUIRES(u->s.lock);

/* ---- names.c ---- */

void unix_names_init(void);
void unix_name_put(struct unix_name *n);
DEFINE_AUTO(struct unix_name *, unix_name_put)
int unix_bind(struct ctx *ctx, struct socket *s, const struct sock_addr *a, struct fs_info *fs);
/* An abstract name of the kernel's choice, if it has none: unix(7), autobind. */
MUST_CHECK int unix_autobind(struct ctx *ctx, struct unix_sock *u);
/* -EINVAL: no address of this family. */
MUST_CHECK int unix_check_addr(const struct sock_addr *a);
/*
 * Who answers to an address, for a socket of this type. Caller owns. -ECONNREFUSED, -EPROTOTYPE,
 * and what the path walk says.
 */
MUST_CHECK int unix_find(struct ctx *ctx, struct fs_info *fs, const struct sock_addr *a, int type,
			 struct unix_sock **ret);
/* Nobody finds it any more. */
void unix_unname(struct unix_sock *u);
/* Its address as others see it; len 0: none. */
void unix_name_of(struct unix_sock *u, struct sock_addr *ret);
void unix_list(struct unix_sock *u);
void unix_unlist(struct unix_sock *u);

/* ---- connect.c ---- */

int unix_connect(struct ctx *ctx, struct socket *s, const struct sock_addr *a, struct fs_info *fs,
		 bool nonblock);
int unix_pair(struct ctx *ctx, struct socket *a, struct socket *b);
int unix_listen(struct ctx *ctx, struct socket *s, uint32_t backlog);
int unix_accept(struct ctx *ctx, struct socket *s, bool nonblock, struct socket **ret);
/* May u send to other: has other no peer, or u? */
bool unix_may_send(struct unix_sock *u, struct unix_sock *other) REQUIRES(other->s.lock);
/* u's peer for its datagrams, or NULL. Returns what was: the caller's reference to put, unlocked. */
struct unix_sock *unix_replace_peer(struct unix_sock *u, struct unix_sock *other)
	REQUIRES(u->s.lock);
/* After that: what `old` and others have sent is lost, and old is told. */
void unix_disconnected(struct unix_sock *u, struct unix_sock *old);
/* There is room in u's queue again: tell those who send to it and poll. */
void unix_wake_senders(struct unix_sock *u);
/* Sleep until other's queue may have room or it is gone; as socket_sleep. */
MUST_CHECK int unix_wait_room(struct ctx *ctx, struct unix_sock *other, int64_t deadline);
bool unix_is_full(struct unix_sock *u) REQUIRES(u->s.lock);

/* ---- message.c ---- */

/*
 * Reserve u's send buffer for a message of n bytes, sleeping while it is full. -EAGAIN, -EPIPE, the
 * pending error. *ret: the charge, for unix_msg_new.
 */
MUST_CHECK int unix_charge(struct ctx *ctx, struct unix_sock *u, size_t n, int64_t deadline,
			   uint32_t *ret);
/*
 * A message of n bytes from src, which takes over the charge, also on failure. -EFAULT: not all of
 * them are there; -ENOBUFS.
 */
MUST_CHECK int unix_msg_new(struct unix_sock *from, uint32_t charge, struct uio *src, size_t n,
			    struct unix_msg **ret);
/* With what it carries; the sender is told of the room. No lock of sockets is held. */
void unix_msg_free(struct unix_msg *m);
DEFINE_AUTO(struct unix_msg *, unix_msg_free)
/* Let c's rights and credentials travel with m. c keeps what could not. -ETOOMANYREFS. */
MUST_CHECK int unix_msg_carry(struct ctx *ctx, struct unix_msg *m, struct sock_control *c);
/* Note who sent m, if sender or receiver want it told. */
void unix_msg_sign(struct ctx *ctx, struct unix_msg *m, struct unix_sock *from,
		   struct unix_sock *to);
/* Give to c what a reader of m gets beside the bytes. peek: m keeps its files. -ENOMEM. */
MUST_CHECK int unix_msg_tell(struct unix_sock *u, struct unix_msg *m, bool peek,
			     struct sock_control *c);
void unix_queue_add(struct unix_sock *u, struct unix_msg *m) REQUIRES(u->s.lock);
void unix_queue_del(struct unix_sock *u, struct unix_msg *m) REQUIRES(u->s.lock);
/* All of a list that is in no queue any more. */
void unix_msgs_free(struct list *msgs);
bool unix_is_writable(struct unix_sock *u);
bool unix_same_sender(const struct unix_sender *a, const struct unix_sender *b);

/* ---- stream.c, dgram.c ---- */

ssize_t unix_stream_send(struct ctx *ctx, struct unix_sock *u, struct sock_msg *m, struct uio *src);
ssize_t unix_stream_recv(struct ctx *ctx, struct unix_sock *u, struct sock_msg *m, struct uio *dst);
ssize_t unix_dgram_send(struct ctx *ctx, struct unix_sock *u, struct sock_msg *m, struct uio *src);
ssize_t unix_dgram_recv(struct ctx *ctx, struct unix_sock *u, struct sock_msg *m, struct uio *dst);
/* After a change of state that may show in any bit of poll(). */
#define UNIX_WAKE_ALL (LX_POLLIN | LX_POLLOUT | LX_POLLHUP | LX_POLLERR | LX_POLLRDHUP)

/* ---- flight.c ---- */

/* The files of r leave. -ETOOMANYREFS: too many of this user's are in flight; -ENOMEM. */
MUST_CHECK int unix_fly(struct ctx *ctx, struct sock_rights *r);
/* The files of m have arrived, or are given up: they are the caller's. NULL: there are none. */
struct sock_rights *unix_land(struct unix_msg *m);
/* The files of a message that stays. Caller owns; NULL: out of memory. */
struct sock_rights *unix_fly_peek(const struct sock_rights *r);
/* Close sockets that only messages in the queues of each other still name. */
void unix_collect(void);
/* After a close: as unix_collect, but not every time while very many are in flight. */
void unix_collect_sometimes(void);
