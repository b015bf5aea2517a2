/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutexes with a rank. The ranks of the Sentry stand in sentry/core/lock_ranks.def, outermost lock
 * = smallest number.
 *
 * Rules, checked in debug builds (CAISSON_DEBUG), where a breach panics with both names:
 *  1. a thread takes a lock only if its rank is greater than every rank that it holds;
 *  2. two locks of one rank only by lock_acquire_nested, with a greater subclass than the one held
 *     (0 is the plain one);
 *  3. rank 0 is unranked: anywhere, but never twice by one thread;
 *  4. only the holder releases.
 * lock_try_acquire cannot deadlock and is free of 1 and 2.
 *
 * clang checks REQUIRES and EXCLUDES: acquiring is declared as an assertion, because the release of
 * a GUARD is a cleanup, which the analysis of C does not see.
 */
#ifndef CAISSON_BASE_LOCK_H
#define CAISSON_BASE_LOCK_H

#include <pthread.h>

#include "base/compiler.h"

struct CAPABILITY("lock") lock {
	pthread_mutex_t mutex;
	const char *name; /* [I] */
	int rank;         /* [I] */
};

/* name must outlive the lock. For static locks: struct lock l = LOCK_INIT(rank, "name"); */
void lock_init(struct lock *l, int rank, const char *name);
#define LOCK_INIT(rank_, name_)                                                                    \
	{                                                                                          \
		.mutex = PTHREAD_MUTEX_INITIALIZER, .name = (name_), .rank = (rank_)               \
	}

/* Nobody holds it. */
void lock_fini(struct lock *l);

void lock_acquire(struct lock *l) ASSERTS_HELD(*l);
void lock_acquire_nested(struct lock *l, int subclass) ASSERTS_HELD(*l);
void lock_release(struct lock *l) RELEASES(*l);

/* False: somebody holds it. The analysis does not follow it: say LOCK_ASSERT_HELD on the branch
 * that got it. */
MUST_CHECK bool lock_try_acquire(struct lock *l);

/* Panics in debug builds if this thread does not hold l; tells the analysis in all. */
void lock_assert_held(const struct lock *l) ASSERTS_HELD(*l);
#define LOCK_ASSERT_HELD(l) lock_assert_held(l)

/* Panics in debug builds if this thread holds any lock: before it blocks, before it returns to the
 * guest. */
void lock_assert_none_held(void);

/* GUARD(&mm->map_lock); holds the lock from here to the end of the scope. */
#define GUARD(l)     GUARD_(l, CONCAT(guard_, __COUNTER__))
#define GUARD_(l, x) AUTO(lock_guard) UNUSED struct lock *x = lock_guard_acquire(l)

static inline struct lock *lock_guard_acquire(struct lock *l) ASSERTS_HELD(*l);
static inline struct lock *lock_guard_acquire(struct lock *l)
{
	lock_acquire(l);
	return l;
}

NO_THREAD_SAFETY static inline void auto_lock_guard(struct lock **l)
{
	lock_release(*l);
}

#endif
