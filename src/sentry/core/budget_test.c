/* SPDX-License-Identifier: Apache-2.0 */
/* The budget of memory: what fits, what does not, and what is counted. */
#include "base/test.h"

#include "sentry/core/budget.h"

TEST(without_a_limit_everything_fits_and_is_counted)
{
	EXPECT_TRUE(budget_fits(UINT64_MAX, 0));
	budget_charge(4096);
	EXPECT_EQ(budget_used(), 4096);
	budget_uncharge(4096);
	EXPECT_EQ(budget_used(), 0);
	EXPECT_EQ(budget_peak(), 4096);
	EXPECT_EQ(budget_refusals(), 0);
}

TEST(a_limit_counts_what_is_given_back_at_the_same_time)
{
	budget_set_limit(100);
	budget_charge(60);
	EXPECT_TRUE(budget_fits(40, 0));
	EXPECT_FALSE(budget_fits(41, 0));
	EXPECT_TRUE(budget_fits(60, 20));
	EXPECT_TRUE(budget_fits(500, 500));
	EXPECT_FALSE(budget_fits(UINT64_MAX, 0));
	EXPECT_EQ(budget_refusals(), 2);
	budget_uncharge(60);
	budget_set_limit(0);
}

TEST_MAIN()
