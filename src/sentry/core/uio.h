/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A uio is where the bytes of one read come to, or the bytes of one write come from: a cursor over
 * pieces of guest memory, or over a buffer of the Sentry. Files move bytes with uio_put and uio_get
 * and never know which it is. Implementations: mm/uaccess.c (guest memory), core/uio.c (Sentry
 * memory).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

struct uio;

/*
 * Called by uio_put/uio_get only. Moves up to n bytes at the cursor, advances it. May block for
 * host copies only.
 */
struct uio_ops {
	ssize_t (*put)(struct uio *u, const void *src, size_t n);
	ssize_t (*get)(struct uio *u, void *dst, size_t n);
};

#define UIO_FAST_PIECES 8

struct uio_piece {
	uint64_t addr; /* guest address, or a Sentry pointer for uio_kernel */
	size_t len;
};

struct uio {
	const struct uio_ops *ops;
	void *space;              /* the implementation's: the mm; NULL for kernel memory */
	struct uio_piece *pieces; /* borrowed or inline_pieces */
	size_t npieces, at;       /* current piece */
	size_t done_in_piece;
	size_t resid; /* bytes left */
	size_t total; /* bytes at the beginning */
	struct uio_piece inline_pieces[UIO_FAST_PIECES];
};

/*
 * For implementations: begin over pieces of `total` bytes together (their sum, checked by the
 * caller not to overflow), and step the cursor over n bytes that were moved just now. pieces is
 * borrowed, or u->inline_pieces.
 */
void uio_init(struct uio *u, const struct uio_ops *ops, void *space, struct uio_piece *pieces,
	      size_t npieces, size_t total);
void uio_advance(struct uio *u, size_t n);

/* Over n bytes of the Sentry's own memory at buf. */
void uio_kernel(struct uio *u, void *buf, size_t n);

/*
 * Move min(n, resid) bytes to (put) or from (get) the place. Returns the bytes moved, which are
 * less only when guest memory ends early; -EFAULT if not a single byte could be moved. The cursor
 * advances by what was moved.
 */
MUST_CHECK ssize_t uio_put(struct uio *u, const void *src, size_t n);
MUST_CHECK ssize_t uio_get(struct uio *u, void *dst, size_t n);
/* As uio_put, of n zero bytes. */
MUST_CHECK ssize_t uio_put_zeroes(struct uio *u, size_t n);
/* Step back by n bytes that were moved just now (a file could not take them after all). */
void uio_revert(struct uio *u, size_t n);
/* Cut the rest to at most n bytes. */
void uio_truncate(struct uio *u, size_t n);
/* The bytes moved so far. */
static inline size_t uio_moved(const struct uio *u)
{
	return u->total - u->resid;
}
