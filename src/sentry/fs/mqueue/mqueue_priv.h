/* SPDX-License-Identifier: Apache-2.0 */
/* Inside message queues: queue.c moves messages, file.c is the open file, super.c the names,
 * account.c what a user may hold. */
#pragma once

#include "base/list.h"
#include "base/lock.h"
#include "sentry/core/waitq.h"
#include "sentry/fs/mqueue/mqueue.h"
#include "sentry/vfs/inode.h"

struct mq_message {
	struct list link; /* [l] */
	uint32_t priority;
	uint64_t len;
	char text[];
};

/* A send or receive that sleeps, on the sleeper's stack. Whoever serves it takes it out of its list
 * first. */
struct mq_sleeper {
	struct list link;     /* [l] */
	struct ctx *ctx;      /* [I] */
	struct mq_message *m; /* [l] sender: what it brings; receiver: what it was given */
	bool done;            /* [l] */
};

/*
 * Invariants: (1) messages are sorted, highest priority first, older first; (2) count <= maxmsg; (3)
 * receivers sleep only while the queue is empty, senders only while it is full. Key: [l] lock, [I]
 */
struct mq {
	struct lock lock;               /* RANK_FILE */
	uint64_t maxmsg, msgsize;       /* [I] */
	struct list messages;           /* [l] struct mq_message.link */
	uint64_t count, bytes;          /* [l] */
	struct list receivers, senders; /* [l] struct mq_sleeper.link, first come first */
	struct mq_listener *listener;   /* [l] owned; NULL: none */
	struct waitq wq;                /* POLLIN: a message came; POLLOUT: room came */
};

void mq_init(struct mq *q, uint64_t maxmsg, uint64_t msgsize);
void mq_fini(struct mq *q);
/* As mqueue_send and mqueue_receive. *ret_told: the listener, which is to be told and dropped;
 * NULL: nobody. */
MUST_CHECK int mq_send(struct ctx *ctx, struct mq *q, struct mq_message *m, bool wait,
		       int64_t deadline_ns, struct mq_listener **ret_told);
MUST_CHECK int mq_receive(struct ctx *ctx, struct mq *q, bool wait, int64_t deadline_ns,
			  struct mq_message **ret);

/* A queue as an inode. */
struct mq_node {
	struct inode inode;
	struct mq q;
	uint64_t charged;     /* [I] bytes, to charged_uid */
	uint32_t charged_uid; /* [I] */
};

static inline struct mq_node *mq_node_of(struct inode *i)
{
	return container_of(i, struct mq_node, inode);
}

/* inode_ops.open of a queue. */
int mq_file_open(struct ctx *ctx, struct inode *i, struct file *f);

/* How large a queue may be for ctx, mq_overview(7). -EINVAL, -EOVERFLOW. */
MUST_CHECK int mq_check_attr(struct ctx *ctx, const struct lx_mq_attr *attr);
/* One more queue for ctx's user. -ENOSPC: too many queues; -EMFILE: RLIMIT_MSGQUEUE; -ENOMEM. */
MUST_CHECK int mq_charge(struct ctx *ctx, const struct lx_mq_attr *attr, uint64_t *ret_bytes,
			 uint32_t *ret_uid);
void mq_uncharge(uint64_t bytes, uint32_t uid);
