/* SPDX-License-Identifier: Apache-2.0 */
/* Entry header of the Gofer, the file proxy: what the CLI may call. Everything else is reached by
 * messages (wire/9p.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "host/isolation.h"

struct filter_rule;

/* A directory (or one file) of the host that a Sentry may reach. */
struct gofer_export {
	const char *host_path;
	const char *name; /* what a Sentry attaches to; unique */
	bool writable;    /* false: every change answers EROFS, and only descriptors that read are
			     donated */
};

struct gofer_config {
	int conn_fd; /* our end of the connection, SOCK_STREAM or SOCK_SEQPACKET */
	const struct gofer_export *exports;
	size_t n;
	int log_fd;              /* where a person reads what went wrong; -1: nowhere */
	bool in_namespaces;      /* the process is the first one of HOST_NS_GOFER (host/ns.h) */
	enum isolation required; /* below it nothing is served */
};

#define GOFER_EXIT_UNCONFINED 2 /* exit status: what config.required asks for cannot be had */

/*
 * Become the Gofer: called in a fresh child with one thread. Closes all other descriptors, locks
 * down, serves until the other side closes the connection, then exits with 0. An export that cannot
 * be opened is said through log_fd; the exit status is then 1.
 */
NORETURN void gofer_main(const struct gofer_config *config);

/* The rows that its filter is compiled from: always, with a writable export, and where the host
 * lacks openat2(2) or fchmodat2(2). */
enum gofer_calls { GOFER_CALLS_LOOKING, GOFER_CALLS_CHANGING, GOFER_CALLS_OLD_HOST };
const struct filter_rule *gofer_host_calls(enum gofer_calls which, size_t *ret_n);
