/* SPDX-License-Identifier: Apache-2.0 */
/* User access at its edges: the end of memory, the end of a page, the top of the guest. */
#include "base/test.h"
#include "sentry/mm/test_world.h"

#define AT  0x100000000ull
#define TOP PLAT_GUEST_TOP

/* Two pages at AT, nothing behind. */
static void two_pages(struct world *w)
{
	world_begin(w, 0);
	EXPECT_EQ(world_map(w, AT, 2 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
}

TEST(copies_go_up_to_the_last_byte_and_not_beyond)
{
	struct world w;
	char buf[16] = "0123456789abcde";
	char got[16];

	two_pages(&w);
	EXPECT_EQ(copy_out(w.mm, uaddr(AT + 2 * PAGE - 16), buf, 16), 0);
	EXPECT_EQ(copy_in(w.mm, got, uaddr(AT + 2 * PAGE - 16), 16), 0);
	EXPECT_MEMEQ(buf, got, 16);
	EXPECT_ERR(copy_in(w.mm, got, uaddr(AT + 2 * PAGE - 15), 16), EFAULT);
	EXPECT_ERR(copy_out(w.mm, uaddr(AT + 2 * PAGE - 15), buf, 16), EFAULT);
	EXPECT_ERR(copy_in(w.mm, got, uaddr(AT - 1), 1), EFAULT);
	EXPECT_EQ(copy_in(w.mm, got, uaddr(1), 0), 0);
	world_end(&w);
}

TEST(nothing_reaches_the_guests_top)
{
	struct world w;
	char byte = 1;

	two_pages(&w);
	EXPECT_ERR(copy_in(w.mm, &byte, uaddr(TOP), 1), EFAULT);
	EXPECT_ERR(copy_in(w.mm, &byte, uaddr(UINT64_MAX), 1), EFAULT);
	EXPECT_ERR(copy_out(w.mm, uaddr(TOP), &byte, 1), EFAULT);
	EXPECT_ERR(copy_out_zero(w.mm, uaddr(AT), SIZE_MAX), EFAULT);
	EXPECT_ERR(copy_out_zero(w.mm, uaddr(UINT64_MAX - 4), 16), EFAULT);
	world_end(&w);
}

TEST(protection_counts_for_the_sentry_too)
{
	struct world w;
	char byte = 1;

	two_pages(&w);
	EXPECT_EQ(mm_protect(w.mm, &w.ctx, uaddr(AT + PAGE), PAGE, LX_PROT_READ), 0);
	EXPECT_EQ(copy_in(w.mm, &byte, uaddr(AT + PAGE), 1), 0);
	EXPECT_ERR(copy_out(w.mm, uaddr(AT + PAGE), &byte, 1), EFAULT);
	EXPECT_EQ(mm_protect(w.mm, &w.ctx, uaddr(AT + PAGE), PAGE, LX_PROT_NONE), 0);
	EXPECT_ERR(copy_in(w.mm, &byte, uaddr(AT + PAGE), 1), EFAULT);
	world_end(&w);
}

TEST(a_string_is_not_read_past_the_page_of_its_nul)
{
	struct world w;
	char buf[64];

	two_pages(&w);
	EXPECT_EQ(copy_out(w.mm, uaddr(AT + 2 * PAGE - 4), "abc", 4), 0);
	EXPECT_EQ(copy_in_str(w.mm, buf, uaddr(AT + 2 * PAGE - 4), sizeof(buf)), 3);
	EXPECT_STREQ(buf, "abc");
	EXPECT_EQ(copy_out(w.mm, uaddr(AT + PAGE - 3), "abcdef", 7), 0);
	EXPECT_EQ(copy_in_str(w.mm, buf, uaddr(AT + PAGE - 3), sizeof(buf)), 6);
	EXPECT_STREQ(buf, "abcdef");
	EXPECT_EQ(copy_in_str(w.mm, buf, uaddr(AT + PAGE - 3), 7), 6);
	EXPECT_ERR(copy_in_str(w.mm, buf, uaddr(AT + PAGE - 3), 6), ENAMETOOLONG);
	EXPECT_EQ(copy_out(w.mm, uaddr(AT + 2 * PAGE - 3), "xyz", 3), 0);
	EXPECT_ERR(copy_in_str(w.mm, buf, uaddr(AT + 2 * PAGE - 3), sizeof(buf)), EFAULT);
	EXPECT_ERR(copy_in_str(w.mm, buf, uaddr(UINT64_MAX), sizeof(buf)), EFAULT);
	world_end(&w);
}

TEST(a_struct_of_another_size_is_cut_or_filled)
{
	struct world w;
	uint8_t in[32];
	uint8_t got[16];

	two_pages(&w);
	memset(in, 7, sizeof(in));
	memset(in + 16, 0, 16);
	EXPECT_EQ(copy_out(w.mm, uaddr(AT), in, sizeof(in)), 0);
	EXPECT_EQ(copy_in_struct(w.mm, got, sizeof(got), uaddr(AT), 32), 0);
	EXPECT_MEMEQ(got, in, 16);
	EXPECT_EQ(copy_in_struct(w.mm, got, sizeof(got), uaddr(AT), 4), 0);
	EXPECT_EQ(got[3], 7);
	EXPECT_EQ(got[4], 0);
	EXPECT_EQ(got[15], 0);
	in[31] = 1;
	EXPECT_EQ(copy_out(w.mm, uaddr(AT), in, sizeof(in)), 0);
	EXPECT_ERR(copy_in_struct(w.mm, got, sizeof(got), uaddr(AT), 32), E2BIG);
	EXPECT_ERR(copy_in_struct(w.mm, got, sizeof(got), uaddr(AT), PAGE + 1), E2BIG);
	EXPECT_ERR(copy_in_struct(w.mm, got, sizeof(got), uaddr(AT + 2 * PAGE - 16), 32), EFAULT);
	world_end(&w);
}

TEST(zeroes_reach_every_byte)
{
	struct world w;
	uint8_t page[PAGE];

	world_begin(&w, 0);
	EXPECT_EQ(world_map(&w, AT, 40 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
	memset(page, 0xff, sizeof(page));
	for (unsigned i = 0; i < 40; i++)
		EXPECT_EQ(copy_out(w.mm, uaddr(AT + i * PAGE), page, PAGE), 0);
	EXPECT_EQ(copy_out_zero(w.mm, uaddr(AT + 1), 40 * PAGE - 2), 0);
	EXPECT_EQ(copy_in(w.mm, page, uaddr(AT), PAGE), 0);
	EXPECT_EQ(page[0], 0xff);
	for (unsigned i = 1; i < PAGE; i++)
		EXPECT_EQ(page[i], 0);
	EXPECT_EQ(copy_in(w.mm, page, uaddr(AT + 39 * PAGE), PAGE), 0);
	EXPECT_EQ(page[PAGE - 2], 0);
	EXPECT_EQ(page[PAGE - 1], 0xff);
	world_end(&w);
}

TEST(a_uio_moves_what_is_there_and_faults_only_on_nothing)
{
	struct world w;
	struct uio u;
	char buf[64];

	two_pages(&w);
	memset(buf, 'x', sizeof(buf));
	EXPECT_EQ(uio_user(&u, w.mm, uaddr(AT + 2 * PAGE - 10), 64), 0);
	EXPECT_EQ(uio_put(&u, buf, 64), 10);
	EXPECT_EQ(uio_put(&u, buf, 54), -EFAULT);
	EXPECT_EQ(uio_moved(&u), 10);
	uio_revert(&u, 4);
	EXPECT_EQ(uio_put(&u, buf, 4), 4);
	uio_user_fini(&u);
	EXPECT_ERR(uio_user(&u, w.mm, uaddr(TOP - 1), 2), EFAULT);
	EXPECT_ERR(uio_user(&u, w.mm, uaddr(AT), SIZE_MAX), EFAULT);
	EXPECT_EQ(uio_user(&u, w.mm, uaddr(AT), 0x7fffffffull), 0);
	EXPECT_EQ(u.resid, UACCESS_MAX_RW);
	uio_user_fini(&u);
	world_end(&w);
}

static void put_iov(struct world *w, unsigned i, uint64_t base, uint64_t len)
{
	struct lx_iovec v = {.iov_base = base, .iov_len = len};

	EXPECT_EQ(copy_out(w->mm, uaddr(AT + i * sizeof(v)), &v, sizeof(v)), 0);
}

TEST(a_vector_is_moved_piece_by_piece)
{
	struct world w;
	struct uio u;
	char buf[20 * 3], got[20 * 3];

	two_pages(&w);
	for (unsigned i = 0; i < 20; i++)
		put_iov(&w, i, AT + PAGE + i * 16, i % 5 == 0 ? 0 : 3);
	for (unsigned i = 0; i < sizeof(buf); i++)
		buf[i] = (char)i;
	EXPECT_EQ(uio_user_iov(&u, w.mm, uaddr(AT), 20), 0);
	EXPECT_EQ(u.resid, 48);
	EXPECT_EQ(uio_put(&u, buf, 5), 5);
	EXPECT_EQ(uio_put(&u, buf + 5, 60), 43);
	uio_user_fini(&u);
	EXPECT_EQ(uio_user_iov(&u, w.mm, uaddr(AT), 20), 0);
	EXPECT_EQ(uio_get(&u, got, 60), 48);
	EXPECT_MEMEQ(buf, got, 48);
	uio_user_fini(&u);
	world_end(&w);
}

TEST(a_vector_is_refused_as_readv_does)
{
	struct world w;
	struct uio u;

	two_pages(&w);
	put_iov(&w, 0, AT, 16);
	put_iov(&w, 1, AT, 1ull << 63);
	EXPECT_EQ(uio_user_iov(&u, w.mm, uaddr(AT), 0), 0);
	EXPECT_EQ(u.resid, 0);
	EXPECT_EQ(uio_user_iov(&u, w.mm, uaddr(AT), 1), 0);
	EXPECT_ERR(uio_user_iov(&u, w.mm, uaddr(AT), 2), EINVAL);
	EXPECT_ERR(uio_user_iov(&u, w.mm, uaddr(AT), 1025), EINVAL);
	EXPECT_ERR(uio_user_iov(&u, w.mm, uaddr(AT + 2 * PAGE - 8), 1), EFAULT);
	put_iov(&w, 1, TOP - 1, 2);
	EXPECT_ERR(uio_user_iov(&u, w.mm, uaddr(AT), 2), EFAULT);
	put_iov(&w, 0, AT, 0x7ffff000);
	put_iov(&w, 1, AT, 0x7ffff000);
	EXPECT_EQ(uio_user_iov(&u, w.mm, uaddr(AT), 2), 0);
	EXPECT_EQ(u.resid, UACCESS_MAX_RW);
	uio_user_fini(&u);
	world_end(&w);
}

TEST(words_are_aligned_and_exchanged_where_they_can_be_written)
{
	struct world w;
	uint32_t word = 5, old = 0;

	two_pages(&w);
	EXPECT_EQ(copy_out(w.mm, uaddr(AT + 4), &word, 4), 0);
	EXPECT_EQ(load_u32(w.mm, uaddr(AT + 4), &old), 0);
	EXPECT_EQ(old, 5);
	EXPECT_EQ(load_u32(w.mm, uaddr(AT), &old), 0);
	EXPECT_EQ(old, 0);
	EXPECT_ERR(load_u32(w.mm, uaddr(AT + 2), &old), EINVAL);
	EXPECT_ERR(load_u32(w.mm, uaddr(AT + 2 * PAGE), &old), EFAULT);
	EXPECT_EQ(cmpxchg_u32(w.mm, &w.ctx, uaddr(AT + 4), 4, 9, &old), 0);
	EXPECT_EQ(old, 5);
	EXPECT_EQ(cmpxchg_u32(w.mm, &w.ctx, uaddr(AT + 4), 5, 9, &old), 0);
	EXPECT_EQ(load_u32(w.mm, uaddr(AT + 4), &old), 0);
	EXPECT_EQ(old, 9);
	EXPECT_ERR(cmpxchg_u32(w.mm, &w.ctx, uaddr(AT + 1), 0, 0, &old), EINVAL);
	EXPECT_ERR(cmpxchg_u32(w.mm, &w.ctx, uaddr(TOP), 0, 0, &old), EFAULT);
	world_end(&w);
}

TEST_MAIN()
