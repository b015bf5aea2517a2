/* SPDX-License-Identifier: Apache-2.0 */
/* munmap(2) and mseal(2): forgetting a range, and forbidding it. */
#include <errno.h>

#include "sentry/mm/patch_priv.h"

int mm_unmap_locked(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi, struct vma_dead *dead)
{
	AUTO(vma_spares_fini) struct vma_spares spares = {.n = 0};
	struct vma *first = vma_after(mm, lo);
	int r;

	if (lo >= hi || !first || first->range.lo >= hi)
		return 0;
	/* Only a hole inside one vma leaves one more than before. */
	if (first->range.lo < lo && first->range.hi > hi && mm->vmas.count >= MM_MAX_MAP_COUNT)
		return -ENOMEM;
	if (vmas_any(mm, lo, hi, VMA_SEALED))
		return -EPERM;
	r = vma_spares_fill(&spares, vmas_splits(mm, lo, hi));
	if (r < 0)
		return r;
	patches_forget(mm, lo, hi);
	r = patches_leave(mm, ctx, lo, hi);
	if (r == 0)
		r = mm_host_unmap(mm, ctx, lo, hi);
	if (r < 0)
		return r;
	vmas_cut(mm, lo, hi, &spares, dead);
	return 0;
}

/* Forget [addr, addr+len). Linux rounds len up, ignores holes, refuses only what it could never
 * have mapped. */
int mm_unmap(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len)
{
	uint64_t end;

	if (!is_aligned(addr.va, LX_PAGE_SIZE) || addr.va > LX_TASK_SIZE ||
	    len > LX_TASK_SIZE - addr.va)
		return -EINVAL;
	if (len == 0 || !align_up_ok(addr.va + len, LX_PAGE_SIZE, &end))
		return -EINVAL;
	/* The guest cannot have anything from its top to Linux's. */
	end = MIN(end, (uint64_t)PLAT_GUEST_TOP);
	if (addr.va >= end)
		return 0;

	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	GUARD(&mm->map_lock);
	return mm_unmap_locked(mm, ctx, addr.va, end, &dead);
}

int mm_seal(struct mm *mm, uaddr_t addr, uint64_t len, uint64_t flags)
{
	AUTO(vma_spares_fini) struct vma_spares spares = {.n = 0};
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	uint64_t lo = addr.va;
	uint64_t hi;
	struct vma *v;
	int r;

	if (flags != 0 || !is_aligned(lo, LX_PAGE_SIZE))
		return -EINVAL;
	if (!align_up_ok(len, LX_PAGE_SIZE, &len) || !add_ok(lo, len, &hi))
		return -EINVAL;
	if (hi == lo)
		return 0;
	GUARD(&mm->map_lock);
	if (hi > PLAT_GUEST_TOP || vmas_covered(mm, lo, hi, 0) != hi - lo)
		return -ENOMEM;
	if (mm->vmas.count + vmas_splits(mm, lo, hi) > MM_MAX_MAP_COUNT)
		return -ENOMEM;
	r = vma_spares_fill(&spares, 2);
	if (r < 0)
		return r;
	vmas_isolate(mm, lo, hi, &spares);
	vma_for_each_in(v, mm, lo, hi)
		v->flags |= VMA_SEALED;
	vmas_merge(mm, lo, hi, &dead);
	return 0;
}
