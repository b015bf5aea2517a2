/* SPDX-License-Identifier: Apache-2.0 */
/* What can be done with an open regular file or directory of the host beyond moving bytes (io.h).
 * -errno; EINTR is retried. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

struct statfs;

/* lseek(2). */
MUST_CHECK int64_t host_seek(int fd, int64_t off, int whence);
MUST_CHECK int host_allocate(int fd, int mode, int64_t off, int64_t len);
MUST_CHECK int host_sync(int fd, bool data_only);
/*
 * Write at the end, in one piece with the search for it, whoever else appends. The bytes; *ret_pos
 * is where they went. Moves the descriptor's offset: one at a time per descriptor.
 */
MUST_CHECK ssize_t host_append(int fd, const void *buf, size_t n, uint64_t *ret_pos);
/* Of the file system that fd (O_PATH too) is in. */
MUST_CHECK int host_statfs(int fd, struct statfs *ret);

/* xattr(7) of an open file. Size 0: only the length. */
MUST_CHECK ssize_t host_getxattr(int fd, const char *name, void *buf, size_t size);
MUST_CHECK ssize_t host_listxattr(int fd, char *buf, size_t size);
MUST_CHECK int host_setxattr(int fd, const char *name, const void *buf, size_t size, int flags);
MUST_CHECK int host_removexattr(int fd, const char *name);

/* Raise our soft limit of descriptors to the hard one; the limit that now holds. */
uint64_t host_raise_fd_limit(void);
uint64_t host_fd_limit(void);
/* Modes of new files are what is asked for. */
void host_clear_umask(void);
