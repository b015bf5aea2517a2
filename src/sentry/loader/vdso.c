/* SPDX-License-Identifier: Apache-2.0 */
#include "sentry/loader/vdso.h"

#include "sentry/core/clock.h"

int vdso_clock_read(int id, int64_t *ret_ns)
{
	return clock_read(id, ret_ns);
}
