/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set of vmas of one mm: find, split, cut, add, merge. Pure bookkeeping: nothing here speaks to
 * the host, and nothing here fails once the spares are there.
 *
 * Invariants: (1) vmas are page aligned, disjoint, not empty and below PLAT_GUEST_TOP; (2) two
 * neighbours that Linux would have merged are one; (3) mm->counts is the sum over the set, at every
 * moment at which the lock is free.
 */
#include "sentry/core/budget.h"
#include "sentry/mm/mm_priv.h"

#include <errno.h>

#include "sentry/core/alloc.h"

static SLAB_DEFINE(vma_slab, struct vma);
static SLAB_DEFINE(vma_object_slab, struct vma_object);

static struct vma *vma_of(struct range *r)
{
	return r ? container_of(r, struct vma, range) : NULL;
}

struct vma *vma_find(struct mm *mm, uint64_t addr)
{
	return vma_of(rangemap_find(&mm->vmas, addr));
}

struct vma *vma_after(struct mm *mm, uint64_t addr)
{
	return vma_of(rangemap_first_at_or_after(&mm->vmas, addr));
}

struct vma *vma_next(struct vma *v)
{
	return vma_of(rangemap_next(&v->range));
}

struct vma *vma_prev(struct vma *v)
{
	return vma_of(rangemap_prev(&v->range));
}

uint64_t vma_lo_with_gap(const struct vma *v)
{
	if (!(v->flags & VMA_GROWSDOWN))
		return v->range.lo;
	return v->range.lo > MM_STACK_GAP ? v->range.lo - MM_STACK_GAP : 0;
}

/* What RLIMIT_DATA counts: private, writable, not a stack. */
bool vma_is_data(uint32_t flags, int prot)
{
	return (prot & LX_PROT_WRITE) && !(flags & (VMA_SHARED | VMA_GROWSDOWN));
}

/* The counter of mm_counts that a vma stands in beside total, locked and shared; NULL: none. */
static uint64_t *vma_kind_count(struct mm *mm, const struct vma *v)
{
	if (v->flags & VMA_GROWSDOWN)
		return &mm->counts.stack;
	if (vma_is_data(v->flags, v->prot))
		return &mm->counts.data;
	if ((v->prot & LX_PROT_EXEC) && !(v->prot & LX_PROT_WRITE))
		return &mm->counts.exec;
	return NULL;
}

void vma_account(struct mm *mm, const struct vma *v)
{
	uint64_t *kind = vma_kind_count(mm, v);
	uint64_t len = vma_len(v);

	mm->counts.total += len;
	mm->counts.peak_total = MAX(mm->counts.peak_total, mm->counts.total);
	if (kind)
		*kind += len;
	if (kind == &mm->counts.data)
		budget_charge(len);
	if (v->flags & VMA_LOCKED)
		mm->counts.locked += len;
	if (v->flags & VMA_SHARED)
		mm->counts.shared += len;
}

void vma_unaccount(struct mm *mm, const struct vma *v)
{
	uint64_t *kind = vma_kind_count(mm, v);
	uint64_t len = vma_len(v);

	check(mm->counts.total >= len);
	mm->counts.total -= len;
	if (kind)
		*kind -= len;
	if (kind == &mm->counts.data)
		budget_uncharge(len);
	if (v->flags & VMA_LOCKED)
		mm->counts.locked -= len;
	if (v->flags & VMA_SHARED)
		mm->counts.shared -= len;
}

int vma_object_new(struct mappable *m, struct ctx *ctx, bool writable, struct vma_object **ret)
{
	struct vma_object *o = slab_alloc(&vma_object_slab);
	int r;

	if (!o)
		return -ENOMEM;
	r = m->ops->hostfd(m, ctx, writable, &o->h, &o->delta);
	if (r < 0) {
		slab_free(&vma_object_slab, o);
		return r;
	}
	ref_init(&o->ref);
	o->m = mappable_get(m);
	o->writable = writable;
	if (m->ops->ident)
		m->ops->ident(m, &o->dev, &o->ino);
	*ret = o;
	return 0;
}

struct vma_object *vma_object_get(struct vma_object *o)
{
	if (o)
		ref_get(&o->ref);
	return o;
}

void vma_object_put(struct vma_object *o)
{
	if (!o || !ref_put(&o->ref))
		return;
	hostfd_put(o->h);
	if (o->writable && o->m->ops->returned)
		o->m->ops->returned(o->m);
	mappable_put(o->m);
	slab_free(&vma_object_slab, o);
}

void vma_object_shown(struct vma_object *o)
{
	if (o && o->m->ops->vma_added)
		o->m->ops->vma_added(o->m);
}

struct vma *vma_dup(const struct vma *v)
{
	struct vma *copy = slab_alloc(&vma_slab);

	if (!copy)
		return NULL;
	*copy = *v;
	list_init(&copy->dead);
	vma_object_shown(vma_object_get(copy->obj));
	return copy;
}

void vma_free(struct vma *v)
{
	if (!v)
		return;
	if (v->obj && v->obj->m->ops->vma_removed)
		v->obj->m->ops->vma_removed(v->obj->m);
	vma_object_put(v->obj);
	slab_free(&vma_slab, v);
}

int vma_spares_fill(struct vma_spares *s, unsigned n)
{
	check(n <= ARRAY_SIZE(s->v));
	while (s->n < n) {
		s->v[s->n] = slab_alloc(&vma_slab);
		if (!s->v[s->n])
			return -ENOMEM;
		list_init(&s->v[s->n]->dead);
		s->n++;
	}
	return 0;
}

struct vma *vma_spares_take(struct vma_spares *s)
{
	check(s->n > 0);
	return s->v[--s->n];
}

void vma_spares_fini(struct vma_spares *s)
{
	while (s->n > 0)
		slab_free(&vma_slab, s->v[--s->n]);
}

void vma_dead_fini(struct vma_dead *d)
{
	struct vma *v, *tmp;

	list_for_each_entry_safe(v, tmp, &d->list, dead) {
		list_del(&v->dead);
		vma_free(v);
	}
}

/* The vma that addr lies strictly inside of, so that a cut there makes two. */
static struct vma *vma_around(struct mm *mm, uint64_t addr) REQUIRES(mm->map_lock)
{
	struct vma *v = vma_find(mm, addr);

	return v && v->range.lo < addr ? v : NULL;
}

unsigned vmas_splits(struct mm *mm, uint64_t lo, uint64_t hi)
{
	return (vma_around(mm, lo) ? 1u : 0u) + (vma_around(mm, hi) ? 1u : 0u);
}

static void vma_split(struct mm *mm, uint64_t at, struct vma_spares *s) REQUIRES(mm->map_lock)
{
	struct vma *v = vma_around(mm, at);
	struct vma *upper;

	if (!v)
		return;
	upper = vma_spares_take(s);
	upper->off = v->off + (at - v->range.lo);
	upper->obj = vma_object_get(v->obj);
	vma_object_shown(upper->obj);
	upper->tag = v->tag;
	upper->flags = v->flags;
	upper->prot = v->prot;
	upper->max_prot = v->max_prot;
	upper->range.lo = at;
	upper->range.hi = v->range.hi;
	rangemap_resize(&mm->vmas, &v->range, v->range.lo, at);
	rangemap_insert(&mm->vmas, &upper->range);
}

void vmas_isolate(struct mm *mm, uint64_t lo, uint64_t hi, struct vma_spares *s)
{
	vma_split(mm, lo, s);
	vma_split(mm, hi, s);
}

void vmas_cut(struct mm *mm, uint64_t lo, uint64_t hi, struct vma_spares *s, struct vma_dead *dead)
{
	struct vma *v;

	vmas_isolate(mm, lo, hi, s);
	while ((v = vma_after(mm, lo)) && v->range.lo < hi) {
		vma_unaccount(mm, v);
		rangemap_remove(&mm->vmas, &v->range);
		list_add_tail(&dead->list, &v->dead);
	}
}

static bool vma_same_object(const struct vma *a, const struct vma *b)
{
	if (a->obj == b->obj)
		return true;
	if (!a->obj || !b->obj)
		return false;
	return a->obj->m == b->obj->m && a->obj->delta == b->obj->delta &&
	       a->obj->writable == b->obj->writable;
}

/* Would Linux keep the two as one (can_vma_merge): alike, touching, and the offsets run on. Those
 * that are counted stay apart. */
static bool vma_can_merge(const struct vma *a, const struct vma *b)
{
	if (a->obj && a->obj->m->ops->vma_removed)
		return false;
	return a->range.hi == b->range.lo && a->flags == b->flags && a->prot == b->prot &&
	       a->max_prot == b->max_prot && a->tag == b->tag && !(a->flags & VMA_SPECIAL) &&
	       a->off + vma_len(a) == b->off && vma_same_object(a, b);
}

/* If b follows a and is alike, a becomes both. */
static bool vma_try_merge(struct mm *mm, struct vma *a, struct vma *b, struct vma_dead *dead)
	REQUIRES(mm->map_lock)
{
	uint64_t hi;

	if (!a || !b || !vma_can_merge(a, b))
		return false;
	hi = b->range.hi;
	rangemap_remove(&mm->vmas, &b->range);
	rangemap_resize(&mm->vmas, &a->range, a->range.lo, hi);
	list_add_tail(&dead->list, &b->dead);
	return true;
}

void vmas_merge(struct mm *mm, uint64_t lo, uint64_t hi, struct vma_dead *dead)
{
	struct vma *v = vma_after(mm, lo > 0 ? lo - 1 : 0);

	while (v && v->range.lo < hi) {
		struct vma *next = vma_next(v);

		if (!vma_try_merge(mm, v, next, dead))
			v = next;
	}
}

void vmas_add(struct mm *mm, struct vma *v, struct vma_dead *dead)
{
	uint64_t lo = v->range.lo;
	uint64_t hi = v->range.hi;

	rangemap_insert(&mm->vmas, &v->range);
	vma_account(mm, v);
	vmas_merge(mm, lo, hi, dead);
}

uint64_t vmas_covered(struct mm *mm, uint64_t lo, uint64_t hi, uint32_t flags)
{
	uint64_t sum = 0;
	struct vma *v;

	vma_for_each_in(v, mm, lo, hi)
		if ((v->flags & flags) == flags)
			sum += MIN(v->range.hi, hi) - MAX(v->range.lo, lo);
	return sum;
}

bool vmas_any(struct mm *mm, uint64_t lo, uint64_t hi, uint32_t flags)
{
	struct vma *v;

	vma_for_each_in(v, mm, lo, hi)
		if (v->flags & flags)
			return true;
	return false;
}
