/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two sides of a notification share: notify.c, the thread that asks, and listener.c, the
 * file by which it is answered.
 *
 *	INIT      queued; RECV takes the oldest
 *	SENT      a supervisor has it; SEND answers, ADDFD gives descriptors
 *	REPLIED   the answer is there
 *
 * INIT -> SENT: RECV. SENT -> INIT: RECV could not deliver it. SENT -> REPLIED: SEND, ADDFD with
 * SEND. REPLIED -> SENT: that ADDFD could not be done. Any -> REPLIED with -ENOSYS: the file is
 * closed.
 */
#pragma once

#include "base/ref.h"
#include "sentry/seccomp/seccomp_priv.h"

enum ask_state { ASK_INIT, ASK_SENT, ASK_REPLIED };

/* One call that waits for its answer; lives on the stack of the thread that asks. Key: [I]; [l]
 * listener->lock */
struct ask {
	struct list link;                   /* [l] listener->asks */
	struct ctx *ctx;                    /* [I] who asks */
	const struct lx_seccomp_data *call; /* [I] */
	uint64_t id;                        /* [I] */
	enum ask_state state;               /* [l] */
	int64_t value;                      /* [l] the answer */
	int32_t error;                      /* [l] */
	uint32_t flags;                     /* [l] LX_SECCOMP_USER_NOTIF_FLAG_ */
	struct list gifts;                  /* [l] struct gift.link */
};

enum gift_state { GIFT_QUEUED, GIFT_TAKEN, GIFT_DONE };

/* A descriptor on its way. References: who gives, and the queue or who takes it. Key: as above */
struct gift {
	struct ref ref;
	struct list link;      /* [l] ask->gifts, while QUEUED */
	struct file *file;     /* [I] one reference */
	struct ctx *ctx;       /* [l] who gives; NULL: it did not wait */
	enum gift_state state; /* [l] */
	bool at;               /* [I] at number fd, else at the lowest free one */
	uint32_t fd;           /* [I] */
	bool cloexec;          /* [I] */
	bool replies;          /* [I] its number is the answer */
	int result;            /* [l] DONE: number or -errno */
};

struct seccomp_listener {
	struct lock lock;   /* RANK_FILE */
	struct list asks;   /* [l] oldest first */
	uint64_t next_id;   /* [l] */
	uint64_t untaken;   /* [l] asks that came and that no RECV has counted off */
	bool wait_killable; /* [I] only a deadly signal ends an ask that is SENT */
	_Atomic bool open;  /* [a] false: the file is gone; changed under lock */
	struct waitq wq;    /* POLLIN: an ask; POLLOUT: one is SENT; POLLHUP: no more will come */
};

void gift_put(struct gift *g);
/* Not to be done: `result` tells why. */
void gift_refuse_locked(struct gift *g, int result);
