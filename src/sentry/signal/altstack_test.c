/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/test.h"
#include "sentry/signal/signal.h"

static const lx_stack_t good = {.ss_sp = 0x10000, .ss_size = 0x4000};

TEST(a_fresh_stack_is_disabled)
{
	lx_stack_t s;

	altstack_reset(&s);
	EXPECT_EQ(altstack_report(&s, 0x11000).ss_flags, LX_SS_DISABLE);
}

TEST(it_is_in_use_while_rsp_points_into_it)
{
	lx_stack_t s;

	altstack_reset(&s);
	EXPECT_EQ(altstack_set(&s, &good, 0x900000, LX_MINSIGSTKSZ), 0);
	EXPECT_EQ(altstack_report(&s, 0x900000).ss_flags, 0);
	EXPECT_EQ(altstack_report(&s, 0x12000).ss_flags, LX_SS_ONSTACK);
	EXPECT_TRUE(
		altstack_is_on(&s, 0x14000)); /* its top: nothing is on it yet, as Linux has it */
	EXPECT_FALSE(altstack_is_on(&s, 0x10000));
	EXPECT_ERR(altstack_set(&s, &good, 0x12000, LX_MINSIGSTKSZ), EPERM);
}

TEST(small_ones_and_strange_flags_are_refused)
{
	lx_stack_t s, want = good;

	altstack_reset(&s);
	want.ss_size = LX_MINSIGSTKSZ - 1;
	EXPECT_ERR(altstack_set(&s, &want, 0, LX_MINSIGSTKSZ), ENOMEM);
	want = good;
	want.ss_flags = 4;
	EXPECT_ERR(altstack_set(&s, &want, 0, LX_MINSIGSTKSZ), EINVAL);
	want.ss_flags = LX_SS_DISABLE;
	want.ss_size = 1;
	EXPECT_EQ(altstack_set(&s, &want, 0, LX_MINSIGSTKSZ), 0);
	EXPECT_EQ(s.ss_size, 0);
}

TEST(with_autodisarm_nobody_is_ever_on_it)
{
	lx_stack_t s, want = good;

	altstack_reset(&s);
	want.ss_flags = (int32_t)LX_SS_AUTODISARM;
	EXPECT_EQ(altstack_set(&s, &want, 0, LX_MINSIGSTKSZ), 0);
	EXPECT_FALSE(altstack_is_on(&s, 0x12000));
	EXPECT_EQ(altstack_set(&s, &good, 0x12000, LX_MINSIGSTKSZ), 0);
}

TEST_MAIN()
