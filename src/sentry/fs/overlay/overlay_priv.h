/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the overlay: see README.md for the story and the invariants that the fields keep. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/htab.h"
#include "base/lock.h"
#include "sentry/vfs/inode.h"

struct file;

/* INODE_DIR of a lower directory nests in that of ours, whatever the vfs holds of ours. */
#define OVL_LOWER_SUBCLASS 7

/* Key: [I]; [s] table_lock; [a] atomic */
struct overlay {
	struct superblock *lower; /* [I] one user */
	struct superblock *store; /* [I] one user */
	struct lock table_lock;   /* RANK_SUPER */
	struct htab by_lower; /* [s] struct ovl_inode.lower_node, by the lower inode's address */
	_Atomic uint64_t next_ino; /* [a] of inodes that the lower does not have */
};

/* A name that a directory was given, or that it hides. Guarded by INODE_DIR of the directory. */
struct ovl_entry {
	struct htab_node node;
	struct inode *inode; /* owned; NULL: a whiteout, the lower's name is hidden */
	bool hides;          /* the lower has this name too */
	uint16_t len;
	char name[];
};

/* Key: [I]; [a] atomic; [c] copy_lock; [d] inode.dir_lock; [s] overlay.table_lock */
struct ovl_inode {
	struct inode inode;
	struct inode *lower;         /* [I] owned; NULL: made here */
	struct htab_node lower_node; /* [s] if lower */
	struct lock copy_lock;       /* RANK_OVERLAY */
	struct inode *_Atomic data; /* [a] owned, written under [c] once: the store's inode with our
				       data and xattrs */
	_Atomic bool
		changed; /* [a] the attribute fields of inode are the truth, no more the lower's */
	bool pinned;     /* [s] holds a reference to itself, so that a change is not forgotten */
	struct htab entries; /* [d] of a directory: struct ovl_entry */
	bool has_entries;    /* [d] htab is initialised */
	char *target;        /* [I] of a symlink made here; arena */
};

static inline struct ovl_inode *ovl_of(struct inode *i)
{
	return container_of(i, struct ovl_inode, inode);
}

static inline struct overlay *ovl_fs(struct inode *i)
{
	return i->sb->priv;
}

static inline struct inode *ovl_data(struct ovl_inode *o)
{
	return atomic_load_explicit(&o->data, memory_order_acquire);
}

extern const struct inode_ops ovl_dir_ops;
extern const struct inode_ops
	ovl_file_ops_inode; /* regular files, symlinks, devices, FIFOs, sockets */

/* inode.c: the inode that shows a lower inode (taken over, also on failure): there is one at a
 * time. Caller owns. */
MUST_CHECK int ovl_wrap(struct ctx *ctx, struct superblock *sb, struct inode *lower,
			struct inode **ret);
/* A new inode that the lower does not have, nlink 1 (2: directory). Caller owns. */
MUST_CHECK int ovl_make(struct ctx *ctx, struct superblock *sb, uint32_t mode, struct inode **ret);
/* From now on the attribute fields count; the inode stays in memory while it has a link. */
MUST_CHECK int ovl_change(struct ctx *ctx, struct ovl_inode *o);
/* After nlink was lowered: at 0 nothing holds the inode but its users. */
void ovl_unpin_if_unlinked(struct ovl_inode *o);
void ovl_release(struct inode *i);

/* copy_up.c: make o->data exist. Data of a regular file up to `size` bytes is copied from the
 * lower, and its xattrs. */
#define OVL_COPY_ALL UINT64_MAX
MUST_CHECK int ovl_copy_up(struct ctx *ctx, struct ovl_inode *o, uint64_t size);

/* attr.c */
int ovl_getattr(struct ctx *ctx, struct inode *i, struct kstat *ret);
int ovl_setattr(struct ctx *ctx, struct inode *i, const struct iattr *attr);
ssize_t ovl_getxattr(struct ctx *ctx, struct inode *i, const char *name, void *buf, size_t size);
int ovl_setxattr(struct ctx *ctx, struct inode *i, const char *name, const void *buf, size_t size,
		 int flags);
ssize_t ovl_listxattr(struct ctx *ctx, struct inode *i, char *buf, size_t size);
int ovl_removexattr(struct ctx *ctx, struct inode *i, const char *name);

/* file.c */
int ovl_open(struct ctx *ctx, struct inode *i, struct file *f);
/* An open file on an inode of another filesystem, without a name. Caller owns. */
MUST_CHECK int ovl_open_real(struct ctx *ctx, struct inode *real, unsigned flags,
			     struct file **ret);

/* readdir.c */
int ovl_dir_open(struct ctx *ctx, struct inode *i, struct file *f);
/* Does the directory show no name? 1 yes, 0 no, -errno. INODE_DIR of dir is held. */
MUST_CHECK int ovl_dir_is_empty(struct ctx *ctx, struct ovl_inode *dir);

/* entry.c: the changes of one directory; INODE_DIR of dir is held. */
struct ovl_entry *ovl_entry_find(struct ovl_inode *dir, const char *name, size_t len,
				 uint64_t hash);
uint64_t ovl_entry_hash(const char *name, size_t len);
/* The name means inode from now on (a reference is taken; NULL: it is hidden). hides: the lower has
 * the name. */
MUST_CHECK int ovl_entry_set(struct ovl_inode *dir, const struct name *name, struct inode *inode,
			     bool hides);
/* The name is gone: a whiteout if the lower has it. Never fails if ovl_entry_reserve was called for
 * the name before. */
void ovl_entry_remove(struct ovl_inode *dir, const struct name *name);
void ovl_entries_fini(struct ovl_inode *dir);
