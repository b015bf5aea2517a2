/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor over pieces: every split, steps back, cuts, and memory that ends early. */
#include "sentry/core/uio.h"

#include <errno.h>

#include "base/test.h"

static void fill(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)('a' + i % 26);
}

TEST(bytes_arrive_in_order_and_no_more_than_fit)
{
	struct uio u;
	char place[8] = "";

	uio_kernel(&u, place, 5);
	EXPECT_EQ(uio_put(&u, "abc", 3), 3);
	EXPECT_EQ(uio_moved(&u), 3);
	EXPECT_EQ(uio_put(&u, "defg", 4), 2);
	EXPECT_EQ(uio_put(&u, "x", 1), 0);
	EXPECT_STREQ(place, "abcde");
}

TEST(an_empty_place_takes_nothing)
{
	struct uio u;

	uio_kernel(&u, NULL, 0);
	EXPECT_EQ(uio_put(&u, "a", 1), 0);
	EXPECT_EQ(uio_put_zeroes(&u, 10), 0);
	uio_revert(&u, 0);
	uio_truncate(&u, 0);
}

/* Kernel memory in several pieces, as sendfile and splice make. */
static void begin(struct uio *u, struct uio_piece *pieces, size_t n)
{
	static char nothing[1];
	struct uio_piece first = pieces[0];
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += pieces[i].len;
	uio_kernel(u, nothing, 0);
	uio_init(u, u->ops, NULL, pieces, n, total);
	pieces[0] = first;
}

TEST(every_split_of_the_pieces_gives_the_same_bytes)
{
	for (size_t a = 0; a <= 12; a++) {
		for (size_t b = a; b <= 12; b++) {
			for (size_t step = 1; step <= 5; step++) {
				char place[13] = "", back[12], want[13] = "";
				struct uio_piece pieces[] = {
					{(uintptr_t)place, a},
					{(uintptr_t)place + a, b - a},
					{(uintptr_t)place + b, 12 - b},
				};
				struct uio u;
				size_t done = 0;

				fill(want, 12);
				begin(&u, pieces, 3);
				while (u.resid > 0) {
					ssize_t r = uio_put(&u, want + done, step);

					EXPECT_TRUE(r > 0);
					done += (size_t)r;
				}
				EXPECT_STREQ(place, want);
				begin(&u, pieces, 3);
				for (done = 0; u.resid > 0; done += step)
					EXPECT_TRUE(uio_get(&u, back + done, MIN(step, 12 - done)) >
						    0);
				EXPECT_MEMEQ(back, want, 12);
			}
		}
	}
}

TEST(a_step_back_over_pieces_lets_the_same_bytes_be_moved_again)
{
	for (size_t moved = 0; moved <= 9; moved++) {
		for (size_t undo = 0; undo <= moved; undo++) {
			char from[10], got[10], again[10];
			struct uio_piece pieces[] = {{(uintptr_t)from, 2},
						     {(uintptr_t)from + 2, 0},
						     {(uintptr_t)from + 2, 4},
						     {(uintptr_t)from + 6, 3}};
			struct uio u;

			fill(from, 10);
			begin(&u, pieces, 4);
			EXPECT_EQ(uio_get(&u, got, moved), moved);
			uio_revert(&u, undo);
			EXPECT_EQ(uio_moved(&u), moved - undo);
			EXPECT_EQ(uio_get(&u, again, 9), 9 - moved + undo);
			EXPECT_MEMEQ(again, from + moved - undo, 9 - moved + undo);
		}
	}
}

TEST(a_cut_ends_the_place_and_keeps_what_was_moved)
{
	struct uio u;
	char place[10] = "";

	uio_kernel(&u, place, 9);
	EXPECT_EQ(uio_put(&u, "ab", 2), 2);
	uio_truncate(&u, 100);
	EXPECT_EQ(u.resid, 7);
	uio_truncate(&u, 3);
	EXPECT_EQ(uio_moved(&u), 2);
	EXPECT_EQ(uio_put(&u, "cdefg", 5), 3);
	EXPECT_EQ(uio_moved(&u), 5);
	uio_revert(&u, 4);
	EXPECT_EQ(uio_put(&u, "vwxyz", 5), 4);
	EXPECT_STREQ(place, "avwxy");
}

TEST(zeroes_of_any_length)
{
	static char place[10001];
	struct uio u;

	memset(place, 1, sizeof(place));
	uio_kernel(&u, place, 10000);
	EXPECT_EQ(uio_put_zeroes(&u, 9999), 9999);
	EXPECT_TRUE(place[0] == 0 && place[9998] == 0 && place[9999] == 1);
	EXPECT_EQ(uio_put_zeroes(&u, 9999), 1);
	EXPECT_EQ(place[10000], 1);
}

/* Guest memory that ends after `good` bytes. */
static size_t good;

static ssize_t ending_put(struct uio *u, const void *src UNUSED, size_t n)
{
	size_t k = MIN(n, good);

	if (k == 0)
		return -EFAULT;
	good -= k;
	uio_advance(u, k);
	return (ssize_t)k;
}

TEST(zeroes_stop_where_memory_ends)
{
	static const struct uio_ops ending = {.put = ending_put, .get = NULL};
	struct uio_piece piece = {0x1000, 100000};
	struct uio u;

	good = 5000;
	uio_init(&u, &ending, NULL, &piece, 1, piece.len);
	EXPECT_EQ(uio_put_zeroes(&u, 20000), 5000);
	EXPECT_EQ(uio_moved(&u), 5000);
	EXPECT_ERR(uio_put_zeroes(&u, 20000), EFAULT);
	EXPECT_EQ(uio_moved(&u), 5000);
}

TEST(stepping_back_too_far_panics)
{
	struct uio u;
	char place[4];

	uio_kernel(&u, place, 4);
	EXPECT_EQ(uio_put(&u, "ab", 2), 2);
	EXPECT_PANIC(uio_revert(&u, 3));
}

TEST_MAIN()
