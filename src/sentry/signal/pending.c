/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pending signals. Invariants: (1) a queued signal's bit is set; (2) of a standard signal at most
 * one entry is queued; (3) a set bit without an entry is a signal whose siginfo found no room.
 *
 * Everything is guarded by the lock of the thread group that the queue belongs to.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/signal/signal.h"

SLAB_DEFINE(sigqueue_slab, struct sigqueue);

void sigqueue_init_embedded(struct sigqueue *q,
			    void (*taken)(struct sigqueue *q, lx_siginfo_t *info))
{
	memset(q, 0, sizeof(*q));
	list_init(&q->link);
	q->embedded = true;
	q->taken = taken;
}

/* NULL: over the limit, or no memory. */
static struct sigqueue *sigqueue_new(const lx_siginfo_t *info, struct user *user, uint64_t limit,
				     bool must)
{
	struct sigqueue *q;

	if (user && atomic_fetch_add(&user->nsigqueue, 1) >= limit && !must) {
		atomic_fetch_sub(&user->nsigqueue, 1);
		return NULL;
	}
	q = slab_alloc(&sigqueue_slab);
	if (!q) {
		if (user)
			atomic_fetch_sub(&user->nsigqueue, 1);
		return NULL;
	}
	q->info = *info;
	q->user = user ? user_get(user) : NULL;
	return q;
}

static void sigqueue_drop(struct sigqueue *q)
{
	list_del(&q->link);
	if (q->embedded)
		return;
	if (q->user) {
		atomic_fetch_sub(&q->user->nsigqueue, 1);
		user_put(q->user);
	}
	slab_free(&sigqueue_slab, q);
}

void sigpending_init(struct sigpending *p)
{
	p->set = 0;
	list_init(&p->queue);
}

void sigpending_flush(struct sigpending *p)
{
	sigpending_flush_mask(p, ~0ULL);
}

void sigpending_flush_mask(struct sigpending *p, lx_sigset_t mask)
{
	struct sigqueue *q, *tmp;

	if (!(p->set & mask))
		return;
	list_for_each_entry_safe(q, tmp, &p->queue, link)
		if (mask & LX_SIGMASK(q->info.si_signo))
			sigqueue_drop(q);
	p->set &= ~mask;
}

/* sigqueue(3) and its kin promise not to lose a real-time signal; kill(2) and the kernel do not. */
static bool may_lose_siginfo(const lx_siginfo_t *info)
{
	return info->si_signo < LX_SIGRTMIN || info->si_code == LX_SI_USER ||
	       info->si_code == LX_SI_KERNEL;
}

enum sigpending_result sigpending_add(struct sigpending *p, const lx_siginfo_t *info,
				      struct user *user, uint64_t limit, bool must)
{
	lx_sigset_t bit = LX_SIGMASK(info->si_signo);
	struct sigqueue *q;

	if (info->si_signo < LX_SIGRTMIN && (p->set & bit))
		return SIGPENDING_ALREADY;
	q = sigqueue_new(info, user, limit,
			 must || (info->si_signo < LX_SIGRTMIN && info->si_code >= 0));
	if (q)
		list_add_tail(&p->queue, &q->link);
	else if (!may_lose_siginfo(info))
		return SIGPENDING_FULL;
	p->set |= bit;
	return SIGPENDING_QUEUED;
}

void sigpending_add_embedded(struct sigpending *p, struct sigqueue *q)
{
	check(q->embedded && !sigqueue_is_queued(q));
	list_add_tail(&p->queue, &q->link);
	p->set |= LX_SIGMASK(q->info.si_signo);
}

static struct sigqueue *find(struct sigpending *p, int signo)
{
	struct sigqueue *q;

	list_for_each_entry(q, &p->queue, link)
		if (q->info.si_signo == signo)
			return q;
	return NULL;
}

void sigpending_remove_embedded(struct sigpending *p, struct sigqueue *q)
{
	check(q->embedded && sigqueue_is_queued(q));
	list_del(&q->link);
	if (!find(p, q->info.si_signo))
		p->set &= ~LX_SIGMASK(q->info.si_signo);
}

int sigpending_next(const struct sigpending *p, lx_sigset_t blocked)
{
	lx_sigset_t set = p->set & ~blocked;

	if (!set)
		return 0;
	if (set & SIGMASK_SYNCHRONOUS)
		set &= SIGMASK_SYNCHRONOUS;
	return __builtin_ctzll(set) + 1;
}

void sigpending_take(struct sigpending *p, int signo, lx_siginfo_t *ret)
{
	struct sigqueue *q = find(p, signo);

	check(p->set & LX_SIGMASK(signo));
	if (!q) {
		siginfo_user(ret, signo, LX_SI_USER, 0, 0);
		p->set &= ~LX_SIGMASK(signo);
		return;
	}
	*ret = q->info;
	if (q->embedded) {
		list_del(&q->link);
		if (q->taken)
			q->taken(q, ret);
	} else {
		sigqueue_drop(q);
	}
	if (!find(p, signo))
		p->set &= ~LX_SIGMASK(signo);
}

void sigpending_refresh(struct sigpending *p, int signo)
{
	if (signo != LX_SIGKILL && !find(p, signo))
		p->set &= ~LX_SIGMASK(signo);
}
