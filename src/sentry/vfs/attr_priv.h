/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the vfs: changes of attributes whose permission was settled when the file was opened. */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct iattr;
struct inode;

/* Ask the filesystem, no questions. */
MUST_CHECK int inode_setattr_unchecked(struct ctx *ctx, struct inode *i, const struct iattr *attr);
/* The size of a regular file that may be written: RLIMIT_FSIZE, set-id bits. */
MUST_CHECK int inode_truncate(struct ctx *ctx, struct inode *i, uint64_t size);
/* Before a write: take the set-id bits away if the writer is not privileged. */
MUST_CHECK int inode_clear_setid(struct ctx *ctx, struct inode *i);
/* May a file become this large? -EFBIG, after SIGXFSZ. */
MUST_CHECK int size_check_limit(struct ctx *ctx, uint64_t size);

/* inode->writers: open for writing (up), being executed (down). -ETXTBSY. */
MUST_CHECK int inode_writer_get(struct inode *i);
void inode_writer_put(struct inode *i);
MUST_CHECK int inode_deny_writers(struct inode *i);
void inode_allow_writers(struct inode *i);
