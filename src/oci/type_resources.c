/* SPDX-License-Identifier: Apache-2.0 */
/* The property "linux.resources". */
#include <inttypes.h>
#include <string.h>

#include "oci/types_priv.h"

/* ---- devices ---- */

static const struct oci_name rule_type_names[] = {{"a", OCI_DEVICE_ALL},
						  {"c", OCI_DEVICE_CHAR},
						  {"b", OCI_DEVICE_BLOCK},
						  {NULL, 0}};

static int verify_number(struct oci_reader *r, const char *property, const struct oci_opt_i64 *n)
{
	if (n->set && (n->v < -1 || n->v > UINT32_MAX))
		return oci_refuse(r, property, "no device has the number %" PRId64, n->v);
	return 0;
}

static int verify_rule(struct oci_reader *r, void *obj)
{
	struct oci_device_rule *d = obj;
	const char *access = d->access_text ? d->access_text : "rwm";
	int res;

	for (const char *p = access; *p; p++) {
		if (*p == 'r')
			d->access |= OCI_ACCESS_READ;
		else if (*p == 'w')
			d->access |= OCI_ACCESS_WRITE;
		else if (*p == 'm')
			d->access |= OCI_ACCESS_MKNOD;
		else
			return oci_refuse(r, "access",
					  "must be of the letters r, w and m, not \"%.20s\"",
					  access);
	}
	res = verify_number(r, "major", &d->major);
	return res < 0 ? res : verify_number(r, "minor", &d->minor);
}

static const struct oci_field rule_fields[] = {
	F_BOOL(struct oci_device_rule, allow, "allow", OCI_REQUIRED),
	F_ENUM(struct oci_device_rule, type, "type", 0, rule_type_names),
	F_OPT_I64(struct oci_device_rule, major, "major"),
	F_OPT_I64(struct oci_device_rule, minor, "minor"),
	F_STR(struct oci_device_rule, access_text, "access", 0),
};
static const struct oci_type rule_type = OCI_TYPE(struct oci_device_rule, rule_fields, verify_rule);

/* ---- memory, cpu, pids ---- */

static const struct oci_field memory_fields[] = {
	F_OPT_I64(struct oci_memory, limit, "limit"),
	F_OPT_I64(struct oci_memory, reservation, "reservation"),
	F_OPT_I64(struct oci_memory, swap, "swap"),
	F_OPT_I64(struct oci_memory, kernel, "kernel"),
	F_OPT_I64(struct oci_memory, kernel_tcp, "kernelTCP"),
	F_OPT_U64(struct oci_memory, swappiness, "swappiness", 100),
	F_OPT_BOOL(struct oci_memory, disable_oom_killer, "disableOOMKiller"),
	F_OPT_BOOL(struct oci_memory, use_hierarchy, "useHierarchy"),
	F_OPT_BOOL(struct oci_memory, check_before_update, "checkBeforeUpdate"),
};
static const struct oci_type memory_type = OCI_TYPE(struct oci_memory, memory_fields, NULL);

static int verify_cpu(struct oci_reader *r, void *obj)
{
	const struct oci_cpu *c = obj;
	int res = oci_verify_list(r, "cpus", c->cpus);

	if (c->idle.set && (c->idle.v < 0 || c->idle.v > 1))
		return oci_refuse(r, "idle", "must be 0 or 1, not %" PRId64, c->idle.v);
	return res < 0 ? res : oci_verify_list(r, "mems", c->mems);
}

static const struct oci_field cpu_fields[] = {
	F_OPT_U64(struct oci_cpu, shares, "shares", 0),
	F_OPT_I64(struct oci_cpu, quota, "quota"),
	F_OPT_U64(struct oci_cpu, burst, "burst", 0),
	F_OPT_U64(struct oci_cpu, period, "period", 0),
	F_OPT_I64(struct oci_cpu, realtime_runtime, "realtimeRuntime"),
	F_OPT_U64(struct oci_cpu, realtime_period, "realtimePeriod", 0),
	F_STR(struct oci_cpu, cpus, "cpus", 0),
	F_STR(struct oci_cpu, mems, "mems", 0),
	F_OPT_I64(struct oci_cpu, idle, "idle"),
};
static const struct oci_type cpu_type = OCI_TYPE(struct oci_cpu, cpu_fields, verify_cpu);

static const struct oci_field pids_fields[] = {F_OPT_I64(struct oci_pids, limit, "limit")};
static const struct oci_type pids_type = OCI_TYPE(struct oci_pids, pids_fields, NULL);

/* ---- blockIO ---- */

static int verify_device(struct oci_reader *r, int64_t major, int64_t minor)
{
	if (major < 0 || major > UINT32_MAX || minor < 0 || minor > UINT32_MAX)
		return oci_refuse(r, NULL, "no device has the numbers %" PRId64 ":%" PRId64, major,
				  minor);
	return 0;
}

static int verify_weight(struct oci_reader *r, void *obj)
{
	const struct oci_weight_device *d = obj;

	return verify_device(r, d->major, d->minor);
}

static int verify_throttle(struct oci_reader *r, void *obj)
{
	const struct oci_throttle_device *d = obj;

	return verify_device(r, d->major, d->minor);
}

static const struct oci_field weight_fields[] = {
	F_I64(struct oci_weight_device, major, "major", OCI_REQUIRED),
	F_I64(struct oci_weight_device, minor, "minor", OCI_REQUIRED),
	F_OPT_U32(struct oci_weight_device, weight, "weight", UINT16_MAX),
	F_OPT_U32(struct oci_weight_device, leaf_weight, "leafWeight", UINT16_MAX),
};
static const struct oci_type weight_type =
	OCI_TYPE(struct oci_weight_device, weight_fields, verify_weight);

static const struct oci_field throttle_fields[] = {
	F_I64(struct oci_throttle_device, major, "major", OCI_REQUIRED),
	F_I64(struct oci_throttle_device, minor, "minor", OCI_REQUIRED),
	F_U64(struct oci_throttle_device, rate, "rate", OCI_REQUIRED),
};
static const struct oci_type throttle_type =
	OCI_TYPE(struct oci_throttle_device, throttle_fields, verify_throttle);

#define THROTTLE(member, text)                                                                     \
	F_LIST(struct oci_block_io, member, text, 0, struct oci_throttle_device, &throttle_type)

static const struct oci_field block_io_fields[] = {
	F_OPT_U32(struct oci_block_io, weight, "weight", UINT16_MAX),
	F_OPT_U32(struct oci_block_io, leaf_weight, "leafWeight", UINT16_MAX),
	F_LIST(struct oci_block_io, weight_device, "weightDevice", 0, struct oci_weight_device,
	       &weight_type),
	THROTTLE(throttle_read_bps, "throttleReadBpsDevice"),
	THROTTLE(throttle_write_bps, "throttleWriteBpsDevice"),
	THROTTLE(throttle_read_iops, "throttleReadIOPSDevice"),
	THROTTLE(throttle_write_iops, "throttleWriteIOPSDevice"),
};
static const struct oci_type block_io_type = OCI_TYPE(struct oci_block_io, block_io_fields, NULL);

/* ---- huge pages, network, rdma ---- */

/* As the kernel's files are called: a number and KB, MB or GB. */
static int verify_hugepage(struct oci_reader *r, void *obj)
{
	const struct oci_hugepage_limit *h = obj;
	size_t digits = strspn(h->page_size, "0123456789");
	const char *unit = h->page_size + digits;

	if (digits == 0 || h->page_size[0] == '0' ||
	    (strcmp(unit, "KB") != 0 && strcmp(unit, "MB") != 0 && strcmp(unit, "GB") != 0))
		return oci_refuse(r, "pageSize", "must be a size such as 2MB, not \"%.40s\"",
				  h->page_size);
	return 0;
}

static const struct oci_field hugepage_fields[] = {
	F_STR(struct oci_hugepage_limit, page_size, "pageSize", OCI_REQUIRED),
	F_U64(struct oci_hugepage_limit, limit, "limit", OCI_REQUIRED),
};
static const struct oci_type hugepage_type =
	OCI_TYPE(struct oci_hugepage_limit, hugepage_fields, verify_hugepage);

static const struct oci_field priority_fields[] = {
	F_STR(struct oci_if_priority, name, "name", OCI_REQUIRED | OCI_NONEMPTY),
	F_U32(struct oci_if_priority, priority, "priority", OCI_REQUIRED, 0),
};
static const struct oci_type priority_type =
	OCI_TYPE(struct oci_if_priority, priority_fields, NULL);

static const struct oci_field network_fields[] = {
	F_OPT_U32(struct oci_network, class_id, "classID", 0),
	F_LIST(struct oci_network, priorities, "priorities", 0, struct oci_if_priority,
	       &priority_type),
};
static const struct oci_type network_type = OCI_TYPE(struct oci_network, network_fields, NULL);

static const struct oci_field rdma_fields[] = {
	F_OPT_U32(struct oci_rdma, hca_handles, "hcaHandles", 0),
	F_OPT_U32(struct oci_rdma, hca_objects, "hcaObjects", 0),
};
static const struct oci_type rdma_type = OCI_TYPE(struct oci_rdma, rdma_fields, NULL);

/* ---- resources ---- */

/* A key names a file in the container's cgroup and must not lead out of it. */
static int verify_resources(struct oci_reader *r, void *obj)
{
	const struct oci_resources *res = obj;

	for (size_t i = 0; i < res->unified.n; i++) {
		const char *key = res->unified.v[i].key;

		if (key[0] == '\0' || key[0] == '.' || strchr(key, '/'))
			return oci_refuse(r, "unified", "\"%.80s\" is no name of a file", key);
	}
	return 0;
}

static const struct oci_field resources_fields[] = {
	F_LIST(struct oci_resources, devices, "devices", 0, struct oci_device_rule, &rule_type),
	F_PTR(struct oci_resources, memory, "memory", struct oci_memory, &memory_type),
	F_PTR(struct oci_resources, cpu, "cpu", struct oci_cpu, &cpu_type),
	F_PTR(struct oci_resources, pids, "pids", struct oci_pids, &pids_type),
	F_PTR(struct oci_resources, block_io, "blockIO", struct oci_block_io, &block_io_type),
	F_LIST(struct oci_resources, hugepage_limits, "hugepageLimits", 0,
	       struct oci_hugepage_limit, &hugepage_type),
	F_PTR(struct oci_resources, network, "network", struct oci_network, &network_type),
	F_DICT(struct oci_resources, rdma, "rdma", struct oci_rdma, &rdma_type),
	F_MAP(struct oci_resources, unified, "unified"),
};
const struct oci_type oci_type_resources =
	OCI_TYPE(struct oci_resources, resources_fields, verify_resources);
