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
	strbuf_addf(sb, "%s version %s (caisson@localhost) (caisson) %s\n", u.sysname, u.release,
		    u.version);
	return 0;
}

static int show_filesystems(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	vfs_fs_show(sb);
	return 0;
}

static int show_devices(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	strbuf_adds(
		sb,
		"Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n136 pts\n\nBlock devices:\n");
	return 0;
}

static const struct proc_entry entries[] = {
	PROC_TEXT("cgroups", 0444,
		  "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t0\t1\t1\ncpu\t0\t1\t1\n"
		  "memory\t0\t1\t1\npids\t0\t1\t1\n"),
	PROC_TEXT("cmdline", 0444, "caisson\n"),
	PROC_TEXT("consoles", 0444, ""),
	PROC_FILE("cpuinfo", 0444, proc_show_cpuinfo),
	PROC_FILE("devices", 0444, show_devices),
	PROC_TEXT("diskstats", 0444, ""),
	PROC_FILE("filesystems", 0444, show_filesystems),
	PROC_FILE("loadavg", 0444, proc_show_loadavg),
	PROC_FILE("meminfo", 0444, proc_show_meminfo),
	PROC_TEXT("misc", 0444, ""),
	PROC_TEXT("modules", 0444, ""),
	{.name = "mounts", .mode = LX_S_IFLNK | 0777, .text = "self/mounts"},
	{.name = "net", .mode = LX_S_IFLNK | 0777, .text = "self/net"},
	PROC_TEXT("partitions", 0444, "major minor  #blocks  name\n\n"),
	PROC_LINK("self", show_self),
	PROC_FILE("stat", 0444, proc_show_stat_all),
	PROC_TEXT("swaps", 0444, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
	PROC_SUBDIR("sys", 0555, proc_sys_dir),
	PROC_SUBDIR("sysvipc", 0555, proc_sysvipc_dir),
	PROC_LINK("thread-self", show_thread_self),
	PROC_FILE("uptime", 0444, proc_show_uptime),
	PROC_FILE("version", 0444, show_version),
	PROC_FILE("vmstat", 0444, proc_show_vmstat),
};

static const struct proc_dir root_dir = PROC_DIR(entries, &proc_pids);
const struct proc_entry proc_root = PROC_SUBDIR("", 0555, root_dir);
