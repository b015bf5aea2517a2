/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blkio controller of cgroup v1: weights of the scheduler (CFQ's files on old kernels, BFQ's on
 * new ones) and throttles.
 */
#include <errno.h>

#include "runtime/cgroup/cgroup_priv.h"

struct names {
	const char *weight, *weight_device;
};

static struct names weight_files(const char *dir)
{
	if (cg_exists(dir, "blkio.weight"))
		return (struct names){"blkio.weight", "blkio.weight_device"};
	return (struct names){"blkio.bfq.weight", "blkio.bfq.weight_device"};
}

static int set_weights(const char *dir, const struct oci_block_io *b, struct cgroup_error *err)
{
	struct names n = weight_files(dir);
	int r = 0;

	if (b->weight.set && b->weight.v != 0)
		r = cg_set_u64(dir, n.weight, b->weight.v, err);
	if (r == 0 && b->leaf_weight.set && b->leaf_weight.v != 0)
		r = cg_set_u64(dir, "blkio.leaf_weight", b->leaf_weight.v, err);
	for (size_t i = 0; i < b->weight_device.n && r == 0; i++) {
		const struct oci_weight_device *d = &b->weight_device.v[i];

		if (d->weight.set && d->weight.v != 0)
			r = cg_setf(dir, n.weight_device, err, "%lld:%lld %u", (long long)d->major,
				    (long long)d->minor, d->weight.v);
		if (r == 0 && d->leaf_weight.set && d->leaf_weight.v != 0)
			r = cg_setf(dir, "blkio.leaf_weight_device", err, "%lld:%lld %u",
				    (long long)d->major, (long long)d->minor, d->leaf_weight.v);
	}
	return r;
}

static int set_throttle(const char *dir, const char *file, const struct oci_throttle_devices *t,
			struct cgroup_error *err)
{
	int r = 0;

	for (size_t i = 0; i < t->n && r == 0; i++)
		r = cg_setf(dir, file, err, "%lld:%lld %llu", (long long)t->v[i].major,
			    (long long)t->v[i].minor, (unsigned long long)t->v[i].rate);
	return r;
}

int cg_v1_set_blkio(const char *dir, const struct oci_block_io *b, struct cgroup_error *err)
{
	int r;

	if (!b)
		return 0;
	r = set_weights(dir, b, err);
	if (r == 0)
		r = set_throttle(dir, "blkio.throttle.read_bps_device", &b->throttle_read_bps, err);
	if (r == 0)
		r = set_throttle(dir, "blkio.throttle.write_bps_device", &b->throttle_write_bps,
				 err);
	if (r == 0)
		r = set_throttle(dir, "blkio.throttle.read_iops_device", &b->throttle_read_iops,
				 err);
	if (r == 0)
		r = set_throttle(dir, "blkio.throttle.write_iops_device", &b->throttle_write_iops,
				 err);
	return r;
}
