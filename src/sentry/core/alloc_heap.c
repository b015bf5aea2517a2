/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arena's store for builds under AddressSanitizer and its like: each object is a malloc of its
 * own, so that the sanitizer sees every access outside one and every use after its release. A
 * header before the object keeps what the arena proper keeps in page descriptors, and the same
 * mistakes panic.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/checked.h"
#include "sentry/core/alloc_priv.h"

#define HEAD_ALIGN ((size_t)16)
#define HEAD_MAGIC 0x6f626a65637421ULL

/* Directly before each object; the malloc begins `before` bytes before the object. */
struct head {
	uint64_t magic;
	struct slab *slab; /* &blocks: a byte block */
	size_t size;
	size_t before;
};

_Static_assert(sizeof(struct head) % HEAD_ALIGN == 0, "objects stay aligned");

static struct slab blocks = {.name = "block", .size = 0, .align = HEAD_ALIGN};

static struct head *head_of(const void *obj)
{
	return (struct head *)((uintptr_t)obj - sizeof(struct head));
}

static void *object_new(struct slab *s, size_t size, size_t align)
{
	size_t before = MAX(align, sizeof(struct head));
	size_t len;
	void *mem;
	char *obj;

	if (!add_ok(before, size, &len) || posix_memalign(&mem, MAX(align, HEAD_ALIGN), len) != 0)
		return NULL;
	obj = (char *)mem + before;
	memset(obj, 0, size);
	*head_of(obj) =
		(struct head){.magic = HEAD_MAGIC, .slab = s, .size = size, .before = before};
	return obj;
}

static void object_free(void *obj)
{
	struct head *h = head_of(obj);

	h->magic = 0;
	free((char *)obj - h->before);
}

size_t store_slot_cost(const struct slab *s)
{
	return s->size + sizeof(struct head);
}

size_t store_block_cost(size_t n)
{
	size_t cost;

	return add_ok(n, sizeof(struct head), &cost) ? cost : SIZE_MAX;
}

void *store_slot_take(struct slab *s)
{
	return object_new(s, s->size, s->align);
}

void store_slot_clean(const struct slab *s UNUSED, void *obj UNUSED)
{
}

/* The sanitizer knows better than a pattern what is freed. */
void store_slot_poison(const struct slab *s UNUSED, void *obj UNUSED)
{
}

void store_slot_give(struct slab *s, void *obj)
{
	const struct head *h = head_of(obj);

	if (h->magic != HEAD_MAGIC || h->slab != s)
		panic("arena: %p is not a %s", obj, s->name);
	object_free(obj);
}

/* Every block is "large": it has exactly the size that was asked for. */
struct slab *store_class(size_t n UNUSED)
{
	return NULL;
}

void *store_large_take(size_t n)
{
	return object_new(&blocks, n, HEAD_ALIGN);
}

void store_large_give(void *p)
{
	object_free(p);
}

struct slab *store_block_find(const void *p, size_t *ret_size)
{
	const struct head *h = head_of(p);

	if (h->magic != HEAD_MAGIC || h->slab != &blocks)
		panic("arena: %p is not a block", p);
	*ret_size = h->size;
	return NULL;
}
