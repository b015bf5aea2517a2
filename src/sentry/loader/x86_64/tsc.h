/* SPDX-License-Identifier: Apache-2.0 */
/* What the Sentry must know of the processor before a guest reads the time by itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The counter, as the guest's vDSO reads it. */
uint64_t tsc_count(void);
/*
 * Does the counter run at one speed and alike on all processors: is it the host's own clock source,
 * or, where the host does not say, called invariant by the processor.
 */
bool tsc_is_steady(void);
/* How user space learns the number of its processor: enum vdso_getcpu. */
uint32_t tsc_getcpu_kind(void);
