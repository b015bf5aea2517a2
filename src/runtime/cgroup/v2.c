/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of cgroup v2. Source: the kernel's Documentation/admin-guide/cgroup-v2.rst; the values
 * that v1 has and v2 lacks are converted (convert.c) or, where there is nothing to convert them to,
 * left out and told in the log: swappiness, the OOM killer's switch, kernel memory, realtime.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "runtime/cgroup/cgroup_priv.h"

/* ---- memory ---- */

static void tell_left_out(const struct oci_memory *m)
{
	if (m->swappiness.set && m->swappiness.v != UINT64_MAX)
		log_warn("cgroup: memory.swappiness is ignored: cgroup v2 has none");
	if (m->disable_oom_killer.set && m->disable_oom_killer.v)
		log_warn("cgroup: disableOOMKiller is ignored: cgroup v2 has no such switch");
	if (cg_i64(&m->kernel) > 0 || cg_i64(&m->kernel_tcp) > 0)
		log_warn("cgroup: limits of kernel memory are ignored: cgroup v2 has none");
}

/* Would the new limit kill at once? Only asked if the caller wants to be refused then. */
static int check_usage(const char *dir, const struct oci_memory *m, struct cgroup_error *err)
{
	uint64_t usage, swap;
	int64_t limit = cg_i64(&m->limit), memsw = cg_i64(&m->swap);

	if (!m->check_before_update.set || !m->check_before_update.v)
		return 0;
	if (cg_read_u64(dir, "memory.current", &usage) < 0)
		return 0; /* nobody is in it yet */
	if (limit > 0 && usage > (uint64_t)limit)
		return cgroup_fail(err, -EBUSY,
				   "memory.max %lld of %s: %llu bytes are in use, and the limit "
				   "was asked to hold only if it can (checkBeforeUpdate)",
				   (long long)limit, dir, (unsigned long long)usage);
	if (memsw > 0 && cg_read_u64(dir, "memory.swap.current", &swap) == 0 &&
	    usage + swap > (uint64_t)memsw)
		return cgroup_fail(err, -EBUSY,
				   "memory+swap limit %lld of %s: %llu bytes are in use, and the "
				   "limit was asked to hold only if it can (checkBeforeUpdate)",
				   (long long)memsw, dir, (unsigned long long)(usage + swap));
	return 0;
}

/* Zero is a value here ("no swap"), if it came from memory+swap equal to memory. */
static int set_swap(const char *dir, int64_t swap, bool said, struct cgroup_error *err)
{
	int r;

	if (swap == 0 && !said)
		return 0;
	r = cg_set_limit(dir, "memory.swap.max", swap, "max", err);
	/* A kernel without swap accounting has no swap to forbid, nor to allow. */
	return r == -ENOENT && swap <= 0 ? 0 : r;
}

static int set_memory(const char *dir, const struct oci_memory *m, struct cgroup_error *err)
{
	const char *why = NULL;
	int64_t swap;
	int r;

	if (!m)
		return 0;
	tell_left_out(m);
	r = check_usage(dir, m, err);
	if (r < 0)
		return r;
	r = cg_swap_to_v2(cg_i64(&m->limit), cg_i64(&m->swap), &swap, &why);
	if (r < 0)
		return cgroup_fail(err, r, "memory+swap %lld with memory %lld: %s",
				   (long long)cg_i64(&m->swap), (long long)cg_i64(&m->limit), why);
	r = set_swap(dir, swap, cg_i64(&m->swap) > 0, err);
	if (r == 0 && cg_i64(&m->limit) != 0)
		r = cg_set_limit(dir, "memory.max", m->limit.v, "max", err);
	if (r == 0 && cg_i64(&m->reservation) != 0)
		r = cg_set_limit(dir, "memory.low", m->reservation.v, "max", err);
	return r;
}

/* ---- cpu ---- */

static int set_burst(const char *dir, uint64_t burst, struct cgroup_error *err)
{
	if (burst == 0 && !cg_exists(dir, "cpu.max.burst"))
		return 0;
	return cg_set_u64(dir, "cpu.max.burst", burst, err);
}

/* A half that is not said keeps what holds. */
static int set_max(const char *dir, const struct oci_cpu *c, struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf old = STRBUF_INIT;
	uint64_t period = cg_u64(&c->period);
	int64_t quota = cg_i64(&c->quota);
	const char *gap;

	if (quota == 0 && period == 0)
		return 0;
	(void)!cg_read(dir, "cpu.max", &old);
	gap = strchr(strbuf_str(&old), ' ');
	if (period == 0 && gap) {
		AUTO(free) char *text = strndup(gap + 1, strcspn(gap + 1, "\n"));

		if (!text || !cg_parse_u64(text, &period))
			period = 0;
	}
	period = period ? period : 100000;
	if (quota > 0)
		return cg_setf(dir, "cpu.max", err, "%lld %llu", (long long)quota,
			       (unsigned long long)period);
	if (quota == 0 && gap)
		return cg_setf(dir, "cpu.max", err, "%.*s %llu", (int)(gap - old.s), old.s,
			       (unsigned long long)period);
	return cg_setf(dir, "cpu.max", err, "max %llu", (unsigned long long)period);
}

static int set_cpu(const char *dir, const struct oci_cpu *c, struct cgroup_error *err)
{
	bool burst_again = false;
	int r = 0;

	if (!c)
		return 0;
	if (cg_i64(&c->realtime_runtime) != 0 || cg_u64(&c->realtime_period) != 0)
		log_warn("cgroup: realtime limits are ignored: cgroup v2 has none");
	if (cg_u64(&c->shares) != 0)
		r = cg_set_u64(dir, "cpu.weight", cg_shares_to_weight(c->shares.v), err);
	if (r == 0 && c->burst.set) {
		r = set_burst(dir, c->burst.v, err);
		burst_again = r == -EINVAL && cg_i64(&c->quota) != 0;
		r = burst_again ? 0 : r;
	}
	if (r == 0)
		r = set_max(dir, c, err);
	if (r == 0 && burst_again)
		r = set_burst(dir, c->burst.v, err);
	if (r == 0 && c->idle.set && (c->idle.v != 0 || cg_exists(dir, "cpu.idle")))
		r = cg_set_i64(dir, "cpu.idle", c->idle.v, err);
	return r;
}

/* ---- the rest ---- */

/* Verbatim, but for names that would leave the directory or speak of processes. */
static int set_unified(const char *dir, const struct oci_map *u, struct cgroup_error *err)
{
	int ret = 0;

	for (size_t i = 0; i < u->n && ret == 0; i++) {
		const char *key = u->v[i].key, *dot = strchr(key, '.');

		if (strchr(key, '/') || !dot || dot == key || strcmp(key, "..") == 0)
			return cgroup_fail(err, -EINVAL,
					   "unified \"%s\": not the name of a control group's file",
					   key);
		if (strncmp(key, "cgroup.", 7) == 0 && strcmp(key, "cgroup.max.depth") != 0 &&
		    strcmp(key, "cgroup.max.descendants") != 0 && strcmp(key, "cgroup.pressure"))
			return cgroup_fail(err, -EINVAL,
					   "unified \"%s\": this file is the runtime's own", key);
		ret = cg_write(dir, key, u->v[i].value);
		if (ret == -ENOENT)
			return cgroup_fail(err, ret,
					   "unified \"%s\": %s has no such file (is the controller "
					   "%.*s available?)",
					   key, dir, (int)(dot - key), key);
		if (ret < 0)
			return cgroup_fail(err, ret, "writing \"%s\" to %s/%s", u->v[i].value, dir,
					   key);
	}
	return ret;
}

int cg_v2_set(const struct cgroup_place *p, const struct oci_resources *r, struct cgroup_error *err)
{
	uint32_t c = p->controllers;
	int ret = 0;

	if (c & CG_BIT(CG_MEMORY))
		ret = set_memory(p->dir, r->memory, err);
	if (ret == 0 && c & CG_BIT(CG_CPU))
		ret = set_cpu(p->dir, r->cpu, err);
	if (ret == 0 && c & CG_BIT(CG_CPUSET))
		ret = cg_set_cpuset(p->dir, r->cpu, err);
	if (ret == 0 && c & CG_BIT(CG_PIDS) && r->pids && cg_i64(&r->pids->limit) != 0)
		ret = cg_set_limit(p->dir, "pids.max", r->pids->limit.v, "max", err);
	if (ret == 0 && c & CG_BIT(CG_BLKIO))
		ret = cg_v2_set_io(p->dir, r->block_io, err);
	if (ret == 0 && c & CG_BIT(CG_HUGETLB))
		ret = cg_set_hugetlb(p->dir, r, "max", err);
	if (ret == 0 && c & CG_BIT(CG_RDMA))
		ret = cg_set_rdma(p->dir, r, err);
	if (ret == 0 && c & CG_BIT(CG_DEVICES) && !p->rootless)
		ret = cg_devices_v2(p->dir, r, err);
	return ret < 0 ? ret : set_unified(p->dir, &r->unified, err);
}

void cg_v2_repeat_limits(const char *dir, const char *leaf)
{
	static const char *const files[] = {"memory.max", "memory.swap.max", "pids.max"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

		if (cg_read(dir, files[i], &sb) < 0 || sb.len == 0)
			continue;
		strbuf_truncate(&sb, strcspn(sb.s, "\n"));
		if (cg_write(leaf, files[i], sb.s) < 0)
			log_debug("cgroup: %s/%s stays as it is", leaf, files[i]);
	}
}
