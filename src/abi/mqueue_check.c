/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/mqueue.h against the host's own headers. See abi/abi_check.h. */
#include "abi/mqueue.h"

#include <linux/mqueue.h>

#include "abi/abi_check.h"

SAME(MQ_PRIO_MAX);
SAME(MQ_BYTES_MAX);
SAME(NOTIFY_NONE);
SAME(NOTIFY_WOKENUP);
SAME(NOTIFY_REMOVED);
SAME(NOTIFY_COOKIE_LEN);

SAME_SIZE(struct lx_mq_attr, struct mq_attr);
SAME_FIELD(struct lx_mq_attr, mq_flags, struct mq_attr, mq_flags);
SAME_FIELD(struct lx_mq_attr, mq_maxmsg, struct mq_attr, mq_maxmsg);
SAME_FIELD(struct lx_mq_attr, mq_msgsize, struct mq_attr, mq_msgsize);
SAME_FIELD(struct lx_mq_attr, mq_curmsgs, struct mq_attr, mq_curmsgs);
