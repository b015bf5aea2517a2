/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct oci_resources: limits, for cgroup v1 and v2. The property "linux.resources" of
 * config.json, and alone what `update --resources` reads. Numbers are handed on as they stand:
 * engines write 0 for "not said" in many of them (shares, weights, reservation), and -1 for "no
 * limit". Source: runtime-spec, config-linux.md.
 */
#ifndef CAISSON_OCI_RESOURCES_H
#define CAISSON_OCI_RESOURCES_H

#include "oci/values.h"

#define OCI_DEVICE_ALL   0   /* "a", or not given */
#define OCI_DEVICE_CHAR  'c' /* 'u' of the text, too */
#define OCI_DEVICE_BLOCK 'b'
#define OCI_DEVICE_FIFO  'p'

#define OCI_ACCESS_READ  1
#define OCI_ACCESS_WRITE 2
#define OCI_ACCESS_MKNOD 4

/* One line of the device allow list; later ones override. */
struct oci_device_rule {
	bool allow;
	uint32_t type;                   /* OCI_DEVICE_ALL, _CHAR or _BLOCK */
	struct oci_opt_i64 major, minor; /* not set, or -1: every one */
	const char *access_text;         /* of the letters r, w and m; NULL: all three */
	uint32_t access;                 /* the same: OCI_ACCESS_* */
};

struct oci_memory {
	struct oci_opt_i64 limit, reservation, swap, kernel, kernel_tcp; /* bytes */
	struct oci_opt_u64 swappiness;                                   /* 0 to 100 */
	struct oci_opt_bool disable_oom_killer, use_hierarchy, check_before_update;
};

struct oci_cpu {
	struct oci_opt_u64 shares;
	struct oci_opt_i64 quota; /* us */
	struct oci_opt_u64 burst, period;
	struct oci_opt_i64 realtime_runtime;
	struct oci_opt_u64 realtime_period;
	const char *cpus, *mems; /* lists as in "0-3,7"; NULL: not given */
	struct oci_opt_i64 idle;
};

struct oci_pids {
	struct oci_opt_i64 limit;
};

struct oci_weight_device {
	int64_t major, minor;
	struct oci_opt_u32 weight, leaf_weight;
};

struct oci_throttle_device {
	int64_t major, minor;
	uint64_t rate; /* bytes, or operations, a second */
};

OCI_ARRAY_NAMED(oci_throttle_devices, struct oci_throttle_device);

struct oci_block_io {
	struct oci_opt_u32 weight, leaf_weight; /* at most 65535 */
	OCI_ARRAY(struct oci_weight_device) weight_device;
	struct oci_throttle_devices throttle_read_bps, throttle_write_bps;
	struct oci_throttle_devices throttle_read_iops, throttle_write_iops;
};

struct oci_hugepage_limit {
	const char *page_size; /* as in "2MB" */
	uint64_t limit;        /* bytes */
};

struct oci_if_priority {
	const char *name;
	uint32_t priority;
};

struct oci_network {
	struct oci_opt_u32 class_id;
	OCI_ARRAY(struct oci_if_priority) priorities;
};

struct oci_rdma {
	const char *key; /* the device */
	struct oci_opt_u32 hca_handles, hca_objects;
};

struct oci_resources {
	OCI_ARRAY(struct oci_device_rule) devices;
	struct oci_memory *memory;
	struct oci_cpu *cpu;
	struct oci_pids *pids;
	struct oci_block_io *block_io;
	OCI_ARRAY(struct oci_hugepage_limit) hugepage_limits;
	struct oci_network *network;
	OCI_ARRAY(struct oci_rdma) rdma;
	struct oci_map unified; /* a file of cgroup v2 and what to write into it; names without '/' */
};

#endif
