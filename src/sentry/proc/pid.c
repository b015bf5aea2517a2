/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/[pid] and /proc/[pid]/task/[tid]: which processes and threads there are, and the tables of
 * what is told of each. */
#include <errno.h>

#include "sentry/core/ctx.h"
#include "sentry/proc/pid_priv.h"
#include "sentry/proc/proc.h"
#include "sentry/vfs/file.h"

#define LINK(name_, what)                                                                          \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFLNK | 0777, .rule = PROC_PTRACE,                   \
		.show = proc_show_##what, .follow = proc_follow_##what                             \
	}
#define TRACE_FILE(name_, perm_, show_)                                                            \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFREG | (perm_), .rule = PROC_PTRACE,                \
		.show = (show_)                                                                    \
	}
#define KNOB(name_, perm_, show_, store_)                                                          \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFREG | (perm_), .show = (show_), .store = (store_)  \
	}
#define OWN_DIR(name_, dir_)                                                                       \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFDIR | 0500, .rule = PROC_OWN_GROUP, .dir = &(dir_) \
	}

#define ID_MAP "         0          0 4294967295\n"

/* The container's user namespace, which is the only one. */
static int show_uid_map(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_adds(sb, at->k->uid_map ? at->k->uid_map : ID_MAP);
	return 0;
}

static int show_gid_map(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_adds(sb, at->k->gid_map ? at->k->gid_map : ID_MAP);
	return 0;
}

/* What processes and threads have alike. */
#define COMMON_ENTRIES                                                                             \
	TRACE_FILE("auxv", 0400, proc_show_auxv), PROC_TEXT("cgroup", 0444, "0::/\n"),             \
		PROC_FILE("cmdline", 0444, proc_show_cmdline), PROC_TEXT("cpuset", 0444, "/\n"),   \
		LINK("cwd", cwd), TRACE_FILE("environ", 0400, proc_show_environ),                  \
		LINK("exe", exe), OWN_DIR("fd", proc_fd_dir),                                      \
		{.name = "fdinfo",                                                                 \
		 .mode = LX_S_IFDIR | 0555,                                                        \
		 .rule = PROC_PTRACE,                                                              \
		 .dir = &proc_fdinfo_dir},                                                         \
		PROC_FILE("gid_map", 0444, show_gid_map), TRACE_FILE("io", 0400, proc_show_io),    \
		PROC_FILE("limits", 0444, proc_show_limits),                                       \
		PROC_TEXT("loginuid", 0644, "4294967295"),                                         \
		TRACE_FILE("maps", 0444, proc_show_maps),                                          \
		{.name = "mem",                                                                    \
		 .mode = LX_S_IFREG | 0600,                                                        \
		 .rule = PROC_PTRACE,                                                              \
		 .open = proc_open_mem},                                                           \
		PROC_FILE("mountinfo", 0444, proc_show_mountinfo),                                 \
		PROC_FILE("mounts", 0444, proc_show_mounts),                                       \
		PROC_SUBDIR("net", 0555, proc_net_dir),                                            \
		{.name = "ns", .mode = LX_S_IFDIR | 0511, .dir = &proc_ns_dir},                    \
		KNOB("oom_adj", 0644, proc_show_oom_adj, proc_store_oom_adj),                      \
		PROC_FILE("oom_score", 0444, proc_show_oom_score),                                 \
		KNOB("oom_score_adj", 0644, proc_show_oom_score_adj, proc_store_oom_score_adj),    \
		TRACE_FILE("personality", 0400, proc_show_personality),                            \
		PROC_TEXT("projid_map", 0644, ID_MAP), LINK("root", root),                         \
		PROC_FILE("sched", 0444, proc_show_sched),                                         \
		PROC_FILE("schedstat", 0444, proc_show_schedstat),                                 \
		PROC_TEXT("sessionid", 0444, "4294967295"),                                        \
		PROC_TEXT("setgroups", 0644, "allow\n"),                                           \
		TRACE_FILE("smaps", 0444, proc_show_smaps),                                        \
		TRACE_FILE("smaps_rollup", 0444, proc_show_smaps_rollup),                          \
		PROC_FILE("statm", 0444, proc_show_statm),                                         \
		PROC_FILE("status", 0444, proc_show_status),                                       \
		PROC_FILE("uid_map", 0444, show_uid_map), PROC_TEXT("wchan", 0444, "0")

/* ---- threads ---- */

/* A thread's name may be set by all threads of its process, whoever owns the file. */
static const struct proc_entry thread_entries[] = {
	{.name = "comm",
	 .mode = LX_S_IFREG | 0644,
	 .rule = PROC_OWN_GROUP,
	 .show = proc_show_comm,
	 .store = proc_store_comm},
	COMMON_ENTRIES,
	PROC_FILE("children", 0444, proc_show_children),
	PROC_FILE("stat", 0444, proc_show_thread_stat),
};

static const struct proc_dir thread_dir = PROC_DIR(thread_entries, NULL);
static const struct proc_entry thread_entry = PROC_SUBDIR(NULL, 0555, thread_dir);

static bool next_thread(const struct proc_at *at, uint64_t from, uint64_t *ret)
{
	AUTO(task_put)
	struct task *t = from <= INT32_MAX ? tg_next_thread(at->task->tg, (int32_t)from) : NULL;

	if (t)
		*ret = (uint64_t)t->ctx.tid;
	return t != NULL;
}

static bool find_thread(const struct proc_at *at, uint64_t number, struct proc_found *ret)
{
	AUTO(task_put) struct task *t = task_find(at->k, (int32_t)number);

	if (!t || t->tg != at->task->tg)
		return false;
	ret->task = TAKE(t);
	return true;
}

static const struct proc_numbers threads = {"", &thread_entry, next_thread, find_thread};
static const struct proc_dir task_dir = {NULL, 0, &threads};

/* ---- processes ---- */

static const struct proc_entry pid_entries[] = {
	KNOB("comm", 0644, proc_show_comm, proc_store_comm),
	COMMON_ENTRIES,
	PROC_TEXT("coredump_filter", 0644, "00000033\n"),
	PROC_FILE("mountstats", 0400, proc_show_mountstats),
	PROC_FILE("stat", 0444, proc_show_stat),
	PROC_SUBDIR("task", 0555, task_dir),
	PROC_TEXT("timens_offsets", 0644,
		  "monotonic           0         0\nboottime            0         0\n"),
	KNOB("timerslack_ns", 0666, proc_show_timerslack, proc_store_timerslack),
};

static const struct proc_dir pid_dir = PROC_DIR(pid_entries, NULL);
static const struct proc_entry pid_entry = PROC_SUBDIR(NULL, 0555, pid_dir);

/* Processes are listed; the number of any thread is found, as on Linux. */
static bool next_pid(const struct proc_at *at, uint64_t from, uint64_t *ret)
{
	AUTO(tg_put)
	struct thread_group *tg = from <= INT32_MAX ? tg_next(at->k, (int32_t)from) : NULL;

	if (tg)
		*ret = (uint64_t)tg->tgid;
	return tg != NULL;
}

static bool find_pid(const struct proc_at *at, uint64_t number, struct proc_found *ret)
{
	ret->task = task_find(at->k, (int32_t)number);
	return ret->task != NULL;
}

struct thread_group *proc_group_of(struct file *f)
{
	struct proc_node *n;

	if (f->inode->sb->magic != LX_PROC_SUPER_MAGIC || inode_type(f->inode) != LX_S_IFDIR)
		return NULL;
	n = proc_node_of(f->inode);
	return n->tg && n->entry == &pid_entry ? tg_get(n->tg) : NULL;
}

const struct proc_numbers proc_pids = {"", &pid_entry, next_pid, find_pid};
