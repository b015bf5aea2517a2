/* SPDX-License-Identifier: Apache-2.0 */
/* The host's clocks, by its vDSO where it has one. clock_gettime(2). */
#pragma once

#include <stdint.h>
#include <time.h>

#include "base/compiler.h"

/* -EINVAL: the host has no such clock. */
MUST_CHECK int host_clock_get(clockid_t id, int64_t *ret_ns);
MUST_CHECK int host_clock_resolution(clockid_t id, int64_t *ret_ns);
/* CLOCK_MONOTONIC, which every Linux has. */
int64_t host_monotonic_ns(void);
