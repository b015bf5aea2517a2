/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page runs: best fit out of bins by powers of two, neighbours joined at once, the break moved up
 * when nothing fits. Descriptors are committed together with the pages that they describe.
 */
#include "sentry/core/alloc_runs.h"

#include <string.h>

#include "base/check.h"
#include "base/checked.h"
#include "host/mem.h"

#define HOST_PAGE   ((size_t)4096)
#define RESERVE_MAX ((size_t)64 << 30)
#define RESERVE_MIN ((size_t)64 << 20)
#define GROW_PAGES  ((size_t)64) /* 4 MiB */
#define NBINS       21           /* runs of up to 2^20 pages, all of RESERVE_MAX */

/* [ARENA] all of it. */
static struct {
	char *base;              /* NULL: nothing reserved yet */
	struct slab_page *pages; /* descriptors */
	size_t npages;           /* reserved */
	size_t brk;              /* pages below are covered by runs */
	size_t pages_committed;  /* bytes of the descriptor array */
	struct list bins[NBINS]; /* free runs of [2^k, 2^(k+1)) pages */
} arena;

static size_t index_of(const struct slab_page *page)
{
	return (size_t)(page - arena.pages);
}

static unsigned bin_of(size_t npages)
{
	return (unsigned)(63 - __builtin_clzll(npages));
}

/* As much as the host gives (RLIMIT_AS), halving; so much that descriptors fit beside. */
static bool reserve(void)
{
	void *base, *pages;
	size_t len;

	for (len = RESERVE_MAX; len >= RESERVE_MIN; len /= 2) {
		if (host_mem_reserve(len, ARENA_PAGE, &base) < 0)
			continue;
		if (host_mem_reserve(len / ARENA_PAGE * sizeof(struct slab_page), HOST_PAGE,
				     &pages) == 0)
			break;
		host_mem_release(base, len);
	}
	if (len < RESERVE_MIN)
		return false;
	for (unsigned k = 0; k < NBINS; k++)
		list_init(&arena.bins[k]);
	arena.base = base;
	arena.pages = pages;
	arena.npages = len / ARENA_PAGE;
	return true;
}

static bool commit_descriptors(size_t npages)
{
	uint64_t need;

	if (!align_up_ok(npages * sizeof(struct slab_page), HOST_PAGE, &need))
		return false;
	if (need <= arena.pages_committed)
		return true;
	if (host_mem_commit((char *)arena.pages + arena.pages_committed,
			    need - arena.pages_committed) < 0)
		return false;
	arena.pages_committed = need;
	return true;
}

static void mark_free(struct slab_page *head, size_t npages)
{
	struct slab_page *last = head + npages - 1;

	head->state = PAGE_FREE;
	head->npages = (uint32_t)npages;
	last->state = PAGE_FREE;
	last->npages = (uint32_t)npages;
	list_init(&head->link);
	list_add_head(&arena.bins[bin_of(npages)], &head->link);
}

/* Take a free run out of its bin and make its ends ordinary. */
static size_t unmark_free(struct slab_page *head)
{
	size_t npages = head->npages;

	list_del(&head->link);
	head->state = PAGE_INSIDE;
	head[npages - 1].state = PAGE_INSIDE;
	return npages;
}

/* Put a run without a state among the free ones, joined with its free neighbours. */
static void join_and_free(struct slab_page *head, size_t npages)
{
	size_t at = index_of(head);

	if (at + npages < arena.brk && head[npages].state == PAGE_FREE)
		npages += unmark_free(head + npages);
	if (at > 0 && head[-1].state == PAGE_FREE) {
		head -= head[-1].npages;
		npages += unmark_free(head);
	}
	mark_free(head, npages);
}

static bool grow(size_t npages)
{
	size_t room = arena.npages - arena.brk;
	size_t n = MIN(MAX(npages, GROW_PAGES), room);
	struct slab_page *head = arena.pages + arena.brk;

	if (npages > room || !commit_descriptors(arena.brk + n))
		return false;
	if (host_mem_commit(arena.base + arena.brk * ARENA_PAGE, n * ARENA_PAGE) < 0)
		return false;
	arena.brk += n;
	join_and_free(head, n);
	return true;
}

/* The smallest free run of the first bin that has one of npages or more; NULL: none. */
static struct slab_page *find_fit(size_t npages)
{
	for (unsigned k = bin_of(npages); k < NBINS; k++) {
		struct slab_page *page, *best = NULL;

		list_for_each_entry(page, &arena.bins[k], link) {
			if (page->npages >= npages && (!best || page->npages < best->npages))
				best = page;
		}
		if (best)
			return best;
	}
	return NULL;
}

struct slab_page *run_take(size_t npages, enum page_state state)
{
	struct slab_page *head;
	size_t have;

	if (!arena.base && !reserve())
		return NULL;
	if (npages > arena.npages)
		return NULL;
	head = find_fit(npages);
	if (!head && grow(npages))
		head = find_fit(npages);
	if (!head)
		return NULL;
	have = unmark_free(head);
	if (have > npages)
		mark_free(head + npages, have - npages);
	head->state = state;
	head->npages = (uint32_t)npages;
	return head;
}

void run_give(struct slab_page *head)
{
	check(head->state == PAGE_SLAB || head->state == PAGE_LARGE);
	head->state = PAGE_INSIDE;
	head->slab = NULL;
	host_mem_discard(run_memory(head), head->npages * ARENA_PAGE);
	join_and_free(head, head->npages);
}

struct slab_page *run_page_of(const void *p)
{
	uintptr_t off;

	if (!sub_ok((uintptr_t)p, (uintptr_t)arena.base, &off) || off / ARENA_PAGE >= arena.brk)
		return NULL;
	return &arena.pages[off / ARENA_PAGE];
}

char *run_memory(const struct slab_page *page)
{
	return arena.base + index_of(page) * ARENA_PAGE;
}
