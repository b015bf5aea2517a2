/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts: which filesystem is seen where. A mount namespace is a tree of mounts; boot builds the
 * first one, mount(2) changes it.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"
#include "sentry/vfs/path.h"

struct ctx;
struct fs_info;
struct mnt_ns;
struct strbuf;
struct superblock;

/* A namespace whose root is sb (a reference is taken). Caller owns. */
MUST_CHECK int mnt_ns_new(struct superblock *sb, const char *source, uint64_t ms_flags,
			  struct mnt_ns **ret);
/* A copy of the whole tree, as unshare(CLONE_NEWNS); root and cwd of fs (may be NULL) move over.
 * Caller owns. */
MUST_CHECK int mnt_ns_copy(struct mnt_ns *ns, struct fs_info *fs, struct mnt_ns **ret);
struct mnt_ns *mnt_ns_get(struct mnt_ns *ns);
void mnt_ns_put(struct mnt_ns *ns);
DEFINE_AUTO(struct mnt_ns *, mnt_ns_put)
/* The path of the namespace's root. Caller owns. */
struct path mnt_ns_root(struct mnt_ns *ns);

/* Mount sb on `where` (a directory, or a file on a file). ms_flags: LX_MS_RDONLY, NOSUID, NODEV,
 * NOEXEC, ... of the mount. */
MUST_CHECK int vfs_mount(struct ctx *ctx, const struct path *where, struct superblock *sb,
			 const char *source, uint64_t ms_flags);
/* With LX_MS_REC everything that is mounted below comes along. The flags are those of `from`. */
MUST_CHECK int vfs_bind(struct ctx *ctx, const struct path *from, const struct path *where,
			uint64_t ms_flags);
MUST_CHECK int vfs_remount(struct ctx *ctx, const struct path *where, uint64_t ms_flags);
/* MS_REMOUNT alone: of the filesystem itself, wherever it is mounted, and of this mount. data: its
 * options, or NULL. */
MUST_CHECK int vfs_reconfigure(struct ctx *ctx, const struct path *where, uint64_t ms_flags,
			       const char *data);
/* Move the mount whose root `from` is (MS_MOVE). */
MUST_CHECK int vfs_move_mount(struct ctx *ctx, const struct path *from, const struct path *where);
/* flags: LX_MNT_DETACH, LX_MNT_FORCE, LX_MNT_EXPIRE. `where` is the only path that the caller holds
 * on the mount. */
MUST_CHECK int vfs_umount(struct ctx *ctx, const struct path *where, int flags);

uint64_t mount_flags(const struct mount *m);
struct superblock *mount_sb(const struct mount *m);
struct mount *mount_get(struct mount *m);
void mount_put(struct mount *m);
/* -EROFS if the mount or its filesystem is read-only. */
MUST_CHECK int mount_check_writable(const struct mount *m);
int mount_id(const struct mount *m);
/* /proc/pid/mounts and /proc/pid/mountinfo as seen from root. */
MUST_CHECK int mnt_ns_show_mounts(struct mnt_ns *ns, const struct path *root, struct strbuf *sb);
MUST_CHECK int mnt_ns_show_mountinfo(struct mnt_ns *ns, const struct path *root, struct strbuf *sb);
