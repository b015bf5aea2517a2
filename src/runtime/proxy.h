/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that stands on the host for the guest's init, or for one process of `exec`: in the
 * container's namespaces and cgroup, without privileges. It ends exactly as the guest process does.
 * Signals that it gets go into the guest; when it is killed, so is what it stands for: the sandbox
 * (by the keeper, keeper.h), or the one process (whose connection to the Sentry closes).
 */
#pragma once

#include <sys/types.h>

#include "base/compiler.h"

struct proxy_config {
	pid_t keeper; /* whose namespaces to enter */
	int line;     /* to who made us, SOCK_SEQPACKET */
	int leash;    /* of init: to the keeper; -1 */
	int conn;     /* of an exec: to the Sentry; -1 */
	int null;     /* /dev/null of the host: where we will be, that name is the guest's */
};

/*
 * Over the line the proxy says PROXY_READY when it is in the namespaces, or why it is not
 * (PROXY_FAILED, after telling); then it waits for a struct proxy_go, and lives on without its
 * maker. If the line closes before that, it ends.
 */
#define PROXY_READY  'r'
#define PROXY_FAILED 'f'
struct proxy_go {
	int32_t pid; /* of an exec: the guest's process */
};

NORETURN void proxy_main(const struct proxy_config *config);

/* ---- shared with the keeper ---- */

/* Signals that are forwarded (all that a process can catch), blocked from now on. A signalfd;
 * -errno. */
MUST_CHECK int proxy_signals(void);
/*
 * No privileges, no core files, nothing open but keep[0..n) and `null` as stdio. null was opened
 * while /dev was the host's. -errno.
 */
MUST_CHECK int proxy_settle(int null, int *keep, size_t n);
#define PROXY_KEEP_MAX 8
/* End as a wait status says. */
NORETURN void proxy_end(int status);
