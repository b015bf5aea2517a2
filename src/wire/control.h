/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control messages between the CLI and a Sentry, over a SOCK_STREAM socket: an 8-byte header (u32
 * length of the payload, u16 type, u16 number of descriptors), the payload, and the descriptors
 * beside the header. The connection that brings the plan is the sandbox's life line: when it
 * closes, everything ends. Others knock at the plan's door, and bring requests.
 *
 *	to the Sentry
 *	PLAN      struct plan and its descriptors; once, first, on the life line
 *	SIGNAL    u32 signo: one of the keyboard to the foreground process group if there is a
 *	          terminal, others to init. Never answered
 *	REQUEST   wire/request.h
 *	to the CLI
 *	STARTED   (empty): init runs; with PLAN_HELD: it is loaded, and runs after REQUEST_START
 *	FAILED    u32 enum control_failure, text: nothing runs, the Sentry ends
 *	STOPPED   u32 signo: init was stopped by it (job control)
 *	EXITED    u32 wait status of init, as wait(2) gives it; the Sentry ends
 *	ANSWER    wire/request.h
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum control_type {
	CONTROL_PLAN = 1,
	CONTROL_SIGNAL,
	CONTROL_STARTED,
	CONTROL_FAILED,
	CONTROL_STOPPED,
	CONTROL_EXITED,
	CONTROL_REQUEST,
	CONTROL_ANSWER,
	CONTROL_LAST = CONTROL_ANSWER,
};

/* Why nothing runs; the exit status of `do` follows from it. */
enum control_failure {
	CONTROL_NOT_FOUND = 127,      /* no such program */
	CONTROL_NOT_EXECUTABLE = 126, /* found, but it cannot be executed */
	CONTROL_OUR_FAULT = 125,
	CONTROL_HOST_REFUSED = 124, /* the host does not allow something that we need */
	CONTROL_OUR_LIMIT = 123,    /* a limit of Caisson's own */
};

#define CONTROL_MAX_FDS     208 /* PLAN_MAX_FDS and those with a name */
#define CONTROL_MAX_PAYLOAD (16u << 20)

struct control_msg {
	enum control_type type;
	void *payload; /* malloc'd */
	size_t len;
	int fds[CONTROL_MAX_FDS];
	size_t nfds;
};

/* Blocking; the descriptors stay the caller's. -EPIPE: the other side is gone. */
MUST_CHECK int control_send(int sock, enum control_type type, const void *payload, size_t len,
			    const int *fds, size_t nfds);
MUST_CHECK int control_send_u32(int sock, enum control_type type, uint32_t value);
/* u32 and text. */
MUST_CHECK int control_send_failure(int sock, enum control_failure why, const char *text);

/*
 * A sandbox's door is a bound SOCK_DGRAM socket: each datagram brings one end of a new connection,
 * so that the Sentry needs not be able to accept any. A connection through a socket that is
 * connected to the door; -ECONNREFUSED: the sandbox is gone. And the next one that comes, -EBADMSG:
 * something else came.
 */
MUST_CHECK int control_knock(int sock);
MUST_CHECK int control_admit(int door);

/* Blocking. 0: the other side closed in good order; 1: a message (control_msg_fini it); -EBADMSG,
 * -ENOMEM, -errno. */
MUST_CHECK int control_recv(int sock, struct control_msg *ret);
/* Frees the payload and closes descriptors that nobody took (set to -1). */
void control_msg_fini(struct control_msg *m);
DEFINE_AUTO_INPLACE(struct control_msg, control_msg_fini)
/* The u32 at the front; -EBADMSG. */
MUST_CHECK int control_msg_u32(const struct control_msg *m, uint32_t *ret);
