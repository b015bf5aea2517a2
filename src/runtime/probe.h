/* SPDX-License-Identifier: Apache-2.0 */
/* What this host would let a sandbox do, found by trying it in children of ours. */
#pragma once

#include "base/compiler.h"
#include "host/isolation.h"

/* What a Sentry on one platform reaches. */
struct probe {
	bool ran;                         /* else why says what went wrong */
	struct isolation_reached reached; /* of the Sentry */
	bool works;                       /* the platform */
	char text[512];                   /* what it lacks, or why it does not work */
};

/* -errno: no child could be made. */
MUST_CHECK int probe_sentry(const char *platform, struct probe *ret);
/* 0: the Gofer can be confined to what it serves, by mounts of its own or a Landlock domain; else
 * the -errno of Landlock. */
int probe_gofer(void);
/* What a sandbox as a whole reaches: the Sentry's level, but `process` if the Gofer is not
 * confined. */
enum isolation probe_level(const struct probe *p, int gofer);
/* For --require-isolation: 0, or an exit status after telling why not. */
MUST_CHECK int probe_require(const char *platform, enum isolation required);
