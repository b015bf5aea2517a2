/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arena's front: the budget, the names of all types, and what happens around the lock. An
 * allocation is
 *	charge the budget -> take a slot (locked) -> clean it
 * and a release is
 *	poison -> give the slot back (locked) -> return the charge
 * so filling memory is never done under the lock. What is held is counted by slots and page runs,
 * not by asked bytes.
 *
 * Byte blocks: bytes between what was asked for and the end of the slot are zero as long as the
 * owner keeps to his own, which is what arena_realloc relies on when it grows in place.
 */
#include "sentry/core/alloc.h"

#include <stdatomic.h>
#include <string.h>

#include "base/check.h"
#include "base/checked.h"
#include "base/log.h"
#include "sentry/core/alloc_priv.h"
#include "sentry/core/lock_ranks.h"

/* No block is larger: all that can ever be reserved. */
#define BLOCK_MAX ((size_t)64 << 30)

struct lock arena_lock = LOCK_INIT(RANK_ARENA, "arena");

static struct list slabs = LIST_INIT(slabs); /* [ARENA] struct slab.link */
static uint64_t large_in_use;                /* [ARENA] blocks */
static _Atomic uint64_t limit_bytes;         /* 0: none */
static _Atomic uint64_t used_bytes;
static _Atomic uint64_t fail_countdown; /* 0: off */

/* --- the budget --- */

/* Is it this allocation's turn to fail (test hook)? */
static bool must_fail(void)
{
	uint64_t n = atomic_load_explicit(&fail_countdown, memory_order_relaxed);

	while (n != 0) {
		if (atomic_compare_exchange_weak(&fail_countdown, &n, n - 1))
			return n == 1;
	}
	return false;
}

static bool charge(size_t n)
{
	uint64_t limit = atomic_load_explicit(&limit_bytes, memory_order_relaxed);
	uint64_t used;

	if (must_fail())
		return false;
	used = atomic_fetch_add_explicit(&used_bytes, n, memory_order_relaxed);
	if (limit == 0 || (used <= limit && n <= limit - used))
		return true;
	atomic_fetch_sub_explicit(&used_bytes, n, memory_order_relaxed);
	return false;
}

static void uncharge(size_t n)
{
	atomic_fetch_sub_explicit(&used_bytes, n, memory_order_relaxed);
}

void arena_set_limit(uint64_t bytes)
{
	atomic_store(&limit_bytes, bytes);
}

uint64_t arena_used(void)
{
	return atomic_load_explicit(&used_bytes, memory_order_relaxed);
}

void arena_fail_nth(uint64_t n)
{
	atomic_store(&fail_countdown, n);
}

/* --- typed objects --- */

static void *slot_take(struct slab *s)
{
	void *obj;

	GUARD(&arena_lock);
	if (!s->link.next) {
		list_init(&s->partial);
		list_add_tail(&slabs, &s->link);
	}
	obj = store_slot_take(s);
	if (obj)
		s->in_use++;
	return obj;
}

static void slot_give(struct slab *s, void *obj)
{
	GUARD(&arena_lock);
	store_slot_give(s, obj);
	s->in_use--;
}

void *slab_alloc(struct slab *s)
{
	size_t cost = store_slot_cost(s);
	void *obj;

	if (!charge(cost))
		return NULL;
	obj = slot_take(s);
	if (!obj) {
		uncharge(cost);
		return NULL;
	}
	store_slot_clean(s, obj);
	return obj;
}

void slab_free(struct slab *s, void *obj)
{
	if (!obj)
		return;
	store_slot_poison(s, obj);
	slot_give(s, obj);
	uncharge(store_slot_cost(s));
}

/* --- byte blocks --- */

static void *large_alloc(size_t n)
{
	size_t cost = store_block_cost(n);
	void *p;

	if (n > BLOCK_MAX || !charge(cost))
		return NULL;
	lock_acquire(&arena_lock);
	p = store_large_take(n);
	if (p)
		large_in_use++;
	lock_release(&arena_lock);
	if (!p)
		uncharge(cost);
	return p;
}

static void large_free(void *p, size_t size)
{
	lock_acquire(&arena_lock);
	store_large_give(p);
	large_in_use--;
	lock_release(&arena_lock);
	uncharge(store_block_cost(size));
}

static struct slab *block_find(const void *p, size_t *ret_size)
{
	GUARD(&arena_lock);
	return store_block_find(p, ret_size);
}

void *arena_alloc(size_t n)
{
	struct slab *s = store_class(n);

	return s ? slab_alloc(s) : large_alloc(n);
}

void arena_free(void *p)
{
	struct slab *s;
	size_t size;

	if (!p)
		return;
	s = block_find(p, &size);
	if (s)
		slab_free(s, p);
	else
		large_free(p, size);
}

void *arena_calloc(size_t n, size_t size)
{
	size_t bytes;

	return mul_ok(n, size, &bytes) ? arena_alloc(bytes) : NULL;
}

void *arena_realloc(void *p, size_t n)
{
	size_t have;
	struct slab *s;
	void *to;

	if (!p)
		return arena_alloc(n);
	s = block_find(p, &have);
	if (n <= have && (store_class(n) == s || n > have / 2)) {
		memset((char *)p + n, 0, have - n);
		return p;
	}
	to = arena_alloc(n);
	if (!to)
		return NULL;
	memcpy(to, p, MIN(n, have));
	arena_free(p);
	return to;
}

void *arena_memdup(const void *p, size_t n)
{
	void *to = arena_alloc(n);

	if (to && n > 0)
		memcpy(to, p, n);
	return to;
}

char *arena_strdup(const char *s)
{
	return arena_memdup(s, strlen(s) + 1);
}

/* --- leaks --- */

uint64_t arena_leaks_log(void)
{
	struct slab *s;
	uint64_t n;

	GUARD(&arena_lock);
	n = large_in_use;
	if (large_in_use > 0)
		log_debug("arena: %llu large blocks in use", (unsigned long long)large_in_use);
	list_for_each_entry(s, &slabs, link) {
		if (s->in_use > 0)
			log_debug("arena: %llu of %s in use", (unsigned long long)s->in_use,
				  s->name);
		n += s->in_use;
	}
	return n;
}
