/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: all that the Sentry is told about the sandbox it shall be, in one message from the CLI.
 * The Sentry never sees config.json nor a host path that it could open; what it needs of the host
 * comes as descriptors beside the plan.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/types.h"
#include "base/compiler.h"

/* Descriptors that travel with the plan, in this order; those beyond stdio are absent if their flag
 * is not set. */
enum plan_fd {
	PLAN_FD_STDIN,
	PLAN_FD_STDOUT,
	PLAN_FD_STDERR,
	PLAN_FD_GOFER,
	PLAN_FD_STRACE, /* only with PLAN_STRACE */
	PLAN_FD_COUNT
};

enum plan_flag {
	PLAN_STRACE = 1 << 0,        /* log system calls to PLAN_FD_STRACE */
	PLAN_ROOT_READONLY = 1 << 1, /* no overlay: writes to the root answer EROFS */
	PLAN_STDIN_CLOSED =
		1 << 2, /* the descriptor is a placeholder: the guest starts without it */
	PLAN_STDOUT_CLOSED = 1 << 3,
	PLAN_STDERR_CLOSED = 1 << 4,
};
#define PLAN_FLAGS_ALL 0x1fu

/* A list of strings, NUL-terminated in memory. */
struct plan_strings {
	char **v;
	uint32_t n;
};

struct plan {
	uint32_t flags;
	struct plan_strings argv; /* at least one */
	struct plan_strings envp;
	struct plan_strings rw; /* absolute directories that go through for writing */
	char *cwd;              /* absolute */
	char *hostname;
	uint32_t uid, gid, umask;
	uint32_t ngroups;
	uint32_t *groups;
	struct lx_rlimit rlimits[LX_RLIM_NLIMITS];
};

#define PLAN_MAX_BYTES   (16u << 20)
#define PLAN_MAX_STRINGS 65536u
#define PLAN_MAX_GROUPS  65536u

/* Bytes of the plan on the wire into a malloc'd block (caller owns). -E2BIG, -ENOMEM. */
MUST_CHECK int plan_encode(const struct plan *p, void **ret, size_t *ret_len);
/* Decode and validate: -EBADMSG for anything malformed, -E2BIG, -ENOMEM. plan_fini what was filled.
 */
MUST_CHECK int plan_decode(const void *buf, size_t len, struct plan *ret);
void plan_fini(struct plan *p);
