/* SPDX-License-Identifier: Apache-2.0 */
/* The root of procfs: links to whoever looks, and files about the whole sandbox. */
#include <errno.h>

#include "sentry/core/clock.h"
#include "sentry/core/ctx.h"
#include "sentry/proc/proc_priv.h"
#include "sentry/vfs/fstype.h"

static int show_self(const struct proc_at *at, struct strbuf *sb)
{
	if (at->ctx->tgid <= 0)
		return -ENOENT;
	strbuf_addf(sb, "%d", at->ctx->tgid);
	return 0;
}

static int show_thread_self(const struct proc_at *at, struct strbuf *sb)
{
	if (at->ctx->tgid <= 0)
		return -ENOENT;
	strbuf_addf(sb, "%d/task/%d", at->ctx->tgid, at->ctx->tid);
	return 0;
}

static int show_version(const struct proc_at *at, struct strbuf *sb)
{
	struct lx_utsname u;

	kernel_uts_get(at->k, &u);
	strbuf_addf(sb, "%s version %s (caisson@localhost) (caisson) %s\n", u.sysname, u.release, u.version);
	return 0;
}

static int show_filesystems(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	vfs_fs_show(sb);
	return 0;
}

static const struct proc_entry entries[] = {
	PROC_LINK("self", show_self),
	PROC_LINK("thread-self", show_thread_self),
	PROC_FILE("filesystems", 0444, show_filesystems),
	PROC_FILE("version", 0444, show_version),
};

static const struct proc_dir root_dir = PROC_DIR(entries, &proc_pids);
const struct proc_entry proc_root = PROC_SUBDIR("", 0555, root_dir);
