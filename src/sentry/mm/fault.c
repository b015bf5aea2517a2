/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fault means. The host's pager serves every page that a vma allows, so a fault that comes
 * up is one of three: below a stack, which grows; against the vmas, which is the guest's signal; or
 * a race with another thread that changed the mapping between the fault and now, after which the
 * instruction is tried again.
 *
 * Growth keeps Linux's rules: RLIMIT_STACK, RLIMIT_AS, and 256 free pages above the next mapping.
 * Differs: only the guest's own accesses grow a stack; a system call that is given an address below
 * it answers -EFAULT. The program's stack starts at up to 8 MiB, so that this is not met, and grows
 * by up to 64 pages at a time.
 */
#include <errno.h>
#include <signal.h>

#include "abi/signal.h"
#include "abi/types.h"
#include "sentry/core/limits.h"
#include "sentry/mm/mm_priv.h"

#define PF_WRITE   2u
#define PF_INSTR   16u
#define STACK_STEP (64 * LX_PAGE_SIZE)

static bool stack_may_grow(struct mm *mm, struct ctx *ctx, struct vma *v, uint64_t lo)
	REQUIRES(mm->map_lock)
{
	struct vma *below = vma_prev(v);
	uint64_t more = v->range.lo - lo;

	if (lo < PLAT_GUEST_BOTTOM || (below && below->range.hi > lo))
		return false;
	if (below && !(below->flags & VMA_GROWSDOWN) && (below->prot & MM_PROT_ACCESS) &&
	    lo - below->range.hi < MM_STACK_GAP)
		return false;
	return v->range.hi - lo <= limit_soft(ctx->limits, LX_RLIMIT_STACK) &&
	       mm_may_lock(mm, ctx, v->flags, more) &&
	       mm_may_expand(mm, ctx, v->flags, v->prot, more, 0);
}

static int stack_grow(struct mm *mm, struct ctx *ctx, struct vma *v, uint64_t addr,
		      struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	uint64_t lo = align_down(addr, LX_PAGE_SIZE);
	uint64_t ahead = lo > STACK_STEP ? lo - STACK_STEP + LX_PAGE_SIZE : lo;
	bool main_stack = mm->layout.stack_top >= v->range.lo && mm->layout.stack_top < v->range.hi;
	int r;

	if (!stack_may_grow(mm, ctx, v, lo))
		return -ENOMEM;
	if (main_stack && stack_may_grow(mm, ctx, v, ahead))
		lo = ahead;
	r = mm_host_map(mm, ctx, v, lo, v->range.lo, 0);
	if (r < 0)
		return r;
	vma_unaccount(mm, v);
	v->off -= v->range.lo - lo;
	rangemap_resize(&mm->vmas, &v->range, lo, v->range.hi);
	vma_account(mm, v);
	vmas_merge(mm, lo, v->range.hi, dead);
	return 0;
}

/* What the access needed; a platform that does not know says 0, and then any access will do unless
 * the host named it. */
static bool fault_is_allowed(const struct vma *v, const struct plat_fault *f)
{
	if (f->error_code == 0)
		return f->code != SEGV_ACCERR && (v->prot & MM_PROT_ACCESS);
	if (f->error_code & PF_INSTR)
		return (v->prot & LX_PROT_EXEC) != 0;
	if (f->error_code & PF_WRITE)
		return (v->prot & LX_PROT_WRITE) != 0;
	return (v->prot & MM_PROT_ACCESS) != 0;
}

/* 0: try again; else the si_code of the SIGSEGV. */
static int fault_code(struct mm *mm, struct ctx *ctx, const struct plat_fault *f,
		      struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	struct vma *v = f->addr < PLAT_GUEST_TOP ? vma_after(mm, f->addr) : NULL;
	uint64_t page = align_down(f->addr, LX_PAGE_SIZE);

	if (!v)
		return SEGV_MAPERR;
	if (v->range.lo > f->addr)
		return (v->flags & VMA_GROWSDOWN) && stack_grow(mm, ctx, v, f->addr, dead) == 0
			       ? 0
			       : SEGV_MAPERR;
	if (!fault_is_allowed(v, f))
		return SEGV_ACCERR;
	/* The vma allows it: make sure that the host agrees, or this would go on for ever. */
	if (mm_host_protect(mm, ctx, page, page + LX_PAGE_SIZE, v->prot) < 0)
		return SEGV_MAPERR;
	return 0;
}

int mm_fault(struct mm *mm, struct ctx *ctx, const struct plat_fault *f, uint64_t sp UNUSED,
	     int *ret_signo, int *ret_code)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	int code;

	*ret_signo = f->signo;
	*ret_code = f->code;
	if (!f->is_access || f->signo != SIGSEGV)
		return 1;
	GUARD(&mm->map_lock);
	code = fault_code(mm, ctx, f, &dead);
	if (code == 0)
		return 0;
	*ret_code = code;
	return 1;
}
