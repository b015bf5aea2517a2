/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How well our own processes are walled in, should a guest take one over: the levels that `state`,
 * `doctor`, the log and --require-isolation speak of. Each includes the one before it.
 */
#pragma once

#include "base/compiler.h"

enum isolation {
	ISOLATION_PROCESS,  /* seccomp allow-lists, no capabilities, only the descriptors needed */
	ISOLATION_LANDLOCK, /* ... and in Landlock domains */
	ISOLATION_NAMESPACES, /* ... the Sentry in namespaces of its own, with an empty root; the
				 Gofer in what it serves, by mounts or a Landlock domain */
	ISOLATION_FULL,       /* ... and a cgroup and a user id of the sandbox's own */
};

const char *isolation_name(enum isolation level);
/* -EINVAL: no such level. */
MUST_CHECK int isolation_parse(const char *name, enum isolation *ret);

/* What one of our processes has reached, and what keeps it from the next level, for a person. */
struct isolation_reached {
	enum isolation level;
	char why[192];
};
