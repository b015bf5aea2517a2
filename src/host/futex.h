/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's futex, process-private: the one thing that a thread of ours sleeps on when it waits
 * for another. Deadlines are absolute CLOCK_MONOTONIC, so a wait that is repeated does not grow.
 * futex(2).
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/compiler.h"

#define HOST_FUTEX_FOREVER INT64_MAX

/*
 * Sleep while *word == expected, at most until the monotonic clock reads deadline_ns
 * (HOST_FUTEX_FOREVER: no limit). 0: woken, maybe for nothing; -EAGAIN: *word was something else;
 * -ETIMEDOUT; -EINTR: a host signal was handled.
 */
MUST_CHECK int host_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns);
/*
 * Wake up to n sleepers. The word may already be gone: then nobody of interest is woken, and
 * nothing is touched.
 */
void host_futex_wake(_Atomic uint32_t *word, int n);
