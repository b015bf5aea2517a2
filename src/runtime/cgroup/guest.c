/* SPDX-License-Identifier: Apache-2.0 */
/* Limits as the guest is told of them: linux.resources to the plan's struct. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"
#include "wire/plan.h"

#define CPUS_MAX (PLAN_CPU_WORDS * 64UL)

/* Digits at *s, which is moved past them. */
static bool take_number(const char **s, unsigned long *ret)
{
	char *end;

	if (**s < '0' || **s > '9')
		return false;
	errno = 0;
	*ret = strtoul(*s, &end, 10);
	*s = end;
	return errno == 0 && *ret < CPUS_MAX;
}

bool cg_parse_cpus(const char *list, uint64_t ret[PLAN_CPU_WORDS])
{
	memset(ret, 0, PLAN_CPU_WORDS * sizeof(ret[0]));
	for (;;) {
		unsigned long lo, hi;

		if (!take_number(&list, &lo))
			return false;
		hi = lo;
		if (*list == '-') {
			list++;
			if (!take_number(&list, &hi) || hi < lo)
				return false;
		}
		for (; lo <= hi; lo++)
			ret[lo / 64] |= 1ULL << (lo % 64);
		if (*list == 0 || *list == '\n')
			return true;
		if (*list++ != ',')
			return false;
	}
}

static uint64_t positive(const struct oci_opt_i64 *o)
{
	return cg_i64(o) > 0 ? (uint64_t)o->v : PLAN_UNLIMITED;
}

static int add_memory(const struct oci_memory *m, struct plan_limits *ret, struct cgroup_error *err)
{
	const char *why = NULL;
	int64_t swap;
	int r = cg_swap_to_v2(cg_i64(&m->limit), cg_i64(&m->swap), &swap, &why);

	if (r < 0)
		return cgroup_fail(err, r, "memory+swap %lld with memory %lld: %s",
				   (long long)cg_i64(&m->swap), (long long)cg_i64(&m->limit), why);
	ret->memory_max = positive(&m->limit);
	if (cg_i64(&m->reservation) > 0)
		ret->memory_low = (uint64_t)m->reservation.v;
	if (swap > 0 || (swap == 0 && cg_i64(&m->swap) > 0))
		ret->swap_max = (uint64_t)swap;
	return 0;
}

static int add_cpu(const struct oci_cpu *c, struct plan_limits *ret, struct cgroup_error *err)
{
	ret->cpu_quota_us = positive(&c->quota);
	ret->cpu_period_us = cg_u64(&c->period);
	ret->cpu_weight = cg_shares_to_weight(cg_u64(&c->shares));
	if (c->cpus && c->cpus[0] && !cg_parse_cpus(c->cpus, ret->cpus))
		return cgroup_fail(err, -EINVAL, "linux.resources.cpu.cpus \"%s\"", c->cpus);
	return 0;
}

int cgroup_guest_limits(const struct cgroup *cg, const struct oci_resources *r,
			struct plan_limits *ret, struct cgroup_error *err)
{
	struct plan_limits l = {0};
	int bad = 0;

	plan_limits_none(&l);
	if (r && r->memory)
		bad = add_memory(r->memory, &l, err);
	if (bad == 0 && r && r->cpu)
		bad = add_cpu(r->cpu, &l, err);
	if (r && r->pids)
		l.pids_max = positive(&r->pids->limit);
	if (bad < 0)
		return bad;
	l.enforce_memory = l.memory_max != PLAN_UNLIMITED && !cg_place(cg, CG_MEMORY);
	*ret = l;
	return 0;
}
