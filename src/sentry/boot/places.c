/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places in the guest's tree by their path from its root, found or made by the kernel itself.
 * Symbolic links are followed, and cannot lead out: the walk knows no other root.
 */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/stat.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

#define NEW_DIR  0755u
#define NEW_FILE 0644u

int place_tree(struct mnt_ns *ns, struct fs_info **ret)
{
	AUTO(path_put) struct path root = mnt_ns_root(ns);

	*ret = fs_info_new(&root, &root, 0);
	return *ret ? 0 : -ENOMEM;
}

int place_find(struct mnt_ns *ns, const char *name, unsigned walk_flags, struct path *ret)
{
	AUTO(fs_info_put) struct fs_info *fs = NULL;
	int r = place_tree(ns, &fs);

	return r < 0 ? r : vfs_walk(boot_ctx(), fs, NULL, name, walk_flags, ret);
}

/* Make the directory unless something is there. */
static int make_one(struct fs_info *fs, const char *name)
{
	AUTO(path_put) struct path p = {0};
	int r = vfs_walk(boot_ctx(), fs, NULL, name, WALK_FOLLOW, &p);

	return r == -ENOENT ? vfs_mkdir(boot_ctx(), fs, NULL, name, NEW_DIR) : r;
}

/* Every directory on the way to the last '/' of name (all of it with `whole`), in place. */
static int make_parents(struct fs_info *fs, char *name, bool whole)
{
	char *slash = name;
	int r = 0;

	while (r == 0 && (slash = strchr(slash + 1, '/')) != NULL) {
		*slash = 0;
		r = make_one(fs, name);
		*slash = '/';
	}
	return r == 0 && whole ? make_one(fs, name) : r;
}

static int make(struct mnt_ns *ns, const char *name, enum place_kind kind)
{
	struct open_how how = {.flags = LX_O_CREAT | LX_O_RDONLY, .mode = NEW_FILE};
	AUTO(arena_free) char *copy = arena_strdup(name);
	AUTO(fs_info_put) struct fs_info *fs = NULL;
	struct file *f;
	int r = place_tree(ns, &fs);

	if (r == 0 && !copy)
		r = -ENOMEM;
	if (r == 0)
		r = make_parents(fs, copy, kind == PLACE_DIRECTORY);
	if (r < 0 || kind == PLACE_DIRECTORY)
		return r;
	r = vfs_open(boot_ctx(), fs, NULL, name, &how, &f);
	if (r == 0)
		file_put(f);
	return r;
}

int place_make(struct mnt_ns *ns, const char *name, enum place_kind kind, struct path *ret)
{
	int r = place_find(ns, name, WALK_FOLLOW, ret);

	if (r != -ENOENT)
		return r;
	r = kind == PLACE_NONE ? r : make(ns, name, kind);
	return r < 0 ? r : place_find(ns, name, WALK_FOLLOW, ret);
}

int place_make_parents(struct mnt_ns *ns, const char *name)
{
	AUTO(arena_free) char *copy = arena_strdup(name);
	AUTO(fs_info_put) struct fs_info *fs = NULL;
	int r = copy ? place_tree(ns, &fs) : -ENOMEM;

	return r < 0 ? r : make_parents(fs, copy, false);
}
