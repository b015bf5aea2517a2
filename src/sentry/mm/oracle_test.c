/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host kernel as the oracle: a random layout is made in this process and in an mm, one random
 * call is made on both, and both must give the same answer and the same mappings, merged and split
 * alike. The arguments are those that nobody should use.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/test.h"
#include "sentry/mm/test_world.h"

#define NPAGES 16u
/* Where the thread sanitizer keeps nothing of its own; its shadow covers the usual place. */
#ifdef __SANITIZE_THREAD__
#define BASE 0x3000000000ull
#else
#define BASE 0x300000000000ull
#endif
#define END         (BASE + NPAGES * PAGE)
#define FILE_PAGES  64u
#define ROUNDS      12000
#define REGIONS_MAX 64

struct region {
	uint64_t lo, hi, off;
	int prot;
	bool shared;
};

struct regions {
	size_t n;
	struct region r[REGIONS_MAX];
};

static uint64_t seed = 88172645463325252ull;
static int memfd;
static struct mappable *object;

static unsigned rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

#define PICK(list) (list)[rnd(ARRAY_SIZE(list))]

/* ---- both sides of each call ---- */

static int64_t host_call(long nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
			 uint64_t f)
{
	long r = syscall(nr, a, b, c, d, e, f);

	return r == -1 ? -errno : r;
}

struct call {
	const char *name;
	uint64_t a[6];
	int64_t host, ours;
};

static void show(const struct call *c)
{
	print_message("%s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64
		      ", %#" PRIx64 "): host %" PRIx64 ", ours %" PRIx64 "\n",
		      c->name, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], c->a[5],
		      (uint64_t)c->host, (uint64_t)c->ours);
}

static void both_mmap(struct world *w, struct call *c)
{
	bool anon = (c->a[3] & LX_MAP_ANONYMOUS) != 0;

	c->name = "mmap";
	c->host = host_call(SYS_mmap, c->a[0], c->a[1], c->a[2], c->a[3],
			    anon ? UINT64_MAX : (uint64_t)memfd, c->a[5]);
	c->ours = world_map_obj(w, c->a[0], c->a[1], (int)c->a[2], (int)c->a[3],
				anon ? NULL : object, c->a[5]);
}

/* ---- what is there now ---- */

static void host_regions(struct regions *to)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];

	EXPECT_TRUE(f != NULL);
	to->n = 0;
	while (fgets(line, sizeof(line), f)) {
		struct region r = {0};
		char perm[5];

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64, &r.lo, &r.hi, perm,
			   &r.off) != 4)
			continue;
		if (r.lo < BASE - NPAGES * PAGE || r.lo >= END || to->n == REGIONS_MAX)
			continue;
		r.prot = (perm[0] == 'r' ? LX_PROT_READ : 0) |
			 (perm[1] == 'w' ? LX_PROT_WRITE : 0) | (perm[2] == 'x' ? LX_PROT_EXEC : 0);
		r.shared = perm[3] == 's';
		to->r[to->n++] = r;
	}
	fclose(f);
}

static int note_region(void *arg, const struct mm_vma_info *v)
{
	struct regions *to = arg;

	if (v->lo >= BASE - NPAGES * PAGE && v->lo < END && to->n < REGIONS_MAX)
		to->r[to->n++] = (struct region){v->lo, v->hi, v->off, v->prot,
						 (v->flags & LX_MAP_SHARED) != 0};
	return 0;
}

static void our_regions(struct world *w, struct regions *to)
{
	to->n = 0;
	EXPECT_EQ(mm_for_each_vma(w->mm, note_region, to), 0);
}

/*
 * Neighbours that are alike count as one. Linux may keep two of them (one is charged against
 * overcommit, the other not yet) or merge what the Sentry keeps apart (anonymous memory that moved
 * before it was touched); model_test.c looks at merging.
 */
static bool alike(const struct region *a, const struct region *b)
{
	return a->hi == b->lo && a->prot == b->prot && a->shared == b->shared &&
	       (a->off + (a->hi - a->lo) == b->off || (a->off == 0 && b->off == 0));
}

static void join_alike(struct regions *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (n > 0 && alike(&a->r[n - 1], &a->r[i]))
			a->r[n - 1].hi = a->r[i].hi;
		else
			a->r[n++] = a->r[i];
	}
	a->n = n;
}

static bool same_regions(const struct regions *a, const struct regions *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct region *x = &a->r[i];
		const struct region *y = &b->r[i];

		if (x->lo != y->lo || x->hi != y->hi || x->off != y->off || x->prot != y->prot ||
		    x->shared != y->shared)
			return false;
	}
	return true;
}

static void show_regions(const char *whose, const struct regions *a)
{
	for (size_t i = 0; i < a->n; i++)
		print_message("%s: page %" PRId64 " to %" PRId64 " prot %d %s off %#" PRIx64 "\n",
			      whose, (int64_t)(a->r[i].lo - BASE) / (int64_t)PAGE,
			      (int64_t)(a->r[i].hi - BASE) / (int64_t)PAGE, a->r[i].prot,
			      a->r[i].shared ? "shared" : "private", a->r[i].off);
}

/* ---- the layout before the call ---- */

static const int some_prots[] = {LX_PROT_NONE, LX_PROT_READ, RW, RW, RWX};

static void lay_out(struct world *w)
{
	host_call(SYS_munmap, BASE - NPAGES * PAGE, 3 * NPAGES * PAGE, 0, 0, 0, 0);
	EXPECT_EQ(mm_unmap(w->mm, &w->ctx, uaddr(BASE - NPAGES * PAGE), 3 * NPAGES * PAGE), 0);
	for (unsigned n = 1 + rnd(5); n > 0; n--) {
		unsigned lo = rnd(NPAGES);
		unsigned len = 1 + rnd(MIN(6u, NPAGES - lo));
		bool file = rnd(3) == 0;
		uint64_t kind = rnd(3) == 0 ? LX_MAP_SHARED : LX_MAP_PRIVATE;
		struct call c = {.a = {BASE + lo * PAGE, len * PAGE, (uint64_t)PICK(some_prots),
				       kind | LX_MAP_FIXED}};

		if (!file)
			c.a[3] |= LX_MAP_ANONYMOUS;
		else
			c.a[5] = lo * PAGE;
		/* A shared anonymous mapping is "/dev/zero" on the host, with offsets of its own;
		 * leave those to files. */
		if (!file && kind == LX_MAP_SHARED)
			c.a[3] ^= LX_MAP_SHARED | LX_MAP_PRIVATE;
		if (!file && rnd(8) == 0)
			c.a[3] |= LX_MAP_GROWSDOWN;
		both_mmap(w, &c);
		EXPECT_EQ(c.host, c.ours);
	}
}

/* ---- random arguments ---- */

static uint64_t some_addr(void)
{
	static const uint64_t odd[] = {
		0, 1, BASE + 1, UINT64_MAX & ~(PAGE - 1), UINT64_MAX - PAGE, END - 1, 1ull << 62};

	return rnd(12) == 0 ? PICK(odd) : BASE + rnd(NPAGES) * PAGE;
}

static uint64_t some_len(void)
{
	static const uint64_t odd[] = {0,          1,          PAGE - 1,
				       PAGE + 1,   UINT64_MAX, UINT64_MAX - PAGE + 1,
				       1ull << 63, 1ull << 47};

	return rnd(8) == 0 ? PICK(odd) : (1 + rnd(8)) * PAGE;
}

static bool inside(uint64_t addr, uint64_t len)
{
	return addr >= BASE && addr <= END && len <= NPAGES * PAGE;
}

static bool call_mmap(struct world *w, struct call *c)
{
	static const uint64_t types[] = {
		0, LX_MAP_SHARED, LX_MAP_PRIVATE, LX_MAP_PRIVATE, LX_MAP_SHARED_VALIDATE, 5};
	static const uint64_t more[] = {0,
					0,
					LX_MAP_NORESERVE,
					LX_MAP_GROWSDOWN,
					LX_MAP_SYNC,
					LX_MAP_POPULATE,
					LX_MAP_DENYWRITE,
					LX_MAP_HUGETLB | (5u << LX_MAP_HUGE_SHIFT),
					1u << 21};
	static const uint64_t offs[] = {0, 3 * PAGE, INT64_MAX & ~(PAGE - 1),
					UINT64_MAX & ~(PAGE - 1)};

	c->a[0] = some_addr();
	c->a[1] = some_len();
	c->a[2] = (uint64_t)PICK(some_prots);
	c->a[3] = PICK(types) | PICK(more) | (rnd(3) ? LX_MAP_FIXED : LX_MAP_FIXED_NOREPLACE);
	/* The kind of an anonymous shared mapping and of a file have different offsets in maps;
	 * keep to private ones. */
	if (rnd(2))
		c->a[3] = (c->a[3] & ~(uint64_t)LX_MAP_SYNC) |
			  LX_MAP_ANONYMOUS; /* which merges no more, though it has no effect */
	else
		c->a[5] = PICK(offs);
	if (!inside(c->a[0], 0) && c->a[0] < LX_TASK_SIZE && c->a[0] % PAGE == 0)
		return false; /* nobody knows what lies there on the host */
	if (c->a[0] + c->a[1] > END && c->a[1] <= LX_TASK_SIZE)
		return false;
	both_mmap(w, c);
	return true;
}

static bool call_munmap(struct world *w, struct call *c)
{
	c->name = "munmap";
	c->a[0] = some_addr();
	c->a[1] = some_len();
	if (c->a[0] % PAGE == 0 && c->a[1] != 0 && c->a[0] < LX_TASK_SIZE &&
	    c->a[1] < LX_TASK_SIZE && !inside(c->a[0], c->a[1]))
		return false;
	c->host = host_call(SYS_munmap, c->a[0], c->a[1], 0, 0, 0, 0);
	c->ours = mm_unmap(w->mm, &w->ctx, uaddr(c->a[0]), c->a[1]);
	return true;
}

static bool call_mprotect(struct world *w, struct call *c)
{
	static const uint64_t prots[] = {0,
					 LX_PROT_READ,
					 RW,
					 RWX,
					 LX_PROT_SEM | RW,
					 0x10,
					 LX_PROT_GROWSDOWN | LX_PROT_READ,
					 LX_PROT_GROWSUP,
					 LX_PROT_GROWSUP | LX_PROT_GROWSDOWN};

	c->name = "mprotect";
	c->a[0] = some_addr();
	c->a[1] = some_len();
	c->a[2] = PICK(prots);
	if (!inside(c->a[0], 0) || c->a[0] + c->a[1] > END)
		if (c->a[0] % PAGE == 0 && c->a[1] != 0)
			return false;
	c->host = host_call(SYS_mprotect, c->a[0], c->a[1], c->a[2], 0, 0, 0);
	c->ours = mm_protect(w->mm, &w->ctx, uaddr(c->a[0]), c->a[1], (int)c->a[2]);
	return true;
}

static bool call_madvise(struct world *w, struct call *c)
{
	static const uint64_t advices[] = {LX_MADV_NORMAL,
					   LX_MADV_WILLNEED,
					   LX_MADV_DONTNEED,
					   LX_MADV_FREE,
					   LX_MADV_REMOVE,
					   LX_MADV_DONTFORK,
					   LX_MADV_DOFORK,
					   LX_MADV_DONTDUMP,
					   LX_MADV_DODUMP,
					   LX_MADV_WIPEONFORK,
					   LX_MADV_KEEPONFORK,
					   LX_MADV_COLD,
					   LX_MADV_PAGEOUT,
					   5,
					   26,
					   LX_MADV_POPULATE_READ,
					   LX_MADV_POPULATE_WRITE};

	c->name = "madvise";
	c->a[0] = some_addr();
	c->a[1] = some_len();
	c->a[2] = PICK(advices);
	if (c->a[0] % PAGE == 0 && c->a[1] != 0 && !inside(c->a[0], c->a[1]))
		return false;
	c->host = host_call(SYS_madvise, c->a[0], c->a[1], c->a[2], 0, 0, 0);
	c->ours = mm_advise(w->mm, &w->ctx, uaddr(c->a[0]), c->a[1], (int)c->a[2]);
	return true;
}

static bool call_msync(struct world *w, struct call *c)
{
	c->name = "msync";
	c->a[0] = some_addr();
	c->a[1] = some_len();
	c->a[2] = rnd(10);
	if (c->a[0] % PAGE == 0 && c->a[1] != 0 && !inside(c->a[0], c->a[1]))
		return false;
	c->host = host_call(SYS_msync, c->a[0], c->a[1], c->a[2], 0, 0, 0);
	c->ours = mm_sync(w->mm, &w->ctx, uaddr(c->a[0]), c->a[1], (int)c->a[2]);
	return true;
}

/* Is [addr, addr+len) within one mapping of ours? Newer hosts move several at once. */
static bool one_region(struct world *w, uint64_t addr, uint64_t len)
{
	struct regions now;

	our_regions(w, &now);
	for (size_t i = 0; i < now.n; i++)
		if (addr < now.r[i].hi && addr + len > now.r[i].hi && addr >= now.r[i].lo)
			return false;
	return true;
}

static bool call_mremap(struct world *w, struct call *c)
{
	static const uint64_t flags[] = {0,
					 LX_MREMAP_MAYMOVE,
					 LX_MREMAP_MAYMOVE | LX_MREMAP_FIXED,
					 LX_MREMAP_MAYMOVE | LX_MREMAP_FIXED,
					 LX_MREMAP_FIXED,
					 LX_MREMAP_MAYMOVE | LX_MREMAP_FIXED | LX_MREMAP_DONTUNMAP,
					 LX_MREMAP_DONTUNMAP,
					 8};
	uaddr_t at = uaddr(0);
	int r;

	c->name = "mremap";
	c->a[0] = some_addr();
	c->a[1] = rnd(6) * PAGE;
	c->a[2] = rnd(6) * PAGE + (rnd(8) == 0);
	c->a[3] = PICK(flags);
	c->a[4] = rnd(10) ? BASE + rnd(NPAGES) * PAGE : BASE + 3;
	if ((c->a[3] & LX_MREMAP_MAYMOVE) && !(c->a[3] & LX_MREMAP_FIXED) && rnd(2))
		c->a[3] = 0;
	/* Where it goes without FIXED is each side's own affair. */
	if ((c->a[3] & LX_MREMAP_MAYMOVE) && !(c->a[3] & LX_MREMAP_FIXED) && c->a[2] > c->a[1])
		return false;
	if (!inside(c->a[0], 0) || c->a[0] + c->a[1] > END || !one_region(w, c->a[0], c->a[1]))
		return false;
	c->host = host_call(SYS_mremap, c->a[0], c->a[1], c->a[2], c->a[3], c->a[4], 0);
	r = mm_remap(w->mm, &w->ctx, uaddr(c->a[0]), c->a[1], c->a[2], (int)c->a[3], uaddr(c->a[4]),
		     &at);
	c->ours = r < 0 ? r : (int64_t)at.va;
	return true;
}

static void one_round(struct world *w)
{
	static bool (*const calls[])(struct world *, struct call *) = {
		call_mmap, call_munmap, call_mprotect, call_madvise, call_msync, call_mremap};
	struct regions before, host, ours;
	struct call c = {.name = "?"};

	lay_out(w);
	our_regions(w, &before);
	if (!PICK(calls)(w, &c))
		return;
	host_regions(&host);
	our_regions(w, &ours);
	/* The fake platform never merges its mappings, and moves one at a time. */
	if (strcmp(c.name, "mremap") == 0 && c.ours == -EFAULT && c.host >= 0)
		return;
	join_alike(&host);
	join_alike(&ours);
	/* Of two reasons to refuse a mremap each kernel version has its own first. */
	if (c.host < 0 && c.ours < 0 && strcmp(c.name, "mremap") == 0)
		c.ours = c.host;
	if (c.host == c.ours && same_regions(&host, &ours))
		return;
	show(&c);
	show_regions("before", &before);
	show_regions("host", &host);
	show_regions("ours", &ours);
	fail();
}

TEST(each_call_answers_and_leaves_what_the_host_does)
{
	struct world w;

	memfd = (int)syscall(SYS_memfd_create, "oracle", 0);
	EXPECT_TRUE(memfd >= 0);
	EXPECT_EQ(ftruncate(memfd, FILE_PAGES * PAGE), 0);
	EXPECT_EQ(mappable_new_shared("oracle", FILE_PAGES * PAGE, &object), 0);
	world_begin(&w, 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		one_round(&w);
	munmap((void *)(uintptr_t)(BASE - NPAGES * PAGE), 3 * NPAGES * PAGE);
	world_end(&w);
	mappable_put(object);
	close(memfd);
}

TEST_MAIN()
