/* SPDX-License-Identifier: Apache-2.0 */
/* The tree's invariants after every step of long random insertions and removals, against a plain
 * array. */
#include "base/tree.h"

#include "base/hash.h"
#include "base/test.h"

enum { N = 300 };

struct item {
	uint64_t key;
	struct tree_node node;
	uint64_t sum; /* of the keys of the subtree, kept by the update function */
	bool in;
};

static struct item items[N];

static struct item *item_of(const struct tree_node *n)
{
	return (struct item *)((uintptr_t)n - offsetof(struct item, node));
}

static uint64_t sum_of(const struct tree_node *n)
{
	return n ? item_of(n)->sum : 0;
}

static void update(struct tree_node *n)
{
	item_of(n)->sum = item_of(n)->key + sum_of(n->left) + sum_of(n->right);
}

static int compare(const struct tree_node *a, const struct tree_node *b)
{
	uint64_t x = item_of(a)->key, y = item_of(b)->key;

	return (x > y) - (x < y);
}

static int compare_key(const void *key, const struct tree_node *b)
{
	uint64_t x = *(const uint64_t *)key, y = item_of(b)->key;

	return (x > y) - (x < y);
}

static int height(const struct tree_node *n)
{
	return n ? n->height : 0;
}

/* Returns the number of nodes. */
static int verify(const struct tree_node *n, const struct tree_node *parent, bool sums)
{
	int lean, count;

	if (!n)
		return 0;
	EXPECT_EQ(n->parent, parent);
	lean = height(n->left) - height(n->right);
	EXPECT_TRUE(lean >= -1 && lean <= 1);
	EXPECT_EQ(n->height, MAX(height(n->left), height(n->right)) + 1);
	count = 1 + verify(n->left, n, sums) + verify(n->right, n, sums);
	if (sums)
		EXPECT_EQ(item_of(n)->sum, item_of(n)->key + sum_of(n->left) + sum_of(n->right));
	return count;
}

static void verify_order(const struct tree *t)
{
	struct tree_node *n = tree_first(t);
	struct tree_node *before = NULL;

	for (size_t i = 0; i < N; i++) {
		if (!items[i].in)
			continue;
		EXPECT_EQ(n, &items[i].node);
		EXPECT_EQ(tree_prev(n), before);
		before = n;
		n = tree_next(n);
	}
	EXPECT_TRUE(n == NULL);
	EXPECT_EQ(tree_last(t), before);
}

static void churn(struct tree *t, bool sums)
{
	uint64_t random = 1;
	int count = 0;

	for (size_t i = 0; i < N; i++) {
		items[i].key = i * 3;
		items[i].in = false;
	}
	for (int step = 0; step < 4000; step++) {
		struct item *it;

		random = hash_u64(5, random);
		it = &items[random % N];
		if (it->in) {
			tree_remove(t, &it->node);
			count--;
		} else {
			EXPECT_TRUE(tree_insert(t, &it->node, compare) == NULL);
			count++;
		}
		it->in = !it->in;
		EXPECT_EQ(verify(t->root, NULL, sums), count);
		if (step % 50 == 0)
			verify_order(t);
	}
}

TEST(stays_balanced_and_ordered)
{
	struct tree t;

	tree_init(&t);
	EXPECT_TRUE(tree_first(&t) == NULL);
	EXPECT_TRUE(tree_last(&t) == NULL);
	churn(&t, false);
}

TEST(keeps_sums_of_subtrees_true)
{
	struct tree t = {.root = NULL, .update = update};

	churn(&t, true);
	tree_first(&t);
	item_of(t.root)->key += 1000000;
	tree_update(&t, t.root);
	verify(t.root, NULL, true);
}

TEST(an_equal_node_is_returned_not_inserted)
{
	struct item twin = {.key = 30};
	struct tree t = TREE_INIT;
	uint64_t key = 30;

	churn(&t, false);
	if (!items[10].in)
		tree_insert(&t, &items[10].node, compare);
	EXPECT_EQ(tree_insert(&t, &twin.node, compare), &items[10].node);
	EXPECT_EQ(tree_find(&t, &key, compare_key), &items[10].node);
	key = 31;
	EXPECT_TRUE(tree_find(&t, &key, compare_key) == NULL);
}

TEST(a_safe_walk_may_remove_everything)
{
	struct tree t = TREE_INIT;
	struct item *pos, *tmp;
	uint64_t last = 0;

	churn(&t, false);
	tree_for_each_entry(pos, &t, node) {
		EXPECT_TRUE(pos->key >= last);
		last = pos->key;
	}
	tree_for_each_entry_safe(pos, tmp, &t, node)
		tree_remove(&t, &pos->node);
	EXPECT_TRUE(tree_empty(&t));
}

TEST_MAIN()
