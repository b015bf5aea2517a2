/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dentry cache: what names in directories mean, or that they mean nothing. For the vfs and for
 * filesystems that build on others (overlay); everybody else works with paths.
 *
 * A dentry is hashed (a name that a walk can find), or not: the root of a filesystem, an anonymous
 * file, or a name that was removed. Invariants: (1) at most one hashed dentry per (parent, name);
 * (2) a dentry holds a reference to its parent, so the unused ones (no reference, on the lru) are
 * leaves; (3) inode goes from NULL to its value once and never changes after; (4) under INODE_DIR
 * of the parent nobody else adds or removes positive names of that directory.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/lock.h"
#include "sentry/vfs/inode.h"

#define DENTRY_INLINE_NAME 40

enum dentry_kind {
	DENTRY_NAME, /* a name in a directory */
	DENTRY_ROOT, /* of a filesystem */
	DENTRY_ANON, /* of a file without a name: `name` says what it is */
};

/* Key: [I] immutable; [a] atomic; [D] dcache_lock */
struct dentry {
	struct htab_node hash; /* [D] */
	struct list lru;       /* [D] unused dentries */
	struct dentry *parent; /* [D] owned; itself unless DENTRY_NAME; also kept by INODE_DIR of
				  the parent */
	struct superblock *sb; /* [I] borrowed: it outlives its dentries */
	struct inode *_Atomic inode; /* [a] owned; NULL: the name is missing */
	_Atomic uint32_t refs;       /* [a] from and to 0 under [D] */
	_Atomic uint32_t mounted;    /* [a] mounts on it, in all namespaces */
	enum dentry_kind kind;       /* [I] */
	_Atomic bool hashed;         /* [a] written under [D] */
	_Atomic bool removed; /* [a] a directory that was removed: nothing is created in it. Written
				 under its INODE_DIR */
	_Atomic bool deleted; /* [a] its inode lost its last name with this one: inotify(7) is told
				 when the dentry goes */
	uint32_t name_len;    /* [D] */
	char *name;           /* [D] inline_name or arena */
	char inline_name[DENTRY_INLINE_NAME];
};

extern struct lock dcache_lock; /* RANK_DCACHE */

static inline struct inode *dentry_inode(struct dentry *d)
{
	return atomic_load_explicit(&d->inode, memory_order_acquire);
}

/* Caller owns; NULL: out of memory. The inode is taken over, also on failure. */
struct dentry *dentry_new_root(struct superblock *sb, struct inode *inode);
struct dentry *dentry_new_anon(const char *name, struct inode *inode);
/* An unlinked name "#ino" in parent, as O_TMPFILE has it. */
struct dentry *dentry_new_unnamed(struct dentry *parent, struct inode *inode);
struct dentry *dentry_get(struct dentry *d);
void dentry_put(struct dentry *d);
DEFINE_AUTO(struct dentry *, dentry_put)

/* The root dentry of sb, made if need be. Caller owns; NULL: out of memory. */
struct dentry *superblock_root_dentry(struct superblock *sb);
/* Caller owns. */
struct dentry *dentry_parent(struct dentry *d);
/* Is d at or below top, by parents? */
bool dentry_is_below(struct dentry *d, struct dentry *top);

/* The cached dentry of a name, positive or negative, not asked whether it still holds. Caller owns;
 * NULL: not cached. */
struct dentry *dentry_find(struct dentry *parent, const struct name *name);
/* A cached dentry that still holds: 1 (caller owns *ret), 0: ask the filesystem, -errno. */
MUST_CHECK int dentry_lookup_cached(struct ctx *ctx, struct dentry *parent, const struct name *name,
				    struct dentry **ret);
/* The dentry of a name that still holds: cached or from the filesystem; may be negative. Caller
 * owns *ret. */
MUST_CHECK int dentry_lookup(struct ctx *ctx, struct dentry *parent, const struct name *name,
			     struct dentry **ret);
/* The same for the caller that holds INODE_DIR of the parent. */
MUST_CHECK int dentry_lookup_locked(struct ctx *ctx, struct dentry *parent, const struct name *name,
				    struct dentry **ret);
/* Enter what inode_ops.walk found, unless names changed since gen was read from sb->names_gen.
 * Takes over the inode. */
void dentry_add_found(struct dentry *parent, const struct name *name, struct inode *inode,
		      uint64_t gen);

/* A negative dentry becomes positive; takes over the inode. INODE_DIR of the parent is held. */
void dentry_instantiate(struct dentry *d, struct inode *inode);
/* The name is gone; whoever holds d keeps it. INODE_DIR of the parent is held. */
void dentry_unhash(struct dentry *d);
/* After dentry_unhash: the inode has no other name. Who watches it is told, now or when the last
 * holder of d lets go. */
void dentry_deleted(struct dentry *d);
/* d gets the place and name of target, which is unhashed. INODE_DIR of both parents is held. */
void dentry_move(struct dentry *d, struct dentry *target);
void dentry_exchange(struct dentry *a, struct dentry *b);

/* Drop every unused name of sb, as when it is unmounted. */
void dcache_drop_sb(struct superblock *sb);
/* How many unused dentries are kept (default 16384); the surplus goes at once. */
void dcache_set_limit(uint32_t n);
uint32_t dcache_unused(void);
