/* SPDX-License-Identifier: Apache-2.0 */
/* The hash table: grows, keeps what it has when it cannot grow, tells equal hashes from equal
 * buckets. */
#include "base/htab.h"

#include "base/hash.h"
#include "base/test.h"

enum { N = 1000 };

struct item {
	struct htab_node node;
	uint64_t key;
};

static struct item items[N];
static bool memory_is_short;

static struct item *find(const struct htab *h, uint64_t key, uint64_t hash)
{
	struct htab_node *node;

	htab_for_each_possible(h, node, hash) {
		struct item *it = htab_entry(node, struct item, node);

		if (it->key == key)
			return it;
	}
	return NULL;
}

static void fill(struct htab *h)
{
	for (uint64_t i = 0; i < N; i++) {
		items[i].key = i;
		htab_insert(h, &items[i].node, hash_u64(7, i));
	}
}

static void *short_zalloc(size_t size)
{
	return memory_is_short ? NULL : calloc(1, size);
}

static void short_free(void *p, size_t size UNUSED)
{
	free(p);
}

static const struct htab_alloc short_alloc = {.zalloc = short_zalloc, .free = short_free};

TEST(finds_all_and_only_what_was_inserted)
{
	struct htab h;

	htab_init(&h, NULL);
	EXPECT_TRUE(find(&h, 1, hash_u64(7, 1)) == NULL);
	fill(&h);
	EXPECT_EQ(h.count, N);
	EXPECT_TRUE(h.nbuckets >= N);
	for (uint64_t i = 0; i < N; i++)
		EXPECT_EQ(find(&h, i, hash_u64(7, i)), &items[i]);
	EXPECT_TRUE(find(&h, N, hash_u64(7, N)) == NULL);
	htab_fini(&h);
	EXPECT_EQ(h.count, 0);
}

TEST(a_removed_node_is_not_found_and_others_stay)
{
	struct htab h;

	htab_init(&h, NULL);
	fill(&h);
	for (uint64_t i = 0; i < N; i += 2)
		htab_remove(&h, &items[i].node);
	for (uint64_t i = 0; i < N; i++)
		EXPECT_EQ(find(&h, i, hash_u64(7, i)) != NULL, i % 2);
	EXPECT_EQ(h.count, N / 2);
	htab_fini(&h);
}

TEST(works_on_without_memory_to_grow)
{
	struct htab h;

	memory_is_short = true;
	htab_init(&h, &short_alloc);
	fill(&h);
	EXPECT_EQ(h.nbuckets, 1);
	for (uint64_t i = 0; i < N; i++)
		EXPECT_EQ(find(&h, i, hash_u64(7, i)), &items[i]);
	memory_is_short = false;
	htab_remove(&h, &items[5].node);
	htab_insert(&h, &items[5].node, hash_u64(7, 5));
	EXPECT_TRUE(h.nbuckets > 1);
	EXPECT_EQ(find(&h, 999, hash_u64(7, 999)), &items[999]);
	htab_fini(&h);
}

TEST(equal_hashes_are_all_offered)
{
	struct htab_node *node;
	struct htab h;
	int seen = 0;

	htab_init(&h, NULL);
	for (uint64_t i = 0; i < 3; i++)
		htab_insert(&h, &items[i].node, 99);
	htab_insert(&h, &items[3].node, 99 + ((uint64_t)1 << 40));
	htab_for_each_possible(&h, node, 99)
		seen++;
	EXPECT_EQ(seen, 3);
	htab_fini(&h);
}

TEST(a_walk_meets_each_once_and_may_remove)
{
	struct htab_node *node, *tmp;
	struct htab h;
	uint64_t sum = 0;

	htab_init(&h, NULL);
	fill(&h);
	htab_for_each_safe(&h, node, tmp) {
		sum += htab_entry(node, struct item, node)->key;
		htab_remove(&h, node);
	}
	EXPECT_EQ(sum, N * (N - 1) / 2);
	EXPECT_EQ(h.count, 0);
	EXPECT_TRUE(htab_any_first(&h) == NULL);
	htab_fini(&h);
}

TEST(removing_a_stranger_panics)
{
	struct htab h;

	htab_init(&h, NULL);
	items[0].node.hash = 3;
	EXPECT_PANIC(htab_remove(&h, &items[0].node));
}

TEST_MAIN()
