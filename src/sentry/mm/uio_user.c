/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A uio over guest memory: the pieces of a read or write call, checked once when it is made, moved
 * by vectored accesses of the platform. A move that meets memory that is not there ends early; only
 * one that moves nothing is -EFAULT.
 */
#include <errno.h>
#include <string.h>

#include "abi/types.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/mm_priv.h"
#include "sentry/mm/uaccess.h"

#define USER_BATCH 16

typedef ssize_t (*user_move_fn)(struct aspace *as, const struct plat_piece *v, size_t n);

/* The next pieces of u for at most n bytes at buf; *ret_sum is what they hold. */
static size_t user_gather(const struct uio *u, uint8_t *buf, size_t n, struct plat_piece *v,
			  size_t *ret_sum)
{
	size_t skip = u->done_in_piece;
	size_t sum = 0;
	size_t nv = 0;
	size_t i;

	for (i = u->at; i < u->npieces && nv < USER_BATCH && sum < n; i++) {
		size_t len = MIN(u->pieces[i].len - skip, n - sum);

		if (len > 0)
			v[nv++] = (struct plat_piece){
				.addr = u->pieces[i].addr + skip, .buf = buf + sum, .len = len};
		sum += len;
		skip = 0;
	}
	*ret_sum = sum;
	return nv;
}

static ssize_t user_move(struct uio *u, uint8_t *buf, size_t n, user_move_fn move)
{
	const struct mm *mm = u->space;
	size_t done = 0;

	while (done < n) {
		struct plat_piece v[USER_BATCH];
		size_t sum;
		size_t nv = user_gather(u, buf + done, n - done, v, &sum);
		ssize_t r;

		if (nv == 0)
			break;
		r = move(mm->as, v, nv);
		if (r <= 0)
			break;
		uio_advance(u, (size_t)r);
		done += (size_t)r;
		if ((size_t)r < sum)
			break;
	}
	return done > 0 ? (ssize_t)done : -EFAULT;
}

static ssize_t user_put(struct uio *u, const void *src, size_t n)
{
	const struct mm *mm = u->space;
	uint8_t *from;

	memcpy(&from, &src, sizeof(from)); /* only read from: plat_piece serves both directions */
	return user_move(u, from, n, mm->ops->write);
}

static ssize_t user_get(struct uio *u, void *dst, size_t n)
{
	const struct mm *mm = u->space;

	return user_move(u, dst, n, mm->ops->read);
}

static const struct uio_ops user_ops = {
	.put = user_put,
	.get = user_get,
};

static bool range_ok(uint64_t addr, uint64_t len)
{
	return len <= PLAT_GUEST_TOP && addr <= PLAT_GUEST_TOP - len;
}

int uio_user(struct uio *u, struct mm *mm, uaddr_t buf, size_t len)
{
	if (!range_ok(buf.va, len))
		return -EFAULT;
	len = MIN(len, (size_t)UACCESS_MAX_RW);
	u->inline_pieces[0] = (struct uio_piece){.addr = buf.va, .len = len};
	uio_init(u, &user_ops, mm, u->inline_pieces, 1, len);
	return 0;
}

/* Check the guest's vector and turn it into pieces; the sum is cut to UACCESS_MAX_RW. */
static int user_pieces(const struct lx_iovec *iov, size_t n, bool own, struct uio_piece *pieces,
		       size_t *ret_total)
{
	size_t total = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		uint64_t len = iov[i].iov_len;

		if (len > INT64_MAX)
			return -EINVAL;
		if (own && !range_ok(iov[i].iov_base, len))
			return -EFAULT;
		len = MIN(len, UACCESS_MAX_RW - total);
		pieces[i] = (struct uio_piece){.addr = iov[i].iov_base, .len = len};
		total += len;
	}
	*ret_total = total;
	return 0;
}

static int vector(struct uio *u, struct mm *mm, uaddr_t iov, uint64_t iovcnt, struct mm *of)
{
	struct lx_iovec few[UIO_FAST_PIECES];
	AUTO(arena_free) void *many = NULL;
	struct lx_iovec *vec = few;
	struct uio_piece *pieces = u->inline_pieces;
	size_t total;
	int r;

	if (iovcnt > UACCESS_IOV_MAX)
		return -EINVAL;
	if (iovcnt > UIO_FAST_PIECES) {
		many = arena_calloc(iovcnt, sizeof(*vec));
		if (!many)
			return -ENOMEM;
		vec = many;
	}
	r = copy_in(mm, vec, iov, iovcnt * sizeof(*vec));
	if (r < 0)
		return r;
	if (many) {
		pieces = arena_calloc(iovcnt, sizeof(*pieces));
		if (!pieces)
			return -ENOMEM;
	}
	r = user_pieces(vec, iovcnt, mm == of, pieces, &total);
	if (r < 0) {
		if (many)
			arena_free(pieces);
		return r;
	}
	uio_init(u, &user_ops, of, pieces, iovcnt, total);
	return 0;
}

int uio_user_iov(struct uio *u, struct mm *mm, uaddr_t iov, uint64_t iovcnt)
{
	return vector(u, mm, iov, iovcnt, mm);
}

int uio_remote_iov(struct uio *u, struct mm *mm, uaddr_t iov, uint64_t iovcnt, struct mm *of)
{
	return vector(u, mm, iov, iovcnt, of);
}

void uio_user_fini(struct uio *u)
{
	if (u->pieces != u->inline_pieces)
		arena_free(u->pieces);
	u->pieces = u->inline_pieces;
	u->npieces = 0;
}
