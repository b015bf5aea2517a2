/* SPDX-License-Identifier: Apache-2.0 */
/*
 * brk(2): the heap is one growing and shrinking anonymous mapping above the program's image. The
 * break itself need not be aligned; the mapping covers its last page. A request that cannot be met
 * changes nothing and is told by the old break.
 */
#include <errno.h>

#include "abi/types.h"
#include "sentry/core/limits.h"
#include "sentry/mm/mm_priv.h"

/* RLIMIT_DATA counts the image's data and the heap together. */
static bool brk_within_data_limit(struct mm *mm, struct ctx *ctx, uint64_t want)
	REQUIRES(mm->map_lock)
{
	uint64_t limit = limit_soft(ctx->limits, LX_RLIMIT_DATA);
	uint64_t image = mm->layout.data_hi - mm->layout.data_lo;
	uint64_t sum;

	return limit == LX_RLIM_INFINITY ||
	       (add_ok(want - mm->brk_start, image, &sum) && sum <= limit);
}

static int brk_grow(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, struct vma_dead *dead)
	REQUIRES(mm->map_lock)
{
	AUTO(vma_spares_fini) struct vma_spares spares = {.n = 0};
	struct vma *above = vma_after(mm, lo);
	struct vma *v;
	uint32_t flags = mm->def_flags;
	int r;

	/* One page stays free above the heap. */
	if (hi > PLAT_GUEST_TOP - LX_PAGE_SIZE ||
	    (above && hi + LX_PAGE_SIZE > vma_lo_with_gap(above)))
		return -ENOMEM;
	if (!mm_may_expand(mm, ctx, flags, LX_PROT_READ | LX_PROT_WRITE, hi - lo, 0))
		return -ENOMEM;
	if (mm->vmas.count > MM_MAX_MAP_COUNT || !mm_may_lock(mm, ctx, flags, hi - lo))
		return -ENOMEM;
	r = vma_spares_fill(&spares, 1);
	if (r < 0)
		return r;
	v = spares.v[0];
	v->range.lo = lo;
	v->range.hi = hi;
	v->off = lo;
	v->flags = flags;
	v->prot = LX_PROT_READ | LX_PROT_WRITE;
	v->max_prot = MM_PROT_ACCESS;
	r = mm_host_map(mm, ctx, v, lo, hi,
			(flags & VMA_LOCK_MASK) == VMA_LOCKED ? LX_MAP_POPULATE : 0);
	if (r < 0)
		return r;
	vmas_add(mm, vma_spares_take(&spares), dead);
	return 0;
}

static int brk_move(struct mm *mm, struct ctx *ctx, uint64_t want, struct vma_dead *dead)
	REQUIRES(mm->map_lock)
{
	uint64_t old_end, new_end;
	int r = 0;

	if (want < mm->brk_start || want > PLAT_GUEST_TOP || !brk_within_data_limit(mm, ctx, want))
		return -ENOMEM;
	if (!align_up_ok(want, LX_PAGE_SIZE, &new_end) ||
	    !align_up_ok(mm->brk, LX_PAGE_SIZE, &old_end))
		return -ENOMEM;
	if (new_end > old_end)
		r = brk_grow(mm, ctx, old_end, new_end, dead);
	else if (new_end < old_end)
		r = mm_unmap_locked(mm, ctx, new_end, old_end, dead);
	if (r < 0)
		return r;
	mm->brk = want;
	return 0;
}

uaddr_t mm_brk(struct mm *mm, struct ctx *ctx, uaddr_t want)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);

	GUARD(&mm->map_lock);
	/* A refusal is told by the break that did not move. */
	(void)!brk_move(mm, ctx, want.va, &dead);
	return uaddr(mm->brk);
}

void mm_set_brk(struct mm *mm, uint64_t start)
{
	check(is_aligned(start, LX_PAGE_SIZE));
	GUARD(&mm->map_lock);
	mm->brk_start = start;
	mm->brk = start;
}
