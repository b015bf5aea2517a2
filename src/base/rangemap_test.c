/* SPDX-License-Identifier: Apache-2.0 */
/* Range maps against a bitmap of pages: look-ups and both gap searches, in long random runs. */
#include "base/rangemap.h"

#include <errno.h>

#include "base/hash.h"
#include "base/test.h"

enum { NPAGES = 400, PAGE = 4096 };

static struct range pool[NPAGES];
static bool used[NPAGES];
static struct rangemap map;
static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
	random_state = hash_u64(3, random_state);
	return random_state % n;
}

static void reset(void)
{
	memset(used, 0, sizeof(used));
	rangemap_init(&map);
	random_state = 1;
}

static bool is_free(uint64_t first, uint64_t n)
{
	for (uint64_t i = first; i < first + n; i++) {
		if (used[i])
			return false;
	}
	return true;
}

/* The answer that a search of the bitmap gives; false: none. */
static bool slow_gap(uint64_t lo, uint64_t hi, uint64_t n, uint64_t align, bool down, uint64_t *ret)
{
	bool found = false;

	for (uint64_t at = lo; at + n <= hi; at++) {
		if (at % align != 0 || !is_free(at, n))
			continue;
		*ret = at;
		found = true;
		if (!down)
			break;
	}
	return found;
}

static void compare_gaps(void)
{
	uint64_t lo = random_below(NPAGES), hi = lo + random_below(NPAGES - lo + 1);
	uint64_t n = 1 + random_below(6), align = (uint64_t)1 << random_below(4);
	uint64_t want = 0, got = 0;
	bool found;
	int r;

	found = slow_gap(lo, hi, n, align, true, &want);
	r = rangemap_gap_down(&map, lo * PAGE, hi * PAGE, n * PAGE, align * PAGE, &got);
	EXPECT_EQ(r, found ? 0 : -ENOMEM);
	if (found)
		EXPECT_EQ(got, want * PAGE);

	found = slow_gap(lo, hi, n, align, false, &want);
	r = rangemap_gap_up(&map, lo * PAGE, hi * PAGE, n * PAGE, align * PAGE, &got);
	EXPECT_EQ(r, found ? 0 : -ENOMEM);
	if (found)
		EXPECT_EQ(got, want * PAGE);
}

static void toggle(uint64_t page)
{
	struct range *r = rangemap_find(&map, page * PAGE);
	uint64_t n;

	EXPECT_EQ(r != NULL, used[page]);
	EXPECT_EQ(rangemap_overlaps(&map, page * PAGE, page * PAGE + 1), used[page]);
	if (r) {
		for (uint64_t i = r->lo / PAGE; i < r->hi / PAGE; i++)
			used[i] = false;
		rangemap_remove(&map, r);
		return;
	}
	n = 1 + random_below(5);
	while (page + n > NPAGES || !is_free(page, n))
		n--;
	r = &pool[page];
	r->lo = page * PAGE;
	r->hi = (page + n) * PAGE;
	rangemap_insert(&map, r);
	for (uint64_t i = page; i < page + n; i++)
		used[i] = true;
}

TEST(agrees_with_a_bitmap_through_random_changes)
{
	reset();
	for (int step = 0; step < 3000; step++) {
		toggle(random_below(NPAGES));
		compare_gaps();
	}
}

TEST(neighbours_come_in_order_and_never_overlap)
{
	struct range *r;
	uint64_t end = 0;
	size_t n = 0;

	reset();
	for (int step = 0; step < 500; step++)
		toggle(random_below(NPAGES));
	rangemap_for_each(r, &map) {
		EXPECT_TRUE(r->lo >= end);
		end = r->hi;
		n++;
	}
	EXPECT_EQ(n, map.count);
	EXPECT_EQ(end, rangemap_last(&map)->hi);
	EXPECT_TRUE(rangemap_prev(rangemap_first(&map)) == NULL);
}

TEST(borders_are_half_open)
{
	struct range r = {.lo = 100, .hi = 200};

	reset();
	EXPECT_TRUE(rangemap_find(&map, 0) == NULL);
	rangemap_insert(&map, &r);
	EXPECT_TRUE(rangemap_find(&map, 99) == NULL);
	EXPECT_EQ(rangemap_find(&map, 100), &r);
	EXPECT_EQ(rangemap_find(&map, 199), &r);
	EXPECT_TRUE(rangemap_find(&map, 200) == NULL);
	EXPECT_EQ(rangemap_first_at_or_after(&map, 0), &r);
	EXPECT_TRUE(rangemap_first_at_or_after(&map, 200) == NULL);
	EXPECT_FALSE(rangemap_overlaps(&map, 0, 100));
	EXPECT_FALSE(rangemap_overlaps(&map, 200, 300));
	EXPECT_FALSE(rangemap_overlaps(&map, 150, 150));
	EXPECT_TRUE(rangemap_overlaps(&map, 199, 200));
}

TEST(a_resized_range_gives_its_room_back)
{
	struct range a = {.lo = 0, .hi = 100}, b = {.lo = 300, .hi = 400},
		     c = {.lo = 100, .hi = 300};
	uint64_t at;

	reset();
	rangemap_insert(&map, &a);
	rangemap_insert(&map, &b);
	rangemap_insert(&map, &c);
	EXPECT_ERR(rangemap_gap_down(&map, 0, 400, 10, 1, &at), ENOMEM);
	rangemap_resize(&map, &c, 100, 250);
	EXPECT_EQ(rangemap_gap_down(&map, 0, 400, 50, 1, &at), 0);
	EXPECT_EQ(at, 250);
	EXPECT_ERR(rangemap_gap_down(&map, 0, 400, 51, 1, &at), ENOMEM);
}

TEST(gap_searches_survive_the_ends_of_the_number_line)
{
	struct range top = {.lo = UINT64_MAX - 99, .hi = UINT64_MAX};
	uint64_t at = 7;

	reset();
	EXPECT_ERR(rangemap_gap_down(&map, 0, UINT64_MAX, 0, 1, &at), ENOMEM);
	EXPECT_ERR(rangemap_gap_down(&map, 10, 5, 1, 1, &at), ENOMEM);
	EXPECT_EQ(rangemap_gap_up(&map, 0, UINT64_MAX, UINT64_MAX, 1, &at), 0);
	rangemap_insert(&map, &top);
	EXPECT_ERR(rangemap_gap_up(&map, UINT64_MAX - 50, UINT64_MAX, 1, 4096, &at), ENOMEM);
	EXPECT_ERR(rangemap_gap_up(&map, 0, UINT64_MAX, UINT64_MAX - 98, 1, &at), ENOMEM);
	EXPECT_EQ(rangemap_gap_down(&map, 0, UINT64_MAX, UINT64_MAX - 99, 1, &at), 0);
	EXPECT_EQ(at, 0);
}

TEST(an_overlap_panics_in_debug_builds)
{
	struct range a = {.lo = 0, .hi = 100}, b = {.lo = 99, .hi = 120},
		     empty = {.lo = 500, .hi = 500};

	if (!DEBUG_BUILD)
		TEST_SKIP("neighbours are checked in debug builds");
	reset();
	rangemap_insert(&map, &a);
	EXPECT_PANIC(rangemap_insert(&map, &b));
	EXPECT_PANIC(rangemap_insert(&map, &empty));
	EXPECT_PANIC(rangemap_resize(&map, &a, 100, 100));
}

TEST_MAIN()
