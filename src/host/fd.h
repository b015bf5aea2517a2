/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, passing and closing host descriptors. Every descriptor made here is close-on-exec; all
 * return a descriptor (or 0) or -errno. EINTR is retried where the call can be repeated.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

/* openat(2). dirfd may be AT_FDCWD. */
MUST_CHECK int host_open(int dirfd, const char *path, int flags, mode_t mode);
/* Any fd but a negative one, which is ignored. */
void host_close(int fd);
/* AUTO(host_close_fd) int fd = ...; a negative one is nothing. */
static inline UNUSED void auto_host_close_fd(const int *fd)
{
	host_close(*fd);
}
/* Yields fd and leaves -1. */
static inline int host_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/*
 * 0, 1 and 2 lead nowhere (/dev/null): a library that complains there must not write into what
 * somebody else has there. Descriptors of ours with these numbers are lost.
 */
MUST_CHECK int host_empty_stdio(void);
/* A second descriptor, with a number of at least min. */
MUST_CHECK int host_dup(int fd, int min);
/*
 * A second descriptor with exactly that number, kept over exec: for stdio and for descriptors that
 * a child inherits.
 */
MUST_CHECK int host_dup_to(int fd, int to);
MUST_CHECK int host_set_cloexec(int fd, bool cloexec);
/* S_IFMT and permission bits of fstat(2). */
MUST_CHECK int host_file_type(int fd, mode_t *ret_mode);
/* The O_ flags of its description. */
MUST_CHECK int host_get_flags(int fd);
bool host_is_tty(int fd);
/*
 * A terminal or pipe that others have open too: a new descriptor with a non-blocking description of
 * its own, by way of /proc/self/fd. For who hands streams in, before any lockdown. -errno: not
 * possible (no /proc, no permission, not such a file).
 */
MUST_CHECK int host_own_description(int fd);
/* ret[0] reads, ret[1] writes. */
MUST_CHECK int host_pipe(int ret[2]);
/* Of AF_UNIX; type is SOCK_STREAM or SOCK_SEQPACKET. */
MUST_CHECK int host_socketpair(int type, int ret[2]);
/* An empty memory file that can be sealed. */
MUST_CHECK int host_memfd(const char *name);
MUST_CHECK int host_set_size(int fd, uint64_t size);
/*
 * Nobody changes a memory file's size or seals any more, nor its bytes; with HOST_SEAL_OTHERS only
 * who has a writable mapping already does. -EINVAL: the host is too old for that (Linux 5.1).
 */
enum host_seal { HOST_SEAL_ALL, HOST_SEAL_OTHERS };
MUST_CHECK int host_seal(int fd, enum host_seal how);

/* An eventfd that never blocks. _signal makes it readable, _drain unreadable again. */
MUST_CHECK int host_eventfd(void);
void host_eventfd_signal(int fd);
void host_eventfd_drain(int fd);

/*
 * Close everything but keep[0..n), which is sorted in place. Also works on hosts without
 * close_range(2).
 */
MUST_CHECK int host_close_all_but(int *keep, size_t n);

#define HOST_FDS_MAX 253 /* SCM_MAX_FD */

/*
 * One message of n > 0 bytes with nfds descriptors (at most HOST_FDS_MAX) over a unix socket; no
 * SIGPIPE. The bytes sent. flags: MSG_DONTWAIT or 0.
 */
MUST_CHECK ssize_t host_send_fds(int sock, const void *buf, size_t n, const int *fds, size_t nfds,
				 int flags);
/*
 * The bytes received, 0 at the end; *ret_nfds of at most max descriptors stand in fds and are the
 * caller's. -EMSGSIZE: a record was longer than n; -ETOOMANYREFS: the peer sent more than max
 * descriptors; -EMFILE: no room in our own table. Then all were closed.
 */
MUST_CHECK ssize_t host_recv_fds(int sock, void *buf, size_t n, int *fds, size_t max,
				 size_t *ret_nfds, int flags);
