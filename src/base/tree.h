/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive height-balanced (AVL) binary search tree. The order is the caller's: either a
 * comparison handed to tree_insert, or a position found by the caller's own descent and handed to
 * tree_link.
 *
 * Invariants: (1) heights of two siblings differ by at most one, so depth is below 1.45 log2(n +
 * 2); (2) node->height is one more than its higher child's; (3) if the tree has an update function,
 * it has been called for each node after the last change of that node's children or of theirs (what
 * it computes may depend only on the node and its two children). No allocation, no locking.
 */
#ifndef CAISSON_BASE_TREE_H
#define CAISSON_BASE_TREE_H

#include "base/compiler.h"

struct tree_node {
	struct tree_node *parent, *left, *right;
	int height;
};

struct tree {
	struct tree_node *root;
	void (*update)(struct tree_node
			       *node); /* recompute what node sums up of its subtree; may be NULL */
};

/* Negative, zero or positive as a is before, equal to or after b (or the key is before ... b). */
typedef int (*tree_cmp_fn)(const struct tree_node *a, const struct tree_node *b);
typedef int (*tree_key_cmp_fn)(const void *key, const struct tree_node *b);

#define TREE_INIT                                                                                  \
	{                                                                                          \
		NULL, NULL                                                                         \
	}

void tree_init(struct tree *t);

static inline bool tree_empty(const struct tree *t)
{
	return t->root == NULL;
}

/* Insert and return NULL, or return the equal node that is already there and insert nothing. */
struct tree_node *tree_insert(struct tree *t, struct tree_node *node, tree_cmp_fn cmp);

/*
 * Insert at a position: *link is the empty child pointer of parent (or &t->root with parent NULL)
 * at which a descent ended.
 */
void tree_link(struct tree *t, struct tree_node *node, struct tree_node *parent,
	       struct tree_node **link);

/* Remove a node that is in the tree. */
void tree_remove(struct tree *t, struct tree_node *node);

/* Run the update function from node up to the root: after what it sums up has changed in node
 * itself. */
void tree_update(struct tree *t, struct tree_node *node);

/* NULL: no equal node. */
struct tree_node *tree_find(const struct tree *t, const void *key, tree_key_cmp_fn cmp);

/* NULL: empty, or no further one. O(log n), a whole walk O(n). */
struct tree_node *tree_first(const struct tree *t);
struct tree_node *tree_last(const struct tree *t);
struct tree_node *tree_next(const struct tree_node *node);
struct tree_node *tree_prev(const struct tree_node *node);

#define tree_entry(node, type, member) container_of(node, type, member)

/* For walks: NULL stays NULL. The node expression is evaluated once. */
#define tree_entry_or_null(node, type, member)                                                     \
	tree_entry_or_null_(node, type, member, CONCAT(tree_n_, __COUNTER__))
#define tree_entry_or_null_(node, type, member, x)                                                 \
	__extension__({                                                                            \
		struct tree_node *x = (node);                                                      \
		x ? container_of(x, type, member) : NULL;                                          \
	})

/* In order; the body may not remove pos. */
#define tree_for_each_entry(pos, t, member)                                                        \
	for (pos = tree_entry_or_null(tree_first(t), __typeof__(*(pos)), member); pos;             \
	     pos = tree_entry_or_null(tree_next(&(pos)->member), __typeof__(*(pos)), member))

/* The body may remove pos, but not the one after it. */
#define tree_for_each_entry_safe(pos, tmp, t, member)                                              \
	for (pos = tree_entry_or_null(tree_first(t), __typeof__(*(pos)), member);                  \
	     pos &&                                                                                \
	     ((tmp = tree_entry_or_null(tree_next(&(pos)->member), __typeof__(*(pos)), member)),   \
	      true);                                                                               \
	     pos = tmp)

#endif
