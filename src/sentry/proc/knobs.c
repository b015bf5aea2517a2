/* SPDX-License-Identifier: Apache-2.0 */
/* Small files of /proc/[pid], and those that can be written. */
#include <errno.h>

#include "abi/capability.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/proc/pid_priv.h"

typedef unsigned long long ull;

#define OOM_ADJ_MIN     (-1000)
#define OOM_ADJ_MAX     1000
#define OLD_OOM_DISABLE (-17)
#define OLD_OOM_ADJ_MAX 15

/* ---- comm ---- */

int proc_show_comm(const struct proc_at *at, struct strbuf *sb)
{
	char comm[TASK_COMM_LEN];

	task_comm_get(at->task, comm);
	strbuf_addf(sb, "%.*s\n", TASK_COMM_LEN, comm);
	return 0;
}

int proc_store_comm(const struct proc_at *at, const char *text, size_t len)
{
	struct task *me = proc_caller(at->ctx);

	(void)len;
	if (!me || me->tg != at->task->tg)
		return -EINVAL;
	task_comm_set(at->task, text);
	return 0;
}

/* ---- the out-of-memory killer's ---- */

static int oom_get(const struct proc_at *at)
{
	GUARD(&at->task->tg->lock);
	return at->task->tg->oom_score_adj;
}

/*
 * Differs: Linux remembers the lowest value that a privileged process has set, and lets everybody
 * go down to it; we let everybody go down to 0.
 */
static int oom_set(const struct proc_at *at, int64_t adj)
{
	struct task *me = proc_caller(at->ctx);
	struct thread_group *tg = at->task->tg;

	GUARD(&tg->lock);
	if (adj < MIN(tg->oom_score_adj, 0) && me && !cred_capable(me->cred, LX_CAP_SYS_RESOURCE))
		return -EACCES;
	tg->oom_score_adj = (int)adj;
	return 0;
}

int proc_show_oom_score_adj(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%d\n", oom_get(at));
	return 0;
}

int proc_store_oom_score_adj(const struct proc_at *at, const char *text, size_t len)
{
	int64_t v;
	int r = proc_parse_int(text, OOM_ADJ_MIN, OOM_ADJ_MAX, &v);

	(void)len;
	return r < 0 ? -EINVAL : oom_set(at, v);
}

int proc_show_oom_adj(const struct proc_at *at, struct strbuf *sb)
{
	int adj = oom_get(at);

	strbuf_addf(sb, "%d\n",
		    adj == OOM_ADJ_MAX ? OLD_OOM_ADJ_MAX : adj * -OLD_OOM_DISABLE / OOM_ADJ_MAX);
	return 0;
}

int proc_store_oom_adj(const struct proc_at *at, const char *text, size_t len)
{
	int64_t v;
	int r = proc_parse_int(text, OLD_OOM_DISABLE, OLD_OOM_ADJ_MAX, &v);

	(void)len;
	if (r < 0)
		return -EINVAL;
	return oom_set(at, v == OLD_OOM_ADJ_MAX ? OOM_ADJ_MAX : v * OOM_ADJ_MAX / -OLD_OOM_DISABLE);
}

/* As mm/oom_kill.c scales: two thirds of 1000, plus what the process uses of all memory, plus its
 * adjustment. */
int proc_show_oom_score(const struct proc_at *at, struct strbuf *sb)
{
	struct proc_memory m;
	int64_t points = 1000 + oom_get(at);

	proc_memory_of(at, &m);
	if (at->k->ram_bytes > 1000)
		points += (int64_t)(m.resident / (at->k->ram_bytes / 1000));
	strbuf_addf(sb, "%lld\n", (long long)MAX(points * 2 / 3, (int64_t)0));
	return 0;
}

/* ---- scheduling ---- */

int proc_show_timerslack(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%llu\n", (ull)__atomic_load_n(&at->task->timerslack_ns, __ATOMIC_RELAXED));
	return 0;
}

/* Differs: a thread's slack is its own; others may read it only. */
int proc_store_timerslack(const struct proc_at *at, const char *text, size_t len)
{
	int64_t v;
	int r = proc_parse_int(text, 0, INT64_MAX, &v);

	(void)len;
	if (r < 0)
		return r;
	if (proc_caller(at->ctx) != at->task)
		return -EPERM;
	at->task->timerslack_ns = v == 0 ? at->task->default_timerslack_ns : (uint64_t)v;
	return 0;
}

int proc_show_personality(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%08x\n", __atomic_load_n(&at->task->personality, __ATOMIC_RELAXED));
	return 0;
}

/* Differs: what we do not schedule we cannot tell; the lines that programs look for are here. */
int proc_show_sched(const struct proc_at *at, struct strbuf *sb)
{
	struct task_info i;
	uint64_t used;

	proc_info(at, &i);
	used = i.thread.utime_ns + i.thread.stime_ns;
	strbuf_addf(sb, "%s (%d, #threads: %u)\n", i.comm, i.tid, i.nthreads);
	strbuf_adds(sb, "-------------------------------------------------------------------\n");
	strbuf_addf(sb, "%-45s:%14llu.%06llu\n", "se.sum_exec_runtime", (ull)used / 1000000,
		    (ull)used % 1000000);
	strbuf_addf(sb, "%-45s:%21llu\n", "nr_switches", (ull)(i.thread.nvcsw + i.thread.nivcsw));
	strbuf_addf(sb, "%-45s:%21llu\n", "nr_voluntary_switches", (ull)i.thread.nvcsw);
	strbuf_addf(sb, "%-45s:%21llu\n", "nr_involuntary_switches", (ull)i.thread.nivcsw);
	strbuf_addf(sb, "%-45s:%21d\n%-45s:%21d\n", "policy", i.policy, "prio", 120 + i.nice);
	return 0;
}

/* ---- family ---- */

int proc_show_children(const struct proc_at *at, struct strbuf *sb)
{
	struct thread_group *child;

	GUARD(&at->k->tasklist);
	list_for_each_entry(child, &at->task->tg->children, sibling)
		if (child->parent_task == at->task)
			strbuf_addf(sb, "%d ", child->tgid);
	return 0;
}
