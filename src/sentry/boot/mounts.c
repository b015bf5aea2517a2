/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first mount tree: the root as the Gofer shows it, under a memory overlay if the plan wants
 * one, and on it what the plan lists, in its order. mount(8), runtime-spec "Mounts".
 *
 * A list entry becomes a superblock (an export of the Gofer, or a new filesystem of a type that
 * mount(2) knows), and a mount with the entry's flags. Mount points that are not there are made, as
 * runtimes do; for that the root is writable until the container is ready (boot_seal_root).
 *
 * Differs: every mount is private. Who asks for slave, private or unbindable gets what he would
 * see, since nobody changes the tree from outside; shared is refused.
 */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/mount.h"
#include "abi/stat.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/dev/dev.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/fs/gofer/gofer.h"
#include "sentry/fs/overlay/overlay.h"
#include "sentry/fs/pipe/pipe.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/socket/unix/unix.h"
#include "sentry/vfs/fstype.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

#define MOUNT_KEEP                                                                                 \
	((uint64_t)(LX_MS_RDONLY | LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC | LX_MS_NOATIME |     \
		    LX_MS_NODIRATIME | LX_MS_NOSYMFOLLOW))

static struct gofer_client *the_gofer; /* for ever */

/* ---- the root ---- */

/* The root that the guest sees: the lower alone, or an overlay whose data is kept in a tmpfs of its
 * own. */
static int root_superblock(const struct plan *plan, struct superblock *lower,
			   struct superblock **ret)
{
	struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	AUTO(superblock_put) struct superblock *store = NULL;
	int r;

	if (!(plan->flags & PLAN_ROOT_OVERLAY)) {
		*ret = superblock_get(lower);
		return 0;
	}
	r = tmpfs_new(&o, &store);
	return r < 0 ? r : overlay_new(boot_ctx(), lower, store, ret);
}

/* Nobody else changes the lower side of an overlay, nor what is given read-only. */
static enum gofer_cache root_cache(const struct plan *plan)
{
	return plan->flags & (PLAN_ROOT_OVERLAY | PLAN_ROOT_READONLY) ? GOFER_EXCLUSIVE
								      : GOFER_SHARED;
}

static int check_propagation(uint32_t kind, const char *where, struct boot_error *e)
{
	if (!(kind & LX_MS_SHARED))
		return 0;
	return boot_fail(e, CONTROL_OUR_FAULT, -EOPNOTSUPP,
			 "mount %s: shared propagation (what is mounted inside never reaches the "
			 "host)",
			 where);
}

int boot_mount_root(const struct plan *plan, int gofer_fd, struct mnt_ns **ret,
		    struct boot_error *e)
{
	AUTO(superblock_put) struct superblock *lower = NULL;
	AUTO(superblock_put) struct superblock *root = NULL;
	const char *source = plan->flags & PLAN_ROOT_OVERLAY ? "overlay" : "gofer";
	int r = gofer_connect(gofer_fd, &the_gofer);

	pipe_register();
	unix_register();
	dev_tty_open = ctty_open_current;
	if (r == 0)
		r = dev_register();
	if (r == 0)
		r = devpts_register();
	if (r == 0)
		r = boot_mount_export(the_gofer, plan, NULL, "/", root_cache(plan), &lower);
	if (r < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, r,
				 "asking the Gofer for the root of the sandbox");
	r = check_propagation(plan->propagation, "/", e);
	if (r < 0)
		return r;
	r = root_superblock(plan, lower, &root);
	if (r == 0)
		r = mnt_ns_new(root, source, LX_MS_RELATIME, ret);
	return r < 0 ? boot_fail(e, CONTROL_OUR_FAULT, r, "mounting the root of the sandbox") : 0;
}

int boot_seal_root(const struct plan *plan, struct mnt_ns *ns, struct boot_error *e)
{
	AUTO(path_put) struct path root = mnt_ns_root(ns);
	int r;

	if (!(plan->flags & PLAN_ROOT_READONLY))
		return 0;
	r = vfs_remount(boot_ctx(), &root, mount_flags(root.mnt) | LX_MS_RDONLY);
	return r < 0 ? boot_fail(e, CONTROL_OUR_FAULT, r,
				 "making the root of the sandbox read-only")
		     : 0;
}

/* ---- one of the list ---- */

static bool is_bind(const struct plan_mount *m)
{
	return strcmp(m->type, "bind") == 0;
}

/* Attributes of mount_setattr(2) as flags: an export is one mount, so recursive is as plain. */
static uint64_t attributes(uint64_t attr)
{
	static const uint64_t same[][2] = {
		{LX_MOUNT_ATTR_RDONLY, LX_MS_RDONLY},
		{LX_MOUNT_ATTR_NOSUID, LX_MS_NOSUID},
		{LX_MOUNT_ATTR_NODEV, LX_MS_NODEV},
		{LX_MOUNT_ATTR_NOEXEC, LX_MS_NOEXEC},
		{LX_MOUNT_ATTR_NOATIME, LX_MS_NOATIME},
		{LX_MOUNT_ATTR_NODIRATIME, LX_MS_NODIRATIME},
		{LX_MOUNT_ATTR_NOSYMFOLLOW, LX_MS_NOSYMFOLLOW},
	};
	uint64_t set = 0;

	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		if (attr & same[i][0])
			set |= same[i][1];
	return set;
}

/* As in a guest's mount(2): relatime unless something else is asked for. */
static uint64_t flags_of(const struct plan_mount *m)
{
	uint64_t set = (m->set & MOUNT_KEEP) & ~m->clear;

	set = (set | attributes(m->rec_set)) & ~attributes(m->rec_clear);
	if (!(set & LX_MS_NOATIME) && !(m->set & LX_MS_STRICTATIME))
		set |= LX_MS_RELATIME;
	return set;
}

/* What this kernel cannot give, by its name. */
static int check_entry(const struct plan_mount *m, struct boot_error *e)
{
	int r = 0;

	if ((m->uid_maps.n > 0 || m->gid_maps.n > 0) && !is_bind(m))
		return boot_fail(e, CONTROL_OUR_FAULT, -EOPNOTSUPP,
				 "mount %s: mapped ids of what is no bind mount", m->destination);
	for (uint32_t i = 0; i < m->npropagation && r == 0; i++)
		r = check_propagation(m->propagation[i], m->destination, e);
	return r;
}

/* Version 1 of control groups is shown as version 2: it is what the sandbox has. */
static const char *type_name(const struct plan_mount *m)
{
	return strcmp(m->type, "cgroup") == 0 ? "cgroup2" : m->type;
}

static int make_superblock(const struct plan *plan, const struct plan_mount *m,
			   struct superblock **ret)
{
	const struct fs_type *type;

	if (is_bind(m))
		return boot_mount_export(the_gofer, plan, m, m->source, GOFER_SHARED, ret);
	type = vfs_fs_find(type_name(m));
	if (!type)
		return -ENODEV;
	return type->get(boot_ctx(), m->source, m->set, m->data[0] ? m->data : NULL, ret);
}

static enum place_kind kind_of(const struct superblock *sb)
{
	return inode_type(sb->root) == LX_S_IFDIR ? PLACE_DIRECTORY : PLACE_FILE;
}

/* On top of `at`, writable; then what was there is copied, if asked for; then as it shall be. */
static int mount_filled(const struct plan_mount *m, struct mnt_ns *ns, const struct path *at,
			struct superblock *sb)
{
	const char *source = m->source[0] && !is_bind(m) ? m->source : m->type;
	AUTO(path_put) struct path top = {0};
	int r = vfs_mount(boot_ctx(), at, sb, is_bind(m) ? m->source : source,
			  flags_of(m) & ~(uint64_t)LX_MS_RDONLY);

	if (r == 0)
		r = place_find(ns, m->destination, WALK_FOLLOW, &top);
	if (r == 0 && m->flags & PLAN_MOUNT_TMPCOPYUP)
		r = boot_copy_up(at, &top);
	return r < 0 ? r : vfs_remount(boot_ctx(), &top, flags_of(m));
}

static int mount_one(const struct plan *plan, const struct plan_mount *m, struct mnt_ns *ns,
		     struct boot_error *e)
{
	AUTO(superblock_put) struct superblock *sb = NULL;
	AUTO(path_put) struct path at = {0};
	int r = check_entry(m, e);

	if (r < 0)
		return r;
	r = make_superblock(plan, m, &sb);
	if (r < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, r, "mount %s: a filesystem of type %s%s%s",
				 m->destination, m->type, m->data[0] ? " with options " : "",
				 m->data);
	r = place_make(ns, m->destination, kind_of(sb), &at);
	if (r < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, r, "mount %s: making the mount point",
				 m->destination);
	r = mount_filled(m, ns, &at, sb);
	if (r < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, r, "mount %s", m->destination);
	if (strcmp(m->type, "devpts") == 0)
		boot_terminals_live_in(sb, m->destination);
	return 0;
}

int boot_mount_all(const struct plan *plan, struct kernel *k, struct mnt_ns *ns,
		   struct boot_error *e)
{
	int r = 0;

	boot_register_fs_types(k);
	for (uint32_t i = 0; i < plan->nmounts && r == 0; i++)
		r = mount_one(plan, &plan->mounts[i], ns, e);
	return r;
}
