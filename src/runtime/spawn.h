/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of one sandbox, as children of the CLI: a Gofer and a Sentry, joined by
 * socketpairs. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "host/isolation.h"

struct gofer_export;
struct sentry_config;

struct sandbox {
	pid_t sentry, gofer; /* 0: not running */
	int control_fd;      /* our end; -1: closed */
	int gofer_fd; /* the Sentry's end of the Gofer connection, until the plan took it; -1 */
};

struct spawn_args {
	const char *platform;
	const struct gofer_export *exports;
	size_t nexports;
	int log_fd; /* -1: none */
	bool debug;
	enum isolation required; /* below it nothing runs */
};

/* Start both. On failure nothing is left, the person was told, and the exit status is returned;
 * else 0. */
MUST_CHECK int sandbox_spawn(const struct spawn_args *args, struct sandbox *ret);
/* Close our ends and wait for both to end (the Sentry ends when the control socket closes, the
 * Gofer when the Sentry has). */
void sandbox_reap(struct sandbox *sb);
/*
 * A child in the Sentry's namespaces, if the host gives them (config->no_namespaces says it), that
 * runs `run` with config, after closing close_fd. Its pid; -errno.
 */
MUST_CHECK pid_t sentry_fork(struct sentry_config *config, int close_fd,
			     void (*run)(const struct sentry_config *config));
