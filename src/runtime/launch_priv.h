/* SPDX-License-Identifier: Apache-2.0 */
/* A container while it is being made: launch.c has the steps, the others one or two of them each. */
#pragma once

#include "runtime/blueprint.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/keeper.h"
#include "runtime/launch.h"
#include "runtime/namespaces.h"
#include "runtime/runtime.h"

struct launch {
	const struct globals *g;
	const struct launch_options *o;
	struct container *c;
	struct namespaces ns;
	struct cgroup *cg;
	struct blueprint blueprint;
	struct console console;
	pid_t keeper, init;
	int keeper_line, init_line; /* our ends */
	int leash[2];               /* keeper, init */
	int control, gofer;         /* to the Sentry; its connection to the Gofer */
	int log;
	bool hooked; /* a hook ran: poststop hooks follow, whatever happens */
};

/* launch_processes.c: step 3. All tell, and return -errno. */
MUST_CHECK int launch_processes(struct launch *l);
/* A command to the keeper, and nfds descriptors from its answer. */
MUST_CHECK int launch_command(struct launch *l, enum keeper_command command, int *fds, size_t nfds);
MUST_CHECK int launch_join_cgroup(struct launch *l, enum cgroup_part part, pid_t pid);
/* "starting the container's processes: ..."; r. */
int launch_tell_fork(int r, const char *what);

/* launch_sandbox.c: step 5. */
MUST_CHECK int launch_sandbox(struct launch *l);
