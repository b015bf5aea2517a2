/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mmap(2). First what the flags mean, without locks; then where, whether the limits allow it, and
 * the host's mapping. Differs: nothing can be mapped below PLAT_GUEST_BOTTOM, with CAP_SYS_RAWIO
 * neither; there are no huge pages of hugetlbfs (-ENOMEM, as on a machine with an empty pool).
 */
#include <errno.h>
#include <sys/mman.h>

#include "sentry/mm/patch_priv.h"

/* An mmap call, decoded. */
struct map_plan {
	uint64_t hint, len;
	int map_flags;
	bool fixed, noreplace, populate;
	int refused;  /* what the kind of mapping is refused with, once there is a place for it:
			 Linux's order */
	struct vma v; /* what will be there, without range; obj is owned by the plan */
};

static int plan_huge(int flags)
{
	int log = (flags >> LX_MAP_HUGE_SHIFT) & LX_MAP_HUGE_MASK;

	return log == 0 || log == 21 || log == 30 ? -ENOMEM : -EINVAL;
}

/* The sharing type of an anonymous mapping. */
static int plan_anonymous(const struct mm_map_args *a, struct map_plan *p)
{
	switch (a->flags & LX_MAP_TYPE) {
	case LX_MAP_SHARED:
		if (a->flags & LX_MAP_GROWSDOWN)
			return -EINVAL;
		p->v.flags |= VMA_SHARED;
		break;
	case LX_MAP_PRIVATE:
		break;
	case LX_MAP_DROPPABLE:
		if (a->flags & (LX_MAP_LOCKED | LX_MAP_GROWSDOWN))
			return -EINVAL;
		p->v.flags |= VMA_DROPPABLE | VMA_NORESERVE | VMA_WIPEONFORK | VMA_DONTDUMP;
		break;
	default:
		return -EINVAL;
	}
	return 0;
}

/* The sharing type of a mapping of a.obj. The file's own access mode is in max_prot, which the
 * caller made of it. */
static int plan_object(const struct mm_map_args *a, struct map_plan *p)
{
	switch (a->flags & LX_MAP_TYPE) {
	case LX_MAP_SHARED_VALIDATE:
		if (a->flags & ~LX_LEGACY_MAP_MASK & ~LX_MAP_SHARED_VALIDATE)
			return -EOPNOTSUPP;
		p->v.flags |= VMA_SHARED;
		break;
	case LX_MAP_SHARED:
		p->v.flags |= VMA_SHARED;
		break;
	case LX_MAP_PRIVATE:
		break;
	default:
		return -EINVAL;
	}
	return a->flags & LX_MAP_GROWSDOWN ? -EINVAL : 0;
}

static int plan_kind(const struct mm_map_args *a, struct map_plan *p)
{
	uint64_t end;
	int r;

	if (a->obj && (!add_ok(a->off, p->len, &end) || end > INT64_MAX))
		return -EOVERFLOW;
	r = a->obj ? plan_object(a, p) : plan_anonymous(a, p);
	if (r < 0)
		return r;
	return a->prot & MM_PROT_ACCESS & ~a->max_prot ? -EACCES : 0;
}

static int plan_flags(const struct mm_map_args *a, struct map_plan *p)
{
	if (a->flags & LX_MAP_HUGETLB)
		return a->obj ? -EINVAL : plan_huge(a->flags);
	if (a->len == 0 || (a->obj && !is_aligned(a->off, LX_PAGE_SIZE)))
		return -EINVAL;
	if (!align_up_ok(a->len, LX_PAGE_SIZE, &p->len) || p->len > PLAT_GUEST_TOP)
		return -ENOMEM;
	p->v.off = a->obj ? a->off : 0;
	p->refused = plan_kind(a, p);
	p->hint = a->addr.va;
	p->map_flags = a->flags;
	p->noreplace = (a->flags & LX_MAP_FIXED_NOREPLACE) != 0;
	p->fixed = p->noreplace || (a->flags & LX_MAP_FIXED);
	p->populate = (a->flags & (LX_MAP_POPULATE | LX_MAP_NONBLOCK)) == LX_MAP_POPULATE;
	if (a->flags & LX_MAP_GROWSDOWN)
		p->v.flags |= VMA_GROWSDOWN;
	if (a->flags & LX_MAP_NORESERVE)
		p->v.flags |= VMA_NORESERVE;
	if (a->flags & LX_MAP_LOCKED)
		p->v.flags |= VMA_LOCKED;
	if (a->flags & LX_MAP_STACK)
		p->v.flags |= VMA_NOHUGE;
	if (a->tag)
		p->v.flags |= VMA_SPECIAL;
	p->v.tag = a->tag;
	p->v.prot = (uint8_t)(a->prot & MM_PROT_ACCESS);
	p->v.max_prot = (uint8_t)(a->max_prot & MM_PROT_ACCESS);
	if (a->obj && !(p->v.flags & VMA_SHARED) && (a->prot & LX_PROT_WRITE))
		p->v.flags |= VMA_WAS_WRITABLE;
	return 0;
}

/*
 * Who will not be written may be shown all the same (memfd_create(2), F_SEAL_WRITE): such a mapping
 * never becomes writable.
 */
static int borrow(struct mappable *m, struct ctx *ctx, struct map_plan *p, bool shared)
{
	bool writable = shared && (p->v.max_prot & LX_PROT_WRITE);
	int r = vma_object_new(m, ctx, writable, &p->v.obj);

	if (r != -EPERM || !writable || (p->v.prot & LX_PROT_WRITE))
		return r;
	p->v.max_prot &= (uint8_t)~LX_PROT_WRITE;
	return vma_object_new(m, ctx, false, &p->v.obj);
}

/* The object behind the mapping and its host descriptor. Descriptors that ran out are memory that
 * ran out. */
static int plan_backing(const struct mm_map_args *a, struct ctx *ctx, struct map_plan *p)
{
	bool shared = (p->v.flags & VMA_SHARED) != 0;
	AUTO(mappable_put) struct mappable *m = mappable_get(a->obj);
	int r;

	if (p->refused < 0 || (!m && !shared))
		return 0;
	if (!m) {
		r = mappable_new_shared("dev/zero", p->len, &m);
		if (r < 0)
			return r == -EMFILE || r == -ENFILE ? -ENOMEM : r;
	}
	return borrow(m, ctx, p, shared);
}

static int choose_fixed(const struct map_plan *p, uint64_t *ret)
{
	if (p->hint > PLAT_GUEST_TOP - p->len)
		return -ENOMEM;
	if (!is_aligned(p->hint, LX_PAGE_SIZE))
		return -EINVAL;
	if (p->hint < PLAT_GUEST_BOTTOM)
		return -EPERM;
	*ret = p->hint;
	return 0;
}

static int choose_address(struct mm *mm, const struct map_plan *p, uint64_t *ret)
	REQUIRES(mm->map_lock)
{
	uint64_t hint = p->hint;
	int r;

	if (p->fixed) {
		r = choose_fixed(p, ret);
		if (r < 0)
			return r;
		return p->noreplace && vma_after(mm, *ret) &&
				       vmas_covered(mm, *ret, *ret + p->len, 0)
			       ? -EEXIST
			       : 0;
	}
	if (align_down(hint, LX_PAGE_SIZE) != 0 && hint < PLAT_GUEST_BOTTOM)
		hint = PLAT_GUEST_BOTTOM;
	/* Like Linux since 6.7: whole huge pages of anonymous memory are placed so that the host
	 * can use one. */
	if (hint == 0 && !p->v.obj && is_aligned(p->len, MM_HUGE_SIZE) &&
	    mm_find_room(mm, 0, p->len, MM_HUGE_SIZE, p->map_flags, ret) == 0)
		return 0;
	return mm_find_room(mm, hint, p->len, LX_PAGE_SIZE, p->map_flags, ret);
}

/* May it be there? Nothing has changed yet. */
static int check_limits(struct mm *mm, struct ctx *ctx, const struct map_plan *p, uint64_t lo)
	REQUIRES(mm->map_lock)
{
	uint64_t hi = lo + p->len;

	if (mm->vmas.count > MM_MAX_MAP_COUNT)
		return -ENOMEM;
	if (p->v.flags & VMA_LOCKED && mm_can_lock(ctx) < 0)
		return -EPERM;
	if (!mm_may_lock(mm, ctx, p->v.flags, p->len))
		return -EAGAIN;
	if (p->refused < 0)
		return p->refused;
	if (vmas_any(mm, lo, hi, VMA_SEALED))
		return -EPERM;
	if (!mm_may_expand(mm, ctx, p->v.flags, p->v.prot, p->len, vmas_covered(mm, lo, hi, 0)))
		return -ENOMEM;
	return 0;
}

static int map_locked(struct mm *mm, struct ctx *ctx, struct map_plan *p, struct vma_dead *dead,
		      uint64_t *ret) REQUIRES(mm->map_lock)
{
	AUTO(vma_spares_fini) struct vma_spares spares = {.n = 0};
	uint64_t lo, hi;
	struct vma *v;
	int more = 0;
	int r;

	r = choose_address(mm, p, &lo);
	if (r < 0)
		return r;
	hi = lo + p->len;
	if (!(p->v.flags & VMA_DROPPABLE))
		p->v.flags |= mm->def_flags;
	r = check_limits(mm, ctx, p, lo);
	if (r < 0)
		return r;
	r = vma_spares_fill(&spares, 3);
	if (r < 0)
		return r;
	if (p->populate || (p->v.flags & VMA_LOCK_MASK) == VMA_LOCKED)
		more = MAP_POPULATE;
	p->v.range.lo = lo;
	p->v.range.hi = hi;
	if (!p->v.obj)
		p->v.off = lo;
	r = patches_leave(mm, ctx, lo, hi);
	if (r < 0)
		return r;
	r = mm_host_map(mm, ctx, &p->v, lo, hi, more);
	if (r < 0) {
		if (vmas_covered(mm, lo, hi, 0))
			mm_host_forget(mm, ctx, lo, hi, &spares, dead);
		return r;
	}
	vmas_cut(mm, lo, hi, &spares, dead);
	v = vma_spares_take(&spares);
	*v = p->v;
	list_init(&v->dead);
	p->v.obj = NULL;
	vma_object_shown(v->obj);
	vmas_add(mm, v, dead);
	*ret = lo;
	return 0;
}

int mm_map(struct mm *mm, struct ctx *ctx, const struct mm_map_args *a, uaddr_t *ret)
{
	struct map_plan plan = {.hint = 0};
	uint64_t lo;
	int r;

	r = plan_flags(a, &plan);
	if (r < 0)
		return r;
	r = plan_backing(a, ctx, &plan);
	if (r < 0)
		return r;
	{
		AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
		GUARD(&mm->map_lock);
		r = map_locked(mm, ctx, &plan, &dead, &lo);
	}
	vma_object_put(plan.v.obj);
	if (r < 0)
		return r;
	*ret = uaddr(lo);
	return 0;
}
