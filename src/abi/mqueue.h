/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX message queues.
 * Source: include/uapi/linux/mqueue.h, include/linux/ipc_namespace.h;
 * mq_overview(7).
 */
#ifndef CAISSON_ABI_MQUEUE_H
#define CAISSON_ABI_MQUEUE_H

#include <stdint.h>

#include "abi/layout.h"

struct lx_mq_attr {
	int64_t mq_flags;
	int64_t mq_maxmsg;
	int64_t mq_msgsize;
	int64_t mq_curmsgs;
	int64_t reserved[4];
};
LX_ASSERT_SIZE(struct lx_mq_attr, 64);
LX_ASSERT_AT(struct lx_mq_attr, mq_flags, 0);
LX_ASSERT_AT(struct lx_mq_attr, mq_maxmsg, 8);
LX_ASSERT_AT(struct lx_mq_attr, mq_msgsize, 16);
LX_ASSERT_AT(struct lx_mq_attr, mq_curmsgs, 24);

#define LX_MQ_PRIO_MAX  32768
#define LX_MQ_BYTES_MAX 819200
/* /proc/sys/fs/mqueue: what a queue gets, how much an ordinary and a privileged process may ask */
#define LX_DFLT_QUEUESMAX  256
#define LX_DFLT_MSG        10
#define LX_DFLT_MSGMAX     10
#define LX_HARD_MSGMAX     65536
#define LX_DFLT_MSGSIZE    8192
#define LX_DFLT_MSGSIZEMAX 8192
#define LX_HARD_MSGSIZEMAX (16 * 1024 * 1024)
/* mq_notify(2) with SIGEV_THREAD: the cookie, and its last byte */
#define LX_NOTIFY_NONE       0
#define LX_NOTIFY_WOKENUP    1
#define LX_NOTIFY_REMOVED    2
#define LX_NOTIFY_COOKIE_LEN 32

#endif
