/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an mm: made empty over a fresh address space of the platform (or by fork.c), shared
 * by reference between the threads and vfork children that run on it, ended by its last user, when
 * no platform context is in it any more.
 */
#include <errno.h>
#include <string.h>

#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/core/budget.h"
#include "sentry/mm/patch_priv.h"

static SLAB_DEFINE(mm_slab, struct mm);

/* Everything but the address space. NULL: out of memory. */
struct mm *mm_alloc(const struct platform_ops *ops, struct platform *p)
{
	struct plat_abilities can = {.largest_map = 0};
	struct mm *mm = slab_alloc(&mm_slab);

	if (!mm)
		return NULL;
	ref_init(&mm->ref);
	lock_init(&mm->map_lock, RANK_MM_MAP, "mm map");
	rangemap_init(&mm->vmas);
	mm->ops = ops;
	mm->platform = p;
	ops->abilities(p, &can);
	mm->largest_map = can.largest_map ? align_down(can.largest_map, LX_PAGE_SIZE) : UINT64_MAX;
	if (mm->largest_map == 0)
		mm->largest_map = LX_PAGE_SIZE;
	atomic_init(&mm->dumpable, 1);
	mm->mmap_top = PLAT_GUEST_TOP - (128ull << 20);
	return mm;
}

/* Also of a half-built mm. Nobody else knows it any more. */
void mm_free(struct mm *mm)
{
	struct range *r;

	if (!mm)
		return;
	if (mm->as)
		mm->ops->aspace_free(mm->as);
	while ((r = rangemap_first(&mm->vmas))) {
		rangemap_remove(&mm->vmas, r);
		vma_free(container_of(r, struct vma, range));
	}
	budget_uncharge(mm->counts.data);
	if (mm->exe)
		mm->exe_put(mm->exe);
	patches_free(mm);
	lock_fini(&mm->map_lock);
	slab_free(&mm_slab, mm);
}

int mm_new(const struct platform_ops *ops, struct platform *p, struct mm **ret)
{
	AUTO(mm_free) struct mm *mm = mm_alloc(ops, p);
	int r;

	if (!mm)
		return -ENOMEM;
	r = ops->aspace_new(p, &mm->as);
	if (r < 0) {
		mm->as = NULL;
		return r;
	}
	*ret = TAKE(mm);
	return 0;
}

struct mm *mm_get(struct mm *mm)
{
	if (mm)
		ref_get(&mm->ref);
	return mm;
}

void mm_put(struct mm *mm)
{
	if (mm && ref_put(&mm->ref))
		mm_free(mm);
}

struct aspace *mm_aspace(struct mm *mm)
{
	return mm->as;
}

const struct platform_ops *mm_platform(struct mm *mm)
{
	return mm->ops;
}

void mm_set_layout(struct mm *mm, const struct mm_layout *l)
{
	GUARD(&mm->map_lock);
	mm->layout = *l;
	mm->layout.nauxv = MIN(l->nauxv, (uint32_t)ARRAY_SIZE(l->auxv));
}

void mm_get_layout(struct mm *mm, struct mm_layout *ret)
{
	GUARD(&mm->map_lock);
	*ret = mm->layout;
	ret->brk_start = mm->brk_start;
}

void mm_set_exe(struct mm *mm, void *exe, void *(*get)(void *), void (*put)(void *))
{
	void *old;
	void (*old_put)(void *);

	{
		GUARD(&mm->map_lock);
		old = mm->exe;
		old_put = mm->exe_put;
		mm->exe = exe;
		mm->exe_get = get;
		mm->exe_put = put;
	}
	if (old)
		old_put(old);
}

void *mm_get_exe(struct mm *mm)
{
	GUARD(&mm->map_lock);
	return mm->exe ? mm->exe_get(mm->exe) : NULL;
}

_Atomic int *mm_dumpable(struct mm *mm)
{
	return &mm->dumpable;
}
