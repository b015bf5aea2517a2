/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random memory calls on a small window, compared after each with a model that knows nothing but
 * pages: what is mapped, how, and what is in it. Beside that the set must be merged, its counters
 * true, and the platform of the same opinion.
 */
#include "base/test.h"
#include "sentry/mm/mm_priv.h"
#include "sentry/mm/test_world.h"

#define NPAGES 24
#define BASE   0x200000000ull
#define ROUNDS 60000

struct page {
	bool mapped, locked, nodump;
	int prot;
	uint8_t byte; /* first byte of the page */
};

struct model {
	struct page pages[NPAGES];
};

static uint64_t seed;

static unsigned rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

static uint64_t addr_of(unsigned page)
{
	return BASE + page * PAGE;
}

/* ---- what must hold ---- */

struct walk {
	struct model *model;
	uint64_t at, total, locked;
};

static void expect_unmapped(const struct model *model, uint64_t lo, uint64_t hi)
{
	for (; lo < hi; lo += PAGE)
		EXPECT_FALSE(model->pages[(lo - BASE) / PAGE].mapped);
}

static int check_vma(void *arg, const struct mm_vma_info *v)
{
	struct walk *w = arg;

	EXPECT_TRUE(v->lo < v->hi && v->lo >= w->at && v->hi <= BASE + NPAGES * PAGE);
	expect_unmapped(w->model, w->at, v->lo);
	for (uint64_t at = v->lo; at < v->hi; at += PAGE) {
		const struct page *p = &w->model->pages[(at - BASE) / PAGE];

		EXPECT_TRUE(p->mapped);
		EXPECT_EQ(p->prot, v->prot);
		EXPECT_EQ(p->locked, v->locked);
	}
	w->total += v->hi - v->lo;
	w->locked += v->locked ? v->hi - v->lo : 0;
	w->at = v->hi;
	return 0;
}

static void expect_merged(struct mm *mm)
{
	struct range *r;

	lock_acquire(&mm->map_lock);
	rangemap_for_each(r, &mm->vmas) {
		struct vma *a = container_of(r, struct vma, range);
		struct vma *b = vma_next(a);

		if (b && a->range.hi == b->range.lo && a->flags == b->flags && a->prot == b->prot)
			EXPECT_NE(a->off + vma_len(a), b->off);
	}
	lock_release(&mm->map_lock);
}

static void expect_same(struct world *w, struct model *model)
{
	struct walk walk = {.model = model, .at = BASE};
	struct mm_counts counts;

	EXPECT_EQ(mm_for_each_vma(w->mm, check_vma, &walk), 0);
	expect_unmapped(model, walk.at, BASE + NPAGES * PAGE);
	mm_get_counts(w->mm, &counts);
	EXPECT_EQ(counts.total, walk.total);
	EXPECT_EQ(counts.locked, walk.locked);
	expect_merged(w->mm);
	for (unsigned i = 0; i < NPAGES; i++) {
		const struct page *p = &model->pages[i];
		uint8_t byte;
		int r = copy_in(w->mm, &byte, uaddr(addr_of(i)), 1);

		EXPECT_EQ(r, p->mapped && (p->prot & LX_PROT_READ) ? 0 : -EFAULT);
		if (r == 0)
			EXPECT_EQ(byte, p->byte);
	}
}

/* ---- the calls ---- */

static unsigned mapped_from(const struct model *m, unsigned lo, unsigned hi)
{
	while (lo < hi && m->pages[lo].mapped)
		lo++;
	return lo;
}

static const int prots[] = {LX_PROT_NONE, LX_PROT_READ, RW, RWX, LX_PROT_READ | LX_PROT_EXEC};

static void do_map(struct world *w, struct model *m, unsigned lo, unsigned hi)
{
	int prot = prots[rnd(ARRAY_SIZE(prots))];
	bool replace = rnd(3) != 0;
	bool lock = rnd(6) == 0;
	int flags = ANON | (replace ? LX_MAP_FIXED : LX_MAP_FIXED_NOREPLACE) |
		    (lock ? LX_MAP_LOCKED : 0);
	int64_t r = world_map(w, addr_of(lo), (hi - lo) * PAGE - rnd(2), prot, flags);

	if (!replace)
		for (unsigned i = lo; i < hi; i++)
			if (m->pages[i].mapped) {
				EXPECT_EQ(r, -EEXIST);
				return;
			}
	EXPECT_EQ(r, addr_of(lo));
	for (unsigned i = lo; i < hi; i++)
		m->pages[i] = (struct page){.mapped = true, .prot = prot, .locked = lock};
}

static void do_unmap(struct world *w, struct model *m, unsigned lo, unsigned hi)
{
	EXPECT_EQ(mm_unmap(w->mm, &w->ctx, uaddr(addr_of(lo)), (hi - lo) * PAGE), 0);
	for (unsigned i = lo; i < hi; i++)
		m->pages[i] = (struct page){.mapped = false};
}

static void do_protect(struct world *w, struct model *m, unsigned lo, unsigned hi)
{
	int prot = prots[rnd(ARRAY_SIZE(prots))];
	unsigned end = mapped_from(m, lo, hi);

	EXPECT_EQ(mm_protect(w->mm, &w->ctx, uaddr(addr_of(lo)), (hi - lo) * PAGE, prot),
		  end < hi ? -ENOMEM : 0);
	for (unsigned i = lo; i < end; i++)
		m->pages[i].prot = prot;
}

static void do_lock(struct world *w, struct model *m, unsigned lo, unsigned hi)
{
	bool lock = rnd(2);
	unsigned end = mapped_from(m, lo, hi);
	bool readable = true;
	int r;

	if (lock)
		r = mm_lock(w->mm, &w->ctx, uaddr(addr_of(lo)), (hi - lo) * PAGE, 0);
	else
		r = mm_unlock(w->mm, &w->ctx, uaddr(addr_of(lo)), (hi - lo) * PAGE);
	for (unsigned i = lo; i < end; i++) {
		m->pages[i].locked = lock;
		readable = readable && m->pages[i].prot != LX_PROT_NONE;
	}
	EXPECT_EQ(r, end < hi || (lock && !readable) ? -ENOMEM : 0);
}

static void do_dontneed(struct world *w, struct model *m, unsigned lo, unsigned hi)
{
	int want = 0;
	unsigned i;

	for (i = lo; i < hi; i++) {
		struct page *p = &m->pages[i];

		if (p->mapped && p->locked) {
			want = -EINVAL;
			break;
		}
		if (!p->mapped)
			want = -ENOMEM;
		p->byte = 0;
	}
	EXPECT_EQ(mm_advise(w->mm, &w->ctx, uaddr(addr_of(lo)), (hi - lo) * PAGE, LX_MADV_DONTNEED),
		  want);
}

static void do_dump(struct world *w, struct model *m, unsigned lo, unsigned hi)
{
	int want = 0;

	for (unsigned i = lo; i < hi; i++) {
		if (!m->pages[i].mapped)
			want = -ENOMEM;
		m->pages[i].nodump = m->pages[i].mapped;
	}
	EXPECT_EQ(mm_advise(w->mm, &w->ctx, uaddr(addr_of(lo)), (hi - lo) * PAGE, LX_MADV_DONTDUMP),
		  want);
}

/* One mapping moved onto another place. The fake platform, like Linux, moves one of its own
 * mappings at a time. */
static void do_move(struct world *w, struct model *m, unsigned lo, unsigned hi)
{
	unsigned n = hi - lo;
	unsigned to = rnd(NPAGES - n + 1);
	struct page moved[NPAGES];
	uaddr_t at;
	int r;

	r = mm_remap(w->mm, &w->ctx, uaddr(addr_of(lo)), n * PAGE, n * PAGE,
		     LX_MREMAP_MAYMOVE | LX_MREMAP_FIXED, uaddr(addr_of(to)), &at);
	if (to < hi && lo < to + n) {
		EXPECT_EQ(r, !m->pages[lo].mapped ? -EFAULT : -EINVAL);
		return;
	}
	if (r == -EFAULT && mapped_from(m, lo, hi) == hi) {
		/* Several mappings of the platform; the place to move to may have been cleared, as
		 * Linux does. */
		for (unsigned i = to; i < to + n; i++) {
			lock_acquire(&w->mm->map_lock);
			if (!vma_find(w->mm, addr_of(i)))
				m->pages[i] = (struct page){.mapped = false};
			lock_release(&w->mm->map_lock);
		}
		return;
	}
	if (mapped_from(m, lo, hi) < hi) {
		EXPECT_EQ(r, -EFAULT);
		return;
	}
	EXPECT_EQ(r, 0);
	memcpy(moved, &m->pages[lo], n * sizeof(*moved));
	for (unsigned i = lo; i < hi; i++)
		m->pages[i] = (struct page){.mapped = false};
	memcpy(&m->pages[to], moved, n * sizeof(*moved));
}

static void do_write(struct world *w, struct model *m, unsigned lo)
{
	uint8_t byte = (uint8_t)(1 + rnd(255));
	struct page *p = &m->pages[lo];
	bool ok = p->mapped && (p->prot & LX_PROT_WRITE);

	EXPECT_EQ(copy_out(w->mm, uaddr(addr_of(lo)), &byte, 1), ok ? 0 : -EFAULT);
	if (ok)
		p->byte = byte;
}

static void run_model(uint64_t from)
{
	struct model model = {0};
	struct world w;

	seed = from;
	world_begin(&w, 0);
	for (unsigned i = 0; i < ROUNDS / 4; i++) {
		unsigned lo = rnd(NPAGES);
		unsigned hi = lo + 1 + rnd(MIN(NPAGES - lo, 8u));

		switch (rnd(10)) {
		case 0:
		case 1:
		case 2:
			do_map(&w, &model, lo, hi);
			break;
		case 3:
			do_unmap(&w, &model, lo, hi);
			break;
		case 4:
			do_protect(&w, &model, lo, hi);
			break;
		case 5:
			do_lock(&w, &model, lo, hi);
			break;
		case 6:
			do_dontneed(&w, &model, lo, hi);
			break;
		case 7:
			do_dump(&w, &model, lo, hi);
			break;
		case 8:
			do_move(&w, &model, lo, hi);
			break;
		default:
			do_write(&w, &model, lo);
			break;
		}
		expect_same(&w, &model);
	}
	world_end(&w);
}

TEST(random_calls_leave_what_a_model_of_pages_says)
{
	for (uint64_t s = 1; s <= 4; s++)
		run_model(s * 0x9e3779b97f4a7c15ull);
}

TEST_MAIN()
