/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the vfs: superblocks as inodes and mounts use them. */
#pragma once

#include "sentry/vfs/inode.h"

/* An inode's reference is gone. */
void superblock_put_ref(struct superblock *sb);
