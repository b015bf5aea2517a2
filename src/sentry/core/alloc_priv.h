/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the arena. alloc.c counts, limits and names; below it is one of two stores, chosen by the
 * build:
 *	alloc_slab.c over alloc_runs.c    the arena proper
 *	alloc_heap.c                      one malloc per object, for sanitizers that watch malloc
 * All state of either store is guarded by arena_lock.
 */
#pragma once

#include "base/lock.h"
#include "sentry/core/alloc.h"

extern struct lock arena_lock; /* rank ARENA */

/*
 * What fills a freed object. In debug builds all of it, and the arena looks at it again before the
 * next use.
 */
#define ARENA_POISON 0x5a
#ifdef CAISSON_DEBUG
#define ARENA_POISON_MAX    SIZE_MAX
#define ARENA_POISON_VERIFY true
#else
#define ARENA_POISON_MAX    ((size_t)128)
#define ARENA_POISON_VERIFY false
#endif

/* --- the store --- */

/* What one object of s, or one block of n bytes, takes from the budget. */
size_t store_slot_cost(const struct slab *s);
size_t store_block_cost(size_t n);
/* A slot of s; store_slot_clean makes a zeroed object of it, outside the lock. NULL: no memory. */
void *store_slot_take(struct slab *s) REQUIRES(arena_lock);
void store_slot_clean(const struct slab *s, void *obj);
/* Panics unless obj is an object of s in use. _poison first, outside the lock. */
void store_slot_poison(const struct slab *s, void *obj);
void store_slot_give(struct slab *s, void *obj) REQUIRES(arena_lock);

/* The slab of the size class that blocks of n bytes belong to; NULL: n is large. */
struct slab *store_class(size_t n);
/* A large block; zeroed. NULL: no memory. */
void *store_large_take(size_t n) REQUIRES(arena_lock);
void store_large_give(void *p) REQUIRES(arena_lock);
/*
 * Whose slot p is (NULL: a large block), and how many bytes it holds. Panics unless p is the start
 * of a block in use.
 */
struct slab *store_block_find(const void *p, size_t *ret_size) REQUIRES(arena_lock);
