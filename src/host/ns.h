/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Namespaces, an empty root, and capabilities of our own processes. namespaces(7), pivot_root(2),
 * capabilities(7). All of it may be refused by a host; who asks decides what that means.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

/* What a Sentry is born into: it needs no privilege, where the host lets users make user
 * namespaces. */
#define HOST_NS_SENTRY                                                                             \
	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | \
	 CLONE_NEWCGROUP)
/*
 * What a Gofer is born into, for a root of the host. Not for others: in a user namespace of its own
 * it would see nobody as the owner of all files but its user's.
 */
#define HOST_NS_GOFER (CLONE_NEWPID | CLONE_NEWNS)

/*
 * As host_fork (host/proc.h), the child being the first process of new namespaces. Flags are
 * CLONE_NEW bits; 0 is host_fork. Of processes with one thread only. -EPERM, -ENOSPC, -EUSERS,
 * -EINVAL, -ENOSYS: the host does not give them.
 */
MUST_CHECK pid_t host_fork_into(unsigned long flags);
/*
 * In the parent of a child with a user namespace of its own: ids mean there what they mean here,
 * all of them if we may say so, else our own user and group. -errno: the child sees everything as
 * owned by nobody, which harms nothing but what it shows.
 */
MUST_CHECK int host_map_ids(pid_t child);

/*
 * In a mount namespace of our own with CAP_SYS_ADMIN in it: the root becomes an empty read-only
 * directory and nothing else can be named any more; what is open stays open.
 */
MUST_CHECK int host_empty_root(void);
/*
 * A descriptor (O_PATH) of the file or directory at path with everything mounted below it, as
 * mounts of our own that lie in no directory: nothing above can be reached from there. With
 * HOST_TREE_READONLY nothing in it can be changed through it. Needs CAP_SYS_ADMIN. -ENOSYS: Linux
 * before 5.12.
 */
enum host_tree { HOST_TREE_WRITABLE, HOST_TREE_READONLY };
MUST_CHECK int host_copy_tree(const char *path, enum host_tree how);
/*
 * The fd directory of a /proc of our own that shows only our pid namespace, and is mounted nowhere.
 * As the first process of a pid namespace, with CAP_SYS_ADMIN. -ENOSYS, -EINVAL: Linux before 5.8.
 */
MUST_CHECK int host_open_own_proc_fds(void);

/*
 * As the first process of a pid namespace: other processes are looked up in a /proc of it from now
 * on (host_map_ids), mounted nowhere, where the host lets us; else their pids mean strangers there.
 */
void host_use_own_proc(void);

/* Of all capabilities keep only those in mask (bit CAP_x) that we have. 0: none. */
MUST_CHECK int host_keep_caps(uint64_t mask);
/* Is the capability in force? */
bool host_has_cap(unsigned cap);
