/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of cgroup v1, which is what OCI speaks, as cgroup v2 takes them. The formulas are those of
 * runc (github.com/opencontainers/cgroups), so that a container weighs the same under either
 * runtime.
 */
#include <errno.h>
#include <math.h>

#include "runtime/cgroup/cgroup_priv.h"

#define SHARES_MIN 2
#define SHARES_MAX 262144
#define WEIGHT_MAX 10000

/*
 * Shares of 2 to 2^18, by default 1024, to weights of 1 to 10000, by default 100: a quadratic
 * function of the logarithm goes through these three points.
 */
uint64_t cg_shares_to_weight(uint64_t shares)
{
	double l;

	if (shares == 0)
		return 0;
	if (shares <= SHARES_MIN)
		return 1;
	if (shares >= SHARES_MAX)
		return WEIGHT_MAX;
	l = log2((double)shares);
	return (uint64_t)ceil(pow(10, (l * l + 125 * l) / 612.0 - 7.0 / 34.0));
}

/* 10 to 1000 of blkio.weight to 1 to 10000 of io.weight, in proportion. */
uint64_t cg_blkio_to_io_weight(uint64_t weight)
{
	if (weight == 0)
		return 0;
	if (weight <= 10)
		return 1;
	if (weight >= 1000)
		return WEIGHT_MAX;
	return 1 + (weight - 10) * 9999 / 990;
}

int cg_swap_to_v2(int64_t memory, int64_t memsw, int64_t *ret, const char **ret_why)
{
	/* As on v1: memory without a limit, and nothing said of swap, is swap without a limit. */
	if (memory == -1 && memsw == 0) {
		*ret = -1;
		return 0;
	}
	if (memsw == -1 || memsw == 0) {
		*ret = memsw;
		return 0;
	}
	if (memory == 0 || memory == -1)
		*ret_why = "a limit of memory+swap needs a limit of memory";
	else if (memory < 0 || memsw < 0)
		*ret_why = "limits are not negative but for -1 (none)";
	else if (memsw < memory)
		*ret_why = "the limit of memory+swap is below that of memory";
	else {
		*ret = memsw - memory;
		return 0;
	}
	return -EINVAL;
}
