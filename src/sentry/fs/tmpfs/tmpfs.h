/* SPDX-License-Identifier: Apache-2.0 */
/* tmpfs(5): a filesystem in the Sentry's memory. README.md tells how data moves to a host file when
 * it is mapped. */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct file;
struct inode;
struct superblock;

struct tmpfs_options {
	uint64_t size;      /* bytes of data; 0: no limit of its own */
	uint64_t nr_inodes; /* 0: no limit of its own */
	uint32_t mode;      /* of the root directory, 07777 */
	uint32_t uid, gid;  /* of the root directory */
	const char *name;   /* what /proc/mounts calls the type; NULL: "tmpfs" */
};

#define TMPFS_OPTIONS_DEFAULT                                                                      \
	{                                                                                          \
		.mode = 01777                                                                      \
	}

/* Parse "size=1m,mode=755,uid=0,gid=0,nr_inodes=10k" over what *o holds. -EINVAL: not an option of
 * tmpfs. */
MUST_CHECK int tmpfs_parse(const char *data, struct tmpfs_options *o);

/* Caller owns. -ENOMEM. */
MUST_CHECK int tmpfs_new(const struct tmpfs_options *o, struct superblock **ret);

/* A regular file of sb (a tmpfs) without a name, nlink 0: memfd_create(2), the overlay's data.
 * Caller owns. -ENOSPC, -ENOMEM. */
MUST_CHECK int tmpfs_new_anon_file(struct superblock *sb, struct ctx *ctx, uint32_t mode,
				   struct inode **ret);
/*
 * memfd_create(2): an open file, for reading and writing, on a fresh unnamed file of a tmpfs that
 * nobody can mount. flags: LX_MFD_. Caller owns. -EINVAL: flags; -ENOSYS: huge pages; -ENOMEM.
 */
MUST_CHECK int tmpfs_new_memfd(struct ctx *ctx, const char *name, unsigned flags,
			       struct file **ret);
/* An entry of a directory of a tmpfs, made by the kernel itself (device nodes): dir NULL means the
 * root. Caller owns *ret. */
MUST_CHECK int tmpfs_add_node(struct superblock *sb, struct inode *dir, const char *name,
			      uint32_t mode, uint64_t rdev, const char *target, struct inode **ret);
