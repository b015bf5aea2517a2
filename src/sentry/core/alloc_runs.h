/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ground of the arena: one reservation of address space, cut into runs of 64 KiB pages.
 *
 * What is known of a page stands in its descriptor, in an array apart from the pages: an object
 * that is written past its end, or after it was freed, cannot reach the arena's own state.
 *
 * Invariants: (1) the pages below the break are covered by runs without gaps; (2) no two free runs
 * touch; (3) all pages of a free run read as zeroes and hold no memory of the host; (4) head and
 * last descriptor of a free run say PAGE_FREE and its length; (5) only the head of a run in use
 * says PAGE_SLAB or PAGE_LARGE, so no other address passes for a block.
 */
#pragma once

#include "sentry/core/alloc_priv.h"

#define ARENA_PAGE_SHIFT 16
#define ARENA_PAGE       ((size_t)1 << ARENA_PAGE_SHIFT)
#define SLOT_MIN         ((size_t)16)
#define SLOTS_MAX        (ARENA_PAGE / SLOT_MIN)

enum page_state {
	PAGE_INSIDE = 0,
	PAGE_FREE = 0x46724565,
	PAGE_SLAB = 0x536c4162,
	PAGE_LARGE = 0x4c617267,
};

struct slab_page {
	struct list link;  /* in slab->partial, or in a bin of free runs */
	struct slab *slab; /* of PAGE_SLAB */
	uint32_t state;    /* enum page_state */
	uint32_t npages;   /* of the run: in the head, and in the last page of a free run */
	uint32_t nslots, nfree;
	uint32_t hint; /* no free slot in the words of free_map before this one */
	uint64_t free_map[SLOTS_MAX / 64]; /* 1: free */
};

/* A run of npages zeroed pages in `state`. NULL: no memory. */
struct slab_page *run_take(size_t npages, enum page_state state) REQUIRES(arena_lock);
/* Forget what is in it. */
void run_give(struct slab_page *head) REQUIRES(arena_lock);
/* The page that p is in; NULL: not an address of the arena. */
struct slab_page *run_page_of(const void *p) REQUIRES(arena_lock);
char *run_memory(const struct slab_page *page) REQUIRES(arena_lock);
