/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only code that follows guest addresses. Fetch once, check the copy, use the copy. Nothing
 * here faults the Sentry: whatever is not there is -EFAULT. May be called under locks that rank
 * above MM_MAP.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uaddr.h"
#include "sentry/core/uio.h"

struct mm;

/* The largest count that read and write move at once, as Linux: INT_MAX & ~(PAGE-1). */
#define UACCESS_MAX_RW  0x7ffff000ULL
#define UACCESS_IOV_MAX 1024

/* All n bytes or -EFAULT. */
MUST_CHECK int copy_in(struct mm *mm, void *dst, uaddr_t src, size_t n);
MUST_CHECK int copy_out(struct mm *mm, uaddr_t dst, const void *src, size_t n);
MUST_CHECK int copy_out_zero(struct mm *mm, uaddr_t dst, size_t n);
/* A NUL-terminated string of less than size bytes into dst: its length, -EFAULT, or -ENAMETOOLONG
 * if no NUL was met. */
MUST_CHECK ssize_t copy_in_str(struct mm *mm, char *dst, uaddr_t src, size_t size);
/*
 * A struct whose size the guest states (clone3, openat2, sched_setattr): usize bytes from src to
 * dst of ksize bytes; a longer one must be zero beyond ksize (-E2BIG), a shorter one is filled with
 * zeroes.
 */
MUST_CHECK int copy_in_struct(struct mm *mm, void *dst, size_t ksize, uaddr_t src, size_t usize);

/* A uio over one guest buffer; len is cut to UACCESS_MAX_RW. -EFAULT if the range is not below the
 * guest's top. */
MUST_CHECK int uio_user(struct uio *u, struct mm *mm, uaddr_t buf, size_t len);
/* Over an array of struct lx_iovec; checked as readv(2): -EINVAL, -EFAULT. uio_user_fini after use.
 */
MUST_CHECK int uio_user_iov(struct uio *u, struct mm *mm, uaddr_t iov, uint64_t iovcnt);
void uio_user_fini(struct uio *u);
/* As uio_user_iov: the vector is in mm, what it names is memory of `of` (process_vm_readv(2));
 * nothing is said of its addresses until they are followed. */
MUST_CHECK int uio_remote_iov(struct uio *u, struct mm *mm, uaddr_t iov, uint64_t iovcnt,
			      struct mm *of);

/* One aligned word, as a futex reads it; -EFAULT. The address is checked to be aligned (-EINVAL). */
MUST_CHECK int load_u32(struct mm *mm, uaddr_t addr, uint32_t *ret);
/* Compare and exchange one aligned word of ctx's own mm, atomic against guest code. *ret_old = what
 * was there. */
MUST_CHECK int cmpxchg_u32(struct mm *mm, struct ctx *ctx, uaddr_t addr, uint32_t expect,
			   uint32_t value, uint32_t *ret_old);
