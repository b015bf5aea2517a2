/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of the controllers. A zero is no demand (engines write zeroes for what their user
 * did not say), and -1, "no limit", is none either: a host without the controller has no limit.
 */
#include "runtime/cgroup/cgroup_priv.h"

static bool limits(const struct oci_opt_i64 *o)
{
	return o->set && o->v > 0;
}

static bool says(const struct oci_opt_u64 *o)
{
	return o->set && o->v != 0;
}

static uint32_t memory_demands(const struct oci_memory *m)
{
	bool any = m && (limits(&m->limit) || limits(&m->reservation) || limits(&m->swap) ||
			 limits(&m->kernel_tcp));

	return any ? CG_BIT(CG_MEMORY) : 0;
}

static uint32_t cpu_demands(const struct oci_cpu *c)
{
	uint32_t bits = 0;

	if (!c)
		return 0;
	if (says(&c->shares) || limits(&c->quota) || says(&c->period) || says(&c->burst) ||
	    limits(&c->realtime_runtime) || says(&c->realtime_period) || limits(&c->idle))
		bits |= CG_BIT(CG_CPU);
	if ((c->cpus && c->cpus[0]) || (c->mems && c->mems[0]))
		bits |= CG_BIT(CG_CPUSET);
	return bits;
}

static uint32_t blkio_demands(const struct oci_block_io *b)
{
	bool any = b &&
		   ((b->weight.set && b->weight.v) || (b->leaf_weight.set && b->leaf_weight.v) ||
		    b->weight_device.n || b->throttle_read_bps.n || b->throttle_write_bps.n ||
		    b->throttle_read_iops.n || b->throttle_write_iops.n);

	return any ? CG_BIT(CG_BLKIO) : 0;
}

uint32_t cg_demands(const struct oci_resources *r)
{
	uint32_t bits = 0;

	if (!r)
		return 0;
	bits = memory_demands(r->memory) | cpu_demands(r->cpu) | blkio_demands(r->block_io);
	if (r->pids && limits(&r->pids->limit))
		bits |= CG_BIT(CG_PIDS);
	if (r->hugepage_limits.n)
		bits |= CG_BIT(CG_HUGETLB);
	if (r->network && r->network->class_id.set && r->network->class_id.v)
		bits |= CG_BIT(CG_NET_CLS);
	if (r->network && r->network->priorities.n)
		bits |= CG_BIT(CG_NET_PRIO);
	if (r->rdma.n)
		bits |= CG_BIT(CG_RDMA);
	return bits;
}

bool cg_any_limit(const struct oci_resources *r)
{
	return cg_demands(r) != 0 || (r && r->unified.n > 0);
}

void cg_name_all(uint32_t controllers, struct strbuf *ret)
{
	for (int c = 0; c < CG_COUNT; c++)
		if (controllers & CG_BIT(c))
			strbuf_addf(ret, "%s%s", ret->len > 0 ? ", " : "",
				    cg_controller_name((enum cgroup_controller)c, false));
}
