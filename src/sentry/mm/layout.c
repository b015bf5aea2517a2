/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things go: the search for room as arch_get_unmapped_area_topdown does it, the top of the
 * mmap area, and the limits that say how much there may be.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/types.h"
#include "host/rand.h"
#include "sentry/core/cred.h"
#include "sentry/core/limits.h"
#include "sentry/core/budget.h"
#include "sentry/mm/mm_priv.h"

/* mmap(2) MAP_32BIT: the second GiB. */
#define ROOM_32BIT_LO 0x40000000ull
#define ROOM_32BIT_HI 0x80000000ull
#define ROOM_4G       0x100000000ull
/* Room is kept for at least this much stack, at most for five sixths of everything. */
#define STACK_ROOM_MIN (128ull << 20)
#define STACK_ROOM_MAX (PLAT_GUEST_TOP / 6 * 5)
/* The loader moves the stack's top down by up to this (16 GiB), see stack.c there. */
#define STACK_RANDOM_MAX (0x3fffffull << LX_PAGE_SHIFT)
#define MMAP_RANDOM_BITS 28

/* Is [addr, addr+len) free, guard gap of a stack above it included? */
static bool room_is_free(struct mm *mm, uint64_t addr, uint64_t len) REQUIRES(mm->map_lock)
{
	struct vma *v = vma_after(mm, addr);

	return !v || addr + len <= vma_lo_with_gap(v);
}

static int room_down(struct mm *mm, uint64_t lo, uint64_t hi, uint64_t len, uint64_t align,
		     uint64_t *ret) REQUIRES(mm->map_lock)
{
	uint64_t at;

	for (;;) {
		struct vma *above;

		if (lo >= hi || rangemap_gap_down(&mm->vmas, lo, hi, len, align, &at) < 0)
			return -ENOMEM;
		above = vma_after(mm, at);
		if (!above || at + len <= vma_lo_with_gap(above)) {
			*ret = at;
			return 0;
		}
		hi = vma_lo_with_gap(above);
	}
}

static int room_up(struct mm *mm, uint64_t lo, uint64_t hi, uint64_t len, uint64_t align,
		   uint64_t *ret) REQUIRES(mm->map_lock)
{
	uint64_t at;

	for (;;) {
		struct vma *above;

		if (lo >= hi || rangemap_gap_up(&mm->vmas, lo, hi, len, align, &at) < 0)
			return -ENOMEM;
		above = vma_after(mm, at);
		if (!above || at + len <= vma_lo_with_gap(above)) {
			*ret = at;
			return 0;
		}
		lo = above->range.hi;
	}
}

int mm_find_room(struct mm *mm, uint64_t hint, uint64_t len, uint64_t align, int map_flags,
		 uint64_t *ret)
{
	bool low = (map_flags & LX_MAP_32BIT) != 0;
	uint64_t top = low ? ROOM_32BIT_HI : PLAT_GUEST_TOP;
	uint64_t bottom = (map_flags & LX_MAP_ABOVE4G) ? ROOM_4G : PLAT_GUEST_BOTTOM;

	if (len == 0 || len > top)
		return -ENOMEM;
	hint = align_down(hint, LX_PAGE_SIZE);
	if (hint >= PLAT_GUEST_BOTTOM && hint <= top - len && is_aligned(hint, align) &&
	    room_is_free(mm, hint, len)) {
		*ret = hint;
		return 0;
	}
	if (low)
		return room_up(mm, ROOM_32BIT_LO, top, len, align, ret);
	if (room_down(mm, bottom, mm->mmap_top, len, align, ret) == 0)
		return 0;
	return room_up(mm, MAX(bottom, align_down(PLAT_GUEST_TOP / 3, LX_PAGE_SIZE)), top, len,
		       align, ret);
}

int mm_find_free(struct mm *mm, uint64_t len, uint64_t align, uaddr_t *ret)
{
	uint64_t at;
	int r;

	GUARD(&mm->map_lock);
	r = mm_find_room(mm, 0, len, align, 0, &at);
	if (r < 0)
		return r;
	*ret = uaddr(at);
	return 0;
}

bool mm_is_free(struct mm *mm, uint64_t lo, uint64_t hi)
{
	GUARD(&mm->map_lock);
	return !rangemap_overlaps(&mm->vmas, lo, hi);
}

void mm_choose_base(struct mm *mm, uint64_t stack_limit, bool randomize)
{
	uint64_t gap = stack_limit;
	uint64_t pad = MM_STACK_GAP + (randomize ? STACK_RANDOM_MAX : 0);
	uint64_t rnd = 0;

	if (gap <= UINT64_MAX - pad)
		gap += pad;
	gap = MIN(MAX(gap, STACK_ROOM_MIN), STACK_ROOM_MAX);
	if (randomize) {
		host_random(&rnd, sizeof(rnd));
		rnd = (rnd & ((1ull << MMAP_RANDOM_BITS) - 1)) << LX_PAGE_SHIFT;
	}
	GUARD(&mm->map_lock);
	mm->randomized = randomize;
	mm->mmap_top = align_down(PLAT_GUEST_TOP - gap - rnd, LX_PAGE_SIZE);
}

/* Of `n` more on top of `have`, with `freed` going away: within limit? */
static bool within(uint64_t have, uint64_t n, uint64_t freed, uint64_t limit)
{
	uint64_t sum;

	if (!add_ok(have, n, &sum))
		return false;
	return sum - MIN(freed, sum) <= limit;
}

bool mm_may_expand(struct mm *mm, struct ctx *ctx, uint32_t flags, int prot, uint64_t more,
		   uint64_t freed)
{
	uint64_t soft;

	if (!within(mm->counts.total, more, freed, limit_soft(ctx->limits, LX_RLIMIT_AS)))
		return false;
	if (!vma_is_data(flags, prot))
		return true;
	if (!budget_fits(more, freed))
		return false;
	soft = limit_soft(ctx->limits, LX_RLIMIT_DATA);
	if (within(mm->counts.data, more, freed, soft))
		return true;
	/* Linux: a soft limit of 0 is taken for the hard one, since old programs set it to forbid
	 * brk only. */
	return soft == 0 && within(mm->counts.data, more, freed,
				   atomic_load_explicit(&ctx->limits->hard[LX_RLIMIT_DATA],
							memory_order_relaxed));
}

bool mm_may_lock(struct mm *mm, struct ctx *ctx, uint32_t flags, uint64_t more)
{
	if (!(flags & VMA_LOCKED))
		return true;
	return within(mm->counts.locked, more, 0, limit_soft(ctx->limits, LX_RLIMIT_MEMLOCK)) ||
	       cred_capable(ctx->cred, LX_CAP_IPC_LOCK);
}

int mm_can_lock(struct ctx *ctx)
{
	if (limit_soft(ctx->limits, LX_RLIMIT_MEMLOCK) != 0 ||
	    cred_capable(ctx->cred, LX_CAP_IPC_LOCK))
		return 0;
	return -EPERM;
}
