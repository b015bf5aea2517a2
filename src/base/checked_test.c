/* SPDX-License-Identifier: Apache-2.0 */
/* Checked arithmetic at its borders. */
#include "base/checked.h"

#include "base/test.h"

TEST(add_fits_up_to_the_last_value)
{
	uint64_t r = 7;

	EXPECT_TRUE(add_ok(UINT64_MAX - 1, 1, &r));
	EXPECT_EQ(r, UINT64_MAX);
	EXPECT_FALSE(add_ok(UINT64_MAX, 1, &r));
}

TEST(a_result_must_fit_the_type_that_receives_it)
{
	uint32_t small = 0;
	int64_t sum = 0;

	EXPECT_FALSE(add_ok((uint64_t)UINT32_MAX, 1, &small));
	EXPECT_TRUE(add_ok(UINT64_MAX, (int64_t)-1, &(uint64_t){0}));
	EXPECT_FALSE(add_ok((uint64_t)INT64_MAX, 1, &sum));
}

TEST(sub_refuses_to_go_below_zero)
{
	uint64_t r;

	EXPECT_TRUE(sub_ok(4096u, 4096u, &r));
	EXPECT_EQ(r, 0);
	EXPECT_FALSE(sub_ok(4095u, 4096u, &r));
}

TEST(mul_refuses_what_wraps_to_something_small)
{
	size_t r;

	EXPECT_FALSE(mul_ok(SIZE_MAX / 16 + 1, sizeof(struct { long a, b; }), &r));
	EXPECT_TRUE(mul_ok(SIZE_MAX / 16, 16u, &r));
}

TEST(align_up_refuses_the_page_that_is_not_there)
{
	uint64_t r;

	EXPECT_TRUE(align_up_ok(4097, 4096, &r));
	EXPECT_EQ(r, 8192);
	EXPECT_TRUE(align_up_ok(UINT64_MAX - 4095, 4096, &r));
	EXPECT_EQ(r, UINT64_MAX - 4095);
	EXPECT_FALSE(align_up_ok(UINT64_MAX - 4094, 4096, &r));
	EXPECT_EQ(align_down(UINT64_MAX, 4096), UINT64_MAX - 4095);
	EXPECT_TRUE(is_aligned(0, 4096));
	EXPECT_FALSE(is_aligned(1, 2));
	EXPECT_FALSE(is_power_of_two(0));
	EXPECT_TRUE(is_power_of_two((uint64_t)1 << 63));
}

TEST_MAIN()
