/* SPDX-License-Identifier: Apache-2.0 */
/* The filesystem types that mount(2) knows by name. Registered at bring-up by whoever puts the
 * rooms together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct strbuf;
struct superblock;

struct fs_type {
	const char *name;
	bool nodev; /* not on a block device, for /proc/filesystems */
	/* A new (or the one) filesystem of this type. data: the options' text, or NULL. Caller owns
	 * *ret. May block. */
	int (*get)(struct ctx *ctx, const char *source, uint64_t ms_flags, const char *data,
		   struct superblock **ret);
	struct fs_type *next; /* special.c */
};

/* The struct lives for ever. Before the first mount(2). */
void vfs_fs_register(struct fs_type *type);
/* NULL: -ENODEV. */
const struct fs_type *vfs_fs_find(const char *name);
/* /proc/filesystems */
void vfs_fs_show(struct strbuf *sb);
/* A whole number in a mount option, digits of base (8, 10) alone. -EINVAL: none, or more than 32
 * bits. */
MUST_CHECK int fs_option_number(const char *s, size_t len, unsigned base, uint32_t *ret);
