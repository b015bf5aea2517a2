/* SPDX-License-Identifier: Apache-2.0 */
/* The files of /proc/[pid]. What a file says is put into a struct first, and made text by a
 * function that knows nothing else. */
#pragma once

#include "sentry/proc/proc_priv.h"

struct cred;
struct limits;
struct mm;

/* Bytes. Zeroes and not present: the process has ended. */
struct proc_memory {
	bool present;
	uint64_t total, peak, locked, resident, peak_rss, shared, data, stack, text, lib;
};

struct proc_status {
	struct task_info info;
	const struct cred *cred;
	struct proc_memory memory;
	bool has_umask;
	uint32_t umask, fd_size, ncpus;
	int32_t tracer;
	bool thp_disabled;
};

struct proc_stat {
	struct task_info info;
	struct usage used, children; /* of the thread or of the process, as the file is */
	struct proc_memory memory;
	uint64_t flags, rss_limit;
	uint64_t start_code, end_code, start_stack, start_data, end_data, start_brk;
	uint64_t arg_lo, arg_hi, env_lo, env_hi;
	int exit_code;
};

/* The picture of the process, with fresh numbers where the caller looks at itself. */
void proc_info(const struct proc_at *at, struct task_info *ret);
void proc_memory_of(const struct proc_at *at, struct proc_memory *ret);
/* May the caller see addresses? */
bool proc_may_trace(const struct proc_at *at);

/* status.c, stat.c, limits.c: formats */
void proc_format_status(const struct proc_status *s, struct strbuf *sb);
void proc_format_stat(const struct proc_stat *s, struct strbuf *sb);
void proc_format_limits(struct limits *l, struct strbuf *sb);

int proc_show_status(const struct proc_at *at, struct strbuf *sb);
int proc_show_stat(const struct proc_at *at, struct strbuf *sb);        /* of a process */
int proc_show_thread_stat(const struct proc_at *at, struct strbuf *sb); /* of a thread */
int proc_show_statm(const struct proc_at *at, struct strbuf *sb);
int proc_show_schedstat(const struct proc_at *at, struct strbuf *sb);
int proc_show_limits(const struct proc_at *at, struct strbuf *sb);
int proc_show_io(const struct proc_at *at, struct strbuf *sb);

/* maps.c */
int proc_show_maps(const struct proc_at *at, struct strbuf *sb);
int proc_show_smaps(const struct proc_at *at, struct strbuf *sb);
int proc_show_smaps_rollup(const struct proc_at *at, struct strbuf *sb);

/* memory.c */
int proc_show_cmdline(const struct proc_at *at, struct strbuf *sb);
int proc_show_environ(const struct proc_at *at, struct strbuf *sb);
int proc_show_auxv(const struct proc_at *at, struct strbuf *sb);
int proc_open_mem(const struct proc_at *at, struct file *f);

/* links.c: exe, cwd, root */
int proc_show_exe(const struct proc_at *at, struct strbuf *sb);
int proc_follow_exe(const struct proc_at *at, struct path *ret);
int proc_show_cwd(const struct proc_at *at, struct strbuf *sb);
int proc_follow_cwd(const struct proc_at *at, struct path *ret);
int proc_show_root(const struct proc_at *at, struct strbuf *sb);
int proc_follow_root(const struct proc_at *at, struct path *ret);
/* The text of a place as the caller sees it. */
MUST_CHECK int proc_path_text(const struct proc_at *at, const struct path *p, struct strbuf *sb);
int proc_show_mounts(const struct proc_at *at, struct strbuf *sb);
int proc_show_mountinfo(const struct proc_at *at, struct strbuf *sb);
int proc_show_mountstats(const struct proc_at *at, struct strbuf *sb);

/* knobs.c */
int proc_show_comm(const struct proc_at *at, struct strbuf *sb);
int proc_store_comm(const struct proc_at *at, const char *text, size_t len);
int proc_show_oom_adj(const struct proc_at *at, struct strbuf *sb);
int proc_store_oom_adj(const struct proc_at *at, const char *text, size_t len);
int proc_show_oom_score(const struct proc_at *at, struct strbuf *sb);
int proc_show_oom_score_adj(const struct proc_at *at, struct strbuf *sb);
int proc_store_oom_score_adj(const struct proc_at *at, const char *text, size_t len);
int proc_show_timerslack(const struct proc_at *at, struct strbuf *sb);
int proc_store_timerslack(const struct proc_at *at, const char *text, size_t len);
int proc_show_personality(const struct proc_at *at, struct strbuf *sb);
int proc_show_sched(const struct proc_at *at, struct strbuf *sb);
int proc_show_children(const struct proc_at *at, struct strbuf *sb);

/* fd.c */
extern const struct proc_dir proc_fd_dir;
extern const struct proc_dir proc_fdinfo_dir;

/* ns.c */
extern const struct proc_dir proc_ns_dir;

/* net.c */
extern const struct proc_dir proc_net_dir;
