/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msync(2). The host's page cache is the guest's, so MS_ASYNC and MS_INVALIDATE have nothing to do;
 * MS_SYNC is the mappable's, called without MM_MAP since it waits for a disk.
 */
#include <errno.h>

#include "sentry/mm/mm_priv.h"

/* One step of the walk from lo on: what lies there, and what must be synced of it. */
struct sync_step {
	uint64_t next;          /* where to go on */
	bool hole;              /* something before next is not mapped */
	struct vma_object *obj; /* caller owns; NULL: nothing to sync */
	uint64_t off, len;
};

static int sync_step(struct mm *mm, uint64_t lo, uint64_t hi, int flags, struct sync_step *s)
{
	struct vma *v;
	uint64_t from;

	GUARD(&mm->map_lock);
	v = vma_after(mm, lo);
	if (!v || v->range.lo >= hi) {
		s->hole = true;
		s->next = hi;
		return 0;
	}
	if ((flags & LX_MS_INVALIDATE) && (v->flags & VMA_LOCKED))
		return -EBUSY;
	from = MAX(v->range.lo, lo);
	s->hole = from > lo;
	s->next = MIN(v->range.hi, hi);
	if (!(flags & LX_MS_SYNC) || !v->obj || !(v->flags & VMA_SHARED) || !v->obj->m->ops->sync)
		return 0;
	s->obj = vma_object_get(v->obj);
	s->off = v->off + (from - v->range.lo);
	s->len = s->next - from;
	return 0;
}

int mm_sync(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len, int flags)
{
	uint64_t lo = addr.va;
	bool holes = false;
	uint64_t hi;
	int r;

	if (flags & ~(LX_MS_ASYNC | LX_MS_INVALIDATE | LX_MS_SYNC))
		return -EINVAL;
	if (!is_aligned(lo, LX_PAGE_SIZE) || ((flags & LX_MS_ASYNC) && (flags & LX_MS_SYNC)))
		return -EINVAL;
	if (!align_up_ok(len, LX_PAGE_SIZE, &len) || !add_ok(lo, len, &hi))
		return -ENOMEM;
	while (lo < hi) {
		struct sync_step s = {.obj = NULL};

		r = sync_step(mm, lo, hi, flags, &s);
		if (r < 0)
			return r;
		if (s.obj) {
			r = s.obj->m->ops->sync(s.obj->m, ctx, s.off, s.len);
			vma_object_put(s.obj);
			if (r < 0)
				return r;
		}
		holes = holes || s.hole;
		lo = s.next;
	}
	return holes ? -ENOMEM : 0;
}
