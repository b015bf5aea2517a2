/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A memory-backed overlay: a filesystem that shows another one (the lower) and keeps every change
 * in the Sentry. The lower is never written. What was changed vanishes with the superblock.
 * README.md tells how.
 */
#pragma once

#include "base/compiler.h"

struct ctx;
struct superblock;

/*
 * An overlay over lower; file data that is written lives in `store`, a tmpfs (its size limit is the
 * overlay's). References to both are taken. Caller owns. -ENOMEM, or what asking the lower root for
 * its attributes gives.
 */
MUST_CHECK int overlay_new(struct ctx *ctx, struct superblock *lower, struct superblock *store,
			   struct superblock **ret);
