/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes with the rules of their name spaces: xattr(7). */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "sentry/vfs/path.h"

struct ctx;

/* getxattr(2): bytes, or with size 0 how many there are. -ENODATA, -ERANGE, -EOPNOTSUPP, -EACCES. */
MUST_CHECK ssize_t vfs_getxattr(struct ctx *ctx, const struct path *p, const char *name, void *buf,
				size_t size);
/* setxattr(2). flags: LX_XATTR_CREATE, LX_XATTR_REPLACE. */
MUST_CHECK int vfs_setxattr(struct ctx *ctx, const struct path *p, const char *name,
			    const void *buf, size_t size, int flags);
/* listxattr(2): names with their NULs; trusted. ones only for who may see them. */
MUST_CHECK ssize_t vfs_listxattr(struct ctx *ctx, const struct path *p, char *buf, size_t size);
MUST_CHECK int vfs_removexattr(struct ctx *ctx, const struct path *p, const char *name);
