/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advisory locks. One lock guards all of them and the graph of who waits for whom: they are few and
 * short.
 *
 * An inode has two lists: whole-file locks (flock) and records, the latter of processes and of open
 * files alike, which conflict with each other. Invariant: the records of one owner never overlap,
 * and neighbours of one kind are one record. Who sleeps is told by the inode's wait queue whenever
 * something was released or weakened, and then tries again.
 */
#include "sentry/vfs/locks.h"

#include <errno.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/poll.h"
#include "base/check.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/core/waitq.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

static struct lock locks_lock = LOCK_INIT(RANK_FILE_LOCKS, "file locks");

/* Key: all [locks_lock] */
struct file_lock {
	struct list link;
	const void *owner; /* the fdtable, or the file */
	int32_t pid;       /* -1: of an open file description */
	int16_t type;      /* LX_F_RDLCK or LX_F_WRLCK */
	uint64_t lo, hi;   /* [lo, hi); hi INT64_MAX + 1: to the end */
};

struct file_locks {
	struct list flocks;  /* [locks_lock] */
	struct list records; /* [locks_lock] by lo */
	struct waitq wait;
};

/* Somebody who sleeps for a record of a process. */
struct lock_sleeper {
	struct list link;
	const void *owner, *waits_for;
};

static struct list sleepers = {&sleepers, &sleepers}; /* [locks_lock] */

static SLAB_DEFINE(lock_slab, struct file_lock);
static SLAB_DEFINE(locks_slab, struct file_locks);

#define LOCK_END ((uint64_t)INT64_MAX + 1)

static struct file_locks *locks_need(struct inode *inode)
{
	struct file_locks *fl = atomic_load(&inode->flocks), *none = NULL;

	if (fl)
		return fl;
	fl = slab_alloc(&locks_slab);
	if (!fl)
		return NULL;
	list_init(&fl->flocks);
	list_init(&fl->records);
	waitq_init(&fl->wait);
	if (atomic_compare_exchange_strong(&inode->flocks, &none, fl))
		return fl;
	waitq_fini(&fl->wait);
	slab_free(&locks_slab, fl);
	return none;
}

void file_locks_drop(struct inode *inode)
{
	struct file_locks *fl = atomic_load(&inode->flocks);

	if (!fl)
		return;
	check(list_empty(&fl->flocks) && list_empty(&fl->records));
	waitq_fini(&fl->wait);
	slab_free(&locks_slab, fl);
	inode->flocks = NULL;
}

static bool conflicts(const struct file_lock *a, const struct file_lock *b)
{
	if (a->owner == b->owner || a->hi <= b->lo || b->hi <= a->lo)
		return false;
	return a->type == LX_F_WRLCK || b->type == LX_F_WRLCK;
}

static struct file_lock *find_conflict(struct list *list, const struct file_lock *want)
	REQUIRES(locks_lock)
{
	struct file_lock *l;

	list_for_each_entry(l, list, link) {
		if (conflicts(l, want))
			return l;
	}
	return NULL;
}

static void lock_delete(struct file_lock *l) REQUIRES(locks_lock)
{
	list_del(&l->link);
	slab_free(&lock_slab, l);
}

/* Delete what one owner has; was there anything? */
static bool delete_owner(struct list *list, const void *owner) REQUIRES(locks_lock)
{
	struct file_lock *l, *tmp;
	bool found = false;

	list_for_each_entry_safe(l, tmp, list, link) {
		if (l->owner == owner) {
			lock_delete(l);
			found = true;
		}
	}
	return found;
}

static void wake_all(struct file_locks *fl)
{
	waitq_wake(&fl->wait, LX_POLLIN);
}

/* --- flock --- */

/* 0, or -EAGAIN. As flock(2) says, a conversion gives the old lock up first. */
static int flock_try(struct file_locks *fl, const struct file_lock *want, struct file_lock **spare)
{
	struct file_lock *l;

	GUARD(&locks_lock);
	list_for_each_entry(l, &fl->flocks, link) {
		if (l->owner != want->owner)
			continue;
		if (l->type == want->type)
			return 0;
		lock_delete(l);
		wake_all(fl);
		break;
	}
	if (find_conflict(&fl->flocks, want))
		return -EAGAIN;
	**spare = *want;
	list_add_tail(&fl->flocks, &(*spare)->link);
	*spare = NULL;
	return 0;
}

static int flock_take(struct ctx *ctx, struct file_locks *fl, const struct file_lock *want,
		      enum lock_wait wait)
{
	struct file_lock *spare = slab_alloc(&lock_slab);
	struct waiter w;
	int r;

	if (!spare)
		return -ENOLCK;
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&fl->wait, &w);
	for (;;) {
		r = flock_try(fl, want, &spare);
		if (r != -EAGAIN || wait == LOCK_NOWAIT)
			break;
		r = ctx_block(ctx, CTX_FOREVER);
		if (r < 0)
			break;
	}
	waitq_del(&w);
	slab_free(&lock_slab, spare);
	return r;
}

int file_flock(struct ctx *ctx, struct file *f, int op)
{
	struct file_lock want = {.owner = f, .pid = ctx->tgid, .lo = 0, .hi = LOCK_END};
	struct file_locks *fl;
	bool found;

	switch (op & ~LX_LOCK_NB) {
	case LX_LOCK_SH:
		want.type = LX_F_RDLCK;
		break;
	case LX_LOCK_EX:
		want.type = LX_F_WRLCK;
		break;
	case LX_LOCK_UN:
		want.type = LX_F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	fl = locks_need(f->inode);
	if (!fl)
		return -ENOLCK;
	if (want.type != LX_F_UNLCK) {
		f->used_flock = true;
		return flock_take(ctx, fl, &want, op & LX_LOCK_NB ? LOCK_NOWAIT : LOCK_WAIT);
	}
	lock_acquire(&locks_lock);
	found = delete_owner(&fl->flocks, f);
	lock_release(&locks_lock);
	if (found)
		wake_all(fl);
	return 0;
}

/* --- records --- */

/* l_whence, l_start and l_len as [lo, hi): fcntl(2). */
static int record_range(struct ctx *ctx, struct file *f, const struct lx_flock *fl,
			struct file_lock *ret)
{
	int64_t base, start, end;
	struct kstat st;
	int r;

	switch (fl->l_whence) {
	case LX_SEEK_SET:
		base = 0;
		break;
	case LX_SEEK_CUR:
		base = f->pos;
		break;
	case LX_SEEK_END:
		r = inode_getattr(ctx, f->inode, &st);
		if (r < 0)
			return r;
		base = (int64_t)st.size;
		break;
	default:
		return -EINVAL;
	}
	if (!add_ok(base, fl->l_start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	if (!add_ok(start, fl->l_len, &end))
		return -EOVERFLOW;
	if (end < 0)
		return -EINVAL;
	ret->lo = (uint64_t)(fl->l_len < 0 ? end : start);
	ret->hi = fl->l_len == 0 ? LOCK_END : (uint64_t)(fl->l_len < 0 ? start : end);
	return 0;
}

static int record_init(struct ctx *ctx, struct file *f, struct fdtable *fds,
		       const struct lx_flock *fl, struct file_lock *ret)
{
	if (fl->l_type != LX_F_RDLCK && fl->l_type != LX_F_WRLCK && fl->l_type != LX_F_UNLCK)
		return -EINVAL;
	if (!fds && fl->l_pid != 0)
		return -EINVAL;
	*ret = (struct file_lock){.type = fl->l_type};
	ret->owner = fds ? (const void *)fds : (const void *)f;
	ret->pid = fds ? ctx->tgid : -1;
	return record_range(ctx, f, fl, ret);
}

/* Take [want->lo, want->hi) out of l, which overlaps it; may use the spare for a second half. */
static void record_cut(struct file_lock *l, const struct file_lock *want, struct file_lock **spare)
	REQUIRES(locks_lock)
{
	if (l->lo < want->lo && l->hi > want->hi) {
		struct file_lock *upper = TAKE(*spare);

		*upper = *l;
		upper->lo = want->hi;
		l->hi = want->lo;
		list_insert_between(&l->link, &upper->link, l->link.next);
	} else if (l->lo < want->lo) {
		l->hi = want->lo;
	} else if (l->hi > want->hi) {
		l->lo = want->hi;
	} else {
		lock_delete(l);
	}
}

static void record_insert(struct list *list, struct file_lock *new) REQUIRES(locks_lock)
{
	struct file_lock *l;

	list_for_each_entry(l, list, link) {
		if (l->lo > new->lo)
			break;
	}
	list_insert_between(l->link.prev, &new->link, &l->link);
}

/* Grow `want` by what the owner already has of the same type, around and beside it, which then need
 * not stay. */
static void record_absorb(struct list *list, struct file_lock *want) REQUIRES(locks_lock)
{
	struct file_lock *l, *tmp;

	list_for_each_entry_safe(l, tmp, list, link) {
		if (l->owner != want->owner || l->type != want->type || l->hi < want->lo ||
		    l->lo > want->hi)
			continue;
		want->lo = MIN(want->lo, l->lo);
		want->hi = MAX(want->hi, l->hi);
		lock_delete(l);
	}
}

/* Nobody is in the way: make it so. spare[2] is used up as far as needed. */
static void record_apply(struct file_locks *fl, struct file_lock want, struct file_lock *spare[2])
	REQUIRES(locks_lock)
{
	struct file_lock *l, *tmp;

	if (want.type != LX_F_UNLCK)
		record_absorb(&fl->records, &want);
	list_for_each_entry_safe(l, tmp, &fl->records, link) {
		if (l->owner == want.owner && l->lo < want.hi && l->hi > want.lo)
			record_cut(l, &want, &spare[0]);
	}
	if (want.type != LX_F_UNLCK) {
		struct file_lock *new = TAKE(spare[1]);

		*new = want;
		record_insert(&fl->records, new);
	}
}

/* Would `owner`, sleeping for what `holder` has, close a circle? Bounded as in Linux: longer chains
 * are not looked at. */
static bool would_deadlock(const void *owner, const void *holder) REQUIRES(locks_lock)
{
	for (int hops = 0; hops < 10; hops++) {
		const struct lock_sleeper *s, *next = NULL;

		if (holder == owner)
			return true;
		list_for_each_entry(s, &sleepers, link) {
			if (s->owner == holder) {
				next = s;
				break;
			}
		}
		if (!next)
			return false;
		holder = next->waits_for;
	}
	return false;
}

/* 0 done, -EAGAIN (then me is among the sleepers, if it is given), -EDEADLK. */
static int record_try(struct file_locks *fl, const struct file_lock *want,
		      struct file_lock *spare[2], struct lock_sleeper *me)
{
	struct file_lock *other;

	GUARD(&locks_lock);
	list_del(&me->link);
	other = want->type == LX_F_UNLCK ? NULL : find_conflict(&fl->records, want);
	if (!other) {
		record_apply(fl, *want, spare);
		return 0;
	}
	if (want->pid < 0)
		return -EAGAIN;
	if (would_deadlock(want->owner, other->owner))
		return -EDEADLK;
	me->owner = want->owner;
	me->waits_for = other->owner;
	list_add_tail(&sleepers, &me->link);
	return -EAGAIN;
}

static int record_wait(struct ctx *ctx, struct file_locks *fl, const struct file_lock *want,
		       struct file_lock *spare[2], enum lock_wait wait)
{
	struct lock_sleeper me;
	struct waiter w;
	int r;

	list_init(&me.link);
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&fl->wait, &w);
	for (;;) {
		r = record_try(fl, want, spare, &me);
		if (r == -EDEADLK && wait == LOCK_NOWAIT)
			r = -EAGAIN;
		if (r != -EAGAIN || wait == LOCK_NOWAIT)
			break;
		r = ctx_block(ctx, CTX_FOREVER);
		if (r < 0)
			break;
	}
	waitq_del(&w);
	GUARD(&locks_lock);
	list_del(&me.link);
	return r;
}

int file_lock_set(struct ctx *ctx, struct file *f, struct fdtable *fds, const struct lx_flock *fl,
		  enum lock_wait wait)
{
	struct file_lock want, *spare[2];
	struct file_locks *locks;
	int r = record_init(ctx, f, fds, fl, &want);

	if (r < 0)
		return r;
	if ((want.type == LX_F_RDLCK && !file_readable(f)) ||
	    (want.type == LX_F_WRLCK && !file_writable(f)))
		return -EBADF;
	locks = locks_need(f->inode);
	if (!locks)
		return -ENOLCK;
	if (!fds && want.type != LX_F_UNLCK)
		f->used_flock = true;
	spare[0] = slab_alloc(&lock_slab);
	spare[1] = slab_alloc(&lock_slab);
	r = spare[0] && spare[1] ? record_wait(ctx, locks, &want, spare, wait) : -ENOLCK;
	slab_free(&lock_slab, spare[0]);
	slab_free(&lock_slab, spare[1]);
	if (r == 0)
		wake_all(locks);
	return r;
}

int file_lock_get(struct ctx *ctx, struct file *f, struct fdtable *fds, struct lx_flock *fl)
{
	struct file_locks *locks = atomic_load(&f->inode->flocks);
	struct file_lock want, *other = NULL;
	int r = record_init(ctx, f, fds, fl, &want);

	if (r < 0)
		return r;
	if (want.type == LX_F_UNLCK)
		return -EINVAL;
	GUARD(&locks_lock);
	if (locks)
		other = find_conflict(&locks->records, &want);
	if (!other) {
		fl->l_type = LX_F_UNLCK;
		return 0;
	}
	fl->l_type = other->type;
	fl->l_whence = LX_SEEK_SET;
	fl->l_start = (int64_t)other->lo;
	fl->l_len = other->hi == LOCK_END ? 0 : (int64_t)(other->hi - other->lo);
	fl->l_pid = other->pid;
	return 0;
}

/* --- the end of an owner --- */

static void drop_owner(struct file *f, const void *owner)
{
	struct file_locks *fl = atomic_load(&f->inode->flocks);
	bool found;

	if (!fl)
		return;
	lock_acquire(&locks_lock);
	found = delete_owner(&fl->records, owner);
	if (owner == f)
		found |= delete_owner(&fl->flocks, owner);
	lock_release(&locks_lock);
	if (found)
		wake_all(fl);
}

void file_locks_close(struct file *f, const struct fdtable *fds)
{
	drop_owner(f, fds);
}

void file_locks_release(struct file *f)
{
	if (f->used_flock)
		drop_owner(f, f);
}
