/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the vfs: names of places, under the mounts' lock. */
#pragma once

#include "sentry/vfs/mount_priv.h"

/* "/a/b" as seen from root (NULL: from wherever it ends). -ENOENT: outside of root. -ENAMETOOLONG,
 * -ENOMEM. */
MUST_CHECK int path_text_locked(const struct path *p, const struct path *root, struct strbuf *sb)
	REQUIRES(mounts_lock);
/* The name of d within its filesystem; with "//deleted" if it is gone, as mountinfo says it. */
void dentry_text(struct dentry *d, struct strbuf *sb);
