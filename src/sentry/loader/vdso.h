/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vDSO of every program, vdso(7), and the clock behind it. The guest's code
 * (guest/x86_64/vdso.c) reads the processor's time stamp counter and a page of parameters; this
 * file keeps that page, and reads the same clock for the system calls, so that both tell one time
 * which never runs backwards. docs/adr/0002-guest-clock.md tells how it stays accurate without a
 * tick.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

/*
 * Make the parameter page and the image, and hand the loader its vDSO (loader_set_vdso). Once, by
 * boot, before the first program and before the lockdown. -errno: the host gives no memory;
 * programs then run without a vDSO.
 */
MUST_CHECK int vdso_start(void);

/*
 * What the guest's clock `id` reads: LX_CLOCK_REALTIME, MONOTONIC, MONOTONIC_RAW, BOOTTIME, TAI or
 * a COARSE one. Without vdso_start: the host's clock. -EINVAL: another one.
 */
MUST_CHECK int vdso_clock_read(int id, int64_t *ret_ns);
