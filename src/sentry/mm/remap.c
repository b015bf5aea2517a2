/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mremap(2): shrink, grow in place, move. The host moves the pages; a shared mapping of old length
 * 0 is mapped a second time, and MREMAP_DONTUNMAP leaves a fresh mapping of the same kind behind.
 * A range that the host keeps as two mappings (both touched before they became neighbours) is
 * -EFAULT, as on Linux.
 */
#include <errno.h>

#include "sentry/mm/patch_priv.h"

#define MREMAP_ALL    (LX_MREMAP_MAYMOVE | LX_MREMAP_FIXED | LX_MREMAP_DONTUNMAP)
#define MREMAP_PLACED (LX_MREMAP_FIXED | LX_MREMAP_DONTUNMAP)

struct remap {
	uint64_t lo, old_len, new_len;
	uint64_t new_lo; /* asked for (FIXED), a hint (DONTUNMAP), later the place found */
	int flags;
};

/* Linux's PAGE_ALIGN, which wraps to 0. */
static uint64_t page_align(uint64_t len)
{
	return (len + LX_PAGE_SIZE - 1) & LX_PAGE_MASK;
}

static int remap_check_args(const struct remap *q)
{
	if (q->flags & ~MREMAP_ALL)
		return -EINVAL;
	if ((q->flags & MREMAP_PLACED) && !(q->flags & LX_MREMAP_MAYMOVE))
		return -EINVAL;
	if ((q->flags & LX_MREMAP_DONTUNMAP) && q->old_len != q->new_len)
		return -EINVAL;
	if (!is_aligned(q->lo, LX_PAGE_SIZE) || q->new_len == 0)
		return -EINVAL;
	return 0;
}

/* May the mapping v have new_len from q->lo on; `freed` bytes go away for it. */
static int remap_check_resize(struct mm *mm, struct ctx *ctx, const struct remap *q,
			      const struct vma *v, uint64_t freed) REQUIRES(mm->map_lock)
{
	uint64_t more, end;

	if (q->old_len == 0 && !(v->flags & VMA_SHARED))
		return -EINVAL;
	if ((q->flags & LX_MREMAP_DONTUNMAP) && (v->flags & VMA_SPECIAL))
		return -EINVAL;
	if (q->old_len > v->range.hi - q->lo)
		return -EFAULT;
	more = (q->flags & LX_MREMAP_DONTUNMAP) ? q->new_len : q->new_len - q->old_len;
	if (more == 0)
		return 0;
	if (!add_ok(v->off + (q->lo - v->range.lo), q->new_len, &end))
		return -EINVAL;
	if ((v->flags & VMA_SPECIAL) && q->new_len != q->old_len)
		return -EFAULT;
	if (q->new_len != q->old_len && !mm_may_lock(mm, ctx, v->flags, more))
		return -EAGAIN;
	if (!mm_may_expand(mm, ctx, v->flags, v->prot, more, freed))
		return -ENOMEM;
	return 0;
}

static void remap_populate(struct mm *mm, struct ctx *ctx, const struct vma *v, uint64_t lo,
			   uint64_t hi) REQUIRES(mm->map_lock)
{
	/* Like Linux, which ignores what could not be brought in. */
	if ((v->flags & VMA_LOCK_MASK) == VMA_LOCKED && lo < hi)
		(void)!mm_host_populate(mm, ctx, v, lo, hi);
}

static bool remap_fits_in_place(struct mm *mm, const struct remap *q, const struct vma *v)
	REQUIRES(mm->map_lock)
{
	uint64_t end;

	return q->lo + q->old_len == v->range.hi && add_ok(q->lo, q->new_len, &end) &&
	       end <= PLAT_GUEST_TOP && !rangemap_overlaps(&mm->vmas, v->range.hi, end);
}

static int remap_in_place(struct mm *mm, struct ctx *ctx, const struct remap *q, struct vma *v,
			  struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	uint64_t old_hi = v->range.hi;
	uint64_t new_hi = q->lo + q->new_len;
	int r;

	r = mm_host_move(mm, ctx, q->lo, q->old_len, q->lo, q->new_len);
	if (r < 0)
		return r;
	vma_unaccount(mm, v);
	rangemap_resize(&mm->vmas, &v->range, v->range.lo, new_hi);
	vma_account(mm, v);
	remap_populate(mm, ctx, v, old_hi, new_hi);
	vmas_merge(mm, old_hi, new_hi, dead);
	return 0;
}

/* The host's part of a move. On failure the old place stands, and *ret_lost says whether the new
 * one was cleared. */
static int remap_host_move(struct mm *mm, struct ctx *ctx, const struct remap *q,
			   const struct vma *moved) REQUIRES(mm->map_lock)
{
	if (q->old_len == 0)
		return mm_host_map(mm, ctx, moved, moved->range.lo, moved->range.hi, 0);
	return mm_host_move(mm, ctx, q->lo, q->old_len, q->new_lo, q->new_len);
}

/* What is left at the old place of MREMAP_DONTUNMAP: the same mapping, fresh and unlocked. */
static void remap_leave_behind(struct mm *mm, struct ctx *ctx, const struct remap *q, struct vma *v,
			       struct vma_spares *spares, struct vma_dead *dead)
	REQUIRES(mm->map_lock)
{
	uint64_t hi = q->lo + q->old_len;

	if (mm_host_map(mm, ctx, v, q->lo, hi, 0) < 0) {
		mm_host_forget(mm, ctx, q->lo, hi, spares, dead);
		return;
	}
	vmas_isolate(mm, q->lo, hi, spares);
	v = vma_find(mm, q->lo);
	vma_unaccount(mm, v);
	v->flags &= ~(uint32_t)VMA_LOCK_MASK;
	vma_account(mm, v);
	vmas_merge(mm, q->lo, hi, dead);
}

/* Move q's range of v to q->new_lo, which was chosen and checked; whatever is there goes. */
static int remap_move(struct mm *mm, struct ctx *ctx, const struct remap *q, struct vma *v,
		      struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	AUTO(vma_spares_fini) struct vma_spares spares = {.n = 0};
	uint64_t new_hi = q->new_lo + q->new_len;
	struct vma *moved;
	int r;

	if (mm->vmas.count >= MM_MAX_MAP_COUNT - 3)
		return -ENOMEM;
	r = vma_spares_fill(&spares, 5);
	if (r < 0)
		return r;
	moved = spares.v[0];
	moved->range.lo = q->new_lo;
	moved->range.hi = new_hi;
	moved->off = v->off + (q->lo - v->range.lo);
	moved->obj = v->obj; /* borrowed until nothing can fail */
	moved->tag = v->tag;
	moved->flags = v->flags;
	moved->prot = v->prot;
	moved->max_prot = v->max_prot;
	r = patches_leave(mm, ctx, q->new_lo, new_hi);
	if (r == 0)
		r = remap_host_move(mm, ctx, q, moved);
	moved->obj = NULL;
	if (r < 0) {
		if (rangemap_overlaps(&mm->vmas, q->new_lo, new_hi)) {
			spares.v[0] = spares.v[--spares.n];
			vma_free(moved);
			mm_host_forget(mm, ctx, q->new_lo, new_hi, &spares, dead);
		}
		return r;
	}
	moved->obj = vma_object_get(v->obj);
	vma_object_shown(moved->obj);
	spares.v[0] = spares.v[--spares.n];
	if (q->flags & LX_MREMAP_DONTUNMAP)
		remap_leave_behind(mm, ctx, q, v, &spares, dead);
	else if (q->old_len > 0)
		vmas_cut(mm, q->lo, q->lo + q->old_len, &spares, dead);
	vmas_cut(mm, q->new_lo, new_hi, &spares, dead);
	vmas_add(mm, moved, dead);
	/* vmas_add may have merged moved away; what it says about protection still holds for its
	 * range. */
	remap_populate(mm, ctx, vma_find(mm, q->new_lo), q->new_lo + q->old_len, new_hi);
	return 0;
}

/* MREMAP_FIXED and MREMAP_DONTUNMAP. */
static int remap_to(struct mm *mm, struct ctx *ctx, struct remap *q, struct vma *v,
		    struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	bool fixed = (q->flags & LX_MREMAP_FIXED) != 0;
	uint64_t old_hi;
	int r;

	if (!is_aligned(q->new_lo, LX_PAGE_SIZE) || q->new_len > PLAT_GUEST_TOP ||
	    q->new_lo > PLAT_GUEST_TOP - q->new_len || !add_ok(q->lo, q->old_len, &old_hi))
		return -EINVAL;
	if (old_hi > q->new_lo && q->new_lo + q->new_len > q->lo)
		return -EINVAL;
	if (mm->vmas.count + 2 >= MM_MAX_MAP_COUNT - 3)
		return -ENOMEM;
	if (fixed && q->new_lo < PLAT_GUEST_BOTTOM)
		return -EPERM;
	if (fixed && vmas_any(mm, q->new_lo, q->new_lo + q->new_len, VMA_SEALED))
		return -EPERM;
	if (q->old_len == 0 && !(v->flags & VMA_SHARED))
		return -EINVAL;
	if (q->old_len > q->new_len) {
		if (old_hi > PLAT_GUEST_TOP)
			return -EINVAL;
		r = mm_unmap_locked(mm, ctx, q->lo + q->new_len, old_hi, dead);
		if (r < 0)
			return r;
		q->old_len = q->new_len;
	}
	/* A second mapping laid over the place that it would be a copy of: Linux clears it, and
	 * then finds nothing to copy. */
	if (fixed && q->old_len == 0 && q->lo >= q->new_lo && q->lo < q->new_lo + q->new_len) {
		r = mm_unmap_locked(mm, ctx, q->new_lo, q->new_lo + q->new_len, dead);
		return r < 0 ? r : -EFAULT;
	}
	r = remap_check_resize(mm, ctx, q, v,
			       fixed ? vmas_covered(mm, q->new_lo, q->new_lo + q->new_len, 0) : 0);
	if (r < 0)
		return r;
	if (!fixed) {
		r = mm_find_room(mm, q->new_lo, q->new_len, LX_PAGE_SIZE, 0, &q->new_lo);
		if (r < 0)
			return r;
	}
	return remap_move(mm, ctx, q, v, dead);
}

static int remap_locked(struct mm *mm, struct ctx *ctx, struct remap *q, struct vma_dead *dead)
	REQUIRES(mm->map_lock)
{
	struct vma *v = vma_find(mm, q->lo);
	int r;

	if (!v)
		return -EFAULT;
	if (v->flags & VMA_SEALED)
		return -EPERM;
	r = patches_vanish(mm, ctx, q->lo, q->lo + 1);
	if (r < 0)
		return r;
	if (q->flags & MREMAP_PLACED)
		return remap_to(mm, ctx, q, v, dead);
	if (q->old_len >= q->new_len) {
		uint64_t old_hi;

		if (!add_ok(q->lo, q->old_len, &old_hi) || old_hi > LX_TASK_SIZE)
			return -EINVAL;
		q->new_lo = q->lo;
		return mm_unmap_locked(mm, ctx, q->lo + q->new_len,
				       MIN(old_hi, (uint64_t)PLAT_GUEST_TOP), dead);
	}
	r = remap_check_resize(mm, ctx, q, v, 0);
	if (r < 0)
		return r;
	if (remap_fits_in_place(mm, q, v)) {
		q->new_lo = q->lo;
		return remap_in_place(mm, ctx, q, v, dead);
	}
	if (!(q->flags & LX_MREMAP_MAYMOVE))
		return -ENOMEM;
	r = mm_find_room(mm, 0, q->new_len, LX_PAGE_SIZE, 0, &q->new_lo);
	if (r < 0)
		return r;
	return remap_move(mm, ctx, q, v, dead);
}

int mm_remap(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t old_len, uint64_t new_len,
	     int flags, uaddr_t new_addr, uaddr_t *ret)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	struct remap q = {
		.lo = addr.va,
		.old_len = page_align(old_len),
		.new_len = page_align(new_len),
		.new_lo = (flags & MREMAP_PLACED) ? new_addr.va : 0,
		.flags = flags,
	};
	int r;

	r = remap_check_args(&q);
	if (r < 0)
		return r;
	GUARD(&mm->map_lock);
	r = remap_locked(mm, ctx, &q, &dead);
	if (r < 0)
		return r;
	*ret = uaddr(q.new_lo);
	return 0;
}
