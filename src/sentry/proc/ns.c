/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/[pid]/ns. There is one namespace of each kind but of mounts; they have the numbers that Linux gives the first ones.
 *
 * Differs: the links can be read and compared, not opened: setns(2) has nowhere to go.
 */
#include <errno.h>

#include "sentry/proc/pid_priv.h"

#define NS(name_, text_)                                                                           \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFLNK | 0777, .rule = PROC_PTRACE, .text = (text_),    \
		.follow = no_place                                                                 \
	}

static int no_place(const struct proc_at *at, struct path *ret)
{
	(void)at;
	(void)ret;
	return -EACCES;
}

/* The first namespace of mounts has its famous number, others one made of where they are first seen. */
static int show_mnt(const struct proc_at *at, struct strbuf *sb)
{
	bool first;

	GUARD(&at->task->tg->lock);
	first = at->task->mnt_ns == at->k->mnt_ns;
	strbuf_addf(sb, "mnt:[%u]", first ? 4026531841u : 4026532000u + (uint32_t)at->task->tg->tgid);
	return 0;
}

static const struct proc_entry entries[] = {
	NS("cgroup", "cgroup:[4026531835]"),
	NS("ipc", "ipc:[4026531839]"),
	{.name = "mnt", .mode = LX_S_IFLNK | 0777, .rule = PROC_PTRACE, .show = show_mnt, .follow = no_place},
	NS("net", "net:[4026531840]"),
	NS("pid", "pid:[4026531836]"),
	NS("pid_for_children", "pid:[4026531836]"),
	NS("time", "time:[4026531834]"),
	NS("time_for_children", "time:[4026531834]"),
	NS("user", "user:[4026531837]"),
	NS("uts", "uts:[4026531838]"),
};

const struct proc_dir proc_ns_dir = PROC_DIR(entries, NULL);
