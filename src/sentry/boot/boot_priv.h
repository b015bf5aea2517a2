/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of bring-up share. */
#pragma once

#include <stdint.h>

#include "base/compiler.h"
#include "sentry/vfs/path.h"
#include "wire/control.h"
#include "wire/plan.h"

struct ctty;
struct ctx;
struct fdtable;
struct file;
struct kernel;
struct mnt_ns;
struct superblock;

/* Why bring-up failed, for the person at the CLI. */
struct boot_error {
	enum control_failure why;
	char text[1024];
};

/* Fill e and return err (negative errno). The text says what failed, on what; ": errno in words" is
 * added. */
int boot_fail(struct boot_error *e, enum control_failure why, int err, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* A context for work of the kernel itself: root, never interrupted. */
struct ctx *boot_ctx(void);

/* The mount tree of `do`: the Gofer's root (under a memory overlay unless the plan says read-only),
 * /proc, /sys, /dev, --rw. */
MUST_CHECK int boot_mount_root(const struct plan *plan, int gofer_fd, struct mnt_ns **ret,
			       struct boot_error *e);
/* What needs the kernel object: /proc and /sys. */
MUST_CHECK int boot_mount_kernel(struct kernel *k, struct mnt_ns *ns, struct boot_error *e);
/* The types that mount(2) knows. */
void boot_register_fs_types(struct kernel *k);
/*
 * A table with stdio as the plan says; takes over the three descriptors (set to -1). A terminal
 * among them gets a name in /dev/pts.
 */
MUST_CHECK int boot_stdio(const struct plan *plan, struct mnt_ns *ns, int fds[3],
			  struct fdtable **ret, struct boot_error *e);
/* The first of those terminals, for init's session; NULL: none. */
struct ctty *boot_terminal(void);
/* A terminal of the host by a name in /dev/pts, which it gets if it has none. Caller owns. */
MUST_CHECK int boot_open_terminal(const struct plan *plan, struct mnt_ns *ns, struct ctty *c,
				  unsigned flags, struct file **ret);
/* Where argv[0] is, by PATH of the plan's environment if it has no slash. Caller owns (free). */
MUST_CHECK int boot_find_program(const struct plan *plan, struct mnt_ns *ns, char **ret,
				 struct boot_error *e);
