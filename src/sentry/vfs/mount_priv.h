/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the vfs: the body of a mount, and the tree. */
#pragma once

#include <stdatomic.h>

#include "base/htab.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/vfs/mount.h"

struct dentry;

/*
 * One filesystem (or a part of it) seen at one place. Attached: its namespace holds a reference, it
 * stands on a dentry of its parent, which it holds. Detached (ns NULL): somebody still uses it,
 * nobody can walk to it. Key: [I] immutable; [a] atomic; [M] mounts_lock
 */
struct mount {
	struct ref ref;
	struct superblock *sb;     /* [I] one user */
	struct dentry *root;       /* [I] owned */
	int id;                    /* [I] */
	char *source;              /* [I] owned */
	_Atomic uint64_t flags;    /* [a] LX_MS_ of the mount */
	_Atomic bool expiring;     /* [a] marked by MNT_EXPIRE, cleared by use */
	struct mnt_ns *ns;         /* [M] borrowed */
	struct mount *parent;      /* [M] owned */
	struct dentry *point;      /* [M] owned */
	struct htab_node by_point; /* [M] if it has a parent */
	struct list ns_link;       /* [M] ns->mounts; also on lists of mounts to let go */
};

struct mnt_ns {
	struct ref ref;
	struct mount *root; /* [I] owned */
	struct list mounts; /* [M] in order of mounting; each has one reference */
};

extern struct lock mounts_lock; /* RANK_MOUNTS: all trees of all namespaces */

#define MOUNT_FLAGS                                                                                \
	((uint64_t)(LX_MS_RDONLY | LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC | LX_MS_NOATIME |     \
		    LX_MS_NODIRATIME | LX_MS_RELATIME | LX_MS_NOSYMFOLLOW))

/* A mount of sb from root on, attached nowhere. Takes references to both. Caller owns; NULL: out of
 * memory. */
struct mount *mount_new(struct superblock *sb, struct dentry *root, const char *source,
			uint64_t ms_flags);

/* Cross all mounts that stand on p: p becomes what is seen there. How many were crossed. */
int mount_cross(struct path *p);
/* From the root of a mount to the place that it stands on, owned. False: it stands nowhere. */
bool mount_point(struct mount *m, struct path *ret);

/* Let go of the mounts on `gone` (ns_link), each with its reference. Without locks. */
void mounts_release(struct list *gone);
/* Hang m (its reference is taken over) onto `where` of ns. */
void mount_attach(struct mnt_ns *ns, struct mount *m, struct mount *parent, struct dentry *point)
	REQUIRES(mounts_lock);
/* Off its place and out of its namespace, onto `gone`. */
void mount_detach(struct mount *m, struct list *gone) REQUIRES(mounts_lock);
/* Is m, or what it stands on, and so on, at or below top? */
bool mount_is_below(struct mount *m, struct mount *top) REQUIRES(mounts_lock);
/* Copies of the mounts of from->ns below `from` (by dentry), hung onto `to` and its copies; -ENOMEM
 * leaves what was done. */
MUST_CHECK int mount_copy_below(struct mount *from, struct dentry *below, struct mount *to,
				struct mnt_ns *ns) REQUIRES(mounts_lock);
