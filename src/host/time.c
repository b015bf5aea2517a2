/* SPDX-License-Identifier: Apache-2.0 */
/* clock_gettime(2) and clock_getres(2) in ns. 64 bits of them reach to the year 2262. */
#include "host/time.h"

#include <errno.h>

#include "base/check.h"

#define NSEC_IN_SEC 1000000000LL

int host_clock_get(clockid_t id, int64_t *ret_ns)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) < 0)
		return -errno;
	*ret_ns = ts.tv_sec * NSEC_IN_SEC + ts.tv_nsec;
	return 0;
}

int host_clock_resolution(clockid_t id, int64_t *ret_ns)
{
	struct timespec ts;

	if (clock_getres(id, &ts) < 0)
		return -errno;
	*ret_ns = ts.tv_sec * NSEC_IN_SEC + ts.tv_nsec;
	return 0;
}

int64_t host_monotonic_ns(void)
{
	int64_t ns = 0;

	check(host_clock_get(CLOCK_MONOTONIC, &ns) == 0);
	return ns;
}
