/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mlock(2), mlock2(2), munlock(2), mlockall(2), munlockall(2): flags of vmas, the account against
 * RLIMIT_MEMLOCK, and pages made present. Differs: the host may still swap the pages out; the
 * guest's limit is not the host's.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/types.h"
#include "sentry/core/cred.h"
#include "sentry/core/limits.h"
#include "sentry/mm/mm_priv.h"

/* Whole pages around [addr, addr+len), wrapping as Linux does. */
static void lock_bounds(uaddr_t addr, uint64_t len, uint64_t *ret_lo, uint64_t *ret_len)
{
	uint64_t in_page = addr.va & (LX_PAGE_SIZE - 1);

	*ret_lo = addr.va - in_page;
	*ret_len = (len + in_page + LX_PAGE_SIZE - 1) & LX_PAGE_MASK;
}

static bool lock_applies(const struct vma *v)
{
	return !(v->flags & (VMA_SPECIAL | VMA_DROPPABLE));
}

/* The end of what is mapped without a hole from lo on, at most hi. */
static uint64_t lock_extent(struct mm *mm, uint64_t lo, uint64_t hi) REQUIRES(mm->map_lock)
{
	uint64_t at = lo;
	struct vma *v;

	vma_for_each_in(v, mm, lo, hi) {
		if (v->range.lo > at)
			break;
		at = MIN(v->range.hi, hi);
	}
	return at;
}

static int lock_apply(struct mm *mm, uint64_t lo, uint64_t hi, uint32_t flags,
		      struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	AUTO(vma_spares_fini) struct vma_spares spares = {.n = 0};
	struct vma *v;
	int r;

	if (lo >= hi)
		return 0;
	if (mm->vmas.count + vmas_splits(mm, lo, hi) > MM_MAX_MAP_COUNT)
		return -ENOMEM;
	r = vma_spares_fill(&spares, 2);
	if (r < 0)
		return r;
	vmas_isolate(mm, lo, hi, &spares);
	vma_for_each_in(v, mm, lo, hi) {
		if (!lock_applies(v))
			continue;
		vma_unaccount(mm, v);
		v->flags = (v->flags & ~(uint32_t)VMA_LOCK_MASK) | flags;
		vma_account(mm, v);
	}
	vmas_merge(mm, lo, hi, dead);
	return 0;
}

/* Bring in what is locked in [lo, hi). As mlock(2) puts it: -ENOMEM not there, -EAGAIN no memory
 * for it. */
static int lock_populate(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t hi)
	REQUIRES(mm->map_lock)
{
	struct vma *v;
	int r;

	vma_for_each_in(v, mm, lo, hi) {
		if ((v->flags & VMA_LOCK_MASK) != VMA_LOCKED)
			continue;
		r = mm_host_populate(mm, ctx, v, MAX(v->range.lo, lo), MIN(v->range.hi, hi));
		if (r == -EFAULT)
			return -ENOMEM;
		if (r == -ENOMEM)
			return -EAGAIN;
		if (r < 0)
			return r;
	}
	return 0;
}

static bool lock_within_limit(struct mm *mm, struct ctx *ctx, uint64_t lo, uint64_t len)
	REQUIRES(mm->map_lock)
{
	uint64_t sum;

	if (cred_capable(ctx->cred, LX_CAP_IPC_LOCK))
		return true;
	if (!add_ok(mm->counts.locked, len, &sum))
		return false;
	return sum - vmas_covered(mm, lo, lo + len, VMA_LOCKED) <=
	       limit_soft(ctx->limits, LX_RLIMIT_MEMLOCK);
}

int mm_lock(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len, int flags)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	uint32_t set = VMA_LOCKED | (flags & LX_MLOCK_ONFAULT ? VMA_LOCKONFAULT : 0u);
	uint64_t lo, hi, end;
	int r;

	if (flags & ~LX_MLOCK_ONFAULT)
		return -EINVAL;
	r = mm_can_lock(ctx);
	if (r < 0)
		return r;
	lock_bounds(addr, len, &lo, &len);
	if (!add_ok(lo, len, &hi))
		return -EINVAL;
	GUARD(&mm->map_lock);
	if (!lock_within_limit(mm, ctx, lo, len))
		return -ENOMEM;
	end = lock_extent(mm, lo, hi);
	r = lock_apply(mm, lo, end, set, &dead);
	if (r < 0)
		return r;
	return end < hi ? -ENOMEM : lock_populate(mm, ctx, lo, hi);
}

int mm_unlock(struct mm *mm, struct ctx *ctx UNUSED, uaddr_t addr, uint64_t len)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	uint64_t lo, hi, end;
	int r;

	lock_bounds(addr, len, &lo, &len);
	if (!add_ok(lo, len, &hi))
		return -EINVAL;
	GUARD(&mm->map_lock);
	end = lock_extent(mm, lo, hi);
	r = lock_apply(mm, lo, end, 0, &dead);
	if (r < 0)
		return r;
	return end < hi ? -ENOMEM : 0;
}

int mm_lockall(struct mm *mm, struct ctx *ctx, int flags)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	uint32_t set = VMA_LOCKED | (flags & LX_MCL_ONFAULT ? VMA_LOCKONFAULT : 0u);
	int r;

	if (flags == 0 || flags == LX_MCL_ONFAULT ||
	    (flags & ~(LX_MCL_CURRENT | LX_MCL_FUTURE | LX_MCL_ONFAULT)))
		return -EINVAL;
	r = mm_can_lock(ctx);
	if (r < 0)
		return r;
	GUARD(&mm->map_lock);
	if ((flags & LX_MCL_CURRENT) &&
	    mm->counts.total > limit_soft(ctx->limits, LX_RLIMIT_MEMLOCK) &&
	    !cred_capable(ctx->cred, LX_CAP_IPC_LOCK))
		return -ENOMEM;
	mm->def_flags = flags & LX_MCL_FUTURE ? set : 0;
	if (!(flags & LX_MCL_CURRENT))
		return 0;
	r = lock_apply(mm, 0, PLAT_GUEST_TOP, set, &dead);
	if (r < 0)
		return r;
	/* Like Linux, which ignores what could not be brought in. */
	(void)!lock_populate(mm, ctx, 0, PLAT_GUEST_TOP);
	return 0;
}

int mm_unlockall(struct mm *mm, struct ctx *ctx UNUSED)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);

	GUARD(&mm->map_lock);
	mm->def_flags = 0;
	return lock_apply(mm, 0, PLAT_GUEST_TOP, 0, &dead);
}
