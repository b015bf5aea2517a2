/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory side of fork(2): the same vmas over a copy-on-write copy by the host. MADV_DONTFORK and
 * MADV_WIPEONFORK were told to the host when they were given, so the host leaves out and wipes what
 * the set leaves out and wipes. Locks of memory are not inherited, mlockall(MCL_FUTURE) neither.
 */
#include <errno.h>

#include "sentry/core/budget.h"
#include "sentry/mm/patch_priv.h"

static int fork_vmas(struct mm *mm, struct mm *child) REQUIRES(mm->map_lock)
{
	struct range *r;

	LOCK_ASSERT_HELD(&child->map_lock);
	rangemap_for_each(r, &mm->vmas) {
		struct vma *v = container_of(r, struct vma, range);
		struct vma *copy;

		if (v->flags & VMA_DONTFORK)
			continue;
		copy = vma_dup(v);
		if (!copy)
			return -ENOMEM;
		copy->flags &= ~(uint32_t)VMA_LOCK_MASK;
		rangemap_insert(&child->vmas, &copy->range);
		vma_account(child, copy);
	}
	return 0;
}

static int fork_locked(struct mm *mm, struct ctx *ctx, struct mm *child) REQUIRES(mm->map_lock)
{
	int r = budget_fits(mm->counts.data, 0) ? fork_vmas(mm, child) : -ENOMEM;

	if (r == 0)
		r = patches_copy(mm, child);
	if (r < 0)
		return r;
	child->mmap_top = mm->mmap_top;
	child->randomized = mm->randomized;
	child->brk_start = mm->brk_start;
	child->brk = mm->brk;
	child->layout = mm->layout;
	child->exe_get = mm->exe_get;
	child->exe_put = mm->exe_put;
	child->exe = mm->exe ? mm->exe_get(mm->exe) : NULL;
	atomic_store(&child->dumpable, atomic_load(&mm->dumpable));
	r = mm->ops->aspace_fork(ctx->pc, &child->as);
	if (r < 0)
		child->as = NULL;
	return r;
}

int mm_fork(struct mm *mm, struct ctx *ctx, struct mm **ret)
{
	AUTO(mm_free) struct mm *child = mm_alloc(mm->ops, mm->platform);
	int r;

	if (!child)
		return -ENOMEM;
	{
		GUARD(&mm->map_lock);
		/* The child is known to nobody, but its set is written by functions that want its
		 * lock. */
		lock_acquire_nested(&child->map_lock, 1);
		r = fork_locked(mm, ctx, child);
		lock_release(&child->map_lock);
	}
	if (r < 0)
		return r;
	*ret = TAKE(child);
	return 0;
}
