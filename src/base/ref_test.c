/* SPDX-License-Identifier: Apache-2.0 */
/* Reference counts: the last put tells, the dead cannot be revived, and misuse is caught. */
#include "base/ref.h"

#include "base/test.h"

TEST(only_the_last_put_says_so)
{
	struct ref r;

	ref_init(&r);
	ref_get(&r);
	EXPECT_EQ(ref_read(&r), 2);
	EXPECT_FALSE(ref_put(&r));
	EXPECT_TRUE(ref_put(&r));
}

TEST(an_object_on_its_way_out_is_not_revived)
{
	struct ref r;

	ref_init(&r);
	EXPECT_TRUE(ref_get_unless_zero(&r));
	EXPECT_FALSE(ref_put(&r));
	EXPECT_TRUE(ref_put(&r));
	EXPECT_FALSE(ref_get_unless_zero(&r));
	EXPECT_PANIC(ref_get(&r));
	EXPECT_PANIC({
		if (ref_put(&r))
			_exit(1);
	});
}

TEST_MAIN()
