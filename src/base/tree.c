/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AVL trees with parent pointers. Every change is: cut or hang one node, then walk up from there,
 * and at each node restore invariant 1 (at most two rotations), 2 (height) and 3 (the caller's sum).
 */
#include "base/tree.h"

#include "base/check.h"

void tree_init(struct tree *t)
{
	t->root = NULL;
	t->update = NULL;
}

static int height_of(const struct tree_node *n)
{
	return n ? n->height : 0;
}

static void sum_up(struct tree *t, struct tree_node *n)
{
	n->height = MAX(height_of(n->left), height_of(n->right)) + 1;
	if (t->update)
		t->update(n);
}

/* Put `with` (may be NULL) where old hangs. */
static void replace_child(struct tree *t, struct tree_node *old, struct tree_node *with)
{
	struct tree_node *parent = old->parent;

	if (!parent)
		t->root = with;
	else if (parent->left == old)
		parent->left = with;
	else
		parent->right = with;
	if (with)
		with->parent = parent;
}

/* n's right child takes n's place and n becomes its left child. Returns it. */
static struct tree_node *rotate_left(struct tree *t, struct tree_node *n)
{
	struct tree_node *up = n->right;

	replace_child(t, n, up);
	n->right = up->left;
	if (n->right)
		n->right->parent = n;
	up->left = n;
	n->parent = up;
	sum_up(t, n);
	sum_up(t, up);
	return up;
}

static struct tree_node *rotate_right(struct tree *t, struct tree_node *n)
{
	struct tree_node *up = n->left;

	replace_child(t, n, up);
	n->left = up->right;
	if (n->left)
		n->left->parent = n;
	up->right = n;
	n->parent = up;
	sum_up(t, n);
	sum_up(t, up);
	return up;
}

/* Both subtrees of n are balanced and differ by at most two. Returns the node that stands there
 * now. */
static struct tree_node *balance(struct tree *t, struct tree_node *n)
{
	int lean = height_of(n->left) - height_of(n->right);

	if (lean > 1) {
		if (height_of(n->left->left) < height_of(n->left->right))
			rotate_left(t, n->left);
		return rotate_right(t, n);
	}
	if (lean < -1) {
		if (height_of(n->right->right) < height_of(n->right->left))
			rotate_right(t, n->right);
		return rotate_left(t, n);
	}
	sum_up(t, n);
	return n;
}

/* Without an update function the walk may end where a height did not change: nothing above can. */
static void balance_upwards(struct tree *t, struct tree_node *n)
{
	while (n) {
		int before = n->height;

		n = balance(t, n);
		if (!t->update && n->height == before)
			return;
		n = n->parent;
	}
}

void tree_update(struct tree *t, struct tree_node *node)
{
	if (!t->update)
		return;
	for (; node; node = node->parent)
		t->update(node);
}

void tree_link(struct tree *t, struct tree_node *node, struct tree_node *parent,
	       struct tree_node **link)
{
	check(*link == NULL);
	node->parent = parent;
	node->left = NULL;
	node->right = NULL;
	node->height = 0; /* differs from what balance computes, so the walk up does not end here */
	*link = node;
	balance_upwards(t, node);
}

struct tree_node *tree_insert(struct tree *t, struct tree_node *node, tree_cmp_fn cmp)
{
	struct tree_node **link = &t->root;
	struct tree_node *parent = NULL;

	while (*link) {
		int order = cmp(node, *link);

		if (order == 0)
			return *link;
		parent = *link;
		link = order < 0 ? &parent->left : &parent->right;
	}
	tree_link(t, node, parent, link);
	return NULL;
}

/* The successor of node, which has two children, moves to node's place. Returns where the walk up
 * begins. */
static struct tree_node *replace_by_successor(struct tree *t, struct tree_node *node)
{
	struct tree_node *heir = node->right;
	struct tree_node *from;

	while (heir->left)
		heir = heir->left;

	from = heir;
	if (heir != node->right) {
		from = heir->parent;
		replace_child(t, heir, heir->right);
		heir->right = node->right;
		heir->right->parent = heir;
	}
	heir->left = node->left;
	heir->left->parent = heir;
	heir->height = node->height;
	replace_child(t, node, heir);
	return from;
}

void tree_remove(struct tree *t, struct tree_node *node)
{
	struct tree_node *from = node->parent;

	if (node->left && node->right)
		from = replace_by_successor(t, node);
	else
		replace_child(t, node, node->left ? node->left : node->right);
	node->parent = NULL;
	node->left = NULL;
	node->right = NULL;
	balance_upwards(t, from);
}

struct tree_node *tree_find(const struct tree *t, const void *key, tree_key_cmp_fn cmp)
{
	struct tree_node *n = t->root;

	while (n) {
		int order = cmp(key, n);

		if (order == 0)
			return n;
		n = order < 0 ? n->left : n->right;
	}
	return NULL;
}

struct tree_node *tree_first(const struct tree *t)
{
	struct tree_node *n = t->root;

	while (n && n->left)
		n = n->left;
	return n;
}

struct tree_node *tree_last(const struct tree *t)
{
	struct tree_node *n = t->root;

	while (n && n->right)
		n = n->right;
	return n;
}

struct tree_node *tree_next(const struct tree_node *node)
{
	struct tree_node *n = node->right;

	if (n) {
		while (n->left)
			n = n->left;
		return n;
	}
	for (n = node->parent; n && n->right == node; n = n->parent)
		node = n;
	return n;
}

struct tree_node *tree_prev(const struct tree_node *node)
{
	struct tree_node *n = node->left;

	if (n) {
		while (n->right)
			n = n->right;
		return n;
	}
	for (n = node->parent; n && n->left == node; n = n->parent)
		node = n;
	return n;
}
