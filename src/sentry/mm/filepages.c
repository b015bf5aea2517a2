/* SPDX-License-Identifier: Apache-2.0 */
/* remap_file_pages(2), as Linux has emulated it since 4.0: another part of the same file is mapped
 * over the range. */
#include <errno.h>

#include "sentry/mm/mm_priv.h"

/* The mapping that covers [lo, hi): one shared object with one protection throughout. Fills in a;
 * a->obj: caller owns. */
static int filepages_find(struct mm *mm, uint64_t lo, uint64_t hi, struct mm_map_args *a)
{
	struct vma *v, *first;
	uint64_t at = lo;

	GUARD(&mm->map_lock);
	first = vma_find(mm, lo);
	if (!first || !(first->flags & VMA_SHARED))
		return -EINVAL;
	vma_for_each_in(v, mm, lo, hi) {
		if (v->range.lo > at || v->flags != first->flags || v->prot != first->prot ||
		    !v->obj || v->obj->m != first->obj->m)
			return -EINVAL;
		at = v->range.hi;
	}
	if (at < hi)
		return -EINVAL;
	a->obj = mappable_get(first->obj->m);
	a->prot = first->prot;
	a->max_prot = first->max_prot;
	if (first->flags & VMA_LOCKED)
		a->flags |= LX_MAP_LOCKED;
	return 0;
}

int mm_remap_file_pages(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len, int prot,
			uint64_t pgoff, int flags)
{
	struct mm_map_args a = {
		.addr = uaddr(align_down(addr.va, LX_PAGE_SIZE)),
		.len = align_down(len, LX_PAGE_SIZE),
		.flags = LX_MAP_SHARED | LX_MAP_FIXED | LX_MAP_POPULATE | (flags & LX_MAP_NONBLOCK),
	};
	uint64_t hi, end;
	uaddr_t at;
	int r;

	if (prot != 0 || a.len == 0 || !add_ok(a.addr.va, a.len, &hi))
		return -EINVAL;
	if (!mul_ok(pgoff, LX_PAGE_SIZE, &a.off) || !add_ok(a.off, a.len, &end))
		return -EINVAL;
	r = filepages_find(mm, a.addr.va, hi, &a);
	if (r < 0)
		return r;
	r = mm_map(mm, ctx, &a, &at);
	mappable_put(a.obj);
	return r;
}
