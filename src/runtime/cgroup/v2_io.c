/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The io controller of cgroup v2: io.max for throttles; weights by BFQ's file where that scheduler
 * is there (its scale is v1's), else by io.weight, which needs a scheduler or iocost to mean
 * anything.
 */
#include <errno.h>
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"

/* Old kernels show one number and take no devices; newer ones say "default N". */
static bool bfq_takes_devices(const char *dir)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	return cg_read(dir, "io.bfq.weight", &sb) == 0 && strstr(strbuf_str(&sb), "default");
}

static int set_weight(const char *dir, const struct oci_block_io *b, struct cgroup_error *err)
{
	if (!b->weight.set || b->weight.v == 0)
		return 0;
	if (cg_exists(dir, "io.bfq.weight"))
		return cg_set_u64(dir, "io.bfq.weight", b->weight.v, err);
	return cg_set_u64(dir, "io.weight", cg_blkio_to_io_weight(b->weight.v), err);
}

static int set_weight_device(const char *dir, const struct oci_weight_device *d,
			     struct cgroup_error *err)
{
	if (!d->weight.set || d->weight.v == 0)
		return 0;
	if (bfq_takes_devices(dir))
		return cg_setf(dir, "io.bfq.weight", err, "%lld:%lld %u", (long long)d->major,
			       (long long)d->minor, d->weight.v);
	return cg_setf(dir, "io.weight", err, "%lld:%lld %llu", (long long)d->major,
		       (long long)d->minor, (unsigned long long)cg_blkio_to_io_weight(d->weight.v));
}

/* 0, which lifts a throttle of v1, is "max" here. */
static int set_throttle(const char *dir, const char *key, const struct oci_throttle_devices *t,
			struct cgroup_error *err)
{
	int r = 0;

	for (size_t i = 0; i < t->n && r == 0; i++) {
		long long major = t->v[i].major, minor = t->v[i].minor;

		if (t->v[i].rate == 0)
			r = cg_setf(dir, "io.max", err, "%lld:%lld %s=max", major, minor, key);
		else
			r = cg_setf(dir, "io.max", err, "%lld:%lld %s=%llu", major, minor, key,
				    (unsigned long long)t->v[i].rate);
	}
	return r;
}

int cg_v2_set_io(const char *dir, const struct oci_block_io *b, struct cgroup_error *err)
{
	int r;

	if (!b)
		return 0;
	r = set_weight(dir, b, err);
	for (size_t i = 0; i < b->weight_device.n && r == 0; i++)
		r = set_weight_device(dir, &b->weight_device.v[i], err);
	if (r == 0)
		r = set_throttle(dir, "rbps", &b->throttle_read_bps, err);
	if (r == 0)
		r = set_throttle(dir, "wbps", &b->throttle_write_bps, err);
	if (r == 0)
		r = set_throttle(dir, "riops", &b->throttle_read_iops, err);
	if (r == 0)
		r = set_throttle(dir, "wiops", &b->throttle_write_iops, err);
	return r;
}
