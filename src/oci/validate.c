/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of a configuration say about each other: a property that changes something must
 * not change it for the runtime's own namespaces, and one that needs a namespace must have it. The
 * rules are runc's, so that what an engine may ask of one it may ask of the other.
 */
#include <stdio.h>
#include <string.h>

#include "oci/types_priv.h"

static bool has(const struct oci_spec *s, enum oci_ns type)
{
	return oci_spec_namespace(s, type) != NULL;
}

static int needs(struct oci_reader *r, const char *property, enum oci_ns type)
{
	return oci_refuse(r, property, "needs a %s namespace in linux.namespaces",
			  oci_ns_name(type));
}

static int validate_user(struct oci_reader *r, const struct oci_spec *s)
{
	const struct oci_namespace *user = oci_spec_namespace(s, OCI_NS_USER);

	if (!user && s->lx.uid_mappings.n > 0)
		return needs(r, "linux.uidMappings", OCI_NS_USER);
	if (!user && s->lx.gid_mappings.n > 0)
		return needs(r, "linux.gidMappings", OCI_NS_USER);
	if (user && !user->path && s->lx.uid_mappings.n == 0)
		return oci_refuse(r, "linux.uidMappings",
				  "is missing, though there is a new user namespace");
	if (user && !user->path && s->lx.gid_mappings.n == 0)
		return oci_refuse(r, "linux.gidMappings",
				  "is missing, though there is a new user namespace");
	return 0;
}

static int validate_namespaces(struct oci_reader *r, const struct oci_spec *s)
{
	const struct oci_namespace *time = oci_spec_namespace(s, OCI_NS_TIME);
	bool offsets = s->lx.time_offsets.monotonic || s->lx.time_offsets.boottime;

	if (s->hostname && !has(s, OCI_NS_UTS))
		return needs(r, "hostname", OCI_NS_UTS);
	if (s->domainname && !has(s, OCI_NS_UTS))
		return needs(r, "domainname", OCI_NS_UTS);
	if (s->lx.masked_paths.n > 0 && !has(s, OCI_NS_MOUNT))
		return needs(r, "linux.maskedPaths", OCI_NS_MOUNT);
	if (s->lx.readonly_paths.n > 0 && !has(s, OCI_NS_MOUNT))
		return needs(r, "linux.readonlyPaths", OCI_NS_MOUNT);
	if (s->lx.net_devices.n > 0 && !has(s, OCI_NS_NETWORK))
		return needs(r, "linux.netDevices", OCI_NS_NETWORK);
	if (offsets && !time)
		return needs(r, "linux.timeOffsets", OCI_NS_TIME);
	if (offsets && time->path)
		return oci_refuse(r, "linux.timeOffsets",
				  "cannot be set in a time namespace that is there already");
	return 0;
}

static bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* The namespace that a setting belongs to; OCI_NS_COUNT: the whole system. The name has dots. */
static enum oci_ns sysctl_owner(const char *name)
{
	static const char *const ipc[] = {"kernel.msgmax",      "kernel.msgmnb",
					  "kernel.msgmni",      "kernel.sem",
					  "kernel.shmall",      "kernel.shmmax",
					  "kernel.shmmni",      "kernel.shm_rmid_forced",
					  "kernel.msg_next_id", "kernel.sem_next_id",
					  "kernel.shm_next_id", "kernel.auto_msgmni"};

	for (size_t i = 0; i < ARRAY_SIZE(ipc); i++) {
		if (strcmp(name, ipc[i]) == 0)
			return OCI_NS_IPC;
	}
	if (starts_with(name, "fs.mqueue."))
		return OCI_NS_IPC;
	if (starts_with(name, "net."))
		return OCI_NS_NETWORK;
	if (strcmp(name, "kernel.domainname") == 0 || strcmp(name, "kernel.hostname") == 0)
		return OCI_NS_UTS;
	if (starts_with(name, "user."))
		return OCI_NS_USER;
	return OCI_NS_COUNT;
}

/* As sysctl(8) does it: if the first separator is a slash, slashes and dots stand for each other. */
static void dots_only(char *name)
{
	size_t first = strcspn(name, "./");

	if (name[first] != '/')
		return;
	for (char *p = name; *p; p++)
		*p = *p == '/' ? '.' : *p == '.' ? '/' : *p;
}

static int validate_sysctl(struct oci_reader *r, const struct oci_spec *s)
{
	for (size_t i = 0; i < s->lx.sysctl.n; i++) {
		char name[256];
		int n = snprintf(name, sizeof(name), "%s", s->lx.sysctl.v[i].key);

		if (n < 0 || (size_t)n >= sizeof(name))
			return oci_refuse(r, "linux.sysctl", "a name is longer than 255 bytes");
		dots_only(name);

		enum oci_ns owner = sysctl_owner(name);

		if (owner == OCI_NS_COUNT)
			return oci_refuse(r, "linux.sysctl", "\"%s\" is not one of a namespace",
					  name);
		if (!has(s, owner))
			return oci_refuse(r, "linux.sysctl", "\"%s\" needs a %s namespace", name,
					  oci_ns_name(owner));
		if (strcmp(name, "kernel.hostname") == 0 && s->hostname)
			return oci_refuse(r, "linux.sysctl", "\"%s\" and hostname say the same",
					  name);
	}
	return 0;
}

static int validate_mounts(struct oci_reader *r, const struct oci_spec *s)
{
	char name[64];

	for (size_t i = 0; i < s->mounts.n; i++) {
		const struct oci_mount *m = &s->mounts.v[i];

		if (m->opts.idmap == OCI_IDMAP_NONE || m->uid_mappings.n > 0 || has(s, OCI_NS_USER))
			continue;
		snprintf(name, sizeof(name), "mounts[%zu]", i);
		return oci_refuse(r, name,
				  "maps ids, but has no uidMappings and no user namespace");
	}
	return 0;
}

int oci_validate(struct oci_reader *r, const struct oci_spec *spec)
{
	int res = validate_user(r, spec);

	if (res == 0)
		res = validate_namespaces(r, spec);
	if (res == 0)
		res = validate_sysctl(r, spec);
	return res < 0 ? res : validate_mounts(r, spec);
}
