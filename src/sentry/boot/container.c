/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a mount tree a container: devices and links in /dev, the console, paths that are
 * hidden or read-only, the working directory, and kernel parameters. runtime-spec, config-linux.md.
 */
#include <errno.h>
#include <string.h>

#include "abi/mount.h"
#include "abi/stat.h"
#include "sentry/boot/boot_priv.h"
#include "sentry/core/ctx.h"
#include "sentry/core/jobs.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/proc/proc.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"
#include "sentry/vfs/special.h"

/* ---- devices ---- */

static int make_node(struct mnt_ns *ns, const struct plan_device *d)
{
	uint32_t type = d->type == 'c' ? LX_S_IFCHR : d->type == 'b' ? LX_S_IFBLK : LX_S_IFIFO;
	struct iattr owner = {.valid = IATTR_UID | IATTR_GID, .uid = d->uid, .gid = d->gid};
	struct iattr mode = {.valid = IATTR_MODE, .mode = d->mode};
	uint64_t rdev = d->type == 'p' ? 0 : dev_make(d->major, d->minor);
	AUTO(fs_info_put) struct fs_info *fs = NULL;
	AUTO(path_put) struct path p = {0};
	int r = place_make_parents(ns, d->path);

	if (r == 0)
		r = place_tree(ns, &fs);
	if (r == 0)
		r = vfs_mknod_path(boot_ctx(), fs, NULL, d->path, type | d->mode, rdev, &p);
	if (r == 0)
		r = vfs_setattr(boot_ctx(), &p, &owner);
	return r < 0 ? r : vfs_setattr(boot_ctx(), &p, &mode);
}

static int make_link(struct mnt_ns *ns, const char *name, const char *target)
{
	AUTO(fs_info_put) struct fs_info *fs = NULL;
	int r = place_tree(ns, &fs);

	return r < 0 ? r : vfs_symlink(boot_ctx(), fs, target, NULL, name);
}

static int make_default_devices(struct mnt_ns *ns, struct boot_error *e)
{
	static const struct {
		const char *path;
		uint32_t major, minor;
	} nodes[] = {
		{"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
		{"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
	};
	static const char *const links[][2] = {
		{"/dev/fd", "/proc/self/fd"},       {"/dev/stdin", "/proc/self/fd/0"},
		{"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
		{"/dev/ptmx", "pts/ptmx"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		char path[16];
		struct plan_device d = {.path = path,
					.type = 'c',
					.major = nodes[i].major,
					.minor = nodes[i].minor,
					.mode = 0666};
		int r;

		memcpy(path, nodes[i].path, strlen(nodes[i].path) + 1);
		r = make_node(ns, &d);
		if (r < 0 && r != -EEXIST)
			return boot_fail(e, CONTROL_OUR_FAULT, r, "making %s", path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		int r = make_link(ns, links[i][0], links[i][1]);

		if (r < 0 && r != -EEXIST)
			return boot_fail(e, CONTROL_OUR_FAULT, r, "making %s", links[i][0]);
	}
	return 0;
}

int boot_make_devices(const struct plan *plan, struct mnt_ns *ns, struct boot_error *e)
{
	for (uint32_t i = 0; i < plan->ndevices; i++) {
		int r = make_node(ns, &plan->devices[i]);

		if (r < 0 && r != -EEXIST)
			return boot_fail(e, CONTROL_OUR_FAULT, r, "making the device %s",
					 plan->devices[i].path);
	}
	return plan->flags & PLAN_DEFAULT_DEVICES ? make_default_devices(ns, e) : 0;
}

int boot_make_console(const struct plan_process *p, struct mnt_ns *ns, struct ctty *tty,
		      struct boot_error *e)
{
	AUTO(path_put) struct path from = {0};
	AUTO(path_put) struct path at = {0};
	int r = boot_terminal_path(ns, tty, p->uid, p->gid, &from);

	if (r == -ENODEV)
		return 0; /* without /dev/pts the console has no name */
	if (r == 0)
		r = place_make(ns, "/dev/console", PLACE_FILE, &at);
	if (r == 0)
		r = vfs_bind(boot_ctx(), &from, &at, 0);
	return r < 0 ? boot_fail(e, CONTROL_OUR_FAULT, r, "making /dev/console") : 0;
}

/* ---- hidden and read-only ---- */

/* An empty directory that cannot be written. */
static int hide_directory(const struct path *at)
{
	struct tmpfs_options o = {.mode = 0755};
	AUTO(superblock_put) struct superblock *sb = NULL;
	int r = tmpfs_new(&o, &sb);

	return r < 0 ? r : vfs_mount(boot_ctx(), at, sb, "tmpfs", LX_MS_RDONLY | LX_MS_RELATIME);
}

static int hide_file(struct mnt_ns *ns, const struct path *at)
{
	AUTO(path_put) struct path null = {0};
	struct inode *i;
	int r = place_find(ns, "/dev/null", WALK_FOLLOW, &null);

	if (r < 0)
		return r;
	i = path_inode(&null);
	if (inode_type(i) != LX_S_IFCHR || i->rdev != dev_make(1, 3))
		return -ENODEV;
	return vfs_bind(boot_ctx(), &null, at, 0);
}

static int hide(struct mnt_ns *ns, const char *name)
{
	AUTO(path_put) struct path at = {0};
	int r = place_find(ns, name, WALK_FOLLOW, &at);

	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? 0 : r;
	return inode_type(path_inode(&at)) == LX_S_IFDIR ? hide_directory(&at) : hide_file(ns, &at);
}

static int protect(struct mnt_ns *ns, const char *name)
{
	AUTO(path_put) struct path at = {0};
	AUTO(path_put) struct path top = {0};
	int r = place_find(ns, name, WALK_FOLLOW, &at);

	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? 0 : r;
	r = vfs_bind(boot_ctx(), &at, &at, LX_MS_REC);
	if (r == 0)
		r = place_find(ns, name, WALK_FOLLOW, &top);
	return r < 0 ? r : vfs_remount(boot_ctx(), &top, mount_flags(top.mnt) | LX_MS_RDONLY);
}

int boot_hide_paths(const struct plan *plan, struct mnt_ns *ns, struct boot_error *e)
{
	for (uint32_t i = 0; i < plan->readonly.n; i++) {
		int r = protect(ns, plan->readonly.v[i]);

		if (r < 0)
			return boot_fail(e, CONTROL_OUR_FAULT, r, "making %s read-only",
					 plan->readonly.v[i]);
	}
	for (uint32_t i = 0; i < plan->masked.n; i++) {
		int r = hide(ns, plan->masked.v[i]);

		if (r < 0)
			return boot_fail(e, CONTROL_OUR_FAULT, r, "hiding %s", plan->masked.v[i]);
	}
	return 0;
}

/* ---- the rest ---- */

int boot_make_cwd(const struct plan *plan, struct mnt_ns *ns, struct boot_error *e)
{
	AUTO(path_put) struct path p = {0};
	const char *cwd = plan->process.cwd;
	int r = place_make(ns, cwd, PLACE_DIRECTORY, &p);

	return r < 0 ? boot_fail(e, CONTROL_OUR_FAULT, r,
				 "chdir to cwd (\"%s\") set in config.json failed", cwd)
		     : 0;
}

int boot_set_sysctls(const struct plan *plan, struct kernel *k, struct boot_error *e)
{
	for (uint32_t i = 0; i < plan->nsysctls; i++) {
		const struct plan_sysctl *s = &plan->sysctls[i];
		int r = proc_sysctl_set(k, boot_ctx(), s->name, s->value);

		if (r == -ENOENT || r == -EROFS)
			return boot_fail(e, CONTROL_OUR_FAULT, r, "sysctl %s: %s", s->name,
					 r == -ENOENT ? "this kernel has no such parameter"
						      : "this kernel cannot change it");
		if (r < 0)
			return boot_fail(e, CONTROL_OUR_FAULT, r, "sysctl %s = \"%s\"", s->name,
					 s->value);
	}
	return 0;
}
