/* SPDX-License-Identifier: Apache-2.0 */
/* Names of controllers, in both worlds. */
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"

static const struct {
	const char *v1, *v2; /* NULL: not there */
} names[CG_COUNT] = {
	[CG_CPU] = {"cpu", "cpu"},
	[CG_CPUACCT] = {"cpuacct", NULL},
	[CG_CPUSET] = {"cpuset", "cpuset"},
	[CG_MEMORY] = {"memory", "memory"},
	[CG_DEVICES] = {"devices", NULL},
	[CG_FREEZER] = {"freezer", NULL},
	[CG_PIDS] = {"pids", "pids"},
	[CG_BLKIO] = {"blkio", "io"},
	[CG_HUGETLB] = {"hugetlb", "hugetlb"},
	[CG_NET_CLS] = {"net_cls", NULL},
	[CG_NET_PRIO] = {"net_prio", NULL},
	[CG_PERF_EVENT] = {"perf_event", NULL},
	[CG_RDMA] = {"rdma", "rdma"},
	[CG_MISC] = {"misc", "misc"},
};

const char *cg_controller_name(enum cgroup_controller c, bool unified)
{
	return unified ? names[c].v2 : names[c].v1;
}

static uint32_t bit_of(const char *s, size_t n, bool unified)
{
	for (size_t c = 0; c < CG_COUNT; c++) {
		const char *name = unified ? names[c].v2 : names[c].v1;

		if (name && strlen(name) == n && memcmp(name, s, n) == 0)
			return CG_BIT(c);
	}
	return 0;
}

uint32_t cg_controllers_parse(const char *list, char sep, bool unified)
{
	uint32_t bits = 0;

	for (const char *s = list; *s;) {
		size_t n = 0;

		while (s[n] && s[n] != sep && s[n] != '\n')
			n++;
		bits |= bit_of(s, n, unified);
		s += n;
		while (*s && (*s == sep || *s == '\n'))
			s++;
	}
	return bits;
}
