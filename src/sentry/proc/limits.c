/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/[pid]/limits and io: what a process may use, and has moved. */
#include <string.h>

#include "sentry/core/limits.h"
#include "sentry/proc/pid_priv.h"

typedef unsigned long long ull;

static const struct {
	const char *name, *unit;
} names[LX_RLIM_NLIMITS] = {
	[LX_RLIMIT_CPU] = {"Max cpu time", "seconds"},
	[LX_RLIMIT_FSIZE] = {"Max file size", "bytes"},
	[LX_RLIMIT_DATA] = {"Max data size", "bytes"},
	[LX_RLIMIT_STACK] = {"Max stack size", "bytes"},
	[LX_RLIMIT_CORE] = {"Max core file size", "bytes"},
	[LX_RLIMIT_RSS] = {"Max resident set", "bytes"},
	[LX_RLIMIT_NPROC] = {"Max processes", "processes"},
	[LX_RLIMIT_NOFILE] = {"Max open files", "files"},
	[LX_RLIMIT_MEMLOCK] = {"Max locked memory", "bytes"},
	[LX_RLIMIT_AS] = {"Max address space", "bytes"},
	[LX_RLIMIT_LOCKS] = {"Max file locks", "locks"},
	[LX_RLIMIT_SIGPENDING] = {"Max pending signals", "signals"},
	[LX_RLIMIT_MSGQUEUE] = {"Max msgqueue size", "bytes"},
	[LX_RLIMIT_NICE] = {"Max nice priority", ""},
	[LX_RLIMIT_RTPRIO] = {"Max realtime priority", ""},
	[LX_RLIMIT_RTTIME] = {"Max realtime timeout", "us"},
};

static void add_limit(uint64_t v, struct strbuf *sb)
{
	if (v == LX_RLIM_INFINITY)
		strbuf_addf(sb, "%-20s ", "unlimited");
	else
		strbuf_addf(sb, "%-20llu ", (ull)v);
}

void proc_format_limits(struct limits *l, struct strbuf *sb)
{
	strbuf_addf(sb, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (size_t i = 0; i < LX_RLIM_NLIMITS; i++) {
		strbuf_addf(sb, "%-25s ", names[i].name);
		add_limit(atomic_load(&l->soft[i]), sb);
		add_limit(atomic_load(&l->hard[i]), sb);
		strbuf_addf(sb, *names[i].unit ? "%-10s\n" : "\n", names[i].unit);
	}
}

int proc_show_limits(const struct proc_at *at, struct strbuf *sb)
{
	proc_format_limits(&at->task->tg->limits, sb);
	return 0;
}

/* Differs: bytes and calls are not counted; blocks are, as getrusage(2) tells them. */
int proc_show_io(const struct proc_at *at, struct strbuf *sb)
{
	struct usage u;

	tg_usage(at->task->tg, &u);
	strbuf_addf(
		sb,
		"rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: %llu\nwrite_bytes: %llu\ncancelled_write_bytes: 0\n",
		(ull)u.inblock * 512, (ull)u.oublock * 512);
	return 0;
}
