/* SPDX-License-Identifier: Apache-2.0 */
/* proc(5) and sysfs(5): windows onto the tasks and onto what the kernel knows of itself. README.md
 * tells what differs from Linux. */
#pragma once

#include "base/compiler.h"

struct file;
struct kernel;
struct superblock;
struct thread_group;

/* The kernel must outlive the filesystem. Caller owns. -ENOMEM. */
MUST_CHECK int procfs_new(struct kernel *k, struct superblock **ret);
MUST_CHECK int sysfs_new(struct kernel *k, struct superblock **ret);
/* cgroup2: one group with the sandbox's limits. */
MUST_CHECK int cgroupfs_new(struct kernel *k, struct superblock **ret);
/* The process whose /proc/[pid] directory is open as f: it does for a pidfd. Caller owns; NULL:
 * something else. */
struct thread_group *proc_group_of(struct file *f);
