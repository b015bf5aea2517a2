/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes between the guest and the Sentry. Every range is checked to lie below PLAT_GUEST_TOP before
 * the platform hears of it, and every failure is -EFAULT: a stub that died under us as well, whose
 * threads will learn of it at their next switch. Nothing here takes MM_MAP: what is mapped is the
 * host's answer.
 */
#include "sentry/mm/uaccess.h"

#include <errno.h>
#include <string.h>

#include "abi/page.h"
#include "sentry/mm/mm_priv.h"

/* Pieces in one call to the platform when zeroes are written. */
#define ZERO_PIECES 16

static const uint8_t zero_page[LX_PAGE_SIZE];

static bool range_ok(uaddr_t addr, size_t n)
{
	return n <= PLAT_GUEST_TOP && addr.va <= PLAT_GUEST_TOP - n;
}

/* A platform piece is used for both directions, so its pointer is not const; a write does not
 * change what it points to. */
static void *unconst(const void *p)
{
	void *q;

	memcpy(&q, &p, sizeof(q));
	return q;
}

int copy_in(struct mm *mm, void *dst, uaddr_t src, size_t n)
{
	struct plat_piece p = {.addr = src.va, .buf = dst, .len = n};

	if (n == 0)
		return 0;
	if (!range_ok(src, n))
		return -EFAULT;
	return mm->ops->read(mm->as, &p, 1) == (ssize_t)n ? 0 : -EFAULT;
}

int copy_out(struct mm *mm, uaddr_t dst, const void *src, size_t n)
{
	struct plat_piece p = {.addr = dst.va, .buf = unconst(src), .len = n};

	if (n == 0)
		return 0;
	if (!range_ok(dst, n))
		return -EFAULT;
	return mm->ops->write(mm->as, &p, 1) == (ssize_t)n ? 0 : -EFAULT;
}

int copy_out_zero(struct mm *mm, uaddr_t dst, size_t n)
{
	uint64_t at = dst.va;

	if (!range_ok(dst, n))
		return -EFAULT;
	while (n > 0) {
		struct plat_piece v[ZERO_PIECES];
		size_t nv = 0;
		size_t sum = 0;

		for (; nv < ZERO_PIECES && sum < n; nv++) {
			size_t len = MIN(n - sum, sizeof(zero_page));

			v[nv] = (struct plat_piece){
				.addr = at + sum, .buf = unconst(zero_page), .len = len};
			sum += len;
		}
		if (mm->ops->write(mm->as, v, nv) != (ssize_t)sum)
			return -EFAULT;
		at += sum;
		n -= sum;
	}
	return 0;
}

/* Page by page: what lies behind the NUL's page need not be there. */
ssize_t copy_in_str(struct mm *mm, char *dst, uaddr_t src, size_t size)
{
	size_t done = 0;

	while (done < size) {
		uint64_t at;
		size_t len;
		const char *nul;

		if (!add_ok(src.va, done, &at))
			return -EFAULT;
		len = MIN(size - done, (size_t)(LX_PAGE_SIZE - at % LX_PAGE_SIZE));
		if (copy_in(mm, dst + done, uaddr(at), len) < 0)
			return -EFAULT;
		nul = memchr(dst + done, 0, len);
		if (nul)
			return nul - dst;
		done += len;
	}
	return -ENAMETOOLONG;
}

/* Are n bytes at addr zero: 0, -E2BIG or -EFAULT. n is below a page. */
static int check_zero_in(struct mm *mm, uaddr_t addr, size_t n)
{
	uint8_t buf[256];
	size_t done, i;

	for (done = 0; done < n;) {
		size_t len = MIN(n - done, sizeof(buf));
		uaddr_t at;

		if (!uaddr_add_ok(addr, done, &at) || copy_in(mm, buf, at, len) < 0)
			return -EFAULT;
		for (i = 0; i < len; i++)
			if (buf[i])
				return -E2BIG;
		done += len;
	}
	return 0;
}

int copy_in_struct(struct mm *mm, void *dst, size_t ksize, uaddr_t src, size_t usize)
{
	size_t n = MIN(ksize, usize);
	uaddr_t rest;
	int r;

	/* Each of the calls with such a struct refuses one of more than a page. */
	if (usize > LX_PAGE_SIZE)
		return -E2BIG;
	if (usize > ksize) {
		if (!uaddr_add_ok(src, ksize, &rest))
			return -EFAULT;
		r = check_zero_in(mm, rest, usize - ksize);
		if (r < 0)
			return r;
	}
	r = copy_in(mm, dst, src, n);
	if (r < 0)
		return r;
	memset((uint8_t *)dst + n, 0, ksize - n);
	return 0;
}

int load_u32(struct mm *mm, uaddr_t addr, uint32_t *ret)
{
	uint32_t words[2];
	int r;

	if (!is_aligned(addr.va, sizeof(uint32_t)))
		return -EINVAL;
	/* Eight aligned bytes: a host that copies fewer may go byte by byte, and tear the word. */
	r = copy_in(mm, words, uaddr(align_down(addr.va, sizeof(words))), sizeof(words));
	if (r < 0)
		return r;
	*ret = words[(addr.va / sizeof(uint32_t)) % 2];
	return 0;
}

int cmpxchg_u32(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint32_t expect, uint32_t value,
		uint32_t *ret_old)
{
	if (!is_aligned(addr.va, sizeof(uint32_t)))
		return -EINVAL;
	if (!range_ok(addr, sizeof(uint32_t)))
		return -EFAULT;
	return mm->ops->cmpxchg32(ctx->pc, addr.va, expect, value, ret_old) < 0 ? -EFAULT : 0;
}
