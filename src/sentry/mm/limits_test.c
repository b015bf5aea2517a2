/* SPDX-License-Identifier: Apache-2.0 */
/* What the limits refuse, and that a refusal changes nothing. */
#include "base/test.h"
#include "sentry/mm/test_world.h"

#define AT  0x100000000ull
#define MIB (1ull << 20)

static uint64_t total(struct world *w)
{
	struct mm_counts c;

	mm_get_counts(w->mm, &c);
	return c.total;
}

static uint64_t locked(struct world *w)
{
	struct mm_counts c;

	mm_get_counts(w->mm, &c);
	return c.locked;
}

TEST(rlimit_as_counts_every_mapping_but_not_what_is_replaced)
{
	struct world w;

	world_begin(&w, 1000);
	world_set_limit(&w, LX_RLIMIT_AS, 8 * PAGE);
	EXPECT_EQ(world_map(&w, AT, 8 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
	EXPECT_ERR(world_map(&w, 0, PAGE, LX_PROT_NONE, ANON), ENOMEM);
	EXPECT_EQ(world_map(&w, AT, 8 * PAGE, LX_PROT_READ, ANON | LX_MAP_FIXED), AT);
	EXPECT_ERR(world_map(&w, AT, 9 * PAGE, LX_PROT_READ, ANON | LX_MAP_FIXED), ENOMEM);
	EXPECT_EQ(total(&w), 8 * PAGE);
	EXPECT_EQ(mm_unmap(w.mm, &w.ctx, uaddr(AT), PAGE), 0);
	EXPECT_EQ(world_map(&w, AT, PAGE, RW, ANON | LX_MAP_FIXED), AT);
	world_end(&w);
}

TEST(rlimit_data_counts_private_writable_memory)
{
	struct world w;

	world_begin(&w, 1000);
	world_set_limit(&w, LX_RLIMIT_DATA, 4 * PAGE);
	EXPECT_EQ(world_map(&w, AT, 4 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
	EXPECT_ERR(world_map(&w, 0, PAGE, RW, ANON), ENOMEM);
	EXPECT_EQ(world_map(&w, AT + MIB, PAGE, LX_PROT_READ, ANON | LX_MAP_FIXED), AT + MIB);
	EXPECT_ERR(mm_protect(w.mm, &w.ctx, uaddr(AT + MIB), PAGE, RW), ENOMEM);
	EXPECT_TRUE(world_map(&w, 0, PAGE, RW, LX_MAP_SHARED | LX_MAP_ANONYMOUS) > 0);
	world_end(&w);
}

TEST(locking_obeys_rlimit_memlock_without_privilege)
{
	struct world w;

	world_begin(&w, 1000);
	EXPECT_EQ(world_map(&w, AT, 32 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
	world_set_limit(&w, LX_RLIMIT_MEMLOCK, 8 * PAGE);
	EXPECT_EQ(mm_lock(w.mm, &w.ctx, uaddr(AT + 1), 4 * PAGE, 0), 0);
	EXPECT_EQ(locked(&w), 5 * PAGE);
	EXPECT_EQ(mm_lock(w.mm, &w.ctx, uaddr(AT), 8 * PAGE, 0),
		  0); /* what is locked counts once */
	EXPECT_ERR(mm_lock(w.mm, &w.ctx, uaddr(AT + 8 * PAGE), PAGE, 0), ENOMEM);
	EXPECT_ERR(world_map(&w, 0, PAGE, RW, ANON | LX_MAP_LOCKED), EAGAIN);
	EXPECT_ERR(mm_lockall(w.mm, &w.ctx, LX_MCL_CURRENT), ENOMEM);
	EXPECT_EQ(mm_unlock(w.mm, &w.ctx, uaddr(AT), 2 * PAGE), 0);
	EXPECT_EQ(locked(&w), 6 * PAGE);
	world_set_limit(&w, LX_RLIMIT_MEMLOCK, 0);
	EXPECT_ERR(mm_lock(w.mm, &w.ctx, uaddr(AT), PAGE, 0), EPERM);
	EXPECT_ERR(world_map(&w, 0, PAGE, RW, ANON | LX_MAP_LOCKED), EPERM);
	EXPECT_EQ(mm_unlockall(w.mm, &w.ctx), 0);
	EXPECT_EQ(locked(&w), 0);
	world_end(&w);
}

TEST(what_comes_after_mlockall_future_is_locked)
{
	struct world w;

	world_begin(&w, 0);
	EXPECT_EQ(mm_lockall(w.mm, &w.ctx, LX_MCL_FUTURE), 0);
	EXPECT_EQ(world_map(&w, AT, 2 * PAGE, RW, ANON | LX_MAP_FIXED), AT);
	EXPECT_EQ(locked(&w), 2 * PAGE);
	EXPECT_ERR(mm_advise(w.mm, &w.ctx, uaddr(AT), PAGE, LX_MADV_DONTNEED), EINVAL);
	EXPECT_EQ(mm_advise(w.mm, &w.ctx, uaddr(AT), PAGE, LX_MADV_DONTNEED_LOCKED), 0);
	EXPECT_ERR(mm_lockall(w.mm, &w.ctx, 0), EINVAL);
	EXPECT_ERR(mm_lockall(w.mm, &w.ctx, LX_MCL_ONFAULT), EINVAL);
	EXPECT_EQ(mm_unlockall(w.mm, &w.ctx), 0);
	EXPECT_EQ(world_map(&w, AT + MIB, PAGE, RW, ANON | LX_MAP_FIXED), AT + MIB);
	EXPECT_EQ(locked(&w), 0);
	world_end(&w);
}

TEST(there_are_at_most_65530_mappings)
{
	struct world w;
	struct mm_counts c;
	uint64_t n = 0;
	int r = 0;

	world_begin(&w, 0);
	EXPECT_EQ(world_map(&w, AT, 70000 * 2 * PAGE, LX_PROT_READ, ANON | LX_MAP_FIXED), AT);
	while (n < 40000 && r == 0)
		r = mm_protect(w.mm, &w.ctx, uaddr(AT + (2 * n++ + 1) * PAGE), PAGE, LX_PROT_NONE);
	EXPECT_EQ(r, -ENOMEM);
	mm_get_counts(w.mm, &c);
	EXPECT_TRUE(c.nvmas >= 65528 && c.nvmas <= 65530);
	EXPECT_EQ(mm_unmap(w.mm, &w.ctx, uaddr(AT), 70000 * 2 * PAGE), 0);
	EXPECT_EQ(total(&w), 0);
	world_end(&w);
}

TEST(the_break_stays_where_it_is_when_it_cannot_move)
{
	struct world w;

	world_begin(&w, 0);
	mm_set_brk(w.mm, AT);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(0)).va, AT);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(AT + 100)).va, AT + 100);
	EXPECT_EQ(total(&w), PAGE);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(AT + 3 * PAGE)).va, AT + 3 * PAGE);
	EXPECT_EQ(world_map(&w, AT + 8 * PAGE, PAGE, RW, ANON | LX_MAP_FIXED), AT + 8 * PAGE);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(AT + 8 * PAGE)).va,
		  AT + 3 * PAGE); /* a page stays free */
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(AT + 7 * PAGE)).va, AT + 7 * PAGE);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(AT - 1)).va, AT + 7 * PAGE);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(UINT64_MAX)).va, AT + 7 * PAGE);
	world_set_limit(&w, LX_RLIMIT_DATA, 4 * PAGE);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(AT + PAGE)).va, AT + PAGE);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(AT + 6 * PAGE)).va, AT + PAGE);
	EXPECT_EQ(mm_brk(w.mm, &w.ctx, uaddr(AT)).va, AT);
	EXPECT_EQ(total(&w), PAGE);
	world_end(&w);
}

TEST(nothing_is_mapped_below_64k_or_above_the_top)
{
	struct world w;

	world_begin(&w, 0);
	EXPECT_ERR(world_map(&w, 0, PAGE, RW, ANON | LX_MAP_FIXED), EPERM);
	EXPECT_ERR(world_map(&w, PLAT_GUEST_BOTTOM - PAGE, PAGE, RW, ANON | LX_MAP_FIXED), EPERM);
	EXPECT_EQ(world_map(&w, PLAT_GUEST_BOTTOM, PAGE, RW, ANON | LX_MAP_FIXED),
		  PLAT_GUEST_BOTTOM);
	/* A hint below the bottom means the bottom, and any other place once that is taken. */
	EXPECT_TRUE(world_map(&w, PAGE, PAGE, RW, ANON) > (int64_t)PLAT_GUEST_BOTTOM);
	EXPECT_ERR(world_map(&w, PLAT_GUEST_TOP, PAGE, RW, ANON | LX_MAP_FIXED), ENOMEM);
	EXPECT_ERR(world_map(&w, PLAT_GUEST_TOP - PAGE, 2 * PAGE, RW, ANON | LX_MAP_FIXED), ENOMEM);
	EXPECT_EQ(world_map(&w, PLAT_GUEST_TOP - PAGE, PAGE, RW, ANON | LX_MAP_FIXED),
		  PLAT_GUEST_TOP - PAGE);
	EXPECT_ERR(world_map(&w, 0, PLAT_GUEST_TOP, RW, ANON), ENOMEM);
	EXPECT_EQ(mm_unmap(w.mm, &w.ctx, uaddr(PLAT_GUEST_TOP), PAGE),
		  0); /* Linux could have mapped there */
	EXPECT_ERR(mm_unmap(w.mm, &w.ctx, uaddr(1ull << 47), PAGE), EINVAL);
	world_end(&w);
}

TEST(map_32bit_stays_in_the_second_gib)
{
	struct world w;
	int64_t at;

	world_begin(&w, 0);
	at = world_map(&w, 0, PAGE, RW, ANON | LX_MAP_32BIT);
	EXPECT_TRUE(at >= 0x40000000 && at < 0x80000000);
	EXPECT_ERR(world_map(&w, 0, 0x40000000, RW, ANON | LX_MAP_32BIT), ENOMEM);
	world_end(&w);
}

TEST(sealed_memory_stays_as_it_is)
{
	struct world w;
	uaddr_t at;

	world_begin(&w, 0);
	EXPECT_EQ(world_map(&w, AT, 4 * PAGE, LX_PROT_READ, ANON | LX_MAP_FIXED), AT);
	EXPECT_ERR(mm_seal(w.mm, uaddr(AT + 1), PAGE, 0), EINVAL);
	EXPECT_ERR(mm_seal(w.mm, uaddr(AT), PAGE, 1), EINVAL);
	EXPECT_ERR(mm_seal(w.mm, uaddr(AT), 5 * PAGE, 0), ENOMEM);
	EXPECT_EQ(mm_seal(w.mm, uaddr(AT + PAGE), PAGE, 0), 0);
	EXPECT_ERR(mm_unmap(w.mm, &w.ctx, uaddr(AT), 4 * PAGE), EPERM);
	EXPECT_ERR(mm_protect(w.mm, &w.ctx, uaddr(AT + PAGE), PAGE, RW), EPERM);
	EXPECT_ERR(world_map(&w, AT, 4 * PAGE, RW, ANON | LX_MAP_FIXED), EPERM);
	EXPECT_ERR(mm_remap(w.mm, &w.ctx, uaddr(AT + PAGE), PAGE, 2 * PAGE, 1, uaddr(0), &at),
		   EPERM);
	EXPECT_ERR(mm_advise(w.mm, &w.ctx, uaddr(AT + PAGE), PAGE, LX_MADV_DONTNEED), EPERM);
	EXPECT_EQ(mm_unmap(w.mm, &w.ctx, uaddr(AT), PAGE), 0);
	world_end(&w);
}

TEST_MAIN()
