/* SPDX-License-Identifier: Apache-2.0 */
/* Inside devpts. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/lock.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/vfs/inode.h"

struct pty;
struct strbuf;

#define DEVPTS_MAX (1u << 20)

struct devpts_options {
	bool has_uid, has_gid; /* else who opens ptmx owns the slave */
	uint32_t uid, gid;
	uint32_t mode, ptmxmode;
	uint32_t max; /* numbers */
};

/* Linux's: only ptmxmode=0666 makes ptmx useful. */
#define DEVPTS_OPTIONS_DEFAULT                                                                     \
	{                                                                                          \
		.mode = 0600, .ptmxmode = 0, .max = DEVPTS_MAX                                     \
	}

/* One instance. Key: [I] immutable; [l] lock, RANK_SUPER */
struct devpts {
	struct superblock *sb; /* [I] borrowed: it owns this */
	struct lock lock;
	struct devpts_options options; /* [l] */
	struct list slots;             /* [l] struct devpts_slot, by index */
	struct inode *ptmx;            /* [l] owned; NULL: the last user is gone */
};

/* A number in use. Key: as struct devpts */
struct devpts_slot {
	struct list link;    /* [l] */
	uint32_t index;      /* [I] */
	struct inode *inode; /* [l] owned; NULL: the name is gone, or not there yet */
};

struct devpts_node {
	struct inode inode;
	struct ctty *ctty; /* [I] one reference; NULL: ptmx */
};

extern const struct fs_ops devpts_fs_ops;
static inline struct devpts *devpts_of(struct superblock *sb)
{
	return sb->priv;
}
static inline bool is_devpts(const struct superblock *sb)
{
	return sb->ops == &devpts_fs_ops;
}

/* Fill o, which holds the defaults. -EINVAL. */
MUST_CHECK int devpts_parse(const char *data, struct devpts_options *o);
void devpts_show_options(const struct devpts_options *o, struct strbuf *out);

/* ---- node.c ---- */

/* Caller owns. -ENOMEM. */
MUST_CHECK int devpts_ptmx_new(struct devpts *fs, struct inode **ret);
/* A slave's name: lookup and iterate find it from now on. Caller owns nothing. */
MUST_CHECK int devpts_slave_add(struct devpts *fs, struct ctty *c, uint32_t index, uint32_t uid,
				uint32_t gid);
/* The lowest free number; the slot has no name yet. -ENOSPC, -ENOMEM. */
MUST_CHECK int devpts_number_take(struct devpts *fs, uint32_t *ret);
void devpts_number_give(struct devpts *fs, uint32_t index);
/* Forget all names: the last user of the instance is gone. */
void devpts_forget(struct devpts *fs);

/* ---- dir.c ---- */

/* Caller owns. -ENOMEM. */
MUST_CHECK int devpts_root_new(struct superblock *sb, struct inode **ret);
