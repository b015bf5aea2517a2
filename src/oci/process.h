/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct oci_process: the program to run, and as whom. The property "process" of config.json, and
 * alone the file of `exec --process`. Source: runtime-spec, config.md.
 */
#ifndef CAISSON_OCI_PROCESS_H
#define CAISSON_OCI_PROCESS_H

#include "oci/values.h"

struct oci_user {
	uint32_t uid, gid;
	struct oci_opt_u32 umask;
	struct oci_u32v additional_gids;
};

/* Sets as words: bit LX_CAP_x. Names that this build does not know are left out, with a warning. */
struct oci_capabilities {
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct oci_rlimit {
	uint32_t type; /* LX_RLIMIT_*; each at most once */
	uint64_t soft, hard;
};

struct oci_scheduler {
	uint32_t policy; /* LX_SCHED_* */
	int32_t nice, priority;
	uint64_t flags; /* LX_SCHED_FLAG_* */
	uint64_t runtime, deadline, period;
};

struct oci_io_priority {
	uint32_t class; /* LX_IOPRIO_CLASS_* */
	int32_t priority;
};

/* CPU lists as in "0-3,7"; NULL: not given. */
struct oci_cpu_affinity {
	const char *initial, *final;
};

struct oci_console_size {
	uint32_t height, width;
};

struct oci_process {
	bool terminal;
	struct oci_console_size *console_size;
	struct oci_user user;
	struct oci_strv args;                  /* at least one */
	struct oci_strv env;                   /* each NAME=value */
	const char *cwd;                       /* absolute */
	struct oci_capabilities *capabilities; /* NULL: not given (exec: those of the container) */
	OCI_ARRAY(struct oci_rlimit) rlimits;
	bool no_new_privileges;
	const char *apparmor_profile; /* NULL: not given */
	const char *selinux_label;    /* NULL: not given */
	struct oci_opt_i64 oom_score_adj;
	struct oci_scheduler *scheduler;
	struct oci_io_priority *io_priority;
	struct oci_cpu_affinity *exec_cpu_affinity;
};

#endif
