/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atomic reference counts. 64 bits wide, so that no guest can wrap one.
 *
 *   ref_put (release, then acquire if last)      everything done to the object by other holders
 * happens before the last holder tears it down ref_get_unless_zero                          for
 * tables that do not own what they list: a look-up that meets an object on its way out treats it as
 * absent
 */
#ifndef CAISSON_BASE_REF_H
#define CAISSON_BASE_REF_H

#include <stdatomic.h>

#include "base/check.h"

struct ref {
	_Atomic uint64_t n;
};

/* One reference: the caller's. */
static inline void ref_init(struct ref *r)
{
	atomic_init(&r->n, 1);
}

/* The caller already has a reference, or holds a lock that keeps one alive. */
static inline void ref_get(struct ref *r)
{
	uint64_t old = atomic_fetch_add_explicit(&r->n, 1, memory_order_relaxed);

	check(old != 0);
}

/* True: it was the last one, tear down. */
MUST_CHECK static inline bool ref_put(struct ref *r)
{
	uint64_t old = atomic_fetch_sub_explicit(&r->n, 1, memory_order_acq_rel);

	check(old != 0);
	return old == 1;
}

/* False: the object is being torn down. */
MUST_CHECK static inline bool ref_get_unless_zero(struct ref *r)
{
	uint64_t old = atomic_load_explicit(&r->n, memory_order_relaxed);

	while (old != 0) {
		if (atomic_compare_exchange_weak_explicit(
			    &r->n, &old, old + 1, memory_order_acquire, memory_order_relaxed))
			return true;
	}
	return false;
}

/* A glimpse, for assertions and statistics. */
static inline uint64_t ref_read(struct ref *r)
{
	return atomic_load_explicit(&r->n, memory_order_relaxed);
}

#endif
