/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: all that the Sentry is told about a container, in one message from the CLI. The Sentry
 * never sees config.json nor a host path that it could open; what it needs of the host comes as
 * descriptors beside the plan. A process plan alone, the same struct, is what `exec` sends.
 *
 * Absent numbers: UINT64_MAX in struct plan_limits. Absent strings: "" on the wire, NULL or "" in
 * memory; what was decoded has no NULL in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/seccomp.h"
#include "abi/types.h"
#include "base/compiler.h"

/* A list of strings, NUL-terminated in memory. */
struct plan_strings {
	char **v;
	uint32_t n;
};

/* ---- a process ---- */

enum plan_process_flag {
	/* The descriptor is a placeholder: the guest starts without it. */
	PLAN_STDIN_CLOSED = 1 << 0,
	PLAN_STDOUT_CLOSED = 1 << 1,
	PLAN_STDERR_CLOSED = 1 << 2,
	/*
	 * process.terminal: the three descriptors are one terminal of the host, the slave of a pair
	 * that the caller made. The guest sees it as /dev/pts/N, init's as /dev/console, too; it is
	 * the controlling terminal of the process's session.
	 */
	PLAN_TERMINAL = 1 << 3,
	PLAN_NO_NEW_PRIVS = 1 << 4,
	/* The five capability sets are as they stand here. Else: all for uid 0, none for others. */
	PLAN_CAPS = 1 << 5,
	PLAN_SCHEDULER = 1 << 6, /* policy, nice, rt_priority are asked for */
	PLAN_IOPRIO = 1 << 7,
	PLAN_OOM_SCORE_ADJ = 1 << 8,
	/* It dies of signals as any process does, not only as a container's init would (`do`). */
	PLAN_KILLABLE = 1 << 9,
	/* Loaded, but held before its first instruction until CONTROL_START. Init only. */
	PLAN_HELD = 1 << 10,
	/* The process is killed when the connection by which EXEC came closes. Exec only. */
	PLAN_TIED = 1 << 11,
};
#define PLAN_PROCESS_FLAGS_ALL 0xfffu

/* Capability sets as words: bit LX_CAP_x. */
struct plan_caps {
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

/* A filter of system calls; of several the first is the oldest. */
struct plan_bpf {
	uint32_t flags; /* LX_SECCOMP_FILTER_FLAG_ */
	uint32_t n;     /* 1 to LX_BPF_MAXINSNS */
	struct lx_sock_filter *insns;
};

struct plan_process {
	uint32_t flags;           /* enum plan_process_flag */
	struct plan_strings argv; /* at least one */
	struct plan_strings envp;
	char *cwd; /* absolute */
	uint32_t uid, gid, umask;
	uint32_t ngroups;
	uint32_t *groups;
	struct plan_caps caps;
	struct lx_rlimit rlimits[LX_RLIM_NLIMITS]; /* every one; soft is not above hard */
	int32_t oom_score_adj;                     /* -1000 to 1000 */
	uint32_t personality;                      /* LX_PER_ */
	uint32_t policy;                           /* LX_SCHED_ */
	int32_t nice;
	uint32_t rt_priority;
	uint32_t ioprio;     /* as ioprio_set(2) takes it */
	uint16_t rows, cols; /* of the terminal; 0: as it is */
	uint32_t nfds;       /* descriptors beyond stdio: 3 and on in the guest */
	uint32_t nseccomp;
	struct plan_bpf *seccomp;
};

/* ---- mounts ---- */

struct plan_idmap {
	uint32_t inside, outside, count;
};

struct plan_idmaps {
	struct plan_idmap *v;
	uint32_t n;
};

enum plan_mount_flag {
	PLAN_MOUNT_TMPCOPYUP = 1 << 0, /* a tmpfs starts with what was at its place before */
	PLAN_MOUNT_IDMAP_REC = 1 << 1, /* the idmaps are for what is mounted below, too */
};
#define PLAN_MOUNT_FLAGS_ALL 0x3u

/*
 * In the order of the list. Types: proc, sysfs, tmpfs, devtmpfs, devpts, mqueue, cgroup, cgroup2,
 * and "bind", whose source is the name of an export of the Gofer. A destination that is not there
 * is made: a directory, or for a bind of a file an empty file.
 */
struct plan_mount {
	char *destination; /* absolute */
	char *type;
	char *source; /* bind: the export; else what /proc/mounts shows */
	char *data;   /* the filesystem's own options, or "" */
	uint32_t flags;
	uint64_t set, clear; /* LX_MS_ of the mount */
	uint32_t npropagation;
	uint32_t *propagation;       /* LX_MS_SHARED ..., with or without LX_MS_REC; in order */
	uint64_t rec_set, rec_clear; /* LX_MOUNT_ATTR_ of the whole tree */
	struct plan_idmaps uid_maps, gid_maps;
};

/* ---- the container ---- */

struct plan_sysctl {
	char *name, *value; /* "net.ipv4.ip_forward" */
};

struct plan_device {
	char *path; /* absolute */
	char type;  /* 'c', 'b', 'p' */
	uint32_t major, minor;
	uint32_t mode; /* permission bits */
	uint32_t uid, gid;
};

#define PLAN_UNLIMITED UINT64_MAX
#define PLAN_CPU_WORDS 16

/* What the guest sees as its limits, and what the Sentry enforces where no cgroup does. */
struct plan_limits {
	uint64_t memory_max;           /* bytes; PLAN_UNLIMITED */
	uint64_t swap_max;             /* bytes beyond memory_max; PLAN_UNLIMITED */
	uint64_t memory_low;           /* bytes; 0: none */
	uint64_t cpu_quota_us;         /* of each period; PLAN_UNLIMITED */
	uint64_t cpu_period_us;        /* 0: 100000 */
	uint64_t cpu_weight;           /* of cgroup v2, 1 to 10000; 0: 100 */
	uint64_t pids_max;             /* PLAN_UNLIMITED */
	uint64_t cpus[PLAN_CPU_WORDS]; /* the processors; all zero: every one */
	uint32_t enforce_memory;       /* 1: no cgroup of the host does it */
};

enum plan_flag {
	PLAN_STRACE = 1 << 0,          /* log system calls to PLAN_FD_STRACE */
	PLAN_ROOT_READONLY = 1 << 1,   /* writes to the root answer EROFS */
	PLAN_ROOT_OVERLAY = 1 << 2,    /* writes to the root stay in memory */
	PLAN_LISTEN = 1 << 3,          /* PLAN_FD_LISTENER is there */
	PLAN_DEFAULT_DEVICES = 1 << 4, /* fill /dev as runtime-spec says ("Default Devices") */
	/* The Gofer is in the container's user namespace: it sees ids as the guest does. */
	PLAN_GOFER_MAPPED = 1 << 5,
};
#define PLAN_FLAGS_ALL 0x3fu

struct plan {
	uint32_t flags;                        /* enum plan_flag */
	uint64_t namespaces;                   /* LX_CLONE_NEW: asked for as new ones */
	char *hostname;                        /* at most 64 bytes */
	char *domainname;                      /* at most 64 bytes; "": as Linux starts, "(none)" */
	uint32_t propagation;                  /* of the root: LX_MS_SHARED ..., or 0 */
	struct plan_idmaps uid_maps, gid_maps; /* of the container's user namespace; empty: none */
	uint32_t nmounts;
	struct plan_mount *mounts;
	uint32_t ndevices;
	struct plan_device *devices;
	uint32_t nsysctls;
	struct plan_sysctl *sysctls;
	struct plan_strings masked, readonly; /* absolute paths; what is not there is passed over */
	struct plan_limits limits;
	struct plan_process process;
};

/*
 * Descriptors that travel with the plan, in this order: stdio; the connection to the Gofer; with
 * PLAN_STRACE the trace's; with PLAN_LISTEN the door (control_knock), by which others than the
 * sender reach the sandbox; then process.nfds for the guest.
 * With EXEC: stdio, then process.nfds.
 */
enum plan_fd {
	PLAN_FD_STDIN,
	PLAN_FD_STDOUT,
	PLAN_FD_STDERR,
	PLAN_FD_GOFER,
	PLAN_FD_STRACE,
	PLAN_FD_LISTENER,
	PLAN_FD_FIRST_EXTRA,
};
/* The place of `which` among the plan's descriptors; -1: it is not there. PLAN_FD_FIRST_EXTRA: the
 * first of process.nfds, or the number of all if that is 0. */
int plan_fd_index(const struct plan *p, enum plan_fd which);
/* How many descriptors the plan must have. */
size_t plan_nfds(const struct plan *p);
#define PLAN_EXEC_FIRST_EXTRA 3u

#define PLAN_MAX_BYTES   (16u << 20)
#define PLAN_MAX_STRINGS 65536u
#define PLAN_MAX_GROUPS  65536u
#define PLAN_MAX_MOUNTS  4096u
#define PLAN_MAX_DEVICES 4096u
#define PLAN_MAX_SYSCTLS 4096u
#define PLAN_MAX_IDMAPS  340u
#define PLAN_MAX_SECCOMP 64u
#define PLAN_MAX_FDS     200u /* process.nfds */

/* Nothing is limited; flags and names are for the caller. */
void plan_limits_none(struct plan_limits *l);

/* Bytes of the plan on the wire into a malloc'd block (caller owns). -E2BIG, -ENOMEM. */
MUST_CHECK int plan_encode(const struct plan *p, void **ret, size_t *ret_len);
/* Decode and validate: -EBADMSG for anything malformed, -E2BIG, -ENOMEM. plan_fini what was filled.
 */
MUST_CHECK int plan_decode(const void *buf, size_t len, struct plan *ret);
void plan_fini(struct plan *p);
DEFINE_AUTO_INPLACE(struct plan, plan_fini)

/* As a part of another message; sticky errors, a failure of memory too. */
struct wire_in;
struct wire_out;
void plan_process_put(struct wire_out *o, const struct plan_process *p);
/* Upper bound of what plan_process_put writes. */
size_t plan_process_size(const struct plan_process *p);
/* Decode and validate: 0, -EBADMSG, -ENOMEM; plan_process_fini in every case. */
MUST_CHECK int plan_process_get(struct wire_in *in, struct plan_process *ret);
void plan_process_fini(struct plan_process *p);
DEFINE_AUTO_INPLACE(struct plan_process, plan_process_fini)
void plan_limits_put(struct wire_out *o, const struct plan_limits *l);
MUST_CHECK int plan_limits_get(struct wire_in *in, struct plan_limits *ret);
