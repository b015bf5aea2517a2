/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verb `features` prints: which parts of the specification a runtime carries out. The
 * caller says what it can do; what this room knows by itself (which names it parses) it fills in
 * with oci_features_init. Source: runtime-spec, features.md and features-linux.md.
 */
#ifndef CAISSON_OCI_FEATURES_H
#define CAISSON_OCI_FEATURES_H

#include "base/strbuf.h"
#include "oci/values.h"

#define OCI_FEATURES_NAMES 256

struct oci_features_seccomp {
	struct oci_opt_bool enabled;
	struct oci_strv actions, operators, archs, known_flags, supported_flags;
};

struct oci_features_cgroup {
	struct oci_opt_bool v1, v2, systemd, systemd_user, rdma;
};

struct oci_features_enabled {
	struct oci_opt_bool enabled;
};

struct oci_features_rdt {
	struct oci_opt_bool enabled, schemata, monitoring;
};

struct oci_features_policy {
	struct oci_strv modes, flags;
};

struct oci_features_mount {
	struct oci_features_enabled idmap;
};

struct oci_features_linux {
	struct oci_strv namespaces, capabilities;
	struct oci_features_cgroup cgroup;
	struct oci_features_seccomp seccomp;
	struct oci_features_enabled apparmor, selinux;
	struct oci_features_rdt intel_rdt;
	struct oci_features_policy memory_policy;
	struct oci_features_mount mount_extensions;
	struct oci_features_enabled net_devices;
};

/* Begins empty, and is not copied: the lists lie in it. */
struct oci_features {
	const char *version_min, *version_max;
	struct oci_strv hooks, mount_options;
	struct oci_features_linux lx;
	struct oci_map annotations;
	struct oci_strv unsafe_annotations; /* potentiallyUnsafeConfigAnnotations */
	const char *names[OCI_FEATURES_NAMES];
	size_t nnames;
};

/*
 * Everything empty but what parsing and compiling a profile can do: versions, hooks, mount options,
 * namespaces, capabilities, and the names of seccomp. The caller takes away what it does not carry
 * out, and says the rest. Nothing is to be freed.
 */
void oci_features_init(struct oci_features *f);

/* Indented by four blanks, without a newline at the end. A failure is in out (strbuf_result). */
void oci_features_encode(const struct oci_features *f, struct strbuf *out);

#endif
