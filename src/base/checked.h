/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic on numbers that somebody else chose. add_ok, sub_ok and mul_ok take any integer types
 * and a pointer to the result's type; they are true if the mathematical result fits it. On false
 * the result is not to be used. An alignment is a power of two.
 */
#ifndef CAISSON_BASE_CHECKED_H
#define CAISSON_BASE_CHECKED_H

#include "base/compiler.h"

#define add_ok(a, b, r) checked_fits(__builtin_add_overflow((a), (b), (r)))
#define sub_ok(a, b, r) checked_fits(__builtin_sub_overflow((a), (b), (r)))
#define mul_ok(a, b, r) checked_fits(__builtin_mul_overflow((a), (b), (r)))

MUST_CHECK static inline bool checked_fits(bool overflowed)
{
	return !overflowed;
}

static inline bool is_power_of_two(uint64_t x)
{
	return x != 0 && (x & (x - 1)) == 0;
}

static inline bool is_aligned(uint64_t x, uint64_t a)
{
	return (x & (a - 1)) == 0;
}

static inline uint64_t align_down(uint64_t x, uint64_t a)
{
	return x & ~(a - 1);
}

/* False if the next multiple of a does not fit 64 bits. */
MUST_CHECK static inline bool align_up_ok(uint64_t x, uint64_t a, uint64_t *ret)
{
	uint64_t up;

	if (__builtin_add_overflow(x, a - 1, &up))
		return false;
	*ret = align_down(up, a);
	return true;
}

#endif
