/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/[pid] and /proc/[pid]/task/[tid]: which processes and threads there are, and what is told of each. */
#include <errno.h>
#include <string.h>

#include "sentry/proc/proc_priv.h"

static int show_comm(const struct proc_at *at, struct strbuf *sb)
{
	char comm[TASK_COMM_LEN];

	task_comm_get(at->task, comm);
	strbuf_addf(sb, "%.*s\n", TASK_COMM_LEN, comm);
	return 0;
}

static const struct proc_entry pid_entries[] = {
	PROC_FILE("comm", 0444, show_comm),
};

static const struct proc_dir pid_dir = PROC_DIR(pid_entries, NULL);
static const struct proc_entry pid_entry = PROC_SUBDIR(NULL, 0555, pid_dir);

/* Processes are listed; the number of any thread is found, as on Linux. */
static bool next_pid(const struct proc_at *at, uint64_t from, uint64_t *ret)
{
	AUTO(tg_put) struct thread_group *tg = from <= INT32_MAX ? tg_next(at->k, (int32_t)from) : NULL;

	if (tg)
		*ret = (uint64_t)tg->tgid;
	return tg != NULL;
}

static bool find_pid(const struct proc_at *at, uint64_t number, struct proc_found *ret)
{
	ret->task = task_find(at->k, (int32_t)number);
	return ret->task != NULL;
}

const struct proc_numbers proc_pids = {
	.prefix = "",
	.entry = &pid_entry,
	.next = next_pid,
	.find = find_pid,
};
