/* SPDX-License-Identifier: Apache-2.0 */
/* Entry header of the Sentry: what the CLI may call. Everything else of the Sentry is reached by
 * messages. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"
#include "host/isolation.h"

struct filter_rule;

struct sentry_config {
	int control_fd;          /* our end of the control socketpair (wire/control.h) */
	const char *platform;    /* a name of sentry_platforms, or NULL: the default */
	int no_namespaces;       /* 0: the process is the first one of new namespaces (host/ns.h);
				    else the -errno with which the host refused them */
	enum isolation required; /* below it nothing runs */
};

/* Become the Sentry: called in a fresh child of the CLI with one thread. Serves one plan, then
 * exits. */
NORETURN void sentry_main(const struct sentry_config *config);

/* The platforms of this build, default first, separated by ", ". */
const char *sentry_platforms(void);
bool sentry_platform_known(const char *name);
/*
 * For the Sentries that this process becomes or forks: are hot call sites of the guest's patched,
 * so that some calls are answered without the Sentry: "auto" (if nobody says anything), "off",
 * "always" (from the first call on, for tests). False: none of these.
 */
bool sentry_set_tier1(const char *how);

/*
 * What the host would let a Sentry do, found by becoming one, but for the plan: called as
 * sentry_main is. Writes two lines to control_fd, fields separated by tabs, and exits: "isolation",
 * the level, what keeps it from more; "platform", "works" or "refused", what it lacks or why.
 */
NORETURN void sentry_probe(const struct sentry_config *config);

/*
 * The rows that filters are compiled from: what a Sentry may ask of the host on every platform,
 * what the ith platform adds (i below sentry_platform_count()), and what its stubs may ask.
 */
const struct filter_rule *sentry_host_calls(size_t *ret_n);
size_t sentry_platform_count(void);
const char *sentry_platform_name(size_t i);
const struct filter_rule *sentry_platform_calls(size_t i, size_t *ret_n);
const struct filter_rule *sentry_stub_calls(size_t i, size_t *ret_n);

/* The system call table for a person or, with json, for a script. 0 or -errno of the write. */
MUST_CHECK int sentry_print_syscalls(FILE *out, bool json);
