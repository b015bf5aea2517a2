/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the vfs: what every way of making a name has in common. */
#pragma once

#include "sentry/vfs/walk_priv.h"

/* May entries be added to dir: -EROFS, -ENOENT (it was removed), -EACCES. Under its INODE_DIR. */
MUST_CHECK int may_create(struct ctx *ctx, const struct path *dir);
/* The mode of a new entry, type bits set, with what set-gid directories do to it. */
uint32_t mode_for_new(struct ctx *ctx, struct inode *dir, uint32_t mode);
/* The filesystem made it: put it behind its name (takes over made), and tell. Under INODE_DIR of
 * w->cur. */
void entry_made(struct ctx *ctx, struct walk *w, struct dentry *d, struct inode *made);
/* May the entry d of dir be removed or replaced? Under its INODE_DIR. */
enum delete_kind { DELETE_FILE, DELETE_DIR };
MUST_CHECK int may_delete(struct ctx *ctx, const struct path *dir, struct dentry *d,
			  enum delete_kind kind);
/* A name is gone, and the link count of its inode fell: tell who watches it. */
void tell_unlinked(struct dentry *d);
