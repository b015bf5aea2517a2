/* SPDX-License-Identifier: Apache-2.0 */
/* proc(5) and sysfs(5): windows onto the tasks and onto what the kernel knows of itself. README.md
 * tells what differs from Linux. */
#pragma once

#include "base/compiler.h"

struct ctx;
struct file;
struct kernel;
struct superblock;
struct thread_group;

/* The kernel must outlive the filesystem. Caller owns. -ENOMEM. */
MUST_CHECK int procfs_new(struct kernel *k, struct superblock **ret);
MUST_CHECK int sysfs_new(struct kernel *k, struct superblock **ret);
/* cgroup2: one group with the sandbox's limits. */
MUST_CHECK int cgroupfs_new(struct kernel *k, struct superblock **ret);
/*
 * What writing `value` into the file of /proc/sys does ("net.core.somaxconn", or with slashes), for
 * whoever starts the sandbox. -ENOENT: there is none; -EROFS: it cannot be changed, and says
 * something else; -EINVAL, -ERANGE.
 */
MUST_CHECK int proc_sysctl_set(struct kernel *k, struct ctx *ctx, const char *name,
			       const char *value);
/* The process whose /proc/[pid] directory is open as f: it does for a pidfd. Caller owns; NULL:
 * something else. */
struct thread_group *proc_group_of(struct file *f);
