/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/[pid]/stat, statm, schedstat: numbers for programs to read. */
#include <errno.h>
#include <string.h>

#include "abi/page.h"
#include "abi/sched.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/mm/mm.h"
#include "sentry/proc/maps_priv.h"

typedef unsigned long long ull;

#define TICK_NS          (NSEC_PER_SEC / LX_USER_HZ)
#define LX_PF_FORKNOEXEC 0x00000040u
#define LX_PF_RANDOMIZE  0x00400000u

static ull ticks(uint64_t ns)
{
	return ns / (uint64_t)TICK_NS;
}

/* ---- the picture ---- */

void proc_info(const struct proc_at *at, struct task_info *ret)
{
	struct task *me = proc_caller(at->ctx);

	if (me && me->tg == at->task->tg)
		task_usage_refresh(me);
	else
		tg_usage_ask(at->task->tg);
	task_get_info(at->task, ret);
	if (me == at->task)
		ret->state = 'R';
}

bool proc_may_trace(const struct proc_at *at)
{
	struct task *me = proc_caller(at->ctx);

	return !me || task_may_access(me, at->task, TASK_ACCESS_FSCREDS);
}

void proc_memory_of(const struct proc_at *at, struct proc_memory *ret)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	struct mm_counts c;
	struct mm_layout l;
	struct usage used;

	memset(ret, 0, sizeof(*ret));
	if (!mm)
		return;
	mm_get_counts(mm, &c);
	mm_get_layout(mm, &l);
	tg_usage(at->task->tg, &used);
	if (c.resident == 0)
		c.resident = proc_resident(at, mm);
	*ret = (struct proc_memory){
		.present = true,
		.total = c.total,
		.peak = MAX(c.peak_total, c.total),
		.locked = c.locked,
		.resident = c.resident,
		.peak_rss = MAX(used.maxrss_kib * 1024, c.resident),
		.shared = MIN(c.shared, c.resident),
		.data = c.data,
		.stack = c.stack,
		.text = l.code_hi - l.code_lo,
	};
	ret->lib = c.exec > ret->text ? c.exec - ret->text : 0;
}

/* ---- stat ---- */

static void add_times(const struct proc_stat *s, struct strbuf *sb)
{
	const struct task_info *i = &s->info;
	bool rt = i->policy == LX_SCHED_FIFO || i->policy == LX_SCHED_RR;

	strbuf_addf(sb, " %llu %llu %llu %llu", (ull)s->used.minflt, (ull)s->children.minflt,
		    (ull)s->used.majflt, (ull)s->children.majflt);
	strbuf_addf(sb, " %llu %llu %llu %llu", ticks(s->used.utime_ns), ticks(s->used.stime_ns),
		    ticks(s->children.utime_ns), ticks(s->children.stime_ns));
	strbuf_addf(sb, " %d %d %u 0 %llu", rt ? -1 - (int)i->rt_priority : 20 + i->nice, i->nice,
		    i->nthreads, ticks((uint64_t)MAX(i->start_ns, (int64_t)0)));
}

static void add_memory(const struct proc_stat *s, struct strbuf *sb)
{
	strbuf_addf(sb, " %llu %llu %llu %llu %llu %llu 0 0", (ull)s->memory.total,
		    (ull)s->memory.resident / LX_PAGE_SIZE, (ull)s->rss_limit, (ull)s->start_code,
		    (ull)s->end_code, (ull)s->start_stack);
}

void proc_format_stat(const struct proc_stat *s, struct strbuf *sb)
{
	const struct task_info *i = &s->info;
	const uint64_t low = 0x7fffffff; /* the classic signals */

	strbuf_addf(sb, "%d (%s) %c %d %d %d %d %d %llu", i->tid, i->comm, i->state, i->ppid,
		    i->pgrp, i->sid, (int)i->tty_nr, i->tpgid, (ull)s->flags);
	add_times(s, sb);
	add_memory(s, sb);
	strbuf_addf(sb, " %llu %llu %llu %llu 0 0 0 %d 0 %u %u 0 0 0", (ull)(i->pending & low),
		    (ull)(i->blocked & low), (ull)(i->ignored & low), (ull)(i->caught & low),
		    i->exit_signal, i->rt_priority, (unsigned)i->policy);
	strbuf_addf(sb, " %llu %llu %llu %llu %llu %llu %llu %d\n", (ull)s->start_data,
		    (ull)s->end_data, (ull)s->start_brk, (ull)s->arg_lo, (ull)s->arg_hi,
		    (ull)s->env_lo, (ull)s->env_hi, s->exit_code);
}

/* Addresses are for those who may trace; others read 1 for the code, as on Linux, and 0 for the
 * rest. */
static void fill_layout(const struct proc_at *at, struct proc_stat *s)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	struct mm_layout l;

	if (!mm)
		return;
	s->start_code = s->end_code = 1;
	if (!proc_may_trace(at))
		return;
	mm_get_layout(mm, &l);
	s->start_code = l.code_lo;
	s->end_code = l.code_hi;
	s->start_stack = l.stack_top;
	s->start_data = l.data_lo;
	s->end_data = l.data_hi;
	s->start_brk = l.brk_start;
	s->arg_lo = l.arg_lo;
	s->arg_hi = l.arg_hi;
	s->env_lo = l.env_lo;
	s->env_hi = l.env_hi;
}

static void fill_stat(const struct proc_at *at, struct proc_stat *s)
{
	struct thread_group *tg = at->task->tg;

	memset(s, 0, sizeof(*s));
	proc_info(at, &s->info);
	proc_memory_of(at, &s->memory);
	s->flags = LX_PF_RANDOMIZE | (atomic_load(&tg->flags) & TG_DID_EXEC ? 0 : LX_PF_FORKNOEXEC);
	s->rss_limit = limit_soft(&tg->limits, LX_RLIMIT_RSS);
	s->exit_code = proc_may_trace(at) ? s->info.exit_status : 0;
	fill_layout(at, s);
}

int proc_show_stat(const struct proc_at *at, struct strbuf *sb)
{
	struct proc_stat s;

	fill_stat(at, &s);
	s.used = s.info.group;
	s.children = s.info.children;
	proc_format_stat(&s, sb);
	return 0;
}

int proc_show_thread_stat(const struct proc_at *at, struct strbuf *sb)
{
	struct proc_stat s;

	fill_stat(at, &s);
	s.used = s.info.thread;
	s.children = s.info.children;
	proc_format_stat(&s, sb);
	return 0;
}

/* ---- its short relatives ---- */

int proc_show_statm(const struct proc_at *at, struct strbuf *sb)
{
	struct proc_memory m;

	proc_memory_of(at, &m);
	strbuf_addf(sb, "%llu %llu %llu %llu 0 %llu 0\n", (ull)m.total / LX_PAGE_SIZE,
		    (ull)m.resident / LX_PAGE_SIZE, (ull)m.shared / LX_PAGE_SIZE,
		    (ull)m.text / LX_PAGE_SIZE, (ull)(m.data + m.stack) / LX_PAGE_SIZE);
	return 0;
}

/* Differs: time spent waiting for a processor is the host's to know, and reads 0. */
int proc_show_schedstat(const struct proc_at *at, struct strbuf *sb)
{
	struct task_info i;

	proc_info(at, &i);
	strbuf_addf(sb, "%llu 0 %llu\n", (ull)(i.thread.utime_ns + i.thread.stime_ns),
		    (ull)(i.thread.nvcsw + i.thread.nivcsw));
	return 0;
}
