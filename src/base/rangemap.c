/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Range maps: a tree in which every range sums up its subtree as (lowest lo, highest hi, widest
 * hole in between). A hole search is a descent that enters only subtrees whose widest hole is wide
 * enough and which touch [lo, hi). The recursion is as deep as the tree: below 64 for any number of
 * ranges that fits memory.
 */
#include "base/rangemap.h"

#include <errno.h>

#include "base/check.h"
#include "base/checked.h"

static struct range *range_of(struct tree_node *n)
{
	return tree_entry_or_null(n, struct range, node);
}

static void update_sums(struct tree_node *n)
{
	struct range *r = range_of(n);
	const struct range *left = range_of(n->left);
	const struct range *right = range_of(n->right);

	r->sub_lo = r->lo;
	r->sub_hi = r->hi;
	r->sub_gap = 0;
	if (left) {
		r->sub_lo = left->sub_lo;
		r->sub_gap = MAX(left->sub_gap, r->lo - left->sub_hi);
	}
	if (right) {
		r->sub_hi = right->sub_hi;
		r->sub_gap = MAX(r->sub_gap, right->sub_gap);
		r->sub_gap = MAX(r->sub_gap, right->sub_lo - r->hi);
	}
}

void rangemap_init(struct rangemap *map)
{
	map->tree.root = NULL;
	map->tree.update = update_sums;
	map->count = 0;
}

/* Debug builds prove invariants 1 and 2 for a range and its neighbours. */
static void check_neighbours(const struct range *range)
{
	const struct range *before, *after;

	if (!DEBUG_BUILD)
		return;
	before = rangemap_prev(range);
	after = rangemap_next(range);
	check(range->lo < range->hi);
	check(!before || before->hi <= range->lo);
	check(!after || range->hi <= after->lo);
}

void rangemap_insert(struct rangemap *map, struct range *range)
{
	struct tree_node **link = &map->tree.root;
	struct tree_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = range->lo < range_of(parent)->lo ? &parent->left : &parent->right;
	}
	tree_link(&map->tree, &range->node, parent, link);
	map->count++;
	check_neighbours(range);
}

void rangemap_remove(struct rangemap *map, struct range *range)
{
	check(map->count > 0);
	tree_remove(&map->tree, &range->node);
	map->count--;
}

void rangemap_resize(struct rangemap *map, struct range *range, uint64_t lo, uint64_t hi)
{
	range->lo = lo;
	range->hi = hi;
	tree_update(&map->tree, &range->node);
	check_neighbours(range);
}

struct range *rangemap_first_at_or_after(const struct rangemap *map, uint64_t addr)
{
	struct tree_node *n = map->tree.root;
	struct range *best = NULL;

	while (n) {
		struct range *r = range_of(n);

		if (r->hi > addr) {
			best = r;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

struct range *rangemap_find(const struct rangemap *map, uint64_t addr)
{
	struct range *r = rangemap_first_at_or_after(map, addr);

	return r && r->lo <= addr ? r : NULL;
}

bool rangemap_overlaps(const struct rangemap *map, uint64_t lo, uint64_t hi)
{
	const struct range *r;

	if (lo >= hi)
		return false;
	r = rangemap_first_at_or_after(map, lo);
	return r && r->lo < hi;
}

struct range *rangemap_first(const struct rangemap *map)
{
	return range_of(tree_first(&map->tree));
}

struct range *rangemap_last(const struct rangemap *map)
{
	return range_of(tree_last(&map->tree));
}

struct range *rangemap_next(const struct range *range)
{
	return range_of(tree_next(&range->node));
}

struct range *rangemap_prev(const struct range *range)
{
	return range_of(tree_prev(&range->node));
}

/* What is looked for, and where. */
struct want {
	uint64_t lo, hi, len, align;
};

/* The highest place within the hole [lo, hi). */
static bool place_high(const struct want *w, uint64_t lo, uint64_t hi, uint64_t *ret)
{
	uint64_t at;

	lo = MAX(lo, w->lo);
	hi = MIN(hi, w->hi);
	if (lo >= hi || hi - lo < w->len)
		return false;
	at = align_down(hi - w->len, w->align);
	if (at < lo)
		return false;
	*ret = at;
	return true;
}

/* The lowest place within the hole [lo, hi). */
static bool place_low(const struct want *w, uint64_t lo, uint64_t hi, uint64_t *ret)
{
	uint64_t at;

	lo = MAX(lo, w->lo);
	hi = MIN(hi, w->hi);
	if (lo >= hi || !align_up_ok(lo, w->align, &at) || at >= hi || hi - at < w->len)
		return false;
	*ret = at;
	return true;
}

/* Can a hole between two ranges of this subtree serve? */
static bool worth_entering(const struct want *w, const struct range *r)
{
	return r && r->sub_gap >= w->len && r->sub_lo < w->hi && r->sub_hi > w->lo;
}

static bool search_down(const struct want *w, struct tree_node *n, uint64_t *ret)
{
	const struct range *r = range_of(n);
	const struct range *left, *right;

	if (!worth_entering(w, r))
		return false;
	left = range_of(n->left);
	right = range_of(n->right);
	return search_down(w, n->right, ret) ||
	       (right && place_high(w, r->hi, right->sub_lo, ret)) ||
	       (left && place_high(w, left->sub_hi, r->lo, ret)) || search_down(w, n->left, ret);
}

static bool search_up(const struct want *w, struct tree_node *n, uint64_t *ret)
{
	const struct range *r = range_of(n);
	const struct range *left, *right;

	if (!worth_entering(w, r))
		return false;
	left = range_of(n->left);
	right = range_of(n->right);
	return search_up(w, n->left, ret) || (left && place_low(w, left->sub_hi, r->lo, ret)) ||
	       (right && place_low(w, r->hi, right->sub_lo, ret)) || search_up(w, n->right, ret);
}

int rangemap_gap_down(const struct rangemap *map, uint64_t lo, uint64_t hi, uint64_t len,
		      uint64_t align, uint64_t *ret)
{
	const struct want w = {lo, hi, len, align};
	const struct range *all = range_of(map->tree.root);

	check(is_power_of_two(align));
	if (len == 0)
		return -ENOMEM;
	if (!all)
		return place_high(&w, lo, hi, ret) ? 0 : -ENOMEM;
	if (place_high(&w, all->sub_hi, hi, ret) || search_down(&w, map->tree.root, ret) ||
	    place_high(&w, lo, all->sub_lo, ret))
		return 0;
	return -ENOMEM;
}

int rangemap_gap_up(const struct rangemap *map, uint64_t lo, uint64_t hi, uint64_t len,
		    uint64_t align, uint64_t *ret)
{
	const struct want w = {lo, hi, len, align};
	const struct range *all = range_of(map->tree.root);

	check(is_power_of_two(align));
	if (len == 0)
		return -ENOMEM;
	if (!all)
		return place_low(&w, lo, hi, ret) ? 0 : -ENOMEM;
	if (place_low(&w, lo, all->sub_lo, ret) || search_up(&w, map->tree.root, ret) ||
	    place_low(&w, all->sub_hi, hi, ret))
		return 0;
	return -ENOMEM;
}
