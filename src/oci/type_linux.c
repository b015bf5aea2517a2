/* SPDX-License-Identifier: Apache-2.0 */
/* The property "linux". */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "abi/mman.h"
#include "abi/mount.h"
#include "abi/personality.h"
#include "oci/types_priv.h"

/* What a dev_t of the kernel holds. */
#define MAJOR_MAX 4095
#define MINOR_MAX 1048575

static const struct oci_name propagation_names[] = {
	{"private", LX_MS_PRIVATE},
	{"rprivate", LX_MS_PRIVATE | LX_MS_REC},
	{"shared", LX_MS_SHARED},
	{"rshared", LX_MS_SHARED | LX_MS_REC},
	{"slave", LX_MS_SLAVE},
	{"rslave", LX_MS_SLAVE | LX_MS_REC},
	{"unbindable", LX_MS_UNBINDABLE},
	{"runbindable", LX_MS_UNBINDABLE | LX_MS_REC},
	{"", 0},
	{NULL, 0},
};

static const struct oci_name device_names[] = {
	{"c", OCI_DEVICE_CHAR},
	{"b", OCI_DEVICE_BLOCK},
	{"p", OCI_DEVICE_FIFO},
	{"u", OCI_DEVICE_CHAR},
	{NULL, 0},
};

static const struct oci_name domain_names[] = {{"LINUX", LX_PER_LINUX},
					       {"LINUX32", LX_PER_LINUX32},
					       {NULL, 0}};
static const struct oci_name personality_flag_names[] = {{NULL, 0}};

const struct oci_name oci_policy_names[] = {
	{"MPOL_BIND", LX_MPOL_BIND},
	{"MPOL_DEFAULT", LX_MPOL_DEFAULT},
	{"MPOL_INTERLEAVE", LX_MPOL_INTERLEAVE},
	{"MPOL_LOCAL", LX_MPOL_LOCAL},
	{"MPOL_PREFERRED", LX_MPOL_PREFERRED},
	{"MPOL_PREFERRED_MANY", LX_MPOL_PREFERRED_MANY},
	{"MPOL_WEIGHTED_INTERLEAVE", LX_MPOL_WEIGHTED_INTERLEAVE},
	{NULL, 0},
};

const struct oci_name oci_policy_flag_names[] = {
	{"MPOL_F_NUMA_BALANCING", LX_MPOL_F_NUMA_BALANCING},
	{"MPOL_F_RELATIVE_NODES", LX_MPOL_F_RELATIVE_NODES},
	{"MPOL_F_STATIC_NODES", LX_MPOL_F_STATIC_NODES},
	{NULL, 0},
};

/* ---- namespaces ---- */

static const struct oci_field namespace_fields[] = {
	F_ENUM(struct oci_namespace, type, "type", OCI_REQUIRED, oci_ns_names),
	F_STR(struct oci_namespace, path, "path", OCI_ABSOLUTE),
};
static const struct oci_type namespace_type =
	OCI_TYPE(struct oci_namespace, namespace_fields, NULL);

static const struct oci_field offset_fields[] = {
	F_I64(struct oci_time_offset, secs, "secs", 0),
	F_U32(struct oci_time_offset, nanosecs, "nanosecs", 0, 999999999),
};
static const struct oci_type offset_type = OCI_TYPE(struct oci_time_offset, offset_fields, NULL);

static const struct oci_field offsets_fields[] = {
	F_PTR(struct oci_time_offsets, monotonic, "monotonic", struct oci_time_offset,
	      &offset_type),
	F_PTR(struct oci_time_offsets, boottime, "boottime", struct oci_time_offset, &offset_type),
};
static const struct oci_type offsets_type = OCI_TYPE(struct oci_time_offsets, offsets_fields, NULL);

/* ---- devices ---- */

static int verify_device(struct oci_reader *r, void *obj)
{
	struct oci_device *d = obj;

	if (d->type != OCI_DEVICE_FIFO && (d->major < 0 || d->major > MAJOR_MAX))
		return oci_refuse(r, "major", "must be between 0 and %d, not %" PRId64, MAJOR_MAX,
				  d->major);
	if (d->type != OCI_DEVICE_FIFO && (d->minor < 0 || d->minor > MINOR_MAX))
		return oci_refuse(r, "minor", "must be between 0 and %d, not %" PRId64, MINOR_MAX,
				  d->minor);
	d->file_mode.v &= 07777; /* engines hand on the type of the file, too */
	return 0;
}

static const struct oci_field device_fields[] = {
	F_ENUM(struct oci_device, type, "type", OCI_REQUIRED, device_names),
	F_STR(struct oci_device, path, "path", OCI_REQUIRED | OCI_ABSOLUTE),
	F_I64(struct oci_device, major, "major", 0),
	F_I64(struct oci_device, minor, "minor", 0),
	F_OPT_U32(struct oci_device, file_mode, "fileMode", 0),
	F_OPT_U32(struct oci_device, uid, "uid", UINT32_MAX - 1),
	F_OPT_U32(struct oci_device, gid, "gid", UINT32_MAX - 1),
};
static const struct oci_type device_type =
	OCI_TYPE(struct oci_device, device_fields, verify_device);

/* What the kernel takes for the name of an interface: netdevice.h, dev_valid_name(). */
static bool is_interface(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n < 16 && strcmp(s, ".") != 0 && strcmp(s, "..") != 0 &&
	       strcspn(s, "/: \t\n\v\f\r") == n;
}

static int verify_net_device(struct oci_reader *r, void *obj)
{
	const struct oci_net_device *d = obj;

	if (!is_interface(d->key))
		return oci_refuse(r, NULL, "is no name of an interface");
	if (d->name && !is_interface(d->name))
		return oci_refuse(r, "name", "\"%.40s\" is no name of an interface", d->name);
	return 0;
}

static const struct oci_field net_device_fields[] = {F_STR(struct oci_net_device, name, "name", 0)};
static const struct oci_type net_device_type =
	OCI_TYPE(struct oci_net_device, net_device_fields, verify_net_device);

/* ---- the rest ---- */

/* The id becomes a directory of resctrl. */
static int verify_rdt(struct oci_reader *r, void *obj)
{
	const struct oci_intel_rdt *rdt = obj;
	const char *id = rdt->clos_id;

	if (id && (strchr(id, '/') || strcmp(id, ".") == 0 || strcmp(id, "..") == 0))
		return oci_refuse(r, "closID", "\"%.80s\" is no name of a directory", id);
	return 0;
}

static const struct oci_field rdt_fields[] = {
	F_STR(struct oci_intel_rdt, clos_id, "closID", 0),
	F_STRV(struct oci_intel_rdt, schemata, "schemata", 0),
	F_STR(struct oci_intel_rdt, l3_cache_schema, "l3CacheSchema", 0),
	F_STR(struct oci_intel_rdt, mem_bw_schema, "memBwSchema", 0),
	F_BOOL(struct oci_intel_rdt, enable_cmt, "enableCMT", 0),
	F_BOOL(struct oci_intel_rdt, enable_mbm, "enableMBM", 0),
	F_BOOL(struct oci_intel_rdt, enable_monitoring, "enableMonitoring", 0),
};
static const struct oci_type rdt_type = OCI_TYPE(struct oci_intel_rdt, rdt_fields, verify_rdt);

static int verify_policy(struct oci_reader *r, void *obj)
{
	const struct oci_memory_policy *p = obj;
	bool bare = p->mode == LX_MPOL_DEFAULT || p->mode == LX_MPOL_LOCAL;

	if (bare && (p->nodes || p->flags))
		return oci_refuse(r, NULL, "%s has neither nodes nor flags",
				  oci_name_of(oci_policy_names, p->mode));
	if ((p->flags & LX_MPOL_F_STATIC_NODES) && (p->flags & LX_MPOL_F_RELATIVE_NODES))
		return oci_refuse(
			r, "flags",
			"MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
	return oci_verify_list(r, "nodes", p->nodes);
}

static const struct oci_field policy_fields[] = {
	F_ENUM(struct oci_memory_policy, mode, "mode", OCI_REQUIRED, oci_policy_names),
	F_STR(struct oci_memory_policy, nodes, "nodes", 0),
	F_FLAGS(struct oci_memory_policy, flags, "flags", 0, oci_policy_flag_names),
};
static const struct oci_type policy_type =
	OCI_TYPE(struct oci_memory_policy, policy_fields, verify_policy);

static const struct oci_field personality_fields[] = {
	F_ENUM(struct oci_personality, domain, "domain", OCI_REQUIRED, domain_names),
	F_FLAGS(struct oci_personality, flags, "flags", 0, personality_flag_names),
};
static const struct oci_type personality_type =
	OCI_TYPE(struct oci_personality, personality_fields, NULL);

/* ---- linux ---- */

/* Keys become paths below /proc/sys and must not lead out of it. */
static int verify_sysctl(struct oci_reader *r, const struct oci_map *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const char *key = m->v[i].key;

		if (key[0] == '\0' || key[0] == '.' || key[0] == '/' || strstr(key, ".."))
			return oci_refuse(r, "sysctl", "\"%.100s\" is no name of a setting", key);
	}
	return 0;
}

static int verify_linux(struct oci_reader *r, void *obj)
{
	const struct oci_linux *lx = obj;
	unsigned int seen = 0;
	char name[64];
	int res;

	for (size_t i = 0; i < lx->namespaces.n; i++) {
		uint32_t type = lx->namespaces.v[i].type;

		snprintf(name, sizeof(name), "namespaces[%zu].type", i);
		if (seen & (1U << type))
			return oci_refuse(r, name, "\"%s\" stands twice",
					  oci_ns_name((enum oci_ns)type));
		seen |= 1U << type;
	}
	res = verify_sysctl(r, &lx->sysctl);
	if (res == 0)
		res = oci_verify_paths(r, "maskedPaths", &lx->masked_paths);
	return res < 0 ? res : oci_verify_paths(r, "readonlyPaths", &lx->readonly_paths);
}

#define MAPPINGS(member, text)                                                                     \
	F_LIST(struct oci_linux, member, text, 0, struct oci_id_mapping, &oci_type_id_mapping)

static const struct oci_field linux_fields[] = {
	MAPPINGS(uid_mappings, "uidMappings"),
	MAPPINGS(gid_mappings, "gidMappings"),
	F_OBJECT(struct oci_linux, time_offsets, "timeOffsets", 0, struct oci_time_offsets,
		 &offsets_type),
	F_MAP(struct oci_linux, sysctl, "sysctl"),
	F_PTR(struct oci_linux, resources, "resources", struct oci_resources, &oci_type_resources),
	F_STR(struct oci_linux, cgroups_path, "cgroupsPath", OCI_PATH),
	F_LIST(struct oci_linux, namespaces, "namespaces", 0, struct oci_namespace,
	       &namespace_type),
	F_LIST(struct oci_linux, devices, "devices", 0, struct oci_device, &device_type),
	F_DICT(struct oci_linux, net_devices, "netDevices", struct oci_net_device,
	       &net_device_type),
	F_PTR(struct oci_linux, seccomp, "seccomp", struct oci_seccomp, &oci_type_seccomp),
	F_ENUM(struct oci_linux, rootfs_propagation, "rootfsPropagation", 0, propagation_names),
	F_STRV(struct oci_linux, masked_paths, "maskedPaths", 0),
	F_STRV(struct oci_linux, readonly_paths, "readonlyPaths", 0),
	F_STR(struct oci_linux, mount_label, "mountLabel", 0),
	F_PTR(struct oci_linux, intel_rdt, "intelRdt", struct oci_intel_rdt, &rdt_type),
	F_PTR(struct oci_linux, memory_policy, "memoryPolicy", struct oci_memory_policy,
	      &policy_type),
	F_PTR(struct oci_linux, personality, "personality", struct oci_personality,
	      &personality_type),
};
const struct oci_type oci_type_linux = OCI_TYPE(struct oci_linux, linux_fields, verify_linux);
