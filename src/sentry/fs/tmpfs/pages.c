/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of one file in a radix tree: 64 slots a level, as high as the largest index needs.
 * Holes have no page. */
#include <errno.h>

#include "abi/page.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"

#define SLOT_BITS 6
#define SLOTS     (1u << SLOT_BITS)

/* Indexes that a tree of this height covers; 0 means all. */
static bool covers(unsigned levels, uint64_t index)
{
	return levels * SLOT_BITS >= 64 || index >> (levels * SLOT_BITS) == 0;
}

static size_t slot_of(uint64_t index, unsigned level)
{
	return (size_t)(index >> (level * SLOT_BITS)) & (SLOTS - 1);
}

char *tmpfs_page_find(const struct tmpfs_pages *t, uint64_t index)
{
	void **node = t->root;

	if (!node || !covers(t->levels, index))
		return NULL;
	for (unsigned level = t->levels - 1; level > 0; level--) {
		node = node[slot_of(index, level)];
		if (!node)
			return NULL;
	}
	return node[slot_of(index, 0)];
}

static int grow(struct tmpfs_pages *t, uint64_t index)
{
	while (t->levels == 0 || !covers(t->levels, index)) {
		void **top = arena_alloc(SLOTS * sizeof(void *));

		if (!top)
			return -ENOMEM;
		top[0] = t->root;
		t->root = top;
		t->levels++;
	}
	return 0;
}

/* The slot of an index, its inner nodes made. NULL: out of memory. */
static void **slot_get(struct tmpfs_pages *t, uint64_t index)
{
	void **node;

	if (grow(t, index) < 0)
		return NULL;
	node = t->root;
	for (unsigned level = t->levels - 1; level > 0; level--) {
		void **slot = &node[slot_of(index, level)];

		if (!*slot)
			*slot = arena_alloc(SLOTS * sizeof(void *));
		if (!*slot)
			return NULL;
		node = *slot;
	}
	return &node[slot_of(index, 0)];
}

int tmpfs_page_get(struct tmpfs_node *n, uint64_t index, char **ret)
{
	void **slot = slot_get(&n->pages, index);
	int r;

	if (!slot)
		return -ENOMEM;
	if (!*slot) {
		r = tmpfs_charge(tmpfs_of(&n->inode), 1);
		if (r < 0)
			return r;
		*slot = arena_alloc(LX_PAGE_SIZE);
		if (!*slot) {
			tmpfs_uncharge(tmpfs_of(&n->inode), 1);
			return -ENOMEM;
		}
		n->npages++;
	}
	*ret = *slot;
	return 0;
}

/* Drop [lo, hi) below one node that covers indexes from base on; true: the node is empty now. */
static bool drop_below(void **node, unsigned level, uint64_t base, uint64_t lo, uint64_t hi,
		       uint64_t *dropped)
{
	uint64_t span = 1ULL << (level * SLOT_BITS);
	bool empty = true;

	for (size_t i = 0; i < SLOTS; i++) {
		uint64_t first = base + i * span;

		if (node[i] && first < hi &&
		    (level == 0 ? first >= lo : first + (span - 1) >= lo)) {
			if (level == 0) {
				++*dropped;
				arena_free(node[i]);
				node[i] = NULL;
			} else if (drop_below(node[i], level - 1, first, lo, hi, dropped)) {
				arena_free(node[i]);
				node[i] = NULL;
			}
		}
		empty = empty && !node[i];
	}
	return empty;
}

uint64_t tmpfs_pages_drop(struct tmpfs_node *n, uint64_t lo, uint64_t hi)
{
	struct tmpfs_pages *t = &n->pages;
	uint64_t dropped = 0;

	if (!t->root || lo >= hi)
		return 0;
	if (drop_below(t->root, t->levels - 1, 0, lo, hi, &dropped)) {
		arena_free(t->root);
		*t = (struct tmpfs_pages){0};
	}
	n->npages -= dropped;
	tmpfs_uncharge(tmpfs_of(&n->inode), dropped);
	return dropped;
}

/* Without a page at `index`: how many indexes from there on are surely holes. */
static uint64_t hole_run(const struct tmpfs_pages *t, uint64_t index)
{
	void **node = t->root;

	for (unsigned level = t->levels - 1; level > 0; level--) {
		uint64_t span = 1ULL << (level * SLOT_BITS);

		node = node[slot_of(index, level)];
		if (!node)
			return span - (index & (span - 1));
	}
	return 1;
}

uint64_t tmpfs_pages_next(const struct tmpfs_pages *t, uint64_t from, uint64_t limit, bool want)
{
	while (from < limit) {
		if (!t->root || !covers(t->levels, from))
			return want ? limit : from;
		if ((tmpfs_page_find(t, from) != NULL) == want)
			return from;
		from += want ? hole_run(t, from) : 1;
	}
	return limit;
}
