/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of cgroup v1: memory, cpuset, pids, hugetlb, net_cls, net_prio, rdma; v1_cpu.c and
 * v1_blkio.c have the rest. Source: the kernel's Documentation/admin-guide/cgroup-v1.
 *
 * Limits on kernel memory are ignored: the kernel has dropped them (Linux 5.16).
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "runtime/cgroup/cgroup_priv.h"

/* ---- memory ---- */

static int set_memory_limit(const char *dir, int64_t limit, struct cgroup_error *err)
{
	uint64_t usage = 0, peak = 0;
	int r;

	if (limit == 0)
		return 0;
	r = cg_set_i64(dir, "memory.limit_in_bytes", limit, err);
	if (r != -EBUSY)
		return r;
	if (cg_read_u64(dir, "memory.usage_in_bytes", &usage) < 0 ||
	    cg_read_u64(dir, "memory.max_usage_in_bytes", &peak) < 0)
		return r;
	return cgroup_fail(
		err, r,
		"writing \"%lld\" to %s/memory.limit_in_bytes: %llu bytes are in use (%llu "
		"at most so far) and cannot be given back",
		(long long)limit, dir, (unsigned long long)usage, (unsigned long long)peak);
}

static int set_memsw_limit(const char *dir, int64_t limit, struct cgroup_error *err)
{
	if (limit == 0)
		return 0;
	/* Without swap accounting there is nothing to lift. */
	if (limit < 0 && !cg_exists(dir, "memory.memsw.limit_in_bytes"))
		return 0;
	return cg_set_i64(dir, "memory.memsw.limit_in_bytes", limit, err);
}

/*
 * The kernel keeps memory <= memory+swap at every moment: growing starts with the sum, shrinking
 * with the part.
 */
static int set_memory_and_swap(const char *dir, const struct oci_memory *m,
			       struct cgroup_error *err)
{
	int64_t memory = cg_i64(&m->limit), memsw = cg_i64(&m->swap);
	uint64_t now = 0;
	int r;

	/* No limit of memory, and nothing said of swap, means none for both. */
	if (memory == -1 && memsw == 0)
		memsw = -1;
	if (memory != 0 && memsw != 0) {
		r = cg_read_u64(dir, "memory.limit_in_bytes", &now);
		if (r < 0)
			return cgroup_fail(err, r, "reading %s/memory.limit_in_bytes", dir);
		if (memsw < 0 || now < (uint64_t)memsw) {
			r = set_memsw_limit(dir, memsw, err);
			return r < 0 ? r : set_memory_limit(dir, memory, err);
		}
	}
	r = set_memory_limit(dir, memory, err);
	return r < 0 ? r : set_memsw_limit(dir, memsw, err);
}

static int set_swappiness(const char *dir, const struct oci_memory *m, struct cgroup_error *err)
{
	/* Docker writes -1, as a 64-bit number, for "not said". */
	if (!m->swappiness.set || m->swappiness.v == UINT64_MAX)
		return 0;
	if (m->swappiness.v > 100)
		return cgroup_fail(err, -EINVAL, "memory.swappiness %llu is not one of 0 to 100",
				   (unsigned long long)m->swappiness.v);
	return cg_set_u64(dir, "memory.swappiness", m->swappiness.v, err);
}

static int set_memory(const char *dir, const struct oci_memory *m, struct cgroup_error *err)
{
	int r;

	if (!m)
		return 0;
	r = set_memory_and_swap(dir, m, err);
	if (r == 0 && cg_i64(&m->reservation) != 0)
		r = cg_set_i64(dir, "memory.soft_limit_in_bytes", m->reservation.v, err);
	if (r == 0 && cg_i64(&m->kernel_tcp) != 0)
		r = cg_set_i64(dir, "memory.kmem.tcp.limit_in_bytes", m->kernel_tcp.v, err);
	if (r == 0 && cg_i64(&m->kernel) != 0)
		log_warn("cgroup: the limit of kernel memory is ignored: Linux has none any more");
	if (r == 0 && m->disable_oom_killer.set && m->disable_oom_killer.v)
		r = cg_set(dir, "memory.oom_control", "1", err);
	return r < 0 ? r : set_swappiness(dir, m, err);
}

/* ---- cpuset ---- */

static int copy_if_empty(const char *parent, const char *dir, const char *file,
			 struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf mine = STRBUF_INIT, theirs = STRBUF_INIT;
	int r = cg_read(dir, file, &mine);

	if (r < 0)
		return cgroup_fail(err, r, "reading %s/%s", dir, file);
	if (mine.len > 0 && mine.s[0] != '\n')
		return 0;
	r = cg_read(parent, file, &theirs);
	if (r < 0)
		return cgroup_fail(err, r, "reading %s/%s", parent, file);
	strbuf_truncate(&theirs, strcspn(strbuf_str(&theirs), "\n"));
	return theirs.len > 0 ? cg_set(dir, file, theirs.s, err) : 0;
}

static int inherit_step(void *arg, const char *step)
{
	AUTO(strbuf_fini) struct strbuf parent = STRBUF_INIT;
	const char *slash = strrchr(step, '/');
	int r;

	strbuf_add(&parent, step, slash ? (size_t)(slash - step) : 0);
	if (strbuf_result(&parent) < 0)
		return cgroup_fail(arg, -ENOMEM, "setting up %s", step);
	r = copy_if_empty(strbuf_str(&parent), step, "cpuset.cpus", arg);
	return r < 0 ? r : copy_if_empty(strbuf_str(&parent), step, "cpuset.mems", arg);
}

int cg_v1_inherit_cpuset(const char *mount, const char *dir, struct cgroup_error *err)
{
	return cg_for_each_step(mount, dir, inherit_step, err);
}

/* ---- the smaller ones ---- */

static int set_net_prio(const char *dir, const struct oci_network *n, struct cgroup_error *err)
{
	int r = 0;

	for (size_t i = 0; n && i < n->priorities.n && r == 0; i++)
		r = cg_setf(dir, "net_prio.ifpriomap", err, "%s %u", n->priorities.v[i].name,
			    n->priorities.v[i].priority);
	return r;
}

int cg_set_rdma(const char *dir, const struct oci_resources *r, struct cgroup_error *err)
{
	int ret = 0;

	for (size_t i = 0; i < r->rdma.n && ret == 0; i++) {
		const struct oci_rdma *d = &r->rdma.v[i];
		AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

		strbuf_adds(&sb, d->key);
		if (d->hca_handles.set)
			strbuf_addf(&sb, " hca_handle=%u", d->hca_handles.v);
		if (d->hca_objects.set)
			strbuf_addf(&sb, " hca_object=%u", d->hca_objects.v);
		ret = cg_setf(dir, "rdma.max", err, "%s", strbuf_str(&sb));
	}
	return ret;
}

int cg_v1_set(const struct cgroup_place *p, const struct oci_resources *r, struct cgroup_error *err)
{
	uint32_t c = p->controllers;
	int ret = 0;

	if (c & CG_BIT(CG_DEVICES) && !p->rootless)
		ret = cg_devices_v1(p->dir, r, err);
	if (ret == 0 && c & CG_BIT(CG_MEMORY))
		ret = set_memory(p->dir, r->memory, err);
	if (ret == 0 && c & CG_BIT(CG_CPU))
		ret = cg_v1_set_cpu(p->dir, r->cpu, err);
	if (ret == 0 && c & CG_BIT(CG_CPUSET))
		ret = cg_set_cpuset(p->dir, r->cpu, err);
	if (ret == 0 && c & CG_BIT(CG_PIDS) && r->pids && cg_i64(&r->pids->limit) != 0)
		ret = cg_set_limit(p->dir, "pids.max", r->pids->limit.v, "max", err);
	if (ret == 0 && c & CG_BIT(CG_BLKIO))
		ret = cg_v1_set_blkio(p->dir, r->block_io, err);
	if (ret == 0 && c & CG_BIT(CG_HUGETLB))
		ret = cg_set_hugetlb(p->dir, r, "limit_in_bytes", err);
	if (ret == 0 && c & CG_BIT(CG_NET_CLS) && r->network && r->network->class_id.set &&
	    r->network->class_id.v != 0)
		ret = cg_set_u64(p->dir, "net_cls.classid", r->network->class_id.v, err);
	if (ret == 0 && c & CG_BIT(CG_NET_PRIO))
		ret = set_net_prio(p->dir, r->network, err);
	if (ret == 0 && c & CG_BIT(CG_RDMA))
		ret = cg_set_rdma(p->dir, r, err);
	return ret;
}
