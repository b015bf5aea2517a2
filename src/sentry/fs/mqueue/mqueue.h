/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX message queues, mq_overview(7): files of a small filesystem, of which there is one.
 * mq_open(2) goes through the vfs, so names, permission, unlinking and what /proc says of an open
 * queue are as everywhere.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/mqueue.h"
#include "base/compiler.h"

struct ctx;
struct file;
struct fs_info;
struct mq_message;
struct superblock;

/* The one mqueue filesystem, for mount(2). Caller owns. -ENOMEM. */
MUST_CHECK int mqueue_fs(struct superblock **ret);

/*
 * mq_open(2). flags: LX_O_ access mode, CREAT, EXCL, NONBLOCK. attr NULL: the defaults; of use only
 * if the queue is made. Caller owns *ret. -EACCES: not one component of a path; -EINVAL, -EMFILE,
 * -ENOSPC: limits.
 */
MUST_CHECK int mqueue_open(struct ctx *ctx, struct fs_info *fs, const char *name, unsigned flags,
			   uint32_t mode, const struct lx_mq_attr *attr, struct file **ret);
MUST_CHECK int mqueue_unlink(struct ctx *ctx, struct fs_info *fs, const char *name);
/* Is f a queue? */
bool mqueue_is(struct file *f);

/* Room for len bytes. Caller owns; NULL: out of memory. */
struct mq_message *mq_message_new(uint64_t len, uint32_t priority);
char *mq_message_text(struct mq_message *m, uint64_t *ret_len, uint32_t *ret_priority);
void mq_message_free(struct mq_message *m);
DEFINE_AUTO(struct mq_message *, mq_message_free)

/* How long a message may be, and how long a receiver's buffer must be. */
uint64_t mqueue_message_size(struct file *f);
/*
 * mq_timedsend(2): takes over m on success. mq_timedreceive(2): caller owns *ret. deadline_ns as
 * ctx_block's. -EAGAIN: O_NONBLOCK; -ETIMEDOUT, -LX_ERESTARTSYS.
 */
MUST_CHECK int mqueue_send(struct ctx *ctx, struct file *f, struct mq_message *m,
			   int64_t deadline_ns);
MUST_CHECK int mqueue_receive(struct ctx *ctx, struct file *f, int64_t deadline_ns,
			      struct mq_message **ret);
void mqueue_attr(struct file *f, struct lx_mq_attr *ret);

/*
 * Who asked mq_notify(2) to be told of a message in an empty queue. Made by the caller; `drop` is
 * called once, without locks, when the queue has no more use for it; `tell` before that, if a
 * message came from process pid of real uid.
 */
struct mq_listener {
	int32_t owner;     /* process: closing any descriptor of the queue takes it back */
	int notify, signo; /* LX_SIGEV_, as read(2) on the queue shows it */
	void (*tell)(struct mq_listener *l, int32_t pid, uint32_t uid);
	void (*drop)(struct mq_listener *l);
};
/* Takes over l on success. -EBUSY: there is one. */
MUST_CHECK int mqueue_listen(struct file *f, struct mq_listener *l);
/* If the listener is of this process it goes. */
void mqueue_unlisten(struct file *f, int32_t owner);
