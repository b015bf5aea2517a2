/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message queues: msgget(2), msgsnd(2), msgrcv(2). Who finds no room or no message sleeps on its
 * queue, and every change of the queue makes all sleepers look again.
 *
 * Invariants, under the lock: nmessages and nbytes are the count and sum over messages; both stay
 * below max_bytes as long as nobody lowers it. Differs: among receivers that wait for the same
 * messages, and senders for room, the first to run comes first, not the first to come.
 */
#include <errno.h>
#include <string.h>

#include "abi/errno.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/ipc/sysv/sysv_priv.h"

/* What a look says beside 0 and -errno. */
#define MUST_WAIT 1

struct ipc_table msg_table = IPC_TABLE_INIT(LX_MSGMNI, "msg");

static SLAB_DEFINE(msg_queue_slab, struct msg_queue);

/* ---- messages ---- */

struct sysv_msg *sysv_msg_new(uint64_t len)
{
	struct sysv_msg *m;
	uint64_t size;

	if (!add_ok(len, sizeof(*m), &size))
		return NULL;
	m = arena_alloc(size);
	if (!m)
		return NULL;
	list_init(&m->link);
	m->len = len;
	return m;
}

char *sysv_msg_text(struct sysv_msg *m, uint64_t *ret_len, int64_t *ret_type)
{
	*ret_len = m->len;
	*ret_type = m->type;
	return m->text;
}

void sysv_msg_free(struct sysv_msg *m)
{
	arena_free(m);
}

/* ---- queues ---- */

void msg_queue_put(struct msg_queue *q)
{
	struct sysv_msg *m, *tmp;

	if (!ref_put(&q->ref))
		return;
	list_for_each_entry_safe(m, tmp, &q->messages, link)
		sysv_msg_free(m);
	slab_free(&msg_queue_slab, q);
}

void msg_queue_wake(struct msg_queue *q)
{
	struct msg_sleeper *s;

	list_for_each_entry(s, &q->sleepers, link)
		ctx_wake(s->ctx);
}

void msg_queue_end(struct msg_queue *q)
{
	ipc_remove(&msg_table, &q->ipc);
	msg_queue_wake(q);
}

static int msg_make(const struct ipc_wish *w UNUSED, struct ipc_object **ret)
{
	struct msg_queue *q = slab_alloc(&msg_queue_slab);

	if (!q)
		return -ENOMEM;
	ref_init(&q->ref);
	q->ctime = ipc_now();
	q->max_bytes = LX_MSGMNB;
	list_init(&q->messages);
	list_init(&q->sleepers);
	*ret = &q->ipc;
	return 0;
}

static void msg_unmake(struct ipc_object *o)
{
	msg_queue_put(msg_queue_of(o));
}

long sysv_msg_get(struct ctx *ctx, int32_t key, unsigned flags)
{
	struct ipc_wish w = {.make = msg_make, .free = msg_unmake, .key = key, .flags = flags};

	return ipc_get(ctx, &msg_table, &w);
}

/* ---- sleeping ---- */

/* One msgsnd or msgrcv. */
struct msg_call {
	struct ctx *ctx;
	int32_t id;
	unsigned flags;
	int64_t type;
	uint64_t max;        /* receiving */
	struct sysv_msg *m;  /* what is sent, or what came */
	struct msg_queue *q; /* once it sleeps: one reference */
	struct msg_sleeper sleeper;
	int (*look)(struct msg_call *c, struct msg_queue *q);
};

/* Look once; sleep_ok: be queued if there is nothing to do but wait. */
static int look_once(struct msg_call *c, unsigned want)
{
	struct ipc_object *o;
	int r;

	GUARD(&msg_table.lock);
	LOCK_ASSERT_HELD(&msg_table.lock);
	if (c->q && c->q->ipc.removed)
		return -EIDRM;
	r = ipc_find_for(c->ctx, &msg_table, c->id, want, &o);
	if (r < 0)
		return r;
	r = c->look(c, msg_queue_of(o));
	if (r == MUST_WAIT && !c->q) {
		c->q = msg_queue_of(o);
		ref_get(&c->q->ref);
		c->sleeper.ctx = c->ctx;
		list_add_tail(&c->q->sleepers, &c->sleeper.link);
	}
	return r;
}

static int look_until_done(struct msg_call *c, unsigned want)
{
	int r;

	while ((r = look_once(c, want)) == MUST_WAIT) {
		r = ctx_block(c->ctx, CTX_FOREVER);
		if (r < 0) {
			r = -LX_ERESTARTNOHAND;
			break;
		}
	}
	if (!c->q)
		return r;
	lock_acquire(&msg_table.lock);
	list_del(&c->sleeper.link);
	lock_release(&msg_table.lock);
	msg_queue_put(c->q);
	return r;
}

/* ---- msgsnd ---- */

static int try_send(struct msg_call *c, struct msg_queue *q)
{
	LOCK_ASSERT_HELD(&msg_table.lock);
	if (c->m->len > q->max_bytes || q->nbytes > q->max_bytes - c->m->len ||
	    q->nmessages + 1 > q->max_bytes)
		return c->flags & LX_IPC_NOWAIT ? -EAGAIN : MUST_WAIT;
	q->lspid = c->ctx->tgid;
	q->stime = ipc_now();
	q->nbytes += c->m->len;
	q->nmessages++;
	list_add_tail(&q->messages, &c->m->link);
	msg_queue_wake(q);
	return 0;
}

int sysv_msg_send(struct ctx *ctx, int32_t id, int64_t type, struct sysv_msg *m, unsigned flags)
{
	struct msg_call c = {.ctx = ctx, .id = id, .flags = flags, .m = m, .look = try_send};

	m->type = type;
	list_init(&c.sleeper.link);
	return look_until_done(&c, 0222);
}

/* ---- msgrcv ---- */

/* The message that msgrcv(2) means by type and flags. NULL: not there. */
static struct sysv_msg *choose(struct msg_queue *q, int64_t type, unsigned flags)
	REQUIRES(msg_table.lock);
static struct sysv_msg *choose(struct msg_queue *q, int64_t type, unsigned flags)
{
	int64_t most = type == INT64_MIN ? INT64_MAX : -type;
	struct sysv_msg *m, *best = NULL;
	int64_t nth = 0;

	list_for_each_entry(m, &q->messages, link) {
		if (flags & LX_MSG_COPY) {
			if (nth++ == type)
				return m;
		} else if (type < 0) {
			if (m->type <= most && (!best || m->type < best->type))
				best = m;
		} else if (type == 0 || (m->type == type) != ((flags & LX_MSG_EXCEPT) != 0)) {
			return m;
		}
	}
	return best;
}

static int copy_message(const struct sysv_msg *m, uint64_t max, struct sysv_msg **ret)
{
	struct sysv_msg *copy = sysv_msg_new(MIN(m->len, max));

	if (!copy)
		return -ENOMEM;
	memcpy(copy->text, m->text, copy->len);
	copy->type = m->type;
	*ret = copy;
	return 0;
}

static int try_receive(struct msg_call *c, struct msg_queue *q)
{
	struct sysv_msg *m;

	LOCK_ASSERT_HELD(&msg_table.lock);
	m = choose(q, c->type, c->flags);
	if (!m)
		return c->flags & LX_IPC_NOWAIT ? -ENOMSG : MUST_WAIT;
	if (m->len > c->max && !(c->flags & LX_MSG_NOERROR))
		return -E2BIG;
	if (c->flags & LX_MSG_COPY)
		return copy_message(m, c->max, &c->m);
	list_del(&m->link);
	q->nbytes -= m->len;
	q->nmessages--;
	q->lrpid = c->ctx->tgid;
	q->rtime = ipc_now();
	c->m = m;
	msg_queue_wake(q);
	return 0;
}

int sysv_msg_receive(struct ctx *ctx, int32_t id, int64_t type, uint64_t max, unsigned flags,
		     struct sysv_msg **ret)
{
	struct msg_call c = {
		.ctx = ctx, .id = id, .flags = flags, .type = type, .max = max, .look = try_receive};
	int r;

	if ((flags & LX_MSG_COPY) && ((flags & LX_MSG_EXCEPT) || !(flags & LX_IPC_NOWAIT)))
		return -EINVAL;
	list_init(&c.sleeper.link);
	r = look_until_done(&c, 0444);
	if (r == 0)
		*ret = c.m;
	return r;
}
