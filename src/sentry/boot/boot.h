/* SPDX-License-Identifier: Apache-2.0 */
/* Entry header of the Sentry: what the CLI may call. Everything else of the Sentry is reached by
 * messages. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"

struct sentry_config {
	int control_fd;       /* our end of the control socketpair (wire/control.h) */
	const char *platform; /* a name of sentry_platforms, or NULL: the default */
};

/* Become the Sentry: called in a fresh child of the CLI with one thread. Serves one plan, then
 * exits. */
NORETURN void sentry_main(const struct sentry_config *config);

/* The platforms of this build, default first, separated by ", ". */
const char *sentry_platforms(void);
bool sentry_platform_known(const char *name);

/* The system call table for a person or, with json, for a script. 0 or -errno of the write. */
MUST_CHECK int sentry_print_syscalls(FILE *out, bool json);
