/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json as a struct. The only place that reads JSON from users: bytes in, typed and checked
 * values out. Source: the OCI runtime specification 1.3 (config.md, config-linux.md).
 *
 * 1. Unknown properties are ignored. A known one with the wrong type or with a value that has no
 *    meaning is refused, and the message names it: linux.namespaces[2].type: unknown ...
 * 2. null is the same as a property that is not there, and so is "" where a string may be missing.
 * 3. Numbers are integers that fit, or the text is refused. Strings hold no NUL.
 * 4. A text is at most 16 MiB, nested at most 64 deep, with at most 2^20 values.
 * 5. All that was parsed belongs to the struct that came out, and goes with it.
 *
 * Nothing here opens a path or asks the host: whether a path exists is the caller's question.
 */
#ifndef CAISSON_OCI_OCI_H
#define CAISSON_OCI_OCI_H

#include "base/strbuf.h"
#include "oci/mount_opts.h"
#include "oci/process.h"
#include "oci/resources.h"
#include "oci/seccomp.h"
#include "oci/values.h"

#define OCI_TEXT_MAX ((size_t)16 << 20)
#define OCI_VERSION  "1.3.0" /* the newest specification that is understood whole */

struct oci_doc; /* memory of one parsed text */

enum oci_ns {
	OCI_NS_PID,
	OCI_NS_NETWORK,
	OCI_NS_MOUNT,
	OCI_NS_IPC,
	OCI_NS_UTS,
	OCI_NS_USER,
	OCI_NS_CGROUP,
	OCI_NS_TIME,
	OCI_NS_COUNT,
};

struct oci_namespace {
	uint32_t type;    /* enum oci_ns; each at most once */
	const char *path; /* absolute: join this one; NULL: a new one */
};

struct oci_id_mapping {
	uint32_t container_id, host_id, size;
};

OCI_ARRAY_NAMED(oci_id_mappings, struct oci_id_mapping);

struct oci_root {
	const char *path; /* absolute, or below the bundle */
	bool readonly;
};

struct oci_mount {
	const char *destination; /* absolute */
	const char *type;        /* NULL: not given */
	const char *source; /* NULL: not given; of a bind mount absolute, or below the bundle */
	struct oci_strv options; /* as they stand in the text */
	struct oci_mount_opts opts;
	struct oci_id_mappings uid_mappings, gid_mappings; /* both or neither */
};

struct oci_hook {
	const char *path; /* absolute */
	struct oci_strv args, env;
	struct oci_opt_i64 timeout; /* seconds, above 0 */
};

OCI_ARRAY_NAMED(oci_hook_list, struct oci_hook);

struct oci_hooks {
	struct oci_hook_list prestart, create_runtime, create_container, start_container;
	struct oci_hook_list poststart, poststop;
};

struct oci_time_offset {
	int64_t secs;
	uint32_t nanosecs; /* below 10^9 */
};

struct oci_time_offsets {
	struct oci_time_offset *monotonic, *boottime; /* NULL: none */
};

struct oci_device {
	uint32_t type;    /* OCI_DEVICE_CHAR, _BLOCK or _FIFO */
	const char *path; /* absolute */
	int64_t major, minor;
	struct oci_opt_u32 file_mode; /* permission bits */
	struct oci_opt_u32 uid, gid;
};

struct oci_net_device {
	const char *key;  /* of the host */
	const char *name; /* in the container; NULL: the same */
};

struct oci_intel_rdt {
	const char *clos_id, *l3_cache_schema, *mem_bw_schema;
	struct oci_strv schemata;
	bool enable_cmt, enable_mbm, enable_monitoring;
};

struct oci_memory_policy {
	uint32_t mode;     /* LX_MPOL_* */
	const char *nodes; /* a list as in "0-3,7"; NULL: not given */
	uint64_t flags;    /* LX_MPOL_F_* */
};

struct oci_personality {
	uint32_t domain; /* LX_PER_LINUX or LX_PER_LINUX32 */
	uint64_t flags;  /* the specification knows none yet: 0 */
};

/* The property "linux", whose name is a macro of the compiler. */
struct oci_linux {
	OCI_ARRAY(struct oci_namespace) namespaces;
	struct oci_id_mappings uid_mappings, gid_mappings;
	struct oci_time_offsets time_offsets;
	OCI_ARRAY(struct oci_device) devices;
	OCI_ARRAY(struct oci_net_device) net_devices;
	const char *cgroups_path; /* NULL: not given */
	struct oci_resources *resources;
	uint32_t rootfs_propagation; /* LX_MS_SHARED ... with or without LX_MS_REC; 0: not given */
	struct oci_seccomp *seccomp;
	struct oci_map sysctl;
	struct oci_strv masked_paths, readonly_paths; /* absolute */
	const char *mount_label;                      /* NULL: not given */
	struct oci_intel_rdt *intel_rdt;
	struct oci_memory_policy *memory_policy;
	struct oci_personality *personality;
};

struct oci_spec {
	const char *oci_version;     /* 1.x */
	struct oci_process *process; /* NULL: not given; then the container cannot be started */
	struct oci_root root;
	const char *hostname, *domainname; /* NULL: not given */
	OCI_ARRAY(struct oci_mount) mounts;
	struct oci_hooks hooks;
	struct oci_map annotations;
	struct oci_linux lx;
	struct oci_strv
		warnings; /* sentences for the log: what was accepted but means nothing here */
	struct oci_doc *doc;
};

/* `exec --process`: a process alone. */
struct oci_process_doc {
	struct oci_process process;
	struct oci_strv warnings;
	struct oci_doc *doc;
};

/* `update --resources`: limits alone. */
struct oci_resources_doc {
	struct oci_resources resources;
	struct oci_strv warnings;
	struct oci_doc *doc;
};

/*
 * Parse len bytes of text. The caller owns the result. -EINVAL: the text is no JSON, or says what
 * it must not; -E2BIG: a limit of rule 4; -ENOMEM. In every case `why` then holds one sentence
 * without a newline, which names the property: "process.cwd: must be an absolute path, not
 * \"tmp\"".
 */
MUST_CHECK int oci_spec_parse(const char *text, size_t len, struct oci_spec **ret_spec,
			      struct strbuf *why);
MUST_CHECK int oci_process_parse(const char *text, size_t len, struct oci_process_doc **ret_process,
				 struct strbuf *why);
MUST_CHECK int oci_resources_parse(const char *text, size_t len,
				   struct oci_resources_doc **ret_resources, struct strbuf *why);

void oci_spec_free(struct oci_spec *spec);
DEFINE_AUTO(struct oci_spec *, oci_spec_free)
void oci_process_free(struct oci_process_doc *p);
DEFINE_AUTO(struct oci_process_doc *, oci_process_free)
void oci_resources_free(struct oci_resources_doc *r);
DEFINE_AUTO(struct oci_resources_doc *, oci_resources_free)

/*
 * Write it as JSON, indented by tabs, without a newline at the end. What is written parses to the
 * same values again; properties that were ignored are lost. A failure is in out (strbuf_result).
 */
void oci_spec_encode(const struct oci_spec *spec, struct strbuf *out);
void oci_resources_encode(const struct oci_resources *r, struct strbuf *out);

/* The container's namespace of this type; NULL: it stays in the runtime's. */
const struct oci_namespace *oci_spec_namespace(const struct oci_spec *spec, enum oci_ns type);

/* "network"; and LX_CLONE_NEWNET. */
const char *oci_ns_name(enum oci_ns type);
uint64_t oci_ns_clone_flag(enum oci_ns type);

/* "CAP_CHOWN"; NULL above LX_CAP_LAST_CAP. */
const char *oci_cap_name(unsigned int cap);

struct oci_default {
	bool rootless;     /* for uid and gid, in a user namespace that has nobody else */
	uint32_t uid, gid; /* of the host; rootless only */
	bool cgroup2;      /* this host has version 2 alone: a cgroup namespace, too */
};

/* The text that `spec` writes: a configuration to start from, the same as runc's. Indented by tabs,
 * without a newline at the end. A failure is in out (strbuf_result). */
void oci_default_spec(const struct oci_default *d, struct strbuf *out);

#endif
