/* SPDX-License-Identifier: Apache-2.0 */
/* Inside hostfd.c and notifier.c: the body of a handle. */
#pragma once

#include <stdatomic.h>

#include "base/htab.h"
#include "sentry/core/hostfd.h"

/* How hostfd_read_now and hostfd_write_now keep from sleeping. */
enum hostfd_way {
	WAY_PLAIN,  /* a plain call: a regular file, or a description that is non-blocking */
	WAY_SOCKET, /* MSG_DONTWAIT */
	WAY_NOWAIT, /* RWF_NOWAIT; once the host refuses it for this file, WAY_POLL */
	WAY_POLL,   /* look with poll(2), then a plain call */
};

/* Key: [I] immutable; [a] atomic; [n] the notifier's lock */
struct hostfd {
	struct ref ref;
	int fd;                      /* [I] owned */
	enum hostfd_kind kind;       /* [I] */
	_Atomic enum hostfd_way way; /* [a] */
	struct waitq *watcher;       /* [n] NULL: not watched */
	uint64_t token;              /* [n] what epoll says for it; never used again for another */
	struct htab_node watch;      /* [n] by token */
};
