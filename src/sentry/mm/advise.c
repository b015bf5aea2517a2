/* SPDX-License-Identifier: Apache-2.0 */
/*
 * madvise(2). Each advice is a row: what Linux refuses per vma, which flags of ours it changes, and
 * whether the host is told, which owns the pages and does the work. As on Linux holes are skipped
 * and answered with -ENOMEM at the end, and the first vma that refuses ends the call with what was
 * done before it standing. Differs: MADV_MERGEABLE is accepted and does nothing (merging pages with
 * those of others would leak what they hold); MADV_HWPOISON and MADV_SOFT_OFFLINE are those of a
 * kernel without memory failure handling (-EINVAL).
 */
#include <errno.h>

#include "sentry/mm/mm_priv.h"

struct advice_rule {
	int advice;
	bool host;           /* the host is told */
	bool discards;       /* throws data away: a sealed read-only mapping refuses */
	bool stops_at_holes; /* instead of going on behind them */
	uint32_t set, clear; /* vma flags */
	int (*refuses)(const struct vma *v); /* NULL: every vma will do */
};

static int check_not_special(const struct vma *v)
{
	return v->flags & VMA_SPECIAL ? -EINVAL : 0;
}

static int check_not_locked(const struct vma *v)
{
	return v->flags & VMA_LOCKED ? -EINVAL : 0;
}

static int check_free(const struct vma *v)
{
	return v->obj || (v->flags & VMA_LOCKED) ? -EINVAL : 0;
}

static int check_wipe(const struct vma *v)
{
	return v->obj ? -EINVAL : 0;
}

static int check_keep(const struct vma *v)
{
	return v->flags & VMA_DROPPABLE ? -EINVAL : 0;
}

static int check_dump(const struct vma *v)
{
	return v->flags & (VMA_SPECIAL | VMA_DROPPABLE) ? -EINVAL : 0;
}

static int check_remove(const struct vma *v)
{
	if ((v->flags & VMA_LOCKED) || !v->obj)
		return -EINVAL;
	return (v->flags & VMA_SHARED) && (v->max_prot & LX_PROT_WRITE) ? 0 : -EACCES;
}

/* Linux reports missing permission as -EINVAL here. */
static int check_populate_read(const struct vma *v)
{
	return v->prot & MM_PROT_ACCESS ? 0 : -EINVAL;
}

static int check_populate_write(const struct vma *v)
{
	return v->prot & LX_PROT_WRITE ? 0 : -EINVAL;
}

static const struct advice_rule advice_rules[] = {
	{.advice = LX_MADV_NORMAL, .host = true, .clear = VMA_RANDOM | VMA_SEQUENTIAL},
	{.advice = LX_MADV_RANDOM, .host = true, .set = VMA_RANDOM, .clear = VMA_SEQUENTIAL},
	{.advice = LX_MADV_SEQUENTIAL, .host = true, .set = VMA_SEQUENTIAL, .clear = VMA_RANDOM},
	{.advice = LX_MADV_WILLNEED, .host = true},
	{.advice = LX_MADV_DONTNEED, .host = true, .discards = true, .refuses = check_not_locked},
	{.advice = LX_MADV_DONTNEED_LOCKED, .host = true, .discards = true},
	{.advice = LX_MADV_FREE, .host = true, .discards = true, .refuses = check_free},
	{.advice = LX_MADV_REMOVE, .host = true, .discards = true, .refuses = check_remove},
	{.advice = LX_MADV_DONTFORK, .host = true, .discards = true, .set = VMA_DONTFORK},
	{.advice = LX_MADV_DOFORK, .host = true, .clear = VMA_DONTFORK},
	{.advice = LX_MADV_WIPEONFORK,
	 .host = true,
	 .discards = true,
	 .set = VMA_WIPEONFORK,
	 .refuses = check_wipe},
	{.advice = LX_MADV_KEEPONFORK, .host = true, .clear = VMA_WIPEONFORK, .refuses = check_keep},
	{.advice = LX_MADV_MERGEABLE},
	{.advice = LX_MADV_UNMERGEABLE},
	{.advice = LX_MADV_HUGEPAGE,
	 .host = true,
	 .set = VMA_HUGE,
	 .clear = VMA_NOHUGE,
	 .refuses = check_not_special},
	{.advice = LX_MADV_NOHUGEPAGE,
	 .host = true,
	 .set = VMA_NOHUGE,
	 .clear = VMA_HUGE,
	 .refuses = check_not_special},
	{.advice = LX_MADV_COLLAPSE, .host = true, .refuses = check_not_special},
	{.advice = LX_MADV_DONTDUMP, .set = VMA_DONTDUMP},
	{.advice = LX_MADV_DODUMP, .clear = VMA_DONTDUMP, .refuses = check_dump},
	{.advice = LX_MADV_COLD, .host = true, .refuses = check_not_locked},
	{.advice = LX_MADV_PAGEOUT, .host = true, .refuses = check_not_locked},
	{.advice = LX_MADV_POPULATE_READ,
	 .host = true,
	 .stops_at_holes = true,
	 .refuses = check_populate_read},
	{.advice = LX_MADV_POPULATE_WRITE,
	 .host = true,
	 .stops_at_holes = true,
	 .refuses = check_populate_write},
};

static const struct advice_rule *advice_find(int advice)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(advice_rules); i++)
		if (advice_rules[i].advice == advice)
			return &advice_rules[i];
	return NULL;
}

static int advise_check(const struct advice_rule *rule, const struct vma *v)
{
	if (rule->discards && (v->flags & VMA_SEALED) && !v->obj && !(v->prot & LX_PROT_WRITE))
		return -EPERM;
	return rule->refuses ? rule->refuses(v) : 0;
}

/* How far the advice goes: *ret_end; why not further; *ret_holes if something before the end is not
 * mapped. */
static int advise_extent(struct mm *mm, const struct advice_rule *rule, uint64_t lo, uint64_t hi,
			 uint64_t *ret_end, bool *ret_holes) REQUIRES(mm->map_lock)
{
	uint64_t at = lo;
	struct vma *v;
	int r;

	*ret_holes = false;
	vma_for_each_in(v, mm, lo, hi) {
		if (v->range.lo > at) {
			*ret_holes = true;
			if (rule->stops_at_holes)
				break;
		}
		r = advise_check(rule, v);
		if (r < 0) {
			*ret_end = MAX(v->range.lo, lo);
			return r;
		}
		at = MIN(v->range.hi, hi);
	}
	if (at < hi)
		*ret_holes = true;
	*ret_end = at;
	return *ret_holes ? -ENOMEM : 0;
}

static int advise_host(struct mm *mm, struct ctx *ctx, const struct advice_rule *rule, uint64_t lo,
		       uint64_t hi, bool holes) REQUIRES(mm->map_lock)
{
	struct vma *v;
	int r;

	if (!rule->host || (!rule->set && rule->clear && !vmas_any(mm, lo, hi, rule->clear)))
		return 0;
	if (!holes)
		return mm_host_advise(mm, ctx, lo, hi, rule->advice);
	vma_for_each_in(v, mm, lo, hi) {
		r = mm_host_advise(mm, ctx, MAX(v->range.lo, lo), MIN(v->range.hi, hi),
				   rule->advice);
		if (r < 0)
			return r;
	}
	return 0;
}

static int advise_range(struct mm *mm, struct ctx *ctx, const struct advice_rule *rule, uint64_t lo,
			uint64_t hi, bool holes, struct vma_dead *dead) REQUIRES(mm->map_lock)
{
	AUTO(vma_spares_fini) struct vma_spares spares = {.n = 0};
	struct vma *v;
	int r;

	if (lo >= hi)
		return 0;
	if (!rule->set && !rule->clear)
		return advise_host(mm, ctx, rule, lo, hi, holes);
	if (mm->vmas.count + vmas_splits(mm, lo, hi) > MM_MAX_MAP_COUNT)
		return -ENOMEM;
	r = vma_spares_fill(&spares, 2);
	if (r < 0)
		return r;
	r = advise_host(mm, ctx, rule, lo, hi, holes);
	if (r < 0)
		return r;
	vmas_isolate(mm, lo, hi, &spares);
	vma_for_each_in(v, mm, lo, hi)
		v->flags = (v->flags & ~rule->clear) | rule->set;
	vmas_merge(mm, lo, hi, dead);
	return 0;
}

int mm_advise(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint64_t len, int advice)
{
	AUTO(vma_dead_fini) struct vma_dead dead = VMA_DEAD_INIT(dead);
	const struct advice_rule *rule = advice_find(advice);
	uint64_t hi, end;
	bool holes;
	int r, r2;

	if (!rule || !is_aligned(addr.va, LX_PAGE_SIZE))
		return -EINVAL;
	if (!align_up_ok(len, LX_PAGE_SIZE, &len) || !add_ok(addr.va, len, &hi))
		return -EINVAL;
	if (len == 0)
		return 0;
	GUARD(&mm->map_lock);
	r = advise_extent(mm, rule, addr.va, hi, &end, &holes);
	r2 = advise_range(mm, ctx, rule, addr.va, end, holes, &dead);
	return r2 < 0 ? r2 : r;
}
