/* SPDX-License-Identifier: Apache-2.0 */
/* A place in the tree of names: a dentry seen through a mount. Both are referenced. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct dentry;
struct inode;
struct mount;
struct strbuf;

struct path {
	struct mount *mnt;
	struct dentry *dentry;
};

/* A new reference to both; path_put drops them and clears the struct (an empty one is fine). */
struct path path_get(const struct path *p);
void path_put(struct path *p);
static inline void path_put_cleanup(struct path *p)
{
	path_put(p);
}
DEFINE_AUTO_INPLACE(struct path, path_put)
/* Yields p and empties it, as TAKE does for a pointer. */
static inline struct path path_take(struct path *p)
{
	struct path taken = *p;

	*p = (struct path){NULL, NULL};
	return taken;
}
bool path_equal(const struct path *a, const struct path *b);
/* The inode, borrowed; NULL: a negative dentry. */
struct inode *path_inode(const struct path *p);
/* A directory that was removed: nothing is in it, nothing can be made in it. */
bool path_is_removed(const struct path *p);
/* Is it where its mount begins? */
bool path_is_mount_root(const struct path *p);
/* Is it an unlinked name (getcwd: -ENOENT)? Can it be reached from root (getcwd, /proc/mounts)? */
bool path_is_unlinked(const struct path *p);
bool path_is_below(const struct path *p, const struct path *root);
/*
 * The name as seen from root, as getcwd(2) and /proc/self/fd show it: "/a/b", with " (deleted)"
 * after an unlinked one and "(unreachable)" before one outside root. 0, -ENOMEM, or -ENAMETOOLONG:
 * more than LX_PATH_MAX bytes.
 */
MUST_CHECK int path_text(const struct path *p, const struct path *root, struct strbuf *sb);
