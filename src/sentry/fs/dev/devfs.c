/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of /dev, as runtimes lay it out for containers: config-linux.md of the OCI, "Default
 * Devices" and "dev symbolic links". */
#include <errno.h>
#include <stddef.h>

#include "abi/stat.h"
#include "sentry/fs/dev/dev.h"
#include "sentry/fs/dev/dev_priv.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

vfs_open_fn dev_tty_open;

struct dev_entry {
	const char *name;
	uint32_t mode;
	uint32_t major, minor;
	const char *target;
};

static const struct dev_entry entries[] = {
	{.name = "null", .mode = LX_S_IFCHR | 0666, .major = MEM_MAJOR, .minor = DEV_NULL},
	{.name = "zero", .mode = LX_S_IFCHR | 0666, .major = MEM_MAJOR, .minor = DEV_ZERO},
	{.name = "full", .mode = LX_S_IFCHR | 0666, .major = MEM_MAJOR, .minor = DEV_FULL},
	{.name = "random", .mode = LX_S_IFCHR | 0666, .major = MEM_MAJOR, .minor = DEV_RANDOM},
	{.name = "urandom", .mode = LX_S_IFCHR | 0666, .major = MEM_MAJOR, .minor = DEV_URANDOM},
	{.name = "tty", .mode = LX_S_IFCHR | 0666, .major = TTYAUX_MAJOR, .minor = 0},
	{.name = "ptmx", .mode = LX_S_IFLNK | 0777, .target = "pts/ptmx"},
	{.name = "fd", .mode = LX_S_IFLNK | 0777, .target = "/proc/self/fd"},
	{.name = "stdin", .mode = LX_S_IFLNK | 0777, .target = "/proc/self/fd/0"},
	{.name = "stdout", .mode = LX_S_IFLNK | 0777, .target = "/proc/self/fd/1"},
	{.name = "stderr", .mode = LX_S_IFLNK | 0777, .target = "/proc/self/fd/2"},
	{.name = "shm", .mode = LX_S_IFDIR | 01777},
	{.name = "mqueue", .mode = LX_S_IFDIR | 01777},
	{.name = "pts", .mode = LX_S_IFDIR | 0755},
};

/* The terminal is a stream: a read that sleeps must not hold an offset's lock. */
static int tty_open(struct ctx *ctx, struct inode *inode, struct file *f)
{
	f->kind = FILE_STREAM;
	return dev_tty_open ? dev_tty_open(ctx, inode, f) : -ENXIO;
}

/* Once; a second /dev finds them there. */
int dev_register(void)
{
	int r = 0;

	if (!vfs_chrdev_find(dev_make(MEM_MAJOR, DEV_NULL)))
		r = vfs_chrdev_register(MEM_MAJOR, 0, 255, mem_open);
	if (r == 0 && !vfs_chrdev_find(dev_make(TTYAUX_MAJOR, 0)))
		r = vfs_chrdev_register(TTYAUX_MAJOR, 0, 0, tty_open);
	return r;
}

static int add_entry(struct superblock *sb, const struct dev_entry *e)
{
	AUTO(inode_put) struct inode *i = NULL;

	return tmpfs_add_node(sb, NULL, e->name, e->mode, dev_make(e->major, e->minor), e->target,
			      &i);
}

int devfs_new(struct superblock **ret)
{
	const struct tmpfs_options o = {.mode = 0755, .name = "devtmpfs"};
	AUTO(superblock_put) struct superblock *sb = NULL;
	int r = dev_register();

	if (r == 0)
		r = tmpfs_new(&o, &sb);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(entries); i++)
		r = add_entry(sb, &entries[i]);
	if (r == 0)
		*ret = TAKE(sb);
	return r;
}
