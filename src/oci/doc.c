/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of blocks; small allocations are cut from the newest, large ones get one of their own.
 */
#include "oci/doc_priv.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

#define BLOCK_SIZE ((size_t)16 << 10)

struct block {
	struct block *next;
	size_t used, size; /* of data */
	alignas(max_align_t) unsigned char data[];
};

struct oci_doc {
	struct block *blocks; /* the first is the one that is cut from */
};

struct oci_doc *oci_doc_new(void)
{
	return calloc(1, sizeof(struct oci_doc));
}

void oci_doc_free(struct oci_doc *doc)
{
	if (!doc)
		return;
	for (struct block *b = doc->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(doc);
}

/* A block with room for size bytes, linked so that the one with most room stays first. */
static struct block *block_new(struct oci_doc *doc, size_t size)
{
	size_t room = MAX(size, BLOCK_SIZE), total;
	struct block *b;

	if (!add_ok(room, sizeof(*b), &total))
		return NULL;
	b = calloc(1, total);
	if (!b)
		return NULL;
	b->size = room;
	if (size > BLOCK_SIZE && doc->blocks) {
		b->next = doc->blocks->next;
		doc->blocks->next = b;
	} else {
		b->next = doc->blocks;
		doc->blocks = b;
	}
	return b;
}

void *oci_doc_alloc(struct oci_doc *doc, size_t n, size_t size)
{
	struct block *b = doc->blocks;
	uint64_t rounded;
	size_t bytes;
	void *p;

	if (!mul_ok(n, size, &bytes) || !align_up_ok(bytes, alignof(max_align_t), &rounded))
		return NULL;
	if (!b || b->size - b->used < rounded)
		b = block_new(doc, rounded);
	if (!b)
		return NULL;
	p = b->data + b->used;
	b->used += rounded;
	return p;
}

char *oci_doc_string(struct oci_doc *doc, const char *s, size_t n)
{
	size_t size;
	char *copy;

	if (!add_ok(n, 1U, &size))
		return NULL;
	copy = oci_doc_alloc(doc, size, 1);
	if (copy)
		memcpy(copy, s, n);
	return copy;
}
