/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to files: path_resolution(7), and the operations on names. Paths are NUL-terminated copies
 * in Sentry memory, at most LX_PATH_MAX with the NUL. `at` is where relative paths start
 * (borrowed); absolute ones start at fs's root.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/vfs/path.h"

struct ctx;
struct file;
struct iattr;
struct kstat;
struct lx_statfs;
struct strbuf;
struct superblock;

/* Root, working directory and umask: shared by CLONE_FS. Key: [f] lock */
struct fs_info {
	struct ref ref;
	struct lock lock; /* RANK_FS_INFO */
	struct path root; /* [f] */
	struct path cwd;  /* [f] */
	_Atomic uint32_t umask;
};

/* Takes references to root and cwd. Caller owns; NULL: out of memory. */
struct fs_info *fs_info_new(const struct path *root, const struct path *cwd, uint32_t umask);
struct fs_info *fs_info_copy(struct fs_info *fs);
struct fs_info *fs_info_get(struct fs_info *fs);
void fs_info_put(struct fs_info *fs);
DEFINE_AUTO(struct fs_info *, fs_info_put)
struct path fs_info_root(struct fs_info *fs); /* caller owns */
struct path fs_info_cwd(struct fs_info *fs);  /* caller owns */
void fs_info_set_root(struct fs_info *fs, const struct path *p);
void fs_info_set_cwd(struct fs_info *fs, const struct path *p);

enum walk_flags {
	WALK_FOLLOW = 1 << 0,    /* a symlink as the last component is followed */
	WALK_DIRECTORY = 1 << 1, /* the result must be a directory: -ENOTDIR */
	WALK_EMPTY = 1 << 2,     /* "" means `at` itself (AT_EMPTY_PATH); else -ENOENT */
	WALK_NO_XDEV = 1 << 3,   /* openat2(2) RESOLVE_ flags */
	WALK_NO_MAGICLINKS = 1 << 4,
	WALK_NO_SYMLINKS = 1 << 5,
	WALK_BENEATH = 1 << 6,
	WALK_IN_ROOT = 1 << 7,
};

/* Walk to something that exists. Caller owns *ret. at NULL: the working directory. */
MUST_CHECK int vfs_walk(struct ctx *ctx, struct fs_info *fs, const struct path *at,
			const char *name, unsigned flags, struct path *ret);

struct open_how {
	unsigned flags;   /* LX_O_ */
	uint32_t mode;    /* before umask */
	unsigned resolve; /* WALK_ bits of openat2 */
};
/* openat(2). Caller owns *ret. */
MUST_CHECK int vfs_open(struct ctx *ctx, struct fs_info *fs, const struct path *at,
			const char *name, const struct open_how *how, struct file **ret);
/* Open for execve(2): regular, executable, not on a noexec mount, -ETXTBSY rules. */
MUST_CHECK int vfs_open_exec(struct ctx *ctx, struct fs_info *fs, const struct path *at,
			     const char *name, unsigned walk_flags, struct file **ret);
/* A new open file on a place already walked to (/proc/self/fd/N, fexecve). */
MUST_CHECK int vfs_open_path(struct ctx *ctx, const struct path *p, unsigned flags,
			     struct file **ret);

MUST_CHECK int vfs_mkdir(struct ctx *ctx, struct fs_info *fs, const struct path *at,
			 const char *name, uint32_t mode);
MUST_CHECK int vfs_mknod(struct ctx *ctx, struct fs_info *fs, const struct path *at,
			 const char *name, uint32_t mode, uint64_t rdev);
/* As vfs_mknod; *ret: the new name, which the caller owns. */
MUST_CHECK int vfs_mknod_path(struct ctx *ctx, struct fs_info *fs, const struct path *at,
			      const char *name, uint32_t mode, uint64_t rdev, struct path *ret);
MUST_CHECK int vfs_symlink(struct ctx *ctx, struct fs_info *fs, const char *target,
			   const struct path *at, const char *name);
MUST_CHECK int vfs_link(struct ctx *ctx, struct fs_info *fs, const struct path *old,
			const struct path *at, const char *name);
MUST_CHECK int vfs_unlink(struct ctx *ctx, struct fs_info *fs, const struct path *at,
			  const char *name);
MUST_CHECK int vfs_rmdir(struct ctx *ctx, struct fs_info *fs, const struct path *at,
			 const char *name);
MUST_CHECK int vfs_rename(struct ctx *ctx, struct fs_info *fs, const struct path *old_at,
			  const char *old_name, const struct path *new_at, const char *new_name,
			  unsigned flags);

/* On a place already walked to; these look at read-only mounts too (-EROFS). */
MUST_CHECK int vfs_setattr(struct ctx *ctx, const struct path *p, const struct iattr *attr);
MUST_CHECK int vfs_access(struct ctx *ctx, const struct path *p, unsigned may_mask);
/* truncate(2). */
MUST_CHECK int vfs_truncate(struct ctx *ctx, const struct path *p, int64_t size);
/* The target of a symlink, as readlink(2): -EINVAL if it is none. */
MUST_CHECK int vfs_readlink(struct ctx *ctx, const struct path *p, struct strbuf *sb);
/* chdir(2), chroot(2): a directory that may be searched (chroot: CAP_SYS_CHROOT). */
MUST_CHECK int vfs_chdir(struct ctx *ctx, struct fs_info *fs, const struct path *p);
MUST_CHECK int vfs_chroot(struct ctx *ctx, struct fs_info *fs, const struct path *p);
/* statfs(2): the filesystem's numbers and the mount's flags. */
MUST_CHECK int vfs_statfs(struct ctx *ctx, const struct path *p, struct lx_statfs *ret);
/* syncfs(2), and sync(2): every filesystem there is. */
MUST_CHECK int vfs_syncfs(struct ctx *ctx, struct superblock *sb);
void vfs_sync_all(struct ctx *ctx);
MUST_CHECK int vfs_getattr(struct ctx *ctx, const struct path *p, struct kstat *ret);
