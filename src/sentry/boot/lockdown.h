/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wall around the Sentry itself, in two steps with the platform's first stub between them,
 * since stubs share the Sentry's namespaces and Landlock domain, but not its filter. Both while the
 * process has a single thread, and before a byte of the plan or of the guest is read.
 */
#pragma once

#include <stddef.h>

#include "base/compiler.h"
#include "host/isolation.h"

struct filter_rule;
struct platform_ops;
struct sentry_config;

/*
 * Nothing open but /dev/null as 0 to 2, the control socket and the log; no_new_privs; what is in
 * memory stays. config's descriptors may get new numbers. -errno: the host refuses even that.
 */
MUST_CHECK int lockdown_descriptors(struct sentry_config *config);
/*
 * An empty read-only root where we were born into namespaces, a Landlock domain where there is one,
 * no capabilities. *ret says how far that went. -errno: capabilities could not be dropped.
 */
MUST_CHECK int lockdown_enter(const struct sentry_config *config, struct isolation_reached *ret);
/*
 * From now on only the calls of the common table and of the platform: any other ends the process
 * with SIGSYS and a line in the log that names it. -errno of seccomp(2).
 */
MUST_CHECK int lockdown_seal(const struct platform_ops *pops);

/* The common table. */
const struct filter_rule *lockdown_rules(size_t *ret_n);
