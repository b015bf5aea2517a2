/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: socket(2), socket(7). A struct socket is one end of communication; its family implements
 * sock_ops. A socket that a descriptor names has one open file (socket.c), which owns one reference
 * of it and tells the family when it goes. Families keep sockets alive by references of their own
 * (peers, messages on their way), with or without a file.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "abi/socket.h"
#include "base/compiler.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/core/waitq.h"
#include "sentry/socket/control.h"

struct ctx;
struct file;
struct fs_info;
struct inode;
struct mm;
struct socket;
struct uio;

/* An address as it crosses the system call border: len bytes, the family first; len 0: none. */
struct sock_addr {
	uint32_t len;
	union {
		uint16_t family;
		struct lx_sockaddr_un un;
		struct lx_sockaddr_storage any;
		uint8_t bytes[sizeof(struct lx_sockaddr_storage)];
	};
};

/* Beside the bytes of one message. Whoever makes it calls sock_control_fini on control. */
struct sock_msg {
	unsigned flags;        /* in: LX_MSG_ as given; MSG_DONTWAIT stands for O_NONBLOCK too */
	unsigned out_flags;    /* out: LX_MSG_TRUNC, CTRUNC ... */
	struct sock_addr addr; /* send: where to; receive: where from */
	struct fs_info *fs;    /* send: where paths of addresses start; NULL: there is no address */
	struct sock_control control;
};

enum sock_side { SOCK_SIDE_OWN, SOCK_SIDE_PEER };

/*
 * What a family does. Called without locks; each may block through ctx unless said otherwise. NULL:
 * -EOPNOTSUPP, and what the comment says. nonblock: never sleep, -EAGAIN or -EINPROGRESS instead.
 * fs: the caller's, for names that are paths.
 */
struct sock_ops {
	int (*bind)(struct ctx *ctx, struct socket *s, const struct sock_addr *a,
		    struct fs_info *fs);
	int (*connect)(struct ctx *ctx, struct socket *s, const struct sock_addr *a,
		       struct fs_info *fs, bool nonblock);
	/* Two fresh sockets of this family become each other's peers. */
	int (*pair)(struct ctx *ctx, struct socket *a, struct socket *b);
	int (*listen)(struct ctx *ctx, struct socket *s, uint32_t backlog);
	/* Caller owns *ret, which has no file yet. */
	int (*accept)(struct ctx *ctx, struct socket *s, bool nonblock, struct socket **ret);
	/* Never blocks. -ENOTCONN. */
	int (*getname)(struct socket *s, enum sock_side side, struct sock_addr *ret);
	/* how: SOCK_SHUT_ bits. */
	int (*shutdown)(struct ctx *ctx, struct socket *s, unsigned how);
	/* May take m->control.rights away. SIGPIPE is the family's. */
	ssize_t (*send)(struct ctx *ctx, struct socket *s, struct sock_msg *m, struct uio *src);
	/* With MSG_TRUNC the result may be more than what was put to dst. */
	ssize_t (*recv)(struct ctx *ctx, struct socket *s, struct sock_msg *m, struct uio *dst);
	/* As file_ops.poll: LX_POLL bits, no blocking. Changes are told on s->wq. Required. */
	uint32_t (*poll)(struct socket *s);
	/* -ENOTTY: not known. NULL: none is. */
	long (*ioctl)(struct ctx *ctx, struct socket *s, struct mm *mm, unsigned cmd, uint64_t arg);
	/* Levels other than SOL_SOCKET, and options of it that sock_options does not know. val: len
	 * bytes, or room for them; *ret_len: what it takes, which may be more. -ENOPROTOOPT. */
	int (*setsockopt)(struct ctx *ctx, struct socket *s, int level, int name, const void *val,
			  size_t len);
	int (*getsockopt)(struct ctx *ctx, struct socket *s, int level, int name, void *val,
			  size_t len, size_t *ret_len);
	/* The file is gone: nobody will call any op above again. Required. */
	void (*close)(struct socket *s);
	/* The last reference is gone: give the memory back. Must not block. Required. */
	void (*free)(struct socket *s);
};

#define SOCK_SHUT_RD   1u
#define SOCK_SHUT_WR   2u
#define SOCK_SHUT_BOTH 3u

/* Options of SOL_SOCKET that every family keeps the same way, options.c. Key: all [a] */
struct sock_options {
	_Atomic uint32_t sndbuf, rcvbuf;          /* bytes, as getsockopt tells them */
	_Atomic int32_t rcvlowat;                 /* at least 1 */
	_Atomic int64_t rcv_timeout, snd_timeout; /* ns; INT64_MAX: none */
	_Atomic uint32_t on;                      /* enum sock_on bits */
	_Atomic int32_t priority, peek_off;       /* peek_off: -1: off */
	_Atomic uint32_t mark;
	_Atomic int32_t linger_on, linger_s;
	_Atomic int32_t buf_locked; /* LX_SOCK_ ..BUF_LOCK */
};

enum sock_on {
	SOCK_ON_DEBUG = 1 << 0,
	SOCK_ON_REUSEADDR = 1 << 1,
	SOCK_ON_DONTROUTE = 1 << 2,
	SOCK_ON_BROADCAST = 1 << 3,
	SOCK_ON_KEEPALIVE = 1 << 4,
	SOCK_ON_OOBINLINE = 1 << 5,
	SOCK_ON_NO_CHECK = 1 << 6,
	SOCK_ON_REUSEPORT = 1 << 7,
	SOCK_ON_PASSCRED = 1 << 8,
	SOCK_ON_TIMESTAMP = 1 << 9,    /* SCM_TIMESTAMP */
	SOCK_ON_TIMESTAMPNS = 1 << 10, /* SCM_TIMESTAMPNS; never together with the other */
	SOCK_ON_PASSRIGHTS = 1 << 11,
	SOCK_ON_RXQ_OVFL = 1 << 12,
	SOCK_ON_PASSSEC = 1 << 13, /* kept; there are no security labels to tell */
};

/* Key: [I] set before shared, then immutable; [a] atomic */
struct socket {
	const struct sock_ops *ops;     /* [I] */
	struct ref ref;                 /* the file's one, and the family's */
	int32_t family, type, protocol; /* [I] LX_AF_, LX_SOCK_ */
	struct lock lock;               /* RANK_SOCKET; the family's */
	struct waitq wq;                /* told whenever poll() changes */
	_Atomic unsigned shutdown;      /* [a] SOCK_SHUT_ bits; set under lock, never cleared */
	_Atomic int error;              /* [a] a positive errno that nobody has been told yet */
	_Atomic bool listening;         /* [a] SO_ACCEPTCONN */
	struct inode *_Atomic inode; /* [a] of the file, borrowed; valid while the file is open */
	_Atomic uint64_t ino;        /* [a] its number; 0: it never had a file */
	struct sock_options opt;
};

/* What a domain of socket(2) can make. Registered at bring-up. */
struct sock_family {
	int domain; /* LX_AF_ */
	/* Caller owns *ret. type: LX_SOCK_ alone. -EPROTONOSUPPORT, -ESOCKTNOSUPPORT, -ENOMEM. */
	int (*create)(struct ctx *ctx, int type, int protocol, struct socket **ret);
};
/* The struct lives for ever. */
void sock_family_register(const struct sock_family *family);

/* ---- for families ---- */

/* A zeroed socket becomes one with a reference; passes no lock nor queue uninitialised. */
void socket_init(struct socket *s, const struct sock_ops *ops, int domain, int type, int protocol);
/* In free(): the counterpart. */
void socket_fini(struct socket *s);
struct socket *socket_get(struct socket *s);
void socket_put(struct socket *s);
DEFINE_AUTO(struct socket *, socket_put)

static inline bool socket_is_on(struct socket *s, enum sock_on what)
{
	return (s->opt.on & (unsigned)what) != 0;
}

/* The pending error as -errno, which is thereby told; 0: none. */
int socket_take_error(struct socket *s);

/* When a call that begins now must end for SO_RCVTIMEO or SO_SNDTIMEO: for socket_sleep alone. */
int64_t socket_deadline(int64_t timeout_ns, bool nonblock);
/*
 * ctx_block for a socket's call. 0: look again; -EAGAIN: the time is over (with nonblock it never
 * began); -LX_ERESTARTSYS, or -EINTR where a time-out is set, as socket(7) says of signals.
 */
MUST_CHECK int socket_sleep(struct ctx *ctx, int64_t deadline);

/* ---- for system calls ---- */

/* socket(2) without the descriptor. type without SOCK_CLOEXEC and its kin. -EAFNOSUPPORT, -EINVAL. */
MUST_CHECK int socket_create(struct ctx *ctx, int domain, int type, int protocol,
			     struct socket **ret);
/* The open file of a socket that has none; takes over s on success. flags: LX_O_NONBLOCK or 0. */
MUST_CHECK int socket_file_new(struct ctx *ctx, struct socket *s, unsigned flags,
			       struct file **ret);
/* The socket behind a file, borrowed for as long as the file is held. NULL: it is none. */
struct socket *socket_of(struct file *f);

/* getsockopt(2), setsockopt(2): as sock_ops. */
MUST_CHECK int socket_setsockopt(struct ctx *ctx, struct socket *s, int level, int name,
				 const void *val, size_t len);
MUST_CHECK int socket_getsockopt(struct ctx *ctx, struct socket *s, int level, int name, void *val,
				 size_t len, size_t *ret_len);
/* The largest value of an option, and the most that getsockopt fills. */
#define SOCKOPT_MAX 4096
