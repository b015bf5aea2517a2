/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of sysfs: what programs look up about processors and memory, and empty directories for the rest. */
#include "sentry/proc/proc_priv.h"

static const struct proc_dir empty = {NULL, 0, NULL};

static const struct proc_entry fs_entries[] = {
	PROC_SUBDIR("cgroup", 0755, empty),
};
static const struct proc_dir fs_dir = PROC_DIR(fs_entries, NULL);

static const struct proc_entry root_entries[] = {
	PROC_SUBDIR("block", 0755, empty),
	PROC_SUBDIR("dev", 0755, empty),
	PROC_SUBDIR("fs", 0755, fs_dir),
};
static const struct proc_dir root_dir = PROC_DIR(root_entries, NULL);
const struct proc_entry sysfs_root = PROC_SUBDIR("", 0555, root_dir);
