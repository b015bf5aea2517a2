/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a container, and letting it go: what `create`, `start`, `run` and `delete` share.
 *
 * The steps of making one, each of which leaves something that `delete --force` finds and removes:
 *	1. ROOT/ID, locked
 *	2. config.json, and state.json in the phase "creating"
 *	3. the keeper (dies with us), the control group, init's stand-in (dies with us); their pids
 *	   and the group are recorded
 *	4. hooks: prestart, createRuntime, createContainer
 *	5. Gofer, Sentry (die with the keeper); the plan; the answer that init is loaded
 *	6. the phase "created" is recorded
 *	7. keeper and init are told to live without us; the pid file
 */
#pragma once

#include "base/compiler.h"
#include "runtime/console.h"
#include "runtime/container.h"

struct cgroup;

struct launch_options {
	const char *bundle;         /* NULL: the current directory */
	const char *pid_file;       /* NULL: none */
	const char *console_socket; /* NULL: none */
	uint32_t preserve_fds;      /* all that the guest gets from 3 on; ... */
	uint32_t listen_fds;        /* ... the first of them are for sd_listen_fds(3) */
	bool detach;                /* a terminal must have somebody at --console-socket */
};

/*
 * Everything up to "created". On failure nothing is left and it was told. *ret_console: where there
 * is a terminal and no --console-socket, its master.
 */
MUST_CHECK int launch_create(const struct globals *g, const char *id,
			     const struct launch_options *o, struct container *ret,
			     struct console *ret_console);
/* From "created" to "running". On failure the container is stopped, and it was told. */
MUST_CHECK int launch_start(struct container *c);
/* Kill what lives, remove what is there, run the poststop hooks. Told; goes on as far as it can. */
MUST_CHECK int launch_remove(struct container *c);
/* SIGKILL to everything, and wait until it is gone. */
void launch_kill(struct container *c);

/* The recorded group; *ret NULL: there is none. Tells. */
MUST_CHECK int launch_cgroup(const struct container *c, struct cgroup **ret);

/* Stdio of a guest process: new descriptors, each with a description of its own where the host
 * allows it, or the terminal's. -errno. */
MUST_CHECK int launch_stdio(const struct console *console, int ret[3]);
/* Why a program does not run, in the words that engines look for. */
void launch_tell_exec(uint32_t why, const char *text, const char *program);
