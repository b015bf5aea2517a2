/* SPDX-License-Identifier: Apache-2.0 */
/* Properties as text: each type, and what is none. */
#include "base/test.h"

#include <errno.h>

#include "systemd/property.h"

TEST(each_type_of_property_is_parsed)
{
	struct property p;

	EXPECT_EQ(property_parse("MemoryMax=t:18446744073709551615", &p), 0);
	EXPECT_STREQ(p.name, "MemoryMax");
	EXPECT_EQ(p.type, PROPERTY_U64);
	EXPECT_EQ(p.t, UINT64_MAX);
	EXPECT_EQ(property_parse("Delegate=b:true", &p), 0);
	EXPECT_EQ(p.type, PROPERTY_BOOL);
	EXPECT_TRUE(p.b);
	EXPECT_EQ(property_parse("Description=s:a=b:c", &p), 0);
	EXPECT_STREQ(p.s, "a=b:c");
	EXPECT_EQ(property_parse("AllowedCPUs=ay:0f80", &p), 0);
	EXPECT_EQ(p.nbytes, 2);
	EXPECT_EQ(p.bytes[0], 0x0f);
	EXPECT_EQ(p.bytes[1], 0x80);
}

TEST(what_is_no_property_is_refused)
{
	static const char *const bad[] = {
		"",        "Name",     "Name=t", "=t:1",
		"N=t:",    "N=t:1x",   "N=t:-1", "N=t:18446744073709551616",
		"N=b:yes", "N=ay:abc", "N=ay:",  "N=ay:0G",
		"N=x:1",   "N:t=1"};
	struct property p;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERR(property_parse(bad[i], &p), EINVAL);
}

TEST_MAIN()
