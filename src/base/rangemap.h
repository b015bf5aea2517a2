/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disjoint half-open ranges [lo, hi) in order, each embedded in what it stands for (a vma, a file
 * lock, a mapping).
 *
 * Invariants: (1) lo < hi in every range; (2) no two ranges of a map overlap, they may touch; (3)
 * each range sums up its subtree: outermost bounds and widest hole between two of its ranges, which
 * makes both gap searches O(log n) for an alignment that the ranges themselves keep. So lo and hi
 * of a range that is in a map are changed by rangemap_resize only. No allocation, no locking.
 */
#ifndef CAISSON_BASE_RANGEMAP_H
#define CAISSON_BASE_RANGEMAP_H

#include "base/tree.h"

struct range {
	uint64_t lo, hi;
	struct tree_node node;
	uint64_t sub_lo, sub_hi, sub_gap; /* of the subtree; rangemap.c only */
};

struct rangemap {
	struct tree tree;
	size_t count;
};

void rangemap_init(struct rangemap *map);

static inline bool rangemap_empty(const struct rangemap *map)
{
	return map->count == 0;
}

/* The caller has proven that the range is not empty and overlaps no other (checked in debug
 * builds). */
void rangemap_insert(struct rangemap *map, struct range *range);

/* Only of a range that is in the map. */
void rangemap_remove(struct rangemap *map, struct range *range);

/* Move the borders of a range in the map. It stays between the same neighbours, which the caller
 * has proven. */
void rangemap_resize(struct rangemap *map, struct range *range, uint64_t lo, uint64_t hi);

/* The range that contains addr. NULL: none. */
struct range *rangemap_find(const struct rangemap *map, uint64_t addr);

/* The first range whose hi is above addr: the one that contains it, else the next one up. NULL:
 * none. */
struct range *rangemap_first_at_or_after(const struct rangemap *map, uint64_t addr);

/* Does any range overlap [lo, hi)? An empty [lo, hi) overlaps nothing. */
bool rangemap_overlaps(const struct rangemap *map, uint64_t lo, uint64_t hi);

/* Neighbours in address order. NULL: none. */
struct range *rangemap_first(const struct rangemap *map);
struct range *rangemap_last(const struct rangemap *map);
struct range *rangemap_next(const struct range *range);
struct range *rangemap_prev(const struct range *range);

/*
 * A free place for len bytes within [lo, hi), at a multiple of align (a power of two): the highest,
 * or the lowest. 0 and *ret = its first address, or -ENOMEM. len 0 finds nothing.
 */
MUST_CHECK int rangemap_gap_down(const struct rangemap *map, uint64_t lo, uint64_t hi, uint64_t len,
				 uint64_t align, uint64_t *ret);
MUST_CHECK int rangemap_gap_up(const struct rangemap *map, uint64_t lo, uint64_t hi, uint64_t len,
			       uint64_t align, uint64_t *ret);

/* range is a struct range *; the body may not remove it. */
#define rangemap_for_each(range, map)                                                              \
	for (range = rangemap_first(map); range; range = rangemap_next(range))

#endif
