/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the *at calls have in common: a descriptor and a path make a place to start and a text to
 * walk. The path is copied from the guest once.
 */
#pragma once

#include "abi/fcntl.h"
#include "base/compiler.h"
#include "sentry/core/uaddr.h"
#include "sentry/vfs/namei.h"
#include "sentry/vfs/path.h"

struct task;

/* Filled by at_get; at_put after use. An empty one may be put. */
struct at {
	struct path base; /* owned; empty: the working directory */
	char name[LX_PATH_MAX];
};

/*
 * dirfd: a descriptor or LX_AT_FDCWD; looked at only if the path is relative, or with WALK_IN_ROOT.
 * flags: WALK_EMPTY: the path may be empty. -EFAULT, -ENAMETOOLONG, -ENOENT, -EBADF.
 */
MUST_CHECK int at_get(struct at *at, struct task *t, int dirfd, uaddr_t name, unsigned flags);
void at_put(struct at *at);
DEFINE_AUTO_INPLACE(struct at, at_put)
#define AT_INIT                                                                                    \
	{                                                                                          \
		.base = { NULL, NULL }                                                             \
	}

/* Where to start, for the vfs; NULL: the working directory. */
static inline const struct path *at_base(const struct at *at)
{
	return at->base.dentry ? &at->base : NULL;
}

/* at_get and vfs_walk. Caller owns *ret. */
MUST_CHECK int at_walk(struct task *t, int dirfd, uaddr_t name, unsigned walk_flags,
		       struct path *ret);
/* The place of an open file, O_PATH too. Caller owns. -EBADF. */
MUST_CHECK int at_fd_path(struct task *t, int fd, struct path *ret);
