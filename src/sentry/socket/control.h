/* SPDX-License-Identifier: Apache-2.0 */
/* Control messages beside a message's bytes: open files, credentials, times. cmsg(3), unix(7). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/socket.h"
#include "base/compiler.h"
#include "sentry/core/uaddr.h"

struct ctx;
struct fdtable;
struct file;
struct mm;

/* Files that are handed over (SCM_RIGHTS). n >= 1. */
struct sock_rights {
	struct sock_rights *next; /* while they are let go of */
	void *flight;             /* the family's: who pays for them on their way */
	uint32_t n;
	struct file *files[]; /* each owned */
};

enum control_has {
	CONTROL_HAS_CRED = 1 << 0,
	CONTROL_HAS_TIMESTAMP = 1 << 1,   /* time_ns as SCM_TIMESTAMP */
	CONTROL_HAS_TIMESTAMPNS = 1 << 2, /* time_ns as SCM_TIMESTAMPNS */
};

/* Parsed: what one sendmsg(2) hands over, or one recvmsg(2) gets. Empty: all zero. */
struct sock_control {
	struct sock_rights *rights; /* owned; NULL: none */
	unsigned has;               /* enum control_has */
	struct lx_ucred cred;
	int64_t time_ns;
};

void sock_control_fini(struct sock_control *c);

/* More than that is -ENOBUFS (net.core.optmem_max). */
#define CONTROL_MAX 131072

/*
 * Read what the guest hands over: len bytes in Sentry memory. Files are looked up in fds; only
 * AF_UNIX takes rights. Credentials are checked against ctx's: -EPERM for what the caller is not;
 * whether a process that is not its own exists is left to the caller. -EINVAL, -EBADF.
 */
MUST_CHECK int sock_control_parse(struct ctx *ctx, struct fdtable *fds, int family, const void *buf,
				  size_t len, struct sock_control *ret);

/* Room in guest memory for control messages; at and left move as it fills. */
struct control_room {
	struct mm *mm;
	struct fdtable *fds;
	uaddr_t at;
	uint64_t left;
	bool cloexec;
};

/*
 * Write to the guest what came; rights become descriptors of room->fds as far as there is room, the
 * rest is let go of. *out_flags gets MSG_CTRUNC if something did not fit.
 */
void sock_control_put(struct ctx *ctx, struct sock_control *c, struct control_room *room,
		      unsigned *out_flags);

/* Room for n files, none there yet. Caller owns; NULL: out of memory. */
struct sock_rights *sock_rights_new(uint32_t n);
/* The same files once more. Caller owns; NULL: out of memory. */
struct sock_rights *sock_rights_dup(const struct sock_rights *r);
/*
 * Let go of the files. They may be sockets with files on their way to them, and so on without end:
 * one call lets go of all of them, one after the other, on one stack. No lock is held. NULL is fine.
 */
void sock_rights_drop(struct sock_rights *r);
