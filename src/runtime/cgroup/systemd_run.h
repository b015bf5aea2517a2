/* SPDX-License-Identifier: Apache-2.0 */
/* Running caisson-systemd: its arguments, what it prints, and why it failed. */
#pragma once

#include "runtime/cgroup/cgroup.h"

#define SYSTEMD_ARGS_MAX 64

struct systemd_args {
	char *v[SYSTEMD_ARGS_MAX + 1];
	size_t n;
	bool failed; /* no memory, or too many */
};

void systemd_args_addf(struct systemd_args *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
void systemd_args_fini(struct systemd_args *a);
DEFINE_AUTO_INPLACE(struct systemd_args, systemd_args_fini)

/* v[0] is the program. What it wrote to stdout goes to ret_out; on failure what it wrote to stderr
 * is in err. */
MUST_CHECK int systemd_run(const struct systemd_args *a, struct strbuf *ret_out,
			   struct cgroup_error *err);
