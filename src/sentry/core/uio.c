/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cursor of a uio, and the uio over the Sentry's own memory, whose copies cannot fail.
 *
 * Invariants: (1) resid is the sum of what is left of the current piece and of all after it; (2)
 * done_in_piece is below the current piece's length, unless at == npieces; (3) total - resid bytes
 * were moved and not reverted. Implementations keep them with uio_advance.
 */
#include "sentry/core/uio.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

static ssize_t kernel_put(struct uio *u, const void *src, size_t n);
static ssize_t kernel_get(struct uio *u, void *dst, size_t n);

static const struct uio_ops kernel_ops = {
	.put = kernel_put,
	.get = kernel_get,
};

static const char zeroes[4096];

void uio_init(struct uio *u, const struct uio_ops *ops, void *space, struct uio_piece *pieces,
	      size_t npieces, size_t total)
{
	u->ops = ops;
	u->space = space;
	u->pieces = pieces;
	u->npieces = npieces;
	u->at = 0;
	u->done_in_piece = 0;
	u->resid = total;
	u->total = total;
	uio_advance(u, 0);
}

void uio_kernel(struct uio *u, void *buf, size_t n)
{
	u->inline_pieces[0] = (struct uio_piece){.addr = (uintptr_t)buf, .len = n};
	uio_init(u, &kernel_ops, NULL, u->inline_pieces, 1, n);
}

/*
 * Over the pieces that n bytes from here take up. Pieces without a byte are stepped over, also at
 * the end.
 */
void uio_advance(struct uio *u, size_t n)
{
	check(n <= u->resid);
	u->resid -= n;
	while (u->at < u->npieces && n >= u->pieces[u->at].len - u->done_in_piece) {
		n -= u->pieces[u->at].len - u->done_in_piece;
		u->at++;
		u->done_in_piece = 0;
	}
	if (n > 0) {
		check(u->at < u->npieces);
		u->done_in_piece += n;
	}
}

ssize_t uio_put(struct uio *u, const void *src, size_t n)
{
	n = MIN(n, u->resid);
	return n == 0 ? 0 : u->ops->put(u, src, n);
}

ssize_t uio_get(struct uio *u, void *dst, size_t n)
{
	n = MIN(n, u->resid);
	return n == 0 ? 0 : u->ops->get(u, dst, n);
}

ssize_t uio_put_zeroes(struct uio *u, size_t n)
{
	size_t done = 0;

	n = MIN(n, u->resid);
	while (done < n) {
		size_t chunk = MIN(n - done, sizeof(zeroes));
		ssize_t r = uio_put(u, zeroes, chunk);

		if (r < 0 && done == 0)
			return r;
		if (r > 0)
			done += (size_t)r;
		if (r < 0 || (size_t)r < chunk)
			break;
	}
	return (ssize_t)done;
}

void uio_revert(struct uio *u, size_t n)
{
	check(n <= uio_moved(u));
	u->resid += n;
	while (n > u->done_in_piece) {
		n -= u->done_in_piece;
		check(u->at > 0);
		u->at--;
		u->done_in_piece = u->pieces[u->at].len;
	}
	u->done_in_piece -= n;
}

/*
 * total shrinks as well, so that uio_moved stays true. The pieces stay: resid alone says where the
 * end is.
 */
void uio_truncate(struct uio *u, size_t n)
{
	if (n >= u->resid)
		return;
	u->total -= u->resid - n;
	u->resid = n;
}

/* The bytes of the current piece, at most n of them; advances. */
static void *kernel_next(struct uio *u, size_t n, size_t *ret_n)
{
	const struct uio_piece *p = &u->pieces[u->at];
	uintptr_t addr = (uintptr_t)p->addr + u->done_in_piece;

	*ret_n = MIN(n, p->len - u->done_in_piece);
	uio_advance(u, *ret_n);
	return (void *)addr;
}

static ssize_t kernel_put(struct uio *u, const void *src, size_t n)
{
	for (size_t done = 0; done < n;) {
		size_t chunk;
		void *to = kernel_next(u, n - done, &chunk);

		memcpy(to, (const char *)src + done, chunk);
		done += chunk;
	}
	return (ssize_t)n;
}

static ssize_t kernel_get(struct uio *u, void *dst, size_t n)
{
	for (size_t done = 0; done < n;) {
		size_t chunk;
		const void *from = kernel_next(u, n - done, &chunk);

		memcpy((char *)dst + done, from, chunk);
		done += chunk;
	}
	return (ssize_t)n;
}
