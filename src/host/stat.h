/* SPDX-License-Identifier: Apache-2.0 */
/* What the host says about a file, statx(2), as one plain struct that also travels in messages
 * (wire/9p.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct host_stat {
	uint64_t dev, ino, rdev; /* numbers as stat(2) shows them */
	uint32_t mode, nlink, uid, gid;
	uint64_t size, blocks; /* blocks of 512 bytes */
	uint32_t blksize;
	int64_t atime, mtime, ctime,
		btime;       /* ns since the epoch; btime: INT64_MIN if the host does not know */
	uint64_t attributes; /* STATX_ATTR_ bits that hold */
};

/* One name in dirfd (no slash), a symlink itself, automount points as they are; "" means dirfd
 * itself. */
MUST_CHECK int host_stat_at(int dirfd, const char *name, struct host_stat *ret);
/* A descriptor of any kind, O_PATH too. */
MUST_CHECK int host_fstat(int fd, struct host_stat *ret);
/* Do both speak of the same file? Numbers are used again once a file is gone: the time of birth
 * tells them apart. */
bool host_stat_same(const struct host_stat *a, const struct host_stat *b);
