/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filesystem contract: superblocks and inodes. A filesystem implements fs_ops and inode_ops
 * (and file_ops, file.h); the vfs does names (dentries), permission, mounts and descriptors.
 *
 * Locking: lookup, create, mkdir ..., unlink, rmdir, link, rename, tmpfile and iteration are called
 * with INODE_DIR of the directories concerned held by the vfs (both, in rename; FS_RENAME too if
 * directories move). getattr, setattr, permission, readlink, open, xattr calls: no vfs lock. Every
 * op may block through ctx, unless a comment says otherwise. NULL ops: the errno in the comment.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/stat.h"
#include "base/compiler.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"

struct ctx;
struct dentry;
struct file;
struct inode;
struct path;
struct strbuf;
struct superblock;
struct uio;
struct file_locks;
struct inotify_marks;

/* A name in a directory: not NUL-terminated within a path, never empty, no '/'. At most LX_NAME_MAX
 * (255) bytes. */
struct name {
	const char *s;
	size_t len;
	uint64_t hash;
};
/* Borrows s. Whoever calls vfs functions that take a struct name fills it with this. */
void name_init(struct name *n, const char *s, size_t len);

/* What stat(2) and statx(2) are answered from. Times in ns since the epoch. */
struct kstat {
	uint64_t dev, ino, rdev;
	uint32_t mode, nlink, uid, gid;
	uint64_t size, blocks; /* blocks of 512 bytes */
	uint32_t blksize;
	int64_t atime, mtime, ctime, btime;   /* btime: INT64_MIN if not known */
	uint64_t attributes, attributes_mask; /* LX_STATX_ATTR_ */
};

enum iattr_valid {
	IATTR_MODE = 1 << 0,
	IATTR_UID = 1 << 1,
	IATTR_GID = 1 << 2,
	IATTR_SIZE = 1 << 3,
	IATTR_ATIME = 1 << 4, /* to the value given; the vfs has resolved UTIME_NOW */
	IATTR_MTIME = 1 << 5,
	IATTR_TIMES_NOW =
		1 << 6, /* for the vfs: both times are "now", so write permission is enough */
};

/* What to change. The vfs has checked permission, cleared set-id bits as chown(2) and write(2)
 * demand. */
struct iattr {
	unsigned valid;
	uint32_t mode, uid, gid; /* mode: permission bits only (07777) */
	uint64_t size;
	int64_t atime, mtime;
};

struct fs_ops {
	const char *name; /* "tmpfs", as /proc/mounts says */
	int (*statfs)(struct superblock *sb, struct ctx *ctx,
		      struct lx_statfs *ret);                /* NULL: zeroes with sb->magic */
	int (*sync)(struct superblock *sb, struct ctx *ctx); /* NULL: nothing to do */
	int (*remount)(struct superblock *sb, struct ctx *ctx, uint64_t ms_flags,
		       const char *data);                                   /* NULL: flags only */
	void (*show_options)(struct superblock *sb, struct strbuf *sb_out); /* ",size=..." */
	void (*unused)(struct superblock *sb);  /* the last user is gone: let go of inodes kept
						   alive; NULL: none */
	void (*release)(struct superblock *sb); /* the last reference is gone; no inode is left */
};

/* Key: [I] immutable once mounted; [a] atomic */
struct superblock {
	const struct fs_ops *ops; /* [I] */
	struct ref ref;           /* users together hold one, each inode holds one */
	struct list link;         /* super.c: all that have users */
	_Atomic uint64_t users;   /* [a] who mounted it or keeps it for later; at 0 the cached names
				     and root go */
	uint64_t dev;             /* [I] st_dev, anonymous numbers from superblock_new */
	uint64_t magic;           /* [I] LX_TMPFS_MAGIC ... */
	struct inode *root;       /* [I] owned */
	_Atomic uint64_t flags;   /* [a] LX_MS_RDONLY ... of the filesystem itself */
	bool revalidate;  /* [I] dentries are asked again at each walk (shared files, procfs) */
	bool no_negative; /* [I] never cache that a name is missing */
	bool no_cache; /* [I] names are forgotten as soon as nobody uses them (their inodes hold on
			  to tasks) */
	struct lock rename_lock;            /* RANK_FS_RENAME */
	struct dentry *_Atomic root_dentry; /* [a] owned; made by the first mount */
	_Atomic uint64_t names_gen;         /* [a] counts changes of names; written under DCACHE */
	void *priv;                         /* [I] the filesystem's */
};

/* A superblock with one reference and a fresh st_dev; the caller sets root. Caller owns; NULL: out
 * of memory. */
struct superblock *superblock_new(const struct fs_ops *ops, uint64_t magic, void *priv);
struct superblock *superblock_get(struct superblock *sb);
void superblock_put(struct superblock *sb);
DEFINE_AUTO(struct superblock *, superblock_put)

struct inode_ops {
	/* A name in a directory: an inode the caller owns, or -ENOENT. NULL: -ENOTDIR. */
	int (*lookup)(struct ctx *ctx, struct inode *dir, const struct name *name,
		      struct inode **ret);
	/*
	 * Several names in a row from dir, as one round trip. Fills ret[0..*ret_n), each owned by
	 * the caller, stopping before the first missing name (then returns -ENOENT after filling
	 * what was there) and AFTER the first that is not a directory (symlink, file). NULL: the
	 * vfs uses lookup. INODE_DIR is not held.
	 */
	int (*walk)(struct ctx *ctx, struct inode *dir, const struct name *names, size_t n,
		    struct inode **ret, size_t *ret_n);
	/*
	 * Is what the name meant still true? 1 yes, 0 no (look up again), -errno. Only if
	 * sb->revalidate. NULL: yes. With or without INODE_DIR. Never asked for names that were
	 * missing: those are looked up again.
	 */
	int (*revalidate)(struct ctx *ctx, struct inode *dir, const struct name *name,
			  struct inode *inode);

	/* The vfs proved that the name is not there (as far as it knows: -EEXIST is fine) and that
	 * dir may be written. */
	int (*create)(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		      struct inode **ret); /* NULL: -EPERM */
	int (*mkdir)(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		     struct inode **ret); /* NULL: -EPERM */
	int (*mknod)(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		     uint64_t rdev, struct inode **ret); /* NULL: -EPERM */
	int (*symlink)(struct ctx *ctx, struct inode *dir, const struct name *name,
		       const char *target, struct inode **ret); /* -EPERM */
	int (*link)(struct ctx *ctx, struct inode *dir, const struct name *name,
		    struct inode *inode); /* NULL: -EPERM */
	int (*unlink)(struct ctx *ctx, struct inode *dir, const struct name *name,
		      struct inode *inode); /* NULL: -EPERM */
	int (*rmdir)(struct ctx *ctx, struct inode *dir, const struct name *name,
		     struct inode *inode); /* NULL: -EPERM */
	/* flags: LX_RENAME_. new_inode is what the new name means now, or NULL. NULL: -EPERM;
	 * unknown flags: -EINVAL. */
	int (*rename)(struct ctx *ctx, struct inode *old_dir, const struct name *old_name,
		      struct inode *old_inode, struct inode *new_dir, const struct name *new_name,
		      struct inode *new_inode, unsigned flags);
	/* An unnamed regular file, O_TMPFILE. NULL: -EOPNOTSUPP. */
	int (*tmpfile)(struct ctx *ctx, struct inode *dir, uint32_t mode, struct inode **ret);

	/* The target of a symlink into sb. NULL: -EINVAL. */
	int (*readlink)(struct ctx *ctx, struct inode *inode, struct strbuf *sb);
	/* A magic link: jump straight to a path (caller owns); readlink still gives its text. NULL:
	 * an ordinary symlink. */
	int (*follow)(struct ctx *ctx, struct inode *inode, struct path *ret);

	/* NULL: inode_fill_stat from the fields below. */
	int (*getattr)(struct ctx *ctx, struct inode *inode, struct kstat *ret);
	/* NULL: inode_apply_attr on the fields below; -EINVAL for a size. */
	int (*setattr)(struct ctx *ctx, struct inode *inode, const struct iattr *attr);
	/* mask: VFS_MAY_. NULL: inode_permission_generic by mode, uid, gid and capabilities. */
	int (*permission)(struct ctx *ctx, struct inode *inode, unsigned mask);

	/* Make f (already allocated, f->inode and flags set) an open file: set f->ops and f->priv.
	 * NULL: -ENXIO. */
	int (*open)(struct ctx *ctx, struct inode *inode, struct file *f);

	ssize_t (*getxattr)(struct ctx *ctx, struct inode *inode, const char *name, void *buf,
			    size_t size); /* NULL: -EOPNOTSUPP */
	int (*setxattr)(struct ctx *ctx, struct inode *inode, const char *name, const void *buf,
			size_t size, int flags);
	ssize_t (*listxattr)(struct ctx *ctx, struct inode *inode, char *buf,
			     size_t size); /* size 0: only the length */
	int (*removexattr)(struct ctx *ctx, struct inode *inode, const char *name);

	/* The last reference is gone. May block, takes no vfs lock. */
	void (*release)(struct inode *inode);
};

/*
 * One inode. Filesystems embed it as the first member of their own struct. The attribute fields are
 * the truth for filesystems that live in the Sentry; others refresh them or answer getattr
 * themselves. Key: [I] immutable; [a] atomic; [d] INODE_DIR of dir_lock; [i] lock
 */
struct inode {
	const struct inode_ops *ops; /* [I] */
	struct superblock *sb;       /* [I] holds a reference */
	struct ref ref;
	uint64_t ino;                        /* [I] */
	struct lock dir_lock;                /* RANK_INODE_DIR: entries of this directory */
	struct lock lock;                    /* RANK_INODE */
	_Atomic uint32_t mode;               /* [a] type bits are [I] */
	_Atomic uint32_t uid, gid;           /* [a] written under lock */
	_Atomic uint32_t nlink;              /* [a] */
	_Atomic uint64_t size;               /* [a] */
	uint64_t rdev;                       /* [I] */
	_Atomic int64_t atime, mtime, ctime; /* [a] */
	int64_t btime;                       /* [I] */
	struct file_locks *_Atomic flocks;   /* [a] made on first use, vfs/locks.c */
	struct inotify_marks *_Atomic marks; /* [a] made on first use */
	void *socket;                        /* [i] a bound AF_UNIX socket; socket room only */
	void *fifo;                          /* [i] the pipe behind a FIFO; fs/pipe only */
	_Atomic bool linkable;   /* [a] made by O_TMPFILE: linkat(2) may give it a first name */
	_Atomic int32_t writers; /* [a] open for writing; below 0: being executed (ETXTBSY) */
};

/* Fill a zeroed inode with one reference: attributes now, owner and group from ctx's fsuid/fsgid
 * (NULL ctx: root). */
void inode_init(struct inode *i, struct superblock *sb, const struct inode_ops *ops, uint64_t ino,
		uint32_t mode, struct ctx *ctx);
struct inode *inode_get(struct inode *i);
void inode_put(struct inode *i);
DEFINE_AUTO(struct inode *, inode_put)

static inline uint32_t inode_type(struct inode *i)
{
	return atomic_load_explicit(&i->mode, memory_order_relaxed) & LX_S_IFMT;
}

#define VFS_MAY_EXEC  1u
#define VFS_MAY_WRITE 2u
#define VFS_MAY_READ  4u

/* Attributes through the op or from the fields. */
MUST_CHECK int inode_getattr(struct ctx *ctx, struct inode *i, struct kstat *ret);
void inode_fill_stat(struct inode *i, struct kstat *ret);
void inode_apply_attr(struct inode *i, const struct iattr *attr);
/* The checked way to change attributes: chmod(2), chown(2), truncate(2), utimensat(2) rules, then
 * the op. */
MUST_CHECK int inode_setattr(struct ctx *ctx, struct inode *i, const struct iattr *attr);
/* access rules of path_resolution(7): through the op or generic; -EACCES. Read-only mounts are not
 * looked at here. */
MUST_CHECK int inode_permission(struct ctx *ctx, struct inode *i, unsigned mask);
MUST_CHECK int inode_permission_generic(struct ctx *ctx, struct inode *i, unsigned mask);
/* "owner or CAP_FOWNER". */
bool inode_owner_or_capable(struct ctx *ctx, struct inode *i);
/* The group of a new entry of dir: inode(7), set-group-ID on directories. The vfs repairs what an
 * op got wrong. */
uint32_t inode_group_for_new(struct ctx *ctx, struct inode *dir);
/* What to clear of mode when a file is written or given away: S_ISUID and S_ISGID as inode(7) says.
 */
uint32_t inode_setid_bits(struct ctx *ctx, struct inode *i);
/* mtime and ctime, or atime, become now. */
void inode_touch_mtime(struct inode *i);
void inode_touch_atime(struct inode *i);
void inode_touch_ctime(struct inode *i);
