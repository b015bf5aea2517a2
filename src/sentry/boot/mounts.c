/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first mount tree of a sandbox made by `do`: the host's root as the Gofer shows it, under a
 * memory overlay unless the plan wants it read-only; directories given through for writing; and
 * /dev, /proc and /sys, which are always ours.
 */
#include <errno.h>
#include <stdio.h>

#include "abi/fcntl.h"
#include "abi/mount.h"
#include "base/check.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/dev/dev.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/fs/gofer/gofer.h"
#include "sentry/fs/overlay/overlay.h"
#include "sentry/fs/pipe/pipe.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/proc/proc.h"
#include "sentry/socket/unix/unix.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"
#include "sentry/vfs/special.h"

/* Mount sb on a directory of the namespace, by its path from the root. */
static int mount_at(struct mnt_ns *ns, const char *where, struct superblock *sb, const char *source,
		    uint64_t ms_flags)
{
	AUTO(path_put) struct path root = mnt_ns_root(ns);
	AUTO(path_put) struct path at = {0};
	struct fs_info *fs = fs_info_new(&root, &root, 0);
	int r = fs ? vfs_walk(boot_ctx(), fs, &root, where, WALK_FOLLOW, &at) : -ENOMEM;

	if (r == 0)
		r = vfs_mount(boot_ctx(), &at, sb, source, ms_flags);
	if (fs)
		fs_info_put(fs);
	return r;
}

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

static int mount_rw(const struct plan *plan, struct gofer_client *client, struct mnt_ns *ns,
		    struct boot_error *e)
{
	for (uint32_t i = 0; i < plan->nmounts; i++) {
		AUTO(superblock_put) struct superblock *sb = NULL;
		const struct plan_mount *m = &plan->mounts[i];
		int r = gofer_mount(client, m->source, GOFER_SHARED, &sb);

		if (r == 0)
			r = mount_at(ns, m->destination, sb, m->source, 0);
		if (r < 0)
			return boot_fail(e, CONTROL_OUR_FAULT, r, "giving %s through for writing",
					 m->source);
	}
	return 0;
}

/* Kept for ever: terminals of the host get names in it. */
static struct superblock *the_devpts;

static int mount_dev(struct mnt_ns *ns, struct boot_error *e)
{
	AUTO(superblock_put) struct superblock *sb = NULL;
	int r = devfs_new(&sb);

	dev_tty_open = ctty_open_current;
	if (r == 0)
		r = mount_at(ns, "/dev", sb, "devtmpfs", LX_MS_NOSUID | LX_MS_NOEXEC);
	if (r == 0)
		r = devpts_register();
	if (r == 0)
		r = devpts_new("mode=0620,ptmxmode=0666", &the_devpts);
	if (r == 0)
		r = mount_at(ns, "/dev/pts", the_devpts, "devpts", LX_MS_NOSUID | LX_MS_NOEXEC);
	return r < 0 ? boot_fail(e, CONTROL_OUR_FAULT, r, "mounting /dev in the sandbox") : 0;
}

int boot_open_terminal(const struct plan *plan, struct mnt_ns *ns, struct ctty *c, unsigned flags,
		       struct file **ret)
{
	AUTO(path_put) struct path root = mnt_ns_root(ns);
	AUTO(path_put) struct path at = {0};
	char name[32];
	uint32_t index = dev_minor(c->rdev);
	static struct ctty *named[3];
	size_t i = 0;
	int r = 0;

	while (i < ARRAY_SIZE(named) - 1 && named[i] && named[i] != c)
		i++;
	if (named[i] != c)
		r = devpts_add_terminal(the_devpts, c, plan->process.uid, plan->process.gid,
					&index);
	if (r < 0)
		return r;
	named[i] = c;
	r = snprintf(name, sizeof(name), "/dev/pts/%u", index);
	check(r > 0 && (size_t)r < sizeof(name));
	r = vfs_walk(boot_ctx(), NULL, &root, name, 0, &at);
	return r < 0 ? r : vfs_open_path(boot_ctx(), &at, flags | LX_O_NOCTTY, ret);
}

int boot_mount_root(const struct plan *plan, int gofer_fd, struct mnt_ns **ret,
		    struct boot_error *e)
{
	AUTO(gofer_client_put) struct gofer_client *client = NULL;
	AUTO(superblock_put) struct superblock *lower = NULL;
	AUTO(superblock_put) struct superblock *root = NULL;
	AUTO(mnt_ns_put) struct mnt_ns *ns = NULL;
	bool ro = (plan->flags & PLAN_ROOT_READONLY) != 0;
	int r = gofer_connect(gofer_fd, &client);

	pipe_register();
	unix_register();
	if (r == 0)
		r = gofer_mount(client, "/", GOFER_EXCLUSIVE, &lower);
	if (r < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, r,
				 "asking the Gofer for the root of the sandbox");
	r = root_superblock(plan, lower, &root);
	if (r == 0)
		r = mnt_ns_new(root, ro ? "gofer" : "overlay", ro ? LX_MS_RDONLY : 0, &ns);
	if (r < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, r, "mounting the root of the sandbox");
	r = mount_dev(ns, e);
	if (r == 0)
		r = mount_rw(plan, client, ns, e);
	if (r == 0)
		*ret = TAKE(ns);
	return r;
}

int boot_mount_kernel(struct kernel *k, struct mnt_ns *ns, struct boot_error *e)
{
	AUTO(superblock_put) struct superblock *proc = NULL;
	AUTO(superblock_put) struct superblock *sys = NULL;
	AUTO(superblock_put) struct superblock *cgroup = NULL;
	int r = procfs_new(k, &proc);

	boot_register_fs_types(k);
	if (r == 0)
		r = mount_at(ns, "/proc", proc, "proc", LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC);
	if (r < 0)
		return boot_fail(e, CONTROL_OUR_FAULT, r, "mounting /proc in the sandbox");
	r = sysfs_new(k, &sys);
	if (r == 0)
		r = mount_at(ns, "/sys", sys, "sysfs",
			     LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC | LX_MS_RDONLY);
	if (r == 0)
		r = cgroupfs_new(k, &cgroup);
	if (r == 0)
		r = mount_at(ns, "/sys/fs/cgroup", cgroup, "cgroup",
			     LX_MS_NOSUID | LX_MS_NODEV | LX_MS_NOEXEC | LX_MS_RDONLY);
	return r < 0 ? boot_fail(e, CONTROL_OUR_FAULT, r, "mounting /sys in the sandbox") : 0;
}
