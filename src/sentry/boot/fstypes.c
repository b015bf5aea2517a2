/* SPDX-License-Identifier: Apache-2.0 */
/* The filesystem types that mount(2) knows and /proc/filesystems lists. */
#include <errno.h>

#include "sentry/boot/boot_priv.h"
#include "sentry/fs/dev/dev.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/fs/mqueue/mqueue.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/proc/proc.h"
#include "sentry/vfs/fstype.h"

static struct kernel *the_kernel; /* one per Sentry; set before the first mount(2) */

static int get_tmpfs(struct ctx *ctx, const char *source, uint64_t ms_flags, const char *data,
		     struct superblock **ret)
{
	struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	int r = data ? tmpfs_parse(data, &o) : 0;

	(void)ctx;
	(void)source;
	(void)ms_flags;
	return r < 0 ? r : tmpfs_new(&o, ret);
}

static int get_devfs(struct ctx *ctx, const char *source, uint64_t ms_flags, const char *data,
		     struct superblock **ret)
{
	(void)ctx;
	(void)source;
	(void)ms_flags;
	(void)data;
	return devfs_new(ret);
}

static int get_devpts(struct ctx *ctx, const char *source, uint64_t ms_flags, const char *data,
		      struct superblock **ret)
{
	(void)ctx;
	(void)source;
	(void)ms_flags;
	return devpts_new(data, ret);
}

static int get_proc(struct ctx *ctx, const char *source, uint64_t ms_flags, const char *data,
		    struct superblock **ret)
{
	(void)ctx;
	(void)source;
	(void)ms_flags;
	(void)data;
	return procfs_new(the_kernel, ret);
}

static int get_sysfs(struct ctx *ctx, const char *source, uint64_t ms_flags, const char *data,
		     struct superblock **ret)
{
	(void)ctx;
	(void)source;
	(void)ms_flags;
	(void)data;
	return sysfs_new(the_kernel, ret);
}

static int get_cgroup2(struct ctx *ctx, const char *source, uint64_t ms_flags, const char *data,
		       struct superblock **ret)
{
	(void)ctx;
	(void)source;
	(void)ms_flags;
	(void)data;
	return cgroupfs_new(the_kernel, ret);
}

static int get_mqueue(struct ctx *ctx, const char *source, uint64_t ms_flags, const char *data,
		      struct superblock **ret)
{
	(void)ctx;
	(void)source;
	(void)ms_flags;
	(void)data;
	return mqueue_fs(ret);
}

static struct fs_type types[] = {
	{.name = "sysfs", .nodev = true, .get = get_sysfs},
	{.name = "tmpfs", .nodev = true, .get = get_tmpfs},
	{.name = "proc", .nodev = true, .get = get_proc},
	{.name = "cgroup2", .nodev = true, .get = get_cgroup2},
	{.name = "devtmpfs", .nodev = true, .get = get_devfs},
	{.name = "devpts", .nodev = true, .get = get_devpts},
	{.name = "mqueue", .nodev = true, .get = get_mqueue},
};

void boot_register_fs_types(struct kernel *k)
{
	the_kernel = k;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		vfs_fs_register(&types[i]);
}
