/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue of bytes in a buffer of fixed size. Positions run on for ever and wrap with their type;
 * the size of the buffer is a power of two. The owner's lock guards it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct byteq {
	uint8_t *buf;
	uint32_t size;  /* of buf, a power of two */
	uint32_t limit; /* how many it takes, at most size */
	uint32_t head, tail;
};

/* Borrows buf. */
void byteq_init(struct byteq *q, uint8_t *buf, uint32_t size, uint32_t limit);
static inline size_t byteq_len(const struct byteq *q)
{
	return q->head - q->tail;
}
static inline size_t byteq_room(const struct byteq *q)
{
	return q->limit - (q->head - q->tail);
}
/* Add, take, or look at what comes first: as many as there is room for or as there are. */
size_t byteq_put(struct byteq *q, const uint8_t *p, size_t n);
size_t byteq_get(struct byteq *q, uint8_t *dst, size_t n);
size_t byteq_peek(const struct byteq *q, uint8_t *dst, size_t n);
/* Forget the first n, which are there. */
void byteq_skip(struct byteq *q, size_t n);
/* Forget the newest, so that at most n are left. */
void byteq_cut(struct byteq *q, size_t n);
