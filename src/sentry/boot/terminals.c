/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terminals of the host that come in as stdio get a name in the container's devpts, so that
 * ttyname(3) knows them: init's for as long as the container is there, those of `exec` until their
 * process has ended. One thread at a time.
 */
#include <errno.h>
#include <stdio.h>

#include "abi/fcntl.h"
#include "base/check.h"
#include "base/list.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/alloc.h"
#include "sentry/core/jobs.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/fs/hostio/hostio.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

static struct superblock *the_devpts; /* for ever; NULL: the container has none */
static char *the_place;               /* where it is mounted */

struct named {
	struct list link;
	struct ctty *ctty;
	uint32_t index;
};

static SLAB_DEFINE(named_slab, struct named);
static struct list names = {&names, &names};

void boot_terminals_live_in(struct superblock *sb, const char *where)
{
	char *place = arena_strdup(where);

	if (!place)
		return; /* they stay without names */
	superblock_put(the_devpts);
	arena_free(the_place);
	the_devpts = superblock_get(sb);
	the_place = place;
}

static struct named *find(const struct ctty *c)
{
	struct named *n;

	list_for_each_entry(n, &names, link)
		if (n->ctty == c)
			return n;
	return NULL;
}

static int give_name(struct ctty *c, uint32_t uid, uint32_t gid, struct named **ret)
{
	struct named *n = slab_alloc(&named_slab);
	int r;

	if (!n)
		return -ENOMEM;
	n->ctty = c;
	r = devpts_add_terminal(the_devpts, c, uid, gid, &n->index);
	if (r < 0) {
		slab_free(&named_slab, n);
		return r;
	}
	list_add_tail(&names, &n->link);
	*ret = n;
	return 0;
}

int boot_terminal_path(struct mnt_ns *ns, struct ctty *c, uint32_t uid, uint32_t gid,
		       struct path *ret)
{
	AUTO(path_put) struct path dir = {0};
	struct named *n = find(c);
	char name[16];
	int r;

	if (!the_devpts)
		return -ENODEV;
	r = n ? 0 : give_name(c, uid, gid, &n);
	if (r < 0)
		return r;
	if (place_find(ns, the_place, WALK_FOLLOW | WALK_DIRECTORY, &dir) < 0)
		return -ENODEV;
	r = snprintf(name, sizeof(name), "%u", n->index);
	check(r > 0 && (size_t)r < sizeof(name));
	r = vfs_walk(boot_ctx(), NULL, &dir, name, 0, ret);
	/* A guest may have put something of its own in its place. */
	if (r == 0 && path_inode(ret)->sb != the_devpts) {
		path_put(ret);
		r = -ENODEV;
	}
	return r;
}

void boot_terminal_forget(struct ctty *c)
{
	struct named *n = c ? find(c) : NULL;

	if (!n)
		return;
	list_del(&n->link);
	devpts_remove_terminal(the_devpts, c, n->index);
	slab_free(&named_slab, n);
	hostio_terminal_drop(c);
}
