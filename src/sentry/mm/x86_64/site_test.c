/* SPDX-License-Identifier: Apache-2.0 */
/* Where code of patched sites may go, and where it must not. */
#include <string.h>

#include "base/test.h"
#include "sentry/mm/patch_priv.h"

enum { AT = 0x105 }; /* of the syscall; it ends two later */
#define END (AT + 2u)

#define NOP9 0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0

/* A page of int3 with this code at AT. -1: no pad. */
#define PAD_OF(...) pad_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static uint8_t page[LX_PAGE_SIZE];

static int pad_of(const uint8_t *code, size_t n)
{
	uint32_t pad;

	memset(page, 0x90, sizeof(page));
	memcpy(page + AT, code, n);
	return site_find_pad(page, END, &pad) ? (int)(pad - AT) : -1;
}

TEST(a_wrapper_of_the_libc_has_a_pad_behind_it)
{
	/* syscall; ret; nopl up to 0x110 */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0xc3, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0), 3);
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0xc3, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc), 3);
	/* syscall; cmp $-4095, %rax; ret; nopl: 5 bytes are enough */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0x48, 0x89, 0xc0, 0xc3, 0x0f, 0x1f, 0x44, 0, 0), 6);
}

TEST(code_behind_a_return_is_followed_if_a_branch_goes_there)
{
	/* syscall; cmp; jae 1f; ret; 1: or $-1, %rax; ret; nops to 0x120 */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff, 0x73, 0x01, 0xc3, 0x48,
			 0x83, 0xc8, 0xff, 0xc3, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
			 0xcc, 0xcc, 0xcc),
		  16);
	/* The same, but the branch goes one further. */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff, 0x73, 0x02, 0xc3, 0x48,
			 0x83, 0xc8, 0xff, 0xc3, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
			 0xcc, 0xcc, 0xcc),
		  -1);
}

TEST(no_room_is_taken_that_may_be_executed)
{
	/* Not behind what goes on: a call may return into it. */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0xe8, 0, 0, 0, 0, 0x66, 0x66, 0x90, 0xf4), -1);
	/* A branch into the no-ops. */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0x73, 0x02, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90), -1);
	/* Too little of it, or none up to the boundary. */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0x90, 0x90, 0x90, 0x90, 0xc3, 0x0f, 0x1f, 0x40, 0), -1);
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x50), -1);
	/* No-ops that begin at a boundary may begin a function. */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0, 0xc3, 0x90, 0x90, 0x90, 0x90,
			 0x90, 0xc3),
		  -1);
	/* endbr64 is a place to branch to. */
	EXPECT_EQ(PAD_OF(0x0f, 0x05, 0xc3, 0xf3, 0x0f, 0x1e, 0xfa, 0x90, 0x90, 0x90, 0x90), -1);
}

TEST(what_is_not_known_ends_the_search)
{
	/* VEX, EVEX, x87, a far call, address size 32: each before a fine pad. */
	static const uint8_t unknown[] = {0xc5, 0x62, 0xd9, 0x9a, 0x67, 0x06, 0xf1};

	for (size_t i = 0; i < sizeof(unknown); i++)
		EXPECT_EQ(PAD_OF(0x0f, 0x05, unknown[i], 0xc3, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
				 0xcc),
			  -1);
}

TEST(pads_are_in_reach_and_in_the_page)
{
	uint32_t pad;

	memset(page, 0x90, sizeof(page));
	page[END + 125] = 0xc3; /* at 0x184; the next is 0x185 = END + 126 */
	EXPECT_TRUE(site_find_pad(page, END, &pad));
	EXPECT_EQ(pad, END + 126);
	page[END + 125] = 0x90;
	page[END + 128] = 0xc3;
	EXPECT_FALSE(site_find_pad(page, END, &pad));
	page[END + 128] = 0x90;
	EXPECT_FALSE(site_find_pad(page, LX_PAGE_SIZE - 8, &pad));
	EXPECT_FALSE(site_find_pad(page, LX_PAGE_SIZE, &pad));
}

TEST(no_bytes_make_it_look_outside_of_the_page)
{
	uint32_t seed = 1, pad;

	for (int round = 0; round < 20000; round++) {
		uint32_t end = 2 + (seed >> 8) % (LX_PAGE_SIZE - 1);

		for (size_t i = 0; i < sizeof(page); i += 37) {
			seed = seed * 1664525 + 1013904223;
			page[i] = (uint8_t)(seed >> 24);
			page[(i * 31 + (seed >> 16)) % sizeof(page)] = (uint8_t)(seed >> 8);
		}
		if (!site_find_pad(page, end, &pad))
			continue;
		EXPECT_TRUE(pad >= end && pad - end <= 127 && pad + 5 <= LX_PAGE_SIZE);
	}
}

TEST(code_is_written_and_taken_back)
{
	static const uint8_t trampoline[] = {0x48, 0x8d, 0x0d, 6,    0,    0,    0,
					     0xff, 0x25, 0xeb, 0xff, 0xff, 0xff, 0x0f,
					     0x05, 0xe9, 0xec, 0xfb, 0xff, 0xff};
	uint8_t code[SITE_TRAMPOLINE];
	uint64_t base = 0x400000;

	memset(page, 0x90, sizeof(page));
	page[AT] = 0x0f;
	page[AT + 1] = 0x05;
	EXPECT_TRUE(site_patch(page, base, END, AT + 3, base + 0x800));
	EXPECT_EQ(page[AT], 0xeb);
	EXPECT_EQ(page[AT + 1], 1);
	EXPECT_EQ(page[AT + 3], 0xe9);
	EXPECT_EQ(page[AT + 4] | page[AT + 5] << 8, 0x800 - (AT + 3 + 5));
	site_restore(page, END);
	EXPECT_EQ(page[AT], 0x0f);
	EXPECT_EQ(page[AT + 1], 0x05);
	EXPECT_TRUE(site_write_trampoline(code, base + 0x1008, base + 0x1000, base + 0xc08));
	EXPECT_EQ(memcmp(code, trampoline, sizeof(trampoline)), 0);
	EXPECT_FALSE(site_write_trampoline(code, base, base + (1ULL << 32), base));
	EXPECT_FALSE(site_patch(page, base, END, AT + 3, base + (1ULL << 32)));
}

TEST_MAIN()
