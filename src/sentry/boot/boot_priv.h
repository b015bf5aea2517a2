/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of bring-up, and what serves a running sandbox, share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "sentry/core/limits.h"
#include "sentry/fs/gofer/gofer.h"
#include "sentry/task/task.h"
#include "sentry/vfs/path.h"
#include "wire/control.h"
#include "wire/plan.h"

struct ctty;
struct ctx;
struct fdtable;
struct file;
struct fs_info;
struct kernel;
struct mnt_ns;
struct superblock;

/* Why bring-up, or the start of one process, failed, for the person at the CLI. */
struct boot_error {
	enum control_failure why;
	char text[1024];
};

/* Fill e and return err (negative errno). The text says what failed, on what; ": errno in words" is
 * added. */
int boot_fail(struct boot_error *e, enum control_failure why, int err, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* A context for work of the kernel itself: root, never interrupted. One thread at a time. */
struct ctx *boot_ctx(void);

/* ---- mounts.c, copyup.c ---- */

/* The namespace with the root alone, from the Gofer (whose connection is taken over), or an overlay
 * on it; still writable. Caller owns. */
MUST_CHECK int boot_mount_root(const struct plan *plan, int gofer_fd, struct mnt_ns **ret,
			       struct boot_error *e);
/* All that the plan lists. */
MUST_CHECK int boot_mount_all(const struct plan *plan, struct kernel *k, struct mnt_ns *ns,
			      struct boot_error *e);
/* PLAN_ROOT_READONLY, once nothing is to be made there any more. */
MUST_CHECK int boot_seal_root(const struct plan *plan, struct mnt_ns *ns, struct boot_error *e);
/* What the directory `from` holds into the empty one `to`, and its attributes. */
MUST_CHECK int boot_copy_up(const struct path *from, const struct path *to);
/* The types that mount(2) knows. */
void boot_register_fs_types(struct kernel *k);

/* ---- ids.c ---- */

/* An export of the Gofer, with owners as the plan maps them. m: the entry of the list; NULL: the
 * root. -E2BIG: too many ranges; else as gofer_mount. Caller owns. */
MUST_CHECK int boot_mount_export(struct gofer_client *c, const struct plan *plan,
				 const struct plan_mount *m, const char *name,
				 enum gofer_cache cache, struct superblock **ret);

/* As /proc/pid/uid_map says it; NULL: nothing is mapped (or no memory). Caller owns (free). */
char *boot_id_map_text(const struct plan_idmaps *m);

/* ---- places.c ---- */

enum place_kind { PLACE_NONE, PLACE_DIRECTORY, PLACE_FILE };

/* Root and working directory at the namespace's root, no umask. Caller owns. */
MUST_CHECK int place_tree(struct mnt_ns *ns, struct fs_info **ret);
/* By an absolute path. walk_flags: WALK_. Caller owns *ret. */
MUST_CHECK int place_find(struct mnt_ns *ns, const char *name, unsigned walk_flags,
			  struct path *ret);
/* As place_find with WALK_FOLLOW; what is not there is made, and the directories above it. */
MUST_CHECK int place_make(struct mnt_ns *ns, const char *name, enum place_kind kind,
			  struct path *ret);
MUST_CHECK int place_make_parents(struct mnt_ns *ns, const char *name);

/* ---- container.c ---- */

MUST_CHECK int boot_make_devices(const struct plan *plan, struct mnt_ns *ns, struct boot_error *e);
/* /dev/console is this terminal. */
MUST_CHECK int boot_make_console(const struct plan_process *p, struct mnt_ns *ns, struct ctty *tty,
				 struct boot_error *e);
MUST_CHECK int boot_make_cwd(const struct plan *plan, struct mnt_ns *ns, struct boot_error *e);
MUST_CHECK int boot_set_sysctls(const struct plan *plan, struct kernel *k, struct boot_error *e);
MUST_CHECK int boot_hide_paths(const struct plan *plan, struct mnt_ns *ns, struct boot_error *e);

/* ---- stdio.c, terminals.c ---- */

struct boot_stdio {
	struct fdtable *fds; /* owned */
	struct ctty *tty;    /* the first terminal among them; NULL: none */
};

/*
 * A table with stdio, and from 3 on the p->nfds of extra; takes over the descriptors that it used
 * (set to -1). A terminal among them gets a name in /dev/pts, and the plan's size.
 */
MUST_CHECK int boot_stdio(const struct plan_process *p, struct mnt_ns *ns, int *stdio, int *extra,
			  struct boot_stdio *ret, struct boot_error *e);
void boot_stdio_fini(struct boot_stdio *io);

/* A devpts was mounted on `where`: from now on terminals get their names there. */
void boot_terminals_live_in(struct superblock *sb, const char *where);
/* A terminal of the host by its name, which it gets if it has none. Caller owns. -ENODEV: there is
 * no devpts. */
MUST_CHECK int boot_terminal_path(struct mnt_ns *ns, struct ctty *c, uint32_t uid, uint32_t gid,
				  struct path *ret);
/* The process that brought it has ended. NULL is fine. */
void boot_terminal_forget(struct ctty *c);

/* ---- program.c, process.c ---- */

/* Where argv[0] is, by PATH of the process's environment if it has no slash. Caller owns (free). */
MUST_CHECK int boot_find_program(const struct plan_process *p, struct mnt_ns *ns, char **ret,
				 struct boot_error *e);
/* The program was found but could not be loaded: r of kernel_start_. Returns r. */
int boot_program_failed(const struct plan_process *p, int r, struct boot_error *e);

struct boot_process {
	struct task_plan task;
	const struct cred *cred;
	struct limits limits;
	struct seccomp_filter *filters;
};
/* Fill b, which must not move; borrows p and program, takes io's table. -EINVAL: a filter that is
 * no program; -ENOMEM. */
MUST_CHECK int boot_process_init(struct boot_process *b, const struct plan_process *p,
				 const char *program, struct boot_stdio *io);
void boot_process_fini(struct boot_process *b);
/* In the kernel's terms. */
void boot_limits(const struct plan_limits *p, struct sandbox_limits *ret);
