/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first stub of a platform starts as a forked copy of our process, while that has a single
 * thread and nothing to hide. It was not made by the libc, so what runs in it uses nothing of that
 * (platform/child.h); these are the steps by which it gives up everything before it jumps to stub
 * text, which unmaps what is left of us.
 */
#pragma once

#include <sys/types.h>

#include "base/compiler.h"

#define NEWBORN_FD    0 /* where the descriptor that a stub keeps ends up */
#define NEWBORN_OTHER 2 /* and another one that it may have */

/* How far a newborn got. */
enum newborn_stage {
	NEWBORN_DEATH_SIGNAL,
	NEWBORN_SESSION,
	NEWBORN_SIGNALS,
	NEWBORN_LIMITS,
	NEWBORN_DUMPABLE,
	NEWBORN_DESCRIPTORS,
	NEWBORN_CAPABILITIES,
	NEWBORN_RSEQ,
	NEWBORN_NO_NEW_PRIVS,
	NEWBORN_SECCOMP,
	NEWBORN_STAGES
};

struct newborn {
	int keep_fd;     /* becomes NEWBORN_FD */
	int other_fd;    /* becomes NEWBORN_OTHER; -1: none. Every other one is closed */
	long highest_fd; /* newborn_highest_fd, asked before the fork */
};

/* In the child: die with `parent`, whose child it is. Negative errno. */
MUST_CHECK long newborn_follow(pid_t parent);
/* In the child: a session of its own, default signals, no limits, no descriptors, no capabilities,
 * no_new_privs. Negative errno, and *ret_stage says of what. */
MUST_CHECK long newborn_strip(const struct newborn *n, enum newborn_stage *ret_stage);

/* The host call that a stage makes. */
const char *newborn_stage_name(enum newborn_stage stage);
/* The highest descriptor that is open in our process. */
long newborn_highest_fd(void);
/* An ignored SIGCHLD, which survives execve, would reap stubs before we do. */
void newborn_keep_zombies(void);
/* Kill and reap *pid, if it is one, and forget it. */
void newborn_kill(pid_t *pid);
