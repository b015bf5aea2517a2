/* SPDX-License-Identifier: Apache-2.0 */
/* The budget of memory; see budget.h. */
#include "sentry/core/budget.h"

#include <stdatomic.h>

#include "base/check.h"
#include "base/checked.h"

/* Key: all [a]; the limit is set once, before guests run. */
static _Atomic uint64_t limit, used, peak, refusals;

void budget_set_limit(uint64_t bytes)
{
	atomic_store(&limit, bytes);
}

bool budget_fits(uint64_t more, uint64_t freed)
{
	uint64_t max = atomic_load_explicit(&limit, memory_order_relaxed);
	uint64_t sum;

	if (max == 0 || more <= freed)
		return true;
	if (add_ok(atomic_load_explicit(&used, memory_order_relaxed), more - freed, &sum) &&
	    sum <= max)
		return true;
	atomic_fetch_add(&refusals, 1);
	return false;
}

void budget_charge(uint64_t bytes)
{
	uint64_t now = atomic_fetch_add(&used, bytes) + bytes;
	uint64_t seen = atomic_load_explicit(&peak, memory_order_relaxed);

	while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now))
		;
}

void budget_uncharge(uint64_t bytes)
{
	uint64_t before = atomic_fetch_sub(&used, bytes);

	check(before >= bytes);
}

uint64_t budget_used(void)
{
	return atomic_load(&used);
}

uint64_t budget_peak(void)
{
	return atomic_load(&peak);
}

uint64_t budget_refusals(void)
{
	return atomic_load(&refusals);
}
