/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots: a page of 64 KiB belongs to one type and is cut into equal slots; which are free stands in
 * the page's descriptor as a bitmap, so there is no free list inside freed objects to corrupt, and
 * a slot that is freed twice, or freed as another type, is seen at once.
 *
 *	page:   (none) --run_take--> empty --take--> partial --take--> full
 *	        (none) <--run_give-- empty <--give-- partial <--give--
 * Each slab keeps one empty page, so that a lonely object that comes and goes does not make a
 * system call each time. Byte blocks of up to 32 KiB are slots of the size classes; larger ones are
 * page runs of their own.
 */
#include <string.h>

#include "base/check.h"
#include "base/checked.h"
#include "sentry/core/alloc_runs.h"

#define BLOCK_SLAB_MAX ((size_t)32768)

#define CLASS(n)                                                                                   \
	{                                                                                          \
		.name = "block-" #n, .size = (n), .align = 16                                      \
	}
/* Ascending; spaced so that at most a fifth is wasted, and that 64 KiB divide well. */
static struct slab classes[] = {
	CLASS(16),   CLASS(32),    CLASS(48),    CLASS(64),    CLASS(80),    CLASS(96),
	CLASS(112),  CLASS(128),   CLASS(160),   CLASS(192),   CLASS(224),   CLASS(256),
	CLASS(320),  CLASS(384),   CLASS(448),   CLASS(512),   CLASS(640),   CLASS(768),
	CLASS(896),  CLASS(1024),  CLASS(1280),  CLASS(1536),  CLASS(1792),  CLASS(2048),
	CLASS(2560), CLASS(3072),  CLASS(3584),  CLASS(4096),  CLASS(5120),  CLASS(6544),
	CLASS(8192), CLASS(10912), CLASS(13104), CLASS(16384), CLASS(21840), CLASS(32768),
};

static size_t slot_size(const struct slab *s)
{
	size_t align = MAX(s->align, SLOT_MIN);

	return align_down(s->size + align - 1, align);
}

size_t store_slot_cost(const struct slab *s)
{
	return slot_size(s);
}

size_t store_block_cost(size_t n)
{
	uint64_t up;

	return align_up_ok(n, ARENA_PAGE, &up) ? up : SIZE_MAX;
}

struct slab *store_class(size_t n)
{
	size_t lo = 0, hi = ARRAY_SIZE(classes);

	if (n > BLOCK_SLAB_MAX)
		return NULL;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (classes[mid].size < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return &classes[lo];
}

REQUIRES(arena_lock)
static struct slab_page *page_new(struct slab *s)
{
	struct slab_page *page = run_take(1, PAGE_SLAB);

	if (!page)
		return NULL;
	page->slab = s;
	page->nslots = (uint32_t)(ARENA_PAGE / slot_size(s));
	page->nfree = page->nslots;
	page->hint = 0;
	memset(page->free_map, 0, sizeof(page->free_map));
	memset(page->free_map, 0xff, page->nslots / 64 * 8);
	if (page->nslots % 64)
		page->free_map[page->nslots / 64] = (1ULL << page->nslots % 64) - 1;
	list_init(&page->link);
	list_add_head(&s->partial, &page->link);
	s->pages++;
	s->empty_pages++;
	return page;
}

/* The lowest free slot of a page that has one, now taken. */
static size_t page_pick(struct slab_page *page)
{
	size_t word = page->hint;

	while (page->free_map[word] == 0)
		word++;
	check(word < ARRAY_SIZE(page->free_map));
	page->hint = (uint32_t)word;
	size_t bit = (size_t)__builtin_ctzll(page->free_map[word]);
	page->free_map[word] &= page->free_map[word] - 1;
	return word * 64 + bit;
}

void *store_slot_take(struct slab *s)
{
	struct slab_page *page;

	check(s->size > 0 && slot_size(s) <= ARENA_PAGE && ARENA_PAGE % s->align == 0);
	if (list_empty(&s->partial))
		page = page_new(s);
	else
		page = list_first_entry(&s->partial, struct slab_page, link);
	if (!page)
		return NULL;
	if (page->nfree == page->nslots)
		s->empty_pages--;
	if (--page->nfree == 0)
		list_del(&page->link);
	return run_memory(page) + page_pick(page) * slot_size(s);
}

/* A free slot is all poison, or all zeroes if it was never used. */
static void verify_poison(const struct slab *s, const unsigned char *obj)
{
	unsigned char want = obj[0] == 0 ? 0 : ARENA_POISON;

	for (size_t i = 0; i < slot_size(s); i++) {
		if (obj[i] != want)
			panic("arena: a freed %s was written to, at byte %zu", s->name, i);
	}
}

void store_slot_clean(const struct slab *s, void *obj)
{
	if (ARENA_POISON_VERIFY)
		verify_poison(s, obj);
	memset(obj, 0, slot_size(s));
}

void store_slot_poison(const struct slab *s, void *obj)
{
	memset(obj, ARENA_POISON, MIN(slot_size(s), ARENA_POISON_MAX));
}

/* Which slot of the page p is; panics unless it is the start of one in use. */
REQUIRES(arena_lock)
static size_t slot_of(const struct slab_page *page, const void *p)
{
	size_t off = (size_t)((const char *)p - run_memory(page));
	size_t slot = off / slot_size(page->slab);

	if (off % slot_size(page->slab) != 0 || slot >= page->nslots)
		panic("arena: %p is inside a %s", p, page->slab->name);
	if (page->free_map[slot / 64] >> slot % 64 & 1)
		panic("arena: a %s at %p is freed already", page->slab->name, p);
	return slot;
}

REQUIRES(arena_lock)
static void page_retire_if_empty(struct slab *s, struct slab_page *page)
{
	if (page->nfree != page->nslots)
		return;
	list_del(&page->link);
	if (s->empty_pages > 0) {
		s->pages--;
		run_give(page);
		return;
	}
	s->empty_pages++;
	list_add_tail(&s->partial, &page->link);
}

void store_slot_give(struct slab *s, void *obj)
{
	struct slab_page *page = run_page_of(obj);
	size_t slot;

	if (!page || page->state != PAGE_SLAB || page->slab != s)
		panic("arena: %p is not a %s", obj, s->name);
	slot = slot_of(page, obj);
	page->free_map[slot / 64] |= 1ULL << slot % 64;
	page->hint = MIN(page->hint, (uint32_t)(slot / 64));
	if (page->nfree++ == 0)
		list_add_head(&s->partial, &page->link);
	page_retire_if_empty(s, page);
}

void *store_large_take(size_t n)
{
	uint64_t up;
	struct slab_page *page;

	if (!align_up_ok(n, ARENA_PAGE, &up))
		return NULL;
	page = run_take(up >> ARENA_PAGE_SHIFT, PAGE_LARGE);
	return page ? run_memory(page) : NULL;
}

void store_large_give(void *p)
{
	struct slab_page *page = run_page_of(p);

	check(page && page->state == PAGE_LARGE && run_memory(page) == p);
	run_give(page);
}

struct slab *store_block_find(const void *p, size_t *ret_size)
{
	const struct slab_page *page = run_page_of(p);

	if (page && page->state == PAGE_LARGE && run_memory(page) == p) {
		*ret_size = page->npages * ARENA_PAGE;
		return NULL;
	}
	if (!page || page->state != PAGE_SLAB || page->slab < classes ||
	    page->slab >= classes + ARRAY_SIZE(classes))
		panic("arena: %p is not a block", p);
	(void)slot_of(page, p);
	*ret_size = page->slab->size;
	return page->slab;
}
