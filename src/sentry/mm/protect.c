/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mprotect(2). Linux changes vma after vma and stops at the first that it must refuse, keeping what
 * was changed so far. So do we: how far it goes is decided first, then the host changes that much
 * in one step, then the set follows.
 */
#include <errno.h>

#include "sentry/mm/patch_priv.h"

#define PROT_GROWS (LX_PROT_GROWSDOWN | LX_PROT_GROWSUP)

static int protect_one_check(struct mm *mm, struct ctx *ctx, const struct vma *v, uint64_t len,
			     int prot) REQUIRES(mm->map_lock)
{
	if (prot & ~v->max_prot)
		return -EACCES;
	if (v->flags & VMA_SEALED)
		return -EPERM;
	/* Only what becomes data now can break the limit of it. */
	if (vma_is_data(v->flags, prot) && !vma_is_data(v->flags, v->prot) &&
	    !mm_may_expand(mm, ctx, v->flags, prot, len, 0) &&
	    mm_may_expand(mm, ctx, v->flags, v->prot, len, 0))
		return -ENOMEM;
	return 0;
}

/* How far from lo towards hi the change may go: *ret_end, and why not further. */
static int protect_extent(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, int prot,
			  uint64_t *ret_end) REQUIRES(mm->map_lock)
{
	struct vma *v = vma_find(mm, lo);
	uint64_t at = lo;
	int r = 0;

	while (at < hi) {
		uint64_t end;

		if (!v || v->range.lo > at) {
			r = -ENOMEM;
			break;
		}
		end = MIN(v->range.hi, hi);
		r = protect_one_check(mm, ctx, v, end - at, prot);
		if (r < 0)
			break;
		at = end;
		v = vma_next(v);
	}
	*ret_end = at;
	return r;
}

/* The host may have changed a part: back to what the vmas say, or away with the range. */
static void protect_undo(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi,
			 struct vma_spares *spares, struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	struct vma *v;

	vma_for_each_in(v, mm, lo, hi) {
		if (mm_host_protect(mm, ctx, MAX(v->range.lo, lo), MIN(v->range.hi, hi), v->prot) <
		    0) {
			mm_host_forget(mm, ctx, lo, hi, spares, dead);
			return;
		}
	}
}

static bool protect_is_noop(struct mm *mm, uint64_t lo, uint64_t hi, int prot)
	REQUIRES(mm->map_lock)
{
	struct vma *v;

	vma_for_each_in(v, mm, lo, hi)
		if (v->prot != prot)
			return false;
	return true;
}

static int protect_range(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, int prot,
			 struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	AUTO(vma_spares_fini) struct vma_spares spares = {.n = 0};
	struct vma *v;
	int r;

	if (lo == hi || protect_is_noop(mm, lo, hi, prot))
		return 0;
	if (mm->vmas.count + vmas_splits(mm, lo, hi) > MM_MAX_MAP_COUNT)
		return -ENOMEM;
	r = vma_spares_fill(&spares, 2);
	if (r < 0)
		return r;
	r = patches_leave(mm, ctx, lo, hi);
	if (r < 0)
		return r;
	r = mm_host_protect(mm, ctx, lo, hi, prot);
	if (r < 0) {
		protect_undo(mm, ctx, lo, hi, &spares, dead);
		return r;
	}
	vmas_isolate(mm, lo, hi, &spares);
	vma_for_each_in(v, mm, lo, hi) {
		vma_unaccount(mm, v);
		v->prot = (uint8_t)prot;
		if (v->obj && !(v->flags & VMA_SHARED) && (prot & LX_PROT_WRITE))
			v->flags |= VMA_WAS_WRITABLE;
		vma_account(mm, v);
	}
	vmas_merge(mm, lo, hi, dead);
	return 0;
}

/* PROT_GROWSDOWN: the change begins at the beginning of the stack that lo lies in or below. */
static int protect_grows_down(struct mm *mm, uint64_t hi, uint64_t *lo) REQUIRES(mm->map_lock)
{
	struct vma *v = vma_after(mm, *lo);

	if (!v || v->range.lo >= hi)
		return -ENOMEM;
	if (!(v->flags & VMA_GROWSDOWN))
		return -EINVAL;
	*lo = v->range.lo;
	return 0;
}

int mm_protect(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len, int prot)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	uint64_t lo = addr.va;
	int grows = prot & PROT_GROWS;
	uint64_t hi, end;
	int r, r2;

	prot &= ~PROT_GROWS;
	if (grows == PROT_GROWS || !is_aligned(lo, LX_PAGE_SIZE))
		return -EINVAL;
	if (len == 0)
		return 0;
	if (!align_up_ok(len, LX_PAGE_SIZE, &len) || !add_ok(lo, len, &hi))
		return -ENOMEM;
	if (prot & ~(MM_PROT_ACCESS | LX_PROT_SEM))
		return -EINVAL;
	prot &= MM_PROT_ACCESS;

	GUARD(&mm->map_lock);
	if (grows & LX_PROT_GROWSUP)
		return vma_find(mm, lo) ? -EINVAL : -ENOMEM;
	if (grows) {
		r = protect_grows_down(mm, hi, &lo);
		if (r < 0)
			return r;
	}
	r = protect_extent(mm, ctx, lo, hi, prot, &end);
	r2 = protect_range(mm, ctx, lo, end, prot, &dead);
	return r2 < 0 ? r2 : r;
}
