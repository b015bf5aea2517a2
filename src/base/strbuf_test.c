/* SPDX-License-Identifier: Apache-2.0 */
/* String buffers: growth, the limit, the failure that sticks, and what an empty one looks like. */
#include "base/strbuf.h"

#include <errno.h>

#include "base/test.h"

TEST(pieces_add_up)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	EXPECT_STREQ(strbuf_str(&sb), "");
	strbuf_adds(&sb, "pid ");
	strbuf_addf(&sb, "%d/%s", 42, "x");
	strbuf_addc(&sb, '\n');
	EXPECT_EQ(strbuf_result(&sb), 0);
	EXPECT_STREQ(strbuf_str(&sb), "pid 42/x\n");
	EXPECT_EQ(sb.len, 9);
}

TEST(grows_through_many_small_additions)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	for (int i = 0; i < 10000; i++)
		strbuf_addf(&sb, "%04d", i);
	EXPECT_EQ(sb.len, 40000);
	EXPECT_MEMEQ(sb.s + 4 * 1234, "12341235", 8);
	EXPECT_EQ(strlen(sb.s), 40000);
}

TEST(the_limit_is_exact_and_the_failure_sticks)
{
	struct strbuf sb;

	strbuf_init_max(&sb, 8);
	strbuf_adds(&sb, "12345678");
	EXPECT_EQ(strbuf_result(&sb), 0);
	strbuf_addc(&sb, '9');
	EXPECT_ERR(strbuf_result(&sb), ENOMEM);
	EXPECT_STREQ(strbuf_str(&sb), "12345678");
	strbuf_truncate(&sb, 0);
	strbuf_adds(&sb, "no");
	EXPECT_EQ(sb.len, 0);
	EXPECT_TRUE(strbuf_steal(&sb) == NULL);
	strbuf_reset(&sb);
	strbuf_adds(&sb, "yes");
	EXPECT_STREQ(strbuf_str(&sb), "yes");
	strbuf_fini(&sb);
}

TEST(what_does_not_fit_is_not_added_in_part)
{
	struct strbuf sb;

	strbuf_init_max(&sb, 8);
	strbuf_adds(&sb, "1234");
	strbuf_addf(&sb, "%s", "56789");
	EXPECT_STREQ(strbuf_str(&sb), "1234");
	EXPECT_TRUE(sb.failed);
	strbuf_fini(&sb);
}

TEST(a_length_that_wraps_is_refused)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "x");
	strbuf_add(&sb, "x", SIZE_MAX);
	EXPECT_TRUE(sb.failed);
}

TEST(stealing_leaves_an_empty_buffer)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	AUTO(free) char *none = strbuf_steal(&sb);
	AUTO(free) char *s = NULL;

	EXPECT_STREQ(none, "");
	strbuf_add(&sb, "a\0b", 3);
	s = strbuf_steal(&sb);
	EXPECT_MEMEQ(s, "a\0b", 4);
	EXPECT_EQ(sb.len, 0);
	EXPECT_TRUE(sb.s == NULL);
}

TEST_MAIN()
