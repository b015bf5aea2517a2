/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock domains: a process takes rights from itself, with no privilege, for ever and for all its
 * descendants. landlock(7). What is open stays usable; descriptors that others donate carry the
 * rights of who opened them.
 */
#pragma once

#include <stddef.h>

#include "base/compiler.h"

#define HOST_LANDLOCK_SCOPES 6 /* the first ABI that confines signals and abstract sockets */

/* Of the host's kernel: 1 or more. -ENOSYS: built without; -EOPNOTSUPP: not among its security
 * modules; -EPERM: a filter around us refuses. */
MUST_CHECK int host_landlock_abi(void);

/* What may be reached by name: the file, or everything beneath the directory, that fd is. */
struct host_landlock_rule {
	int fd;
	bool is_dir;
	bool writable; /* make, remove, rename, write and truncate; else only read */
};

/*
 * The calling thread (of a process with one thread) and all that come from it: they open, make and
 * change by name only what the rules say; they neither bind nor connect TCP sockets (ABI 4),
 * neither signal processes nor connect to abstract sockets outside (ABI 6), nor trace what is
 * outside. Needs no_new_privs. The ABI in force, or -errno; -EOPNOTSUPP: with writable rules before
 * ABI 2, which refuses renames between directories.
 */
MUST_CHECK int host_landlock_confine(const struct host_landlock_rule *rules, size_t n);
