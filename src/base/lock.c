/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks are pthread mutexes. In debug builds each thread also keeps a list of what it holds, in the
 * order of acquiring, against which every acquisition is checked before it can block.
 */
#include "base/lock.h"

#include "base/check.h"

enum { HELD_MAX = 24 };

struct held {
	const struct lock *lock;
	int subclass;
};

static _Thread_local struct held held[HELD_MAX];
static _Thread_local int nheld;

static int held_index(const struct lock *l)
{
	for (int i = nheld - 1; i >= 0; i--) {
		if (held[i].lock == l)
			return i;
	}
	return -1;
}

/* May this thread wait for l? */
static void check_order(const struct lock *l, int subclass)
{
	if (!DEBUG_BUILD)
		return;
	if (held_index(l) >= 0)
		panic("lock %s taken twice by one thread", l->name);
	if (l->rank == 0)
		return;
	for (int i = 0; i < nheld; i++) {
		const struct lock *other = held[i].lock;

		if (other->rank > l->rank)
			panic("lock order: %s (rank %d) taken while holding %s (rank %d)", l->name,
			      l->rank, other->name, other->rank);
		if (other->rank == l->rank && held[i].subclass >= subclass)
			panic("lock order: %s (subclass %d) taken while holding %s (subclass %d) of the same rank %d",
			      l->name, subclass, other->name, held[i].subclass, l->rank);
	}
}

static void push_held(const struct lock *l, int subclass)
{
	if (!DEBUG_BUILD)
		return;
	if (nheld == HELD_MAX)
		panic("lock %s would be the %dth that one thread holds", l->name, HELD_MAX + 1);
	held[nheld].lock = l;
	held[nheld].subclass = subclass;
	nheld++;
}

/* Release need not follow the reverse order of acquiring. */
static void pop_held(const struct lock *l)
{
	int at;

	if (!DEBUG_BUILD)
		return;
	at = held_index(l);
	if (at < 0)
		panic("lock %s released by a thread that does not hold it", l->name);
	nheld--;
	for (int i = at; i < nheld; i++)
		held[i] = held[i + 1];
}

void lock_init(struct lock *l, int rank, const char *name)
{
	int err = pthread_mutex_init(&l->mutex, NULL);

	check(err == 0);
	l->rank = rank;
	l->name = name;
}

void lock_fini(struct lock *l)
{
	int err = pthread_mutex_destroy(&l->mutex);

	if (err != 0)
		panic("lock %s destroyed while it is held", l->name);
}

void lock_acquire_nested(struct lock *l, int subclass)
{
	int err;

	check_order(l, subclass);
	err = pthread_mutex_lock(&l->mutex);
	check(err == 0);
	push_held(l, subclass);
}

void lock_acquire(struct lock *l)
{
	lock_acquire_nested(l, 0);
}

bool lock_try_acquire(struct lock *l)
{
	if (pthread_mutex_trylock(&l->mutex) != 0)
		return false;
	push_held(l, 0);
	return true;
}

NO_THREAD_SAFETY void lock_release(struct lock *l)
{
	int err;

	pop_held(l);
	err = pthread_mutex_unlock(&l->mutex);
	check(err == 0);
}

void lock_assert_held(const struct lock *l)
{
	if (DEBUG_BUILD && held_index(l) < 0)
		panic("lock %s should be held here", l->name);
}

void lock_assert_none_held(void)
{
	if (DEBUG_BUILD && nheld > 0)
		panic("lock %s is held where none may be", held[nheld - 1].lock->name);
}
