/* SPDX-License-Identifier: Apache-2.0 */
/* Units of systemd, org.freedesktop.systemd1(5), as far as a container's scope needs them. Each
 * waits until the manager has done it; on failure the reason was told on stderr. 0 or -errno. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "systemd/property.h"

struct sd_bus;

struct unit_request {
	const char *name;  /* NAME.scope, NAME.slice */
	const char *slice; /* what it lies in */
	pid_t first;       /* the process that a scope begins with */
	const struct property *properties;
	size_t n;
};

/* The unit's control group goes to stdout, as one line. */
MUST_CHECK int unit_start(struct sd_bus *bus, const struct unit_request *u);
MUST_CHECK int unit_set(struct sd_bus *bus, const struct unit_request *u);
/* One that is gone already is fine. */
MUST_CHECK int unit_stop(struct sd_bus *bus, const char *name);
