/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of bytes; the header has the story. */
#include "sentry/fs/tty/byteq.h"

#include <string.h>

#include "base/check.h"
#include "base/compiler.h"

void byteq_init(struct byteq *q, uint8_t *buf, uint32_t size, uint32_t limit)
{
	check(size > 0 && (size & (size - 1)) == 0 && limit <= size);
	*q = (struct byteq){.buf = buf, .size = size, .limit = limit};
}

size_t byteq_put(struct byteq *q, const uint8_t *p, size_t n)
{
	size_t count = MIN(n, byteq_room(q)), at = q->head & (q->size - 1);
	size_t first = MIN(count, q->size - at);

	if (count == 0)
		return 0;
	memcpy(q->buf + at, p, first);
	memcpy(q->buf, p + first, count - first);
	q->head += (uint32_t)count;
	return count;
}

size_t byteq_peek(const struct byteq *q, uint8_t *dst, size_t n)
{
	size_t count = MIN(n, byteq_len(q)), at = q->tail & (q->size - 1);
	size_t first = MIN(count, q->size - at);

	if (count == 0)
		return 0;
	memcpy(dst, q->buf + at, first);
	memcpy(dst + first, q->buf, count - first);
	return count;
}

void byteq_skip(struct byteq *q, size_t n)
{
	check(n <= byteq_len(q));
	q->tail += (uint32_t)n;
}

size_t byteq_get(struct byteq *q, uint8_t *dst, size_t n)
{
	size_t count = byteq_peek(q, dst, n);

	byteq_skip(q, count);
	return count;
}

void byteq_cut(struct byteq *q, size_t n)
{
	if (byteq_len(q) > n)
		q->head = q->tail + (uint32_t)n;
}
