/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cpu controller of cgroup v1. Quota, period and burst bind each other: a period that would
 * give more than the parent has is refused (EINVAL) while the old quota holds, and a burst may not
 * exceed the quota. So what was refused is tried once more when the quota is there.
 */
#include <errno.h>

#include "base/log.h"
#include "runtime/cgroup/cgroup_priv.h"

static int set_shares(const char *dir, const struct oci_cpu *c, struct cgroup_error *err)
{
	uint64_t want = cg_u64(&c->shares), got;
	int r;

	if (want == 0)
		return 0;
	r = cg_set_u64(dir, "cpu.shares", want, err);
	if (r < 0 || cg_read_u64(dir, "cpu.shares", &got) < 0 || got == want)
		return r;
	return cgroup_fail(err, -EINVAL, "cpu.shares %llu is %s what the kernel takes (%llu)",
			   (unsigned long long)want, want > got ? "more than" : "less than",
			   (unsigned long long)got);
}

/* Realtime first: without a runtime nobody with a realtime policy can join. */
static int set_realtime(const char *dir, const struct oci_cpu *c, struct cgroup_error *err)
{
	uint64_t period = cg_u64(&c->realtime_period);
	int64_t runtime = cg_i64(&c->realtime_runtime);
	bool again = false;
	int r = 0;

	if (period != 0) {
		r = cg_set_u64(dir, "cpu.rt_period_us", period, err);
		again = r == -EINVAL && runtime != 0;
		r = again ? 0 : r;
	}
	if (r == 0 && runtime != 0)
		r = cg_set_i64(dir, "cpu.rt_runtime_us", runtime, err);
	return r == 0 && again ? cg_set_u64(dir, "cpu.rt_period_us", period, err) : r;
}

static int set_burst(const char *dir, uint64_t burst, struct cgroup_error *err)
{
	if (burst == 0 && !cg_exists(dir, "cpu.cfs_burst_us"))
		return 0; /* before Linux 5.14 nothing bursts */
	return cg_set_u64(dir, "cpu.cfs_burst_us", burst, err);
}

static int set_bandwidth(const char *dir, const struct oci_cpu *c, struct cgroup_error *err)
{
	uint64_t period = cg_u64(&c->period);
	int64_t quota = cg_i64(&c->quota);
	bool period_again = false, burst_again = false;
	int r = 0;

	if (period != 0) {
		r = cg_set_u64(dir, "cpu.cfs_period_us", period, err);
		period_again = r == -EINVAL && quota != 0;
		r = period_again ? 0 : r;
	}
	if (r == 0 && c->burst.set) {
		r = set_burst(dir, c->burst.v, err);
		burst_again = r == -EINVAL && quota != 0;
		r = burst_again ? 0 : r;
	}
	if (r == 0 && quota != 0)
		r = cg_set_i64(dir, "cpu.cfs_quota_us", quota, err);
	if (r == 0 && period_again)
		r = cg_set_u64(dir, "cpu.cfs_period_us", period, err);
	if (r == 0 && burst_again)
		r = set_burst(dir, c->burst.v, err);
	return r;
}

int cg_v1_set_cpu(const char *dir, const struct oci_cpu *c, struct cgroup_error *err)
{
	int r;

	if (!c)
		return 0;
	r = set_realtime(dir, c, err);
	if (r == 0)
		r = set_shares(dir, c, err);
	if (r == 0)
		r = set_bandwidth(dir, c, err);
	/* Idle groups have no shares: it comes last and wins. */
	if (r == 0 && c->idle.set && (c->idle.v != 0 || cg_exists(dir, "cpu.idle")))
		r = cg_set_i64(dir, "cpu.idle", c->idle.v, err);
	return r;
}
