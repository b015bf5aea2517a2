/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive chained hash table. The caller computes hashes (hash.h) and compares keys; the table
 * keeps the full 64 bit hash in each node, so a look-up meets a node with another key only on a
 * true collision.
 *
 * Grows by doubling when there is more than one node per bucket. Insertion cannot fail: without
 * memory for a bigger array the chains grow longer instead. It never shrinks. The struct may not be
 * moved after htab_init (its first bucket is in it). No locking.
 */
#ifndef CAISSON_BASE_HTAB_H
#define CAISSON_BASE_HTAB_H

#include "base/compiler.h"

struct htab_node {
	struct htab_node *next;
	uint64_t hash;
};

/* Where the bucket array comes from. */
struct htab_alloc {
	void *(*zalloc)(size_t size); /* zeroed; NULL: no memory */
	void (*free)(void *p, size_t size);
};

struct htab {
	struct htab_node **buckets;
	size_t nbuckets; /* a power of two */
	size_t count;
	const struct htab_alloc *alloc;
	struct htab_node *one; /* the array of an empty table */
};

/* alloc NULL: calloc and free. */
void htab_init(struct htab *h, const struct htab_alloc *alloc);

/* Frees the bucket array. The nodes are the caller's; the table should be empty or the nodes
 * forgotten. */
void htab_fini(struct htab *h);

/* Equal hashes and equal keys are not refused. */
void htab_insert(struct htab *h, struct htab_node *node, uint64_t hash);

/* Only of a node that is in the table. */
void htab_remove(struct htab *h, struct htab_node *node);

/* Nodes with exactly this hash. NULL: none, or no further one. */
struct htab_node *htab_first(const struct htab *h, uint64_t hash);
struct htab_node *htab_next(const struct htab_node *node);

/* All nodes, in no order. NULL: no further one. */
struct htab_node *htab_any_first(const struct htab *h);
struct htab_node *htab_any_next(const struct htab *h, const struct htab_node *node);

#define htab_entry(node, type, member) container_of(node, type, member)

/* node is a struct htab_node *. The body compares keys; it may remove node only if it then leaves
 * the loop. */
#define htab_for_each_possible(h, node, hash)                                                      \
	for (node = htab_first(h, hash); node; node = htab_next(node))

/* The body may remove node, but not tmp, and may not insert. */
#define htab_for_each_safe(h, node, tmp)                                                           \
	for (node = htab_any_first(h); node && ((tmp = htab_any_next(h, node)), true); node = tmp)

#endif
