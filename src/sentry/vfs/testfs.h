/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of this room: the smallest filesystem that can do everything, and a world to walk
 * in. */
#pragma once

#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

/* What the filesystem was asked, and how it shall behave; reset it before use. */
struct testfs_stats {
	_Atomic unsigned lookups, walks, revalidates, releases;
	bool stale; /* revalidate says no */
};
extern struct testfs_stats testfs;

/* A filesystem with an empty root directory, mode 0755 of root. Caller owns. */
struct superblock *testfs_new(void);
/* The same, that also answers inode_ops.walk. */
struct superblock *testfs_new_walking(void);

/* A process at the root of a namespace of its own. */
struct world {
	struct ctx ctx;
	struct limits limits;
	struct superblock *sb;
	struct mnt_ns *ns;
	struct fs_info *fs;
	int last_signal;
};

void world_init(struct world *w, struct superblock *sb); /* takes over sb; root inside */
void world_fini(struct world *w);
/* Become somebody without capabilities. */
void world_become(struct world *w, uint32_t uid, uint32_t gid);

/* Short forms; at the working directory, umask 0. */
int w_mkdir(struct world *w, const char *name, uint32_t mode);
int w_file(struct world *w, const char *name,
	   uint32_t mode); /* an empty file that is not there yet */
int w_open(struct world *w, const char *name, unsigned flags, uint32_t mode, struct file **ret);
int w_try_open(struct world *w, const char *name, unsigned flags); /* opens and closes */
int w_walk(struct world *w, const char *name, unsigned flags);     /* walks and forgets */
uint64_t w_ino(struct world *w, const char *name); /* following links; 0: not there */
