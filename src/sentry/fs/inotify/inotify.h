/* SPDX-License-Identifier: Apache-2.0 */
/* Watching files: inotify(7). The hooks are the vfs' (sentry/vfs/inotify.h); here is the file that
 * events are read from. */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct file;
struct inode;

/* inotify_init1(2). flags: LX_IN_CLOEXEC, LX_IN_NONBLOCK. Caller owns. -EINVAL; -EMFILE: the user
 * has too many; -ENOMEM. */
MUST_CHECK int inotify_new(struct ctx *ctx, unsigned flags, struct file **ret);
bool inotify_is(struct file *f);
/* May these bits be asked for: inotify_add_watch(2). -EINVAL. */
MUST_CHECK int inotify_check_mask(uint32_t mask);
/* The watch's number. f is an inotify file; the caller may read inode. -EEXIST: LX_IN_MASK_CREATE;
 * -ENOSPC, -ENOMEM. */
MUST_CHECK int inotify_add(struct file *f, struct inode *inode, uint32_t mask);
/* -EINVAL: no such watch. */
MUST_CHECK int inotify_remove(struct file *f, int32_t wd);
