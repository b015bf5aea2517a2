/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in host directories, one component at a time and never through a symlink. `name` is one
 * component: not empty, no slash, not "..". All return 0 (or what the comment says) or -errno;
 * EINTR is retried.
 *
 * An O_PATH descriptor is a file that was found but not opened. host_reopen turns it into an open
 * one by way of a descriptor of /proc/self/fd, so that what is opened is exactly what was looked at
 * before.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

/*
 * Beneath dirfd: symlinks and magic links are never followed (O_PATH finds a symlink itself),
 * close-on-exec, no controlling terminal. openat2(2); where the host lacks or refuses it openat(2),
 * which for one component means the same. -EXDEV then: name is more than that.
 */
MUST_CHECK int host_open_beneath(int dirfd, const char *name, int flags, mode_t mode);
/* Does the host let us call openat2(2), fchmodat2(2)? Asked once; before a filter of ours. */
bool host_has_openat2(void);
bool host_has_fchmodat2(void);
/* O_PATH of one name, whatever it is. */
MUST_CHECK int host_find(int dirfd, const char *name);
/* A descriptor of our /proc/self/fd: for host_reopen and the others that want `proc`. */
MUST_CHECK int host_open_proc_fds(void);
/* An open descriptor of the file that fd (O_PATH) is. */
MUST_CHECK int host_reopen(int proc, int fd, int flags);
/* An open directory from an O_PATH one. */
MUST_CHECK int host_reopen_dir(int fd);

/* The length of the target, which is not terminated; -ENAMETOOLONG: longer than n. name "": fd is
 * the symlink itself. */
MUST_CHECK ssize_t host_readlink_at(int dirfd, const char *name, char *buf, size_t n);
MUST_CHECK int host_mkdir_at(int dirfd, const char *name, mode_t mode);
/* Regular files and FIFOs only. */
MUST_CHECK int host_mknod_at(int dirfd, const char *name, mode_t mode);
MUST_CHECK int host_symlink_at(const char *target, int dirfd, const char *name);
/* A further name for the file that fd (O_PATH) is. */
MUST_CHECK int host_link_at(int proc, int fd, int dirfd, const char *name);
MUST_CHECK int host_unlink_at(int dirfd, const char *name, int flags);
/* renameat2(2). */
MUST_CHECK int host_rename_at(int old_dirfd, const char *old_name, int new_dirfd,
			      const char *new_name, unsigned flags);

/* Of the file that fd (O_PATH) is; a symlink has no mode to change (-EOPNOTSUPP). */
MUST_CHECK int host_chmod_fd(int proc, int fd, mode_t mode);
/* -1: leave it. */
MUST_CHECK int host_chown_fd(int fd, uid_t uid, gid_t gid);
/* ns since the epoch; HOST_TIME_OMIT: leave it. */
#define HOST_TIME_OMIT INT64_MIN
MUST_CHECK int host_utimes_fd(int proc, int fd, int64_t atime_ns, int64_t mtime_ns);

/* Raw entries, getdents64(2): bytes, 0 at the end. */
MUST_CHECK ssize_t host_getdents(int fd, void *buf, size_t n);
