/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what a runtime can do, and what of it this room knows by itself. */
#include "oci/features.h"

#include "abi/capability.h"
#include "base/check.h"
#include "oci/types_priv.h"

static const struct oci_field enabled_fields[] = {
	F_OPT_BOOL(struct oci_features_enabled, enabled, "enabled")};
static const struct oci_type enabled_type =
	OCI_TYPE(struct oci_features_enabled, enabled_fields, NULL);

static const struct oci_field cgroup_fields[] = {
	F_OPT_BOOL(struct oci_features_cgroup, v1, "v1"),
	F_OPT_BOOL(struct oci_features_cgroup, v2, "v2"),
	F_OPT_BOOL(struct oci_features_cgroup, systemd, "systemd"),
	F_OPT_BOOL(struct oci_features_cgroup, systemd_user, "systemdUser"),
	F_OPT_BOOL(struct oci_features_cgroup, rdma, "rdma"),
};
static const struct oci_type cgroup_type =
	OCI_TYPE(struct oci_features_cgroup, cgroup_fields, NULL);

static const struct oci_field seccomp_fields[] = {
	F_OPT_BOOL(struct oci_features_seccomp, enabled, "enabled"),
	F_STRV(struct oci_features_seccomp, actions, "actions", 0),
	F_STRV(struct oci_features_seccomp, operators, "operators", 0),
	F_STRV(struct oci_features_seccomp, archs, "archs", 0),
	F_STRV(struct oci_features_seccomp, known_flags, "knownFlags", 0),
	F_STRV(struct oci_features_seccomp, supported_flags, "supportedFlags", 0),
};
static const struct oci_type seccomp_type =
	OCI_TYPE(struct oci_features_seccomp, seccomp_fields, NULL);

static const struct oci_field rdt_fields[] = {
	F_OPT_BOOL(struct oci_features_rdt, enabled, "enabled"),
	F_OPT_BOOL(struct oci_features_rdt, schemata, "schemata"),
	F_OPT_BOOL(struct oci_features_rdt, monitoring, "monitoring"),
};
static const struct oci_type rdt_type = OCI_TYPE(struct oci_features_rdt, rdt_fields, NULL);

static const struct oci_field policy_fields[] = {
	F_STRV(struct oci_features_policy, modes, "modes", 0),
	F_STRV(struct oci_features_policy, flags, "flags", 0),
};
static const struct oci_type policy_type =
	OCI_TYPE(struct oci_features_policy, policy_fields, NULL);

#define ENABLED(T, member, text)                                                                   \
	F_OBJECT(T, member, text, 0, struct oci_features_enabled, &enabled_type)

static const struct oci_field mount_fields[] = {ENABLED(struct oci_features_mount, idmap, "idmap")};
static const struct oci_type mount_type = OCI_TYPE(struct oci_features_mount, mount_fields, NULL);

static const struct oci_field linux_fields[] = {
	F_STRV(struct oci_features_linux, namespaces, "namespaces", 0),
	F_STRV(struct oci_features_linux, capabilities, "capabilities", 0),
	F_OBJECT(struct oci_features_linux, cgroup, "cgroup", 0, struct oci_features_cgroup,
		 &cgroup_type),
	F_OBJECT(struct oci_features_linux, seccomp, "seccomp", 0, struct oci_features_seccomp,
		 &seccomp_type),
	ENABLED(struct oci_features_linux, apparmor, "apparmor"),
	ENABLED(struct oci_features_linux, selinux, "selinux"),
	F_OBJECT(struct oci_features_linux, intel_rdt, "intelRdt", 0, struct oci_features_rdt,
		 &rdt_type),
	F_OBJECT(struct oci_features_linux, memory_policy, "memoryPolicy", 0,
		 struct oci_features_policy, &policy_type),
	F_OBJECT(struct oci_features_linux, mount_extensions, "mountExtensions", 0,
		 struct oci_features_mount, &mount_type),
	ENABLED(struct oci_features_linux, net_devices, "netDevices"),
};
static const struct oci_type linux_type = OCI_TYPE(struct oci_features_linux, linux_fields, NULL);

static const struct oci_field features_fields[] = {
	F_STR(struct oci_features, version_min, "ociVersionMin", OCI_REQUIRED),
	F_STR(struct oci_features, version_max, "ociVersionMax", OCI_REQUIRED),
	F_STRV(struct oci_features, hooks, "hooks", 0),
	F_STRV(struct oci_features, mount_options, "mountOptions", 0),
	F_OBJECT(struct oci_features, lx, "linux", 0, struct oci_features_linux, &linux_type),
	F_MAP(struct oci_features, annotations, "annotations"),
	F_STRV(struct oci_features, unsafe_annotations, "potentiallyUnsafeConfigAnnotations", 0),
};
static const struct oci_type features_type = OCI_TYPE(struct oci_features, features_fields, NULL);

/* Append to the list that ends where names ends. */
static void add(struct oci_features *f, struct oci_strv *list, const char *name)
{
	check(f->nnames < OCI_FEATURES_NAMES);
	if (list->n == 0)
		list->v = &f->names[f->nnames];
	f->names[f->nnames++] = name;
	list->n++;
}

static void add_all(struct oci_features *f, struct oci_strv *list, const struct oci_name *names)
{
	for (; names->name; names++)
		add(f, list, names->name);
}

void oci_features_init(struct oci_features *f)
{
	static const char *const hooks[] = {"prestart",       "createRuntime", "createContainer",
					    "startContainer", "poststart",     "poststop"};
	struct oci_features_seccomp *s = &f->lx.seccomp;

	*f = (struct oci_features){.version_min = "1.0.0", .version_max = OCI_VERSION};
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		add(f, &f->hooks, hooks[i]);
	for (size_t i = 0; oci_mount_option_name(i); i++)
		add(f, &f->mount_options, oci_mount_option_name(i));
	add_all(f, &f->lx.namespaces, oci_ns_names);
	for (unsigned int cap = 0; cap <= LX_CAP_LAST_CAP; cap++)
		add(f, &f->lx.capabilities, oci_cap_name(cap));
	for (const struct oci_name *a = oci_action_names; a->name; a++) {
		if (a->value != LX_SECCOMP_RET_USER_NOTIF)
			add(f, &s->actions, a->name);
	}
	add_all(f, &s->operators, oci_operator_names);
	add_all(f, &s->archs, oci_arch_names);
	add_all(f, &s->known_flags, oci_filter_flag_names);
	add_all(f, &s->supported_flags, oci_filter_flag_names);
	add_all(f, &f->lx.memory_policy.modes, oci_policy_names);
	add_all(f, &f->lx.memory_policy.flags, oci_policy_flag_names);
}

void oci_features_encode(const struct oci_features *f, struct strbuf *out)
{
	oci_write(&features_type, f, "    ", out);
}
