/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes of our own on the host: make, watch, reap, and what a process may say about itself once
 * (prctl(2)). Deaths are learnt by pidfd: a pid alone may be somebody else's by the time it is
 * used.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

/*
 * fork(2): 0 in the child, the pid in the parent, -errno. Only the calling thread lives on in the
 * child.
 */
MUST_CHECK pid_t host_fork(void);
/*
 * As host_fork, with a pidfd for the parent (close-on-exec). -errno: there is no child; -ENOSYS:
 * the host has no pidfds. The child's *ret_pidfd is -1.
 */
MUST_CHECK pid_t host_fork_pidfd(int *ret_pidfd);
/* A pidfd of a child that is not reaped yet, or of another process that is known to live. */
MUST_CHECK int host_pidfd_open(pid_t pid);
MUST_CHECK int host_pidfd_kill(int pidfd, int signo);
MUST_CHECK int host_kill(pid_t pid, int signo);
/* One thread of a process. */
MUST_CHECK int host_tgkill(pid_t pid, pid_t tid, int signo);

/* How a child ended. */
struct host_exit {
	bool signaled;
	int code; /* exit code, or signal number */
};

/* Sleep until the child pid has ended and reap it; -ECHILD. */
MUST_CHECK int host_wait(pid_t pid, struct host_exit *ret);
/* As host_wait without sleeping: -EAGAIN while it lives. */
MUST_CHECK int host_wait_now(pid_t pid, struct host_exit *ret);

/*
 * Get signo when the parent thread ends. -ESRCH: the parent was not `parent` any more when this was
 * set, so no signal will come; the caller ends itself.
 */
MUST_CHECK int host_die_with_parent(int signo, pid_t parent);
/* No exec gives privileges from now on, and filters may be installed without any. */
MUST_CHECK int host_no_new_privs(void);
/* No core file, no ptrace by processes of the same user, /proc/self owned by root. */
MUST_CHECK int host_set_dumpable(bool dumpable);
/* Orphaned descendants become ours. */
MUST_CHECK int host_become_subreaper(void);
MUST_CHECK int host_setsid(void);
pid_t host_getpid(void);
pid_t host_gettid(void);
