/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks: programs of the host that run at certain moments of a container's life, with its state on
 * their standard input. runtime-spec, config.md, "POSIX-platform Hooks".
 */
#pragma once

#include "base/compiler.h"
#include "oci/oci.h"
#include "oci/state.h"

enum hooks_where {
	HOOKS_HERE,      /* in our own namespaces */
	HOOKS_CONTAINER, /* in those of the process state->pid */
};

/*
 * Run them one after the other. The first that fails (a status other than 0, a signal, its time-out)
 * ends it: told, with what it wrote to stderr, and -EIO. `what` is the name of the property.
 */
MUST_CHECK int hooks_run(const struct oci_hook_list *hooks, const char *what,
			 const struct oci_state *state, enum hooks_where where);
/* The same where failures change nothing: each is told as a warning, and the next one runs. */
void hooks_run_all(const struct oci_hook_list *hooks, const char *what,
		   const struct oci_state *state);
