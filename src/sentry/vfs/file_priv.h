/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the vfs: how open files come to be. */
#pragma once

#include "sentry/vfs/file.h"

/* A file on a place, not open yet: no ops, nothing counted. flags: as F_GETFL shows them. Caller
 * owns; NULL: out of memory. */
struct file *file_alloc(const struct path *p, struct inode *inode, unsigned flags);
