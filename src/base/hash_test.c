/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes depend on every byte, on the length and on the seed. */
#include "base/hash.h"

#include "base/test.h"

TEST(every_byte_length_and_seed_counts)
{
	unsigned char text[64] = {0};
	uint64_t plain = hash_bytes(1, text, sizeof(text));

	EXPECT_NE(plain, hash_bytes(2, text, sizeof(text)));
	EXPECT_EQ(plain, hash_bytes(1, text, sizeof(text)));
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = 1;
		EXPECT_NE(plain, hash_bytes(1, text, sizeof(text)));
		text[i] = 0;
		EXPECT_NE(plain, hash_bytes(1, text, i));
	}
}

TEST(an_unaligned_key_hashes_as_an_aligned_one)
{
	char buf[32] = " /usr/bin/python3.11";

	EXPECT_EQ(hash_bytes(9, buf + 1, 19), hash_bytes(9, "/usr/bin/python3.11", 19));
}

TEST(small_numbers_spread_over_low_bits)
{
	unsigned used[256] = {0};
	unsigned empty = 0;

	for (uint64_t x = 0; x < 1024; x++)
		used[hash_u64(42, x * 4096) & 255]++;
	for (size_t i = 0; i < ARRAY_SIZE(used); i++) {
		empty += used[i] == 0;
		EXPECT_TRUE(used[i] < 24);
	}
	EXPECT_TRUE(empty < 32);
	EXPECT_NE(hash_u64(1, 5), hash_u64(2, 5));
}

TEST_MAIN()
