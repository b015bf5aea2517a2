/* SPDX-License-Identifier: Apache-2.0 */
/* The two filesystems: procfs, whose names come and go with the processes, and sysfs, which never
 * changes. */
#include "sentry/proc/proc.h"

#include <errno.h>

#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/proc/proc_priv.h"

static SLAB_DEFINE(procfs_slab, struct procfs);

static void procfs_release(struct superblock *sb)
{
	struct procfs *fs = sb->priv;

	lock_fini(&fs->lock);
	slab_free(&procfs_slab, fs);
}

static const struct fs_ops procfs_ops = {
	.name = "proc",
	.release = procfs_release,
};

static const struct fs_ops sysfs_ops = {
	.name = "sysfs",
	.release = procfs_release,
};

static const struct fs_ops cgroupfs_ops = {
	.name = "cgroup2",
	.release = procfs_release,
};

static int new_super(struct kernel *k, const struct fs_ops *ops, uint64_t magic,
		     const struct proc_entry *root, uint64_t file_size, struct superblock **ret)
{
	struct procfs *fs = slab_alloc(&procfs_slab);
	AUTO(superblock_put) struct superblock *sb = NULL;
	int r;

	if (!fs)
		return -ENOMEM;
	*fs = (struct procfs){.k = k,
			      .root = root,
			      .file_size = file_size,
			      .made_tsc = proc_cycles(),
			      .made_ns = clock_monotonic_ns()};
	lock_init(&fs->lock, RANK_LEAF, "procfs");
	sb = superblock_new(ops, magic, fs);
	if (!sb) {
		lock_fini(&fs->lock);
		slab_free(&procfs_slab, fs);
		return -ENOMEM;
	}
	r = proc_node_new(sb, NULL, root, NULL, NULL, 0, &sb->root);
	if (r == 0)
		*ret = TAKE(sb);
	return r;
}

int procfs_new(struct kernel *k, struct superblock **ret)
{
	int r = new_super(k, &procfs_ops, LX_PROC_SUPER_MAGIC, &proc_root, 0, ret);

	if (r < 0)
		return r;
	(*ret)->revalidate = true;
	(*ret)->no_negative = true;
	(*ret)->no_cache = true;
	return 0;
}

int sysfs_new(struct kernel *k, struct superblock **ret)
{
	return new_super(k, &sysfs_ops, LX_SYSFS_MAGIC, &sysfs_root, 4096, ret);
}

int cgroupfs_new(struct kernel *k, struct superblock **ret)
{
	return new_super(k, &cgroupfs_ops, LX_CGROUP2_SUPER_MAGIC, &cgroupfs_root, 0, ret);
}
