/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's namespaces of a container: those that config.json asks for as new ones, and those that
 * it joins by path. The guest does not live in them, its kernel gives it namespaces of its own; but
 * engines put network interfaces there, and enter them. namespaces(7).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "oci/oci.h"

struct namespaces {
	unsigned long make;         /* CLONE_NEW: new ones */
	unsigned long refused;      /* asked for as new ones, but the host gives none */
	int join[OCI_NS_COUNT];     /* descriptors; -1: not joined */
	const struct oci_linux *lx; /* the mappings */
};

/* Opens paths. Tells. */
MUST_CHECK int namespaces_open(const struct oci_spec *spec, struct namespaces *ret);
void namespaces_fini(struct namespaces *ns);
DEFINE_AUTO_INPLACE(struct namespaces, namespaces_fini)

/*
 * fork(2) into new namespaces; where the host refuses them, as far as it allows, with ns->refused
 * saying what is missing. The child is in the pid namespace that is joined, and enters the others
 * by namespaces_join. -errno, not told.
 */
MUST_CHECK pid_t namespaces_fork(struct namespaces *ns);
/* In the child: the namespaces that are joined by path. Tells. */
MUST_CHECK int namespaces_join(const struct namespaces *ns);
/* In the parent: uid_map and gid_map of the child's new user namespace. Tells. */
MUST_CHECK int namespaces_map(const struct namespaces *ns, pid_t child);
/* In the child, when it is mapped: be root there, if there is one. */
MUST_CHECK int namespaces_become_root(void);
/* In the child: nothing that is mounted in its mount namespace reaches the host. */
MUST_CHECK int namespaces_private_mounts(void);

/* A child in the pid namespace of a process; the others it enters by namespaces_enter. -errno. */
MUST_CHECK pid_t namespaces_fork_beside(pid_t pid);
/* All namespaces of the process (but pid and time) that are not ours already. -errno, not told. */
MUST_CHECK int namespaces_enter(pid_t pid);
/* The mount namespace that we are in has `rootfs` as its root, and nothing above it. -errno. */
MUST_CHECK int namespaces_pivot(const char *rootfs);
