/* SPDX-License-Identifier: Apache-2.0 */
/* Lists keep order, survive double removal and removal during a walk. */
#include "base/list.h"

#include "base/test.h"

struct item {
	int n;
	struct list link;
};

static struct item items[4] = {{.n = 0}, {.n = 1}, {.n = 2}, {.n = 3}};

/* The list as a decimal number. */
static int digits(const struct list *head)
{
	int all = 0;

	for (const struct list *l = head->next; l != head; l = l->next)
		all = all * 10 + container_of_const(l, struct item, link)->n;
	return all;
}

TEST(head_and_tail_insertion_keep_order)
{
	struct list l = LIST_INIT(l);

	EXPECT_TRUE(list_empty(&l));
	EXPECT_TRUE(list_first_entry_or_null(&l, struct item, link) == NULL);
	list_add_tail(&l, &items[2].link);
	list_add_tail(&l, &items[3].link);
	list_add_head(&l, &items[1].link);
	EXPECT_EQ(digits(&l), 123);
	EXPECT_EQ(list_first_entry(&l, struct item, link)->n, 1);
	EXPECT_EQ(list_last_entry(&l, struct item, link)->n, 3);
}

TEST(deleting_twice_is_harmless)
{
	struct list l = LIST_INIT(l);

	list_add_tail(&l, &items[1].link);
	list_add_tail(&l, &items[2].link);
	list_del(&items[1].link);
	EXPECT_TRUE(list_empty(&items[1].link));
	list_del(&items[1].link);
	EXPECT_EQ(digits(&l), 2);
}

TEST(a_safe_walk_may_remove_its_node)
{
	struct list l = LIST_INIT(l);
	struct item *pos, *tmp;
	int seen = 0;

	for (size_t i = 1; i < ARRAY_SIZE(items); i++)
		list_add_tail(&l, &items[i].link);
	list_for_each_entry_safe(pos, tmp, &l, link) {
		seen = seen * 10 + pos->n;
		list_del(&pos->link);
	}
	EXPECT_EQ(seen, 123);
	EXPECT_TRUE(list_empty(&l));
	list_for_each_entry(pos, &l, link)
		seen = 0;
	EXPECT_EQ(seen, 123);
}

TEST(splice_appends_in_order_and_empties_the_source)
{
	struct list a = LIST_INIT(a), b = LIST_INIT(b);

	list_add_tail(&a, &items[1].link);
	list_splice_tail(&a, &b);
	EXPECT_EQ(digits(&a), 1);
	list_add_tail(&b, &items[2].link);
	list_add_tail(&b, &items[3].link);
	list_splice_tail(&a, &b);
	EXPECT_EQ(digits(&a), 123);
	EXPECT_TRUE(list_empty(&b));
	list_move_head(&a, &items[3].link);
	EXPECT_EQ(digits(&a), 312);
	list_move_tail(&a, &items[3].link);
	EXPECT_EQ(digits(&a), 123);
}

TEST_MAIN()
