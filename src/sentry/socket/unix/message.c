/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages on their way, and what their sender's buffer is charged for them. The charge is what
 * Linux's socket buffers would take, so that as many messages fit as there; it is given back when
 * the message is read to its end, and the sender is woken once three quarters are free.
 */
#include <errno.h>

#include "abi/page.h"
#include "abi/poll.h"
#include "base/checked.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uio.h"
#include "sentry/socket/unix/unix_priv.h"

/* Sizes of Linux's buffers on a 64-bit machine: the descriptor, what follows the bytes, a head. */
enum {
	SKB_SELF = 256,
	SKB_TAIL = 320,
	SKB_STREAM_HEAD = 4096 - SKB_TAIL,
	SKB_DGRAM_HEAD = 16384 - SKB_TAIL,
	SKB_SMALLEST = 512,
};

static uint64_t round_pages(uint64_t n)
{
	return (n + LX_PAGE_SIZE - 1) & ~(uint64_t)(LX_PAGE_SIZE - 1);
}

static uint32_t charge_for(const struct unix_sock *u, size_t n)
{
	uint64_t most = unix_is_stream(u) ? SKB_STREAM_HEAD : SKB_DGRAM_HEAD, paged = 0, head;
	uint64_t size = SKB_SMALLEST;

	if (n > most)
		paged = MIN((uint64_t)n, round_pages(n - most));
	head = ((n - paged + 63) & ~63ULL) + SKB_TAIL;
	while (size < head)
		size *= 2;
	return (uint32_t)(SKB_SELF + size + round_pages(paged));
}

bool unix_is_writable(struct unix_sock *u)
{
	return u->charged * 4 <= u->s.opt.sndbuf;
}

static void uncharge(struct unix_sock *u, uint32_t charge)
{
	atomic_fetch_sub(&u->charged, charge);
	if (unix_is_writable(u))
		waitq_wake(&u->s.wq, LX_POLLOUT);
}

/* 0: charged; 1: full; -errno. */
static int try_charge(struct unix_sock *u, uint32_t charge)
{
	int r = socket_take_error(&u->s);

	if (r < 0)
		return r;
	if (u->s.shutdown & SOCK_SHUT_WR)
		return -EPIPE;
	if (u->charged >= u->s.opt.sndbuf)
		return 1;
	atomic_fetch_add(&u->charged, charge);
	return 0;
}

int unix_charge(struct ctx *ctx, struct unix_sock *u, size_t n, int64_t deadline, uint32_t *ret)
{
	uint32_t charge = charge_for(u, n);
	struct waiter w;
	int r = try_charge(u, charge);

	if (r == 1) {
		waiter_init(&w, ctx, LX_POLLOUT);
		waitq_add(&u->s.wq, &w);
		while ((r = try_charge(u, charge)) == 1) {
			r = socket_sleep(ctx, deadline);
			if (r < 0)
				break;
		}
		waitq_del(&w);
	}
	if (r == 0)
		*ret = charge;
	return r;
}

int unix_msg_new(struct unix_sock *from, uint32_t charge, struct uio *src, size_t n,
		 struct unix_msg **ret)
{
	struct unix_msg *m = arena_alloc(sizeof(*m) + n);
	ssize_t got;

	if (!m) {
		uncharge(from, charge);
		return -ENOBUFS;
	}
	list_init(&m->link);
	m->from = unix_get(from);
	m->charge = charge;
	m->len = (uint32_t)n;
	m->sender = (struct unix_sender){0, UINT32_MAX, UINT32_MAX};
	got = uio_get(src, m->data, n);
	if (got < 0 || (size_t)got < n) {
		if (got > 0)
			uio_revert(src, (size_t)got);
		unix_msg_free(m);
		return -EFAULT;
	}
	*ret = m;
	return 0;
}

void unix_msg_free(struct unix_msg *m)
{
	sock_rights_drop(unix_land(m));
	uncharge(m->from, m->charge);
	unix_put(m->from);
	arena_free(m);
}

void unix_msgs_free(struct list *msgs)
{
	while (!list_empty(msgs)) {
		struct unix_msg *m = list_first_entry(msgs, struct unix_msg, link);

		list_del(&m->link);
		unix_msg_free(m);
	}
}

int unix_msg_carry(struct ctx *ctx, struct unix_msg *m, struct sock_control *c)
{
	int r;

	if (c->has & CONTROL_HAS_CRED)
		m->sender = (struct unix_sender){c->cred.pid, c->cred.uid, c->cred.gid};
	if (!c->rights)
		return 0;
	r = unix_fly(ctx, c->rights);
	if (r == 0)
		m->rights = TAKE(c->rights);
	return r;
}

/* A socket that was not accepted yet may want credentials later. */
void unix_msg_sign(struct ctx *ctx, struct unix_msg *m, struct unix_sock *from,
		   struct unix_sock *to)
{
	const unsigned times = SOCK_ON_TIMESTAMP | SOCK_ON_TIMESTAMPNS;

	if (m->sender.pid == 0 && (socket_is_on(&from->s, SOCK_ON_PASSCRED) ||
				   socket_is_on(&to->s, SOCK_ON_PASSCRED) || !to->s.inode))
		m->sender = (struct unix_sender){ctx->tgid, ctx->cred->uid, ctx->cred->gid};
	if (to->s.opt.on & times)
		m->time_ns = clock_realtime_ns();
}

bool unix_same_sender(const struct unix_sender *a, const struct unix_sender *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->gid == b->gid;
}

/* What is told where nobody is known: kernel.overflowuid. */
#define OVERFLOW_ID 65534u

static uint32_t id_to_tell(uint32_t id)
{
	return id == UINT32_MAX ? OVERFLOW_ID : id;
}

int unix_msg_tell(struct unix_sock *u, struct unix_msg *m, bool peek, struct sock_control *c)
{
	unsigned on = u->s.opt.on;

	if (m->rights && peek) {
		c->rights = unix_fly_peek(m->rights);
		if (!c->rights)
			return -ENOMEM;
	} else if (m->rights) {
		c->rights = unix_land(m);
	}
	if (on & SOCK_ON_PASSCRED) {
		c->has |= CONTROL_HAS_CRED;
		c->cred = (struct lx_ucred){m->sender.pid, id_to_tell(m->sender.uid),
					    id_to_tell(m->sender.gid)};
	}
	if (unix_is_stream(u) || !(on & (SOCK_ON_TIMESTAMP | SOCK_ON_TIMESTAMPNS)))
		return 0;
	c->has |= on & SOCK_ON_TIMESTAMPNS ? CONTROL_HAS_TIMESTAMPNS : CONTROL_HAS_TIMESTAMP;
	c->time_ns = m->time_ns ? m->time_ns : clock_realtime_ns();
	return 0;
}

void unix_queue_add(struct unix_sock *u, struct unix_msg *m)
{
	list_add_tail(&u->queue, &m->link);
	u->nqueue++;
	u->queue_bytes += m->len - m->off;
}

void unix_queue_del(struct unix_sock *u, struct unix_msg *m)
{
	list_del(&m->link);
	u->nqueue--;
	u->queue_bytes -= m->len - m->off;
}
