/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash table. Buckets are chosen by the low bits of the hash; growing moves every node once, so
 * insertion is O(1) amortised. New nodes go to the front of their chain.
 */
#include "base/htab.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/checked.h"

enum { FIRST_NBUCKETS = 16 };

static void *heap_zalloc(size_t size)
{
	return calloc(1, size);
}

static void heap_free(void *p, size_t size UNUSED)
{
	free(p);
}

static const struct htab_alloc heap = {
	.zalloc = heap_zalloc,
	.free = heap_free,
};

void htab_init(struct htab *h, const struct htab_alloc *alloc)
{
	h->one = NULL;
	h->buckets = &h->one;
	h->nbuckets = 1;
	h->count = 0;
	h->alloc = alloc ? alloc : &heap;
}

void htab_fini(struct htab *h)
{
	if (h->buckets != &h->one)
		h->alloc->free(h->buckets, h->nbuckets * sizeof(struct htab_node *));
	htab_init(h, h->alloc);
}

static struct htab_node **bucket_of(const struct htab *h, uint64_t hash)
{
	return &h->buckets[hash & (h->nbuckets - 1)];
}

static void push(struct htab *h, struct htab_node *node)
{
	struct htab_node **bucket = bucket_of(h, node->hash);

	node->next = *bucket;
	*bucket = node;
}

/* Without memory everything stays as it is. */
static void grow(struct htab *h)
{
	struct htab_node **old = h->buckets, **bigger;
	size_t old_n = h->nbuckets, n, size;

	if (!mul_ok(old_n, (size_t)2, &n))
		return;
	n = MAX(n, (size_t)FIRST_NBUCKETS);
	if (!mul_ok(n, sizeof(struct htab_node *), &size))
		return;
	bigger = h->alloc->zalloc(size);
	if (!bigger)
		return;

	h->buckets = bigger;
	h->nbuckets = n;
	for (size_t i = 0; i < old_n; i++) {
		for (struct htab_node *node = old[i], *next; node; node = next) {
			next = node->next;
			push(h, node);
		}
	}
	if (old != &h->one)
		h->alloc->free(old, old_n * sizeof(struct htab_node *));
	h->one = NULL;
}

void htab_insert(struct htab *h, struct htab_node *node, uint64_t hash)
{
	if (h->count >= h->nbuckets)
		grow(h);
	node->hash = hash;
	push(h, node);
	h->count++;
}

void htab_remove(struct htab *h, struct htab_node *node)
{
	struct htab_node **link = bucket_of(h, node->hash);

	while (*link != node) {
		check(*link != NULL);
		link = &(*link)->next;
	}
	*link = node->next;
	node->next = NULL;
	h->count--;
}

static struct htab_node *skip_others(struct htab_node *node, uint64_t hash)
{
	while (node && node->hash != hash)
		node = node->next;
	return node;
}

struct htab_node *htab_first(const struct htab *h, uint64_t hash)
{
	return skip_others(*bucket_of(h, hash), hash);
}

struct htab_node *htab_next(const struct htab_node *node)
{
	return skip_others(node->next, node->hash);
}

static struct htab_node *first_from_bucket(const struct htab *h, size_t i)
{
	for (; i < h->nbuckets; i++) {
		if (h->buckets[i])
			return h->buckets[i];
	}
	return NULL;
}

struct htab_node *htab_any_first(const struct htab *h)
{
	return first_from_bucket(h, 0);
}

struct htab_node *htab_any_next(const struct htab *h, const struct htab_node *node)
{
	if (node->next)
		return node->next;
	return first_from_bucket(h, (node->hash & (h->nbuckets - 1)) + 1);
}
