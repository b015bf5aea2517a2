/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user may hold in queues: RLIMIT_MSGQUEUE counts for each queue its messages at their
 * longest, and what Linux needs around them, so the same calls are refused. There are few users
 * with queues: a list does.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/types.h"
#include "base/check.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/mqueue/mqueue_priv.h"

/* sizeof(struct msg_msg) and sizeof(struct posix_msg_tree_node) of Linux on 64 bits */
#define LINUX_MSG_MSG   48
#define LINUX_TREE_NODE 48

/* Key: [l] lock */
struct mq_account {
	struct list link; /* [l] */
	uint32_t uid;     /* [I] */
	uint64_t bytes;   /* [l] */
	uint64_t nqueues; /* [l] */
};

static SLAB_DEFINE(account_slab, struct mq_account);
static struct lock lock = LOCK_INIT(RANK_IPC, "mqueue accounts");
static struct list accounts = LIST_INIT(accounts); /* [l] */
static uint64_t nqueues;                           /* [l] */

int mq_check_attr(struct ctx *ctx, const struct lx_mq_attr *attr)
{
	bool may = cred_capable(ctx->cred, LX_CAP_SYS_RESOURCE);

	if (attr->mq_maxmsg <= 0 || attr->mq_msgsize <= 0)
		return -EINVAL;
	if (attr->mq_maxmsg > (may ? LX_HARD_MSGMAX : LX_DFLT_MSGMAX))
		return -EINVAL;
	if (attr->mq_msgsize > (may ? LX_HARD_MSGSIZEMAX : LX_DFLT_MSGSIZEMAX))
		return -EINVAL;
	return 0;
}

/* Of an attr that mq_check_attr let through: no product can overflow. */
static uint64_t bytes_of(const struct lx_mq_attr *attr)
{
	uint64_t n = (uint64_t)attr->mq_maxmsg;

	return n * LINUX_MSG_MSG + MIN(n, (uint64_t)LX_MQ_PRIO_MAX) * LINUX_TREE_NODE +
	       n * (uint64_t)attr->mq_msgsize;
}

static struct mq_account *find(uint32_t uid)
{
	struct mq_account *a;

	list_for_each_entry(a, &accounts, link)
		if (a->uid == uid)
			return a;
	return NULL;
}

static struct mq_account *need(uint32_t uid)
{
	struct mq_account *a = find(uid);

	if (a)
		return a;
	a = slab_alloc(&account_slab);
	if (a) {
		a->uid = uid;
		list_add_tail(&accounts, &a->link);
	}
	return a;
}

static void put_if_empty(struct mq_account *a)
{
	if (a->nqueues > 0)
		return;
	list_del(&a->link);
	slab_free(&account_slab, a);
}

int mq_charge(struct ctx *ctx, const struct lx_mq_attr *attr, uint64_t *ret_bytes,
	      uint32_t *ret_uid)
{
	uint64_t bytes = bytes_of(attr), limit = limit_soft(ctx->limits, LX_RLIMIT_MSGQUEUE);
	struct mq_account *a;

	GUARD(&lock);
	if (nqueues >= LX_DFLT_QUEUESMAX && !cred_capable(ctx->cred, LX_CAP_SYS_RESOURCE))
		return -ENOSPC;
	a = need(ctx->cred->uid);
	if (!a)
		return -ENOMEM;
	if (bytes > limit || a->bytes > limit - bytes) {
		put_if_empty(a);
		return -EMFILE;
	}
	a->bytes += bytes;
	a->nqueues++;
	nqueues++;
	*ret_bytes = bytes;
	*ret_uid = a->uid;
	return 0;
}

void mq_uncharge(uint64_t bytes, uint32_t uid)
{
	struct mq_account *a;

	GUARD(&lock);
	a = find(uid);
	check(a && a->bytes >= bytes && a->nqueues > 0);
	a->bytes -= bytes;
	a->nqueues--;
	nqueues--;
	put_if_empty(a);
}
