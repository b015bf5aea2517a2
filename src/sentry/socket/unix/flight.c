/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in flight: what SCM_RIGHTS has put into messages that nobody has read yet. Each user may
 * have as many in flight as RLIMIT_NOFILE allows him to have open.
 *
 * A socket in flight may lie in its own queue, or in a circle of queues: then nobody can ever read
 * the message, and no reference ever goes. unix_collect finds such sockets. All of it happens under
 * flight_lock, without which no file enters or leaves a message:
 *
 *   1. Candidates: sockets whose file has no reference but those in flight.
 *   2. For each file in the queues of candidates that is a candidate itself, one of its flights is
 *      explained. A candidate with an unexplained flight lies in a queue that somebody can read
 *      (or in the hands of a call): it is alive.
 *   3. What lies in the queue of somebody alive is alive.
 *   4. The rest is garbage: the messages that carry files leave its queues, and the references end.
 *
 * Why this is safe while calls go on: a candidate has no file reference outside messages, so no call
 * reads its queue, nor takes it out of a message before flight_lock is free. A call may still send
 * to one by name; a file that arrives in the queue after step 2 has a flight that is not explained.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/types.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/socket/unix/unix_priv.h"
#include "sentry/vfs/file.h"

enum gc_state {
	GC_OUTSIDE,   /* somebody may read it */
	GC_CANDIDATE, /* perhaps garbage */
	GC_ALIVE,     /* was a candidate */
};

/* The files that one user has in flight. Key: all flight_lock */
struct payer {
	struct list link;
	uint32_t uid;
	uint64_t nfiles;
};

static SLAB_DEFINE(payer_slab, struct payer);

static struct lock flight_lock = LOCK_INIT(RANK_SOCKET_FLY, "files in flight");
static struct list payers GUARDED_BY(flight_lock) = LIST_INIT(payers);
static struct list flying GUARDED_BY(flight_lock) = LIST_INIT(flying);
static uint64_t nsockets GUARDED_BY(flight_lock); /* in flying */
static uint64_t credit GUARDED_BY(flight_lock);   /* how many may be looked at */

/* ---- who pays ---- */

/* NULL: out of memory. */
static struct payer *payer_of(uint32_t uid) REQUIRES(flight_lock)
{
	struct payer *p;

	list_for_each_entry(p, &payers, link) {
		if (p->uid == uid)
			return p;
	}
	p = slab_alloc(&payer_slab);
	if (p) {
		p->uid = uid;
		list_add_tail(&payers, &p->link);
	}
	return p;
}

static void payer_settle(struct payer *p, uint32_t nfiles) REQUIRES(flight_lock)
{
	p->nfiles -= nfiles;
	if (p->nfiles > 0)
		return;
	list_del(&p->link);
	slab_free(&payer_slab, p);
}

static bool too_many(struct ctx *ctx, const struct payer *p)
{
	if (p->nfiles <= limit_soft(ctx->limits, LX_RLIMIT_NOFILE))
		return false;
	return !cred_capable(ctx->cred, LX_CAP_SYS_RESOURCE) &&
	       !cred_capable(ctx->cred, LX_CAP_SYS_ADMIN);
}

/* ---- off and on ---- */

static void take_off(struct file *f) REQUIRES(flight_lock)
{
	struct unix_sock *u = unix_of_file(f);

	if (!u)
		return;
	if (u->nflying++ == 0) {
		u->flying = f;
		list_add_tail(&flying, &u->flying_link);
		nsockets++;
	}
}

static void touch_down(struct file *f) REQUIRES(flight_lock)
{
	struct unix_sock *u = unix_of_file(f);

	if (!u)
		return;
	if (--u->nflying == 0) {
		u->flying = NULL;
		list_del(&u->flying_link);
		nsockets--;
	}
}

int unix_fly(struct ctx *ctx, struct sock_rights *r)
{
	struct payer *p;

	GUARD(&flight_lock);
	p = payer_of(ctx->cred->uid);
	if (!p)
		return -ENOMEM;
	if (too_many(ctx, p))
		return -ETOOMANYREFS;
	p->nfiles += r->n;
	r->flight = p;
	for (uint32_t i = 0; i < r->n; i++)
		take_off(r->files[i]);
	return 0;
}

struct sock_rights *unix_land(struct unix_msg *m)
{
	struct sock_rights *r;

	if (!m->rights)
		return NULL;
	GUARD(&flight_lock);
	r = TAKE(m->rights);
	for (uint32_t i = 0; i < r->n; i++)
		touch_down(r->files[i]);
	payer_settle(r->flight, r->n);
	r->flight = NULL;
	return r;
}

/* Under the lock: a reference to a candidate must not appear while garbage is looked for. */
struct sock_rights *unix_fly_peek(const struct sock_rights *r)
{
	GUARD(&flight_lock);
	return sock_rights_dup(r);
}

/* ---- garbage ---- */

typedef void (*visit_fn)(struct unix_sock *child, struct list *alive);

static void visit_messages(const struct list *queue, visit_fn visit, struct list *alive)
{
	struct unix_msg *m;

	list_for_each_entry(m, queue, link) {
		for (uint32_t i = 0; m->rights && i < m->rights->n; i++) {
			struct unix_sock *child = unix_of_file(m->rights->files[i]);

			if (child && child->gc_state == GC_CANDIDATE)
				visit(child, alive);
		}
	}
}

/* Every candidate in a queue that is read through u: its own, and those of connections to it. */
static void visit_queues(struct unix_sock *u, visit_fn visit, struct list *alive)
	REQUIRES(flight_lock)
{
	struct unix_sock *e;

	GUARD(&u->s.lock);
	visit_messages(&u->queue, visit, alive);
	list_for_each_entry(e, &u->embryos, embryo_link) {
		lock_acquire_nested(&e->s.lock, 1);
		visit_messages(&e->queue, visit, alive);
		lock_release(&e->s.lock);
	}
}

static void explain(struct unix_sock *child, struct list *alive UNUSED)
{
	child->gc_outside--;
}

static void revive(struct unix_sock *child, struct list *alive)
{
	child->gc_state = GC_ALIVE;
	list_move_tail(alive, &child->gc_link);
}

/* Step 1. */
static void find_candidates(struct list *candidates) REQUIRES(flight_lock)
{
	struct unix_sock *u;

	list_for_each_entry(u, &flying, flying_link) {
		u->gc_outside = u->nflying;
		u->gc_state = GC_OUTSIDE;
		if (ref_read(&u->flying->ref) != u->nflying)
			continue;
		u->gc_state = GC_CANDIDATE;
		list_add_tail(candidates, &u->gc_link);
	}
}

/* Steps 2 and 3: what stays in candidates is garbage. */
static void keep_alive(struct list *candidates, struct list *alive) REQUIRES(flight_lock)
{
	struct unix_sock *u, *tmp;

	list_for_each_entry(u, candidates, gc_link)
		visit_queues(u, explain, NULL);
	list_for_each_entry_safe(u, tmp, candidates, gc_link) {
		if (u->gc_outside > 0)
			revive(u, alive);
	}
	list_for_each_entry(u, alive, gc_link) /* grows at its end */
		visit_queues(u, revive, alive);
}

static void forget(struct list *l)
{
	while (!list_empty(l)) {
		struct unix_sock *u = list_first_entry(l, struct unix_sock, gc_link);

		u->gc_state = GC_OUTSIDE;
		list_del(&u->gc_link);
	}
}

/* Messages that carry files leave the queue of u. */
static void purge_queue(struct unix_sock *u, struct list *msgs) REQUIRES(u->s.lock)
{
	struct unix_msg *m, *tmp;

	list_for_each_entry_safe(m, tmp, &u->queue, link) {
		if (!m->rights)
			continue;
		unix_queue_del(u, m);
		list_add_tail(msgs, &m->link);
	}
}

static void purge(struct unix_sock *u, struct list *msgs) REQUIRES(flight_lock)
{
	struct unix_sock *e;

	GUARD(&u->s.lock);
	purge_queue(u, msgs);
	list_for_each_entry(e, &u->embryos, embryo_link) {
		lock_acquire_nested(&e->s.lock, 1);
		purge_queue(e, msgs);
		lock_release(&e->s.lock);
	}
}

void unix_collect(void)
{
	struct list candidates = LIST_INIT(candidates), alive = LIST_INIT(alive);
	struct list msgs = LIST_INIT(msgs);
	struct unix_sock *u;

	lock_acquire(&flight_lock);
	find_candidates(&candidates);
	keep_alive(&candidates, &alive);
	list_for_each_entry(u, &candidates, gc_link)
		purge(u, &msgs);
	forget(&candidates);
	forget(&alive);
	lock_release(&flight_lock);
	unix_msgs_free(&msgs);
}

/* Each close may look at so many sockets, so that a close costs the same with many in flight. */
#define CREDIT_PER_CLOSE 64

void unix_collect_sometimes(void)
{
	bool due;

	lock_acquire(&flight_lock);
	credit = nsockets > 0 ? credit + CREDIT_PER_CLOSE : 0;
	due = nsockets > 0 && credit >= nsockets;
	if (due)
		credit = 0;
	lock_release(&flight_lock);
	if (due)
		unix_collect();
}
