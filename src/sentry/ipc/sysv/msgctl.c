/* SPDX-License-Identifier: Apache-2.0 */
/* msgctl(2). */
#include <errno.h>

#include "abi/capability.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/ipc/sysv/sysv_priv.h"

long sysv_msg_stat(struct ctx *ctx, int32_t id, enum sysv_by by, struct lx_msqid64_ds *ret)
{
	struct ipc_object *o;
	struct msg_queue *q;
	int r;

	GUARD(&msg_table.lock);
	LOCK_ASSERT_HELD(&msg_table.lock);
	r = ipc_find_by(ctx, &msg_table, id, by, &o);
	if (r < 0)
		return r;
	q = msg_queue_of(o);
	*ret = (struct lx_msqid64_ds){
		.msg_stime = q->stime,
		.msg_rtime = q->rtime,
		.msg_ctime = q->ctime,
		.cbytes = q->nbytes,
		.msg_qnum = q->nmessages,
		.msg_qbytes = q->max_bytes,
		.msg_lspid = q->lspid,
		.msg_lrpid = q->lrpid,
	};
	ipc_fill_perm(o, &ret->msg_perm);
	return by == SYSV_BY_ID ? 0 : o->id;
}

int sysv_msg_set(struct ctx *ctx, int32_t id, const struct lx_msqid64_ds *ds)
{
	struct ipc_object *o;
	int r;

	GUARD(&msg_table.lock);
	LOCK_ASSERT_HELD(&msg_table.lock);
	r = ipc_find_own(ctx, &msg_table, id, &o);
	if (r < 0)
		return r;
	if (ds->msg_qbytes > LX_MSGMNB && !cred_capable(ctx->cred, LX_CAP_SYS_RESOURCE))
		return -EPERM;
	ipc_set_perm(o, &ds->msg_perm);
	msg_queue_of(o)->max_bytes = ds->msg_qbytes;
	msg_queue_of(o)->ctime = ipc_now();
	msg_queue_wake(msg_queue_of(o)); /* some may do more now, and some may not stay */
	return 0;
}

int sysv_msg_remove(struct ctx *ctx, int32_t id)
{
	struct ipc_object *o;
	int r;

	lock_acquire(&msg_table.lock);
	LOCK_ASSERT_HELD(&msg_table.lock);
	r = ipc_find_own(ctx, &msg_table, id, &o);
	if (r == 0)
		msg_queue_end(msg_queue_of(o));
	lock_release(&msg_table.lock);
	if (r == 0)
		msg_queue_put(msg_queue_of(o));
	return r;
}

long sysv_msg_limits(struct lx_msginfo *ret, bool used)
{
	uint64_t bytes = 0, messages = 0;

	GUARD(&msg_table.lock);
	LOCK_ASSERT_HELD(&msg_table.lock);
	for (uint32_t i = 0; i < msg_table.top; i++) {
		if (!msg_table.slots[i])
			continue;
		bytes += msg_queue_of(msg_table.slots[i])->nbytes;
		messages += msg_queue_of(msg_table.slots[i])->nmessages;
	}
	*ret = (struct lx_msginfo){
		.msgpool = used ? (int32_t)msg_table.used : LX_MSGPOOL,
		.msgmap = used ? (int32_t)MIN(messages, (uint64_t)INT32_MAX) : LX_MSGMAP,
		.msgmax = LX_MSGMAX,
		.msgmnb = LX_MSGMNB,
		.msgmni = LX_MSGMNI,
		.msgssz = LX_MSGSSZ,
		.msgtql = used ? (int32_t)MIN(bytes, (uint64_t)INT32_MAX) : LX_MSGTQL,
		.msgseg = LX_MSGSEG,
	};
	return ipc_highest(&msg_table);
}
