/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What opens when a name is not a file: rooms above the vfs register how FIFOs and character
 * devices are opened. Registration happens at bring-up, before the first open.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct file;
struct inode;

/* As inode_ops.open: sets f->ops, f->priv and f->kind. May block through ctx. */
typedef int (*vfs_open_fn)(struct ctx *ctx, struct inode *inode, struct file *f);

/* How FIFOs open; set by fs/pipe. NULL: -ENXIO. */
extern vfs_open_fn vfs_fifo_open;

/* Character devices major:[minor_lo, minor_hi] open with fn. -ENOSPC: too many; -EBUSY: overlap. */
MUST_CHECK int vfs_chrdev_register(uint32_t major, uint32_t minor_lo, uint32_t minor_hi,
				   vfs_open_fn fn);
/* NULL: nobody has it. */
vfs_open_fn vfs_chrdev_find(uint64_t rdev);

/* Device numbers as stat(2) shows them: include/linux/kdev_t.h, new_encode_dev. */
static inline uint64_t dev_make(uint32_t major, uint32_t minor)
{
	return (minor & 0xffu) | ((uint64_t)(major & 0xfffu) << 8) |
	       ((uint64_t)(minor & 0xfff00u) << 12);
}

static inline uint32_t dev_major(uint64_t dev)
{
	return (uint32_t)(dev >> 8) & 0xfffu;
}

static inline uint32_t dev_minor(uint64_t dev)
{
	return (uint32_t)((dev & 0xffu) | ((dev >> 12) & 0xfff00u));
}
