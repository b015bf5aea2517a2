/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of the system call log. One line per call, signal and end of a thread, each written
 * with one write:
 *
 *	PID name(args) = result
 *
 * A call of thread A during which thread B has something to tell becomes two lines, as with
 * strace -f:
 *
 *	A read(0,  <unfinished ...>
 *	B getpid()                          = 8
 *	A <... read resumed>"abc", 832)     = 3
 *
 * A line is open from the beginning of its call until its end, or until somebody else's line; at
 * most one is (the_log.open). Its text is kept in its thread's record, so that it can be written
 * whole. Only calls that may sleep (a "!" in their format) are written in two parts: a log that ends
 * in a hang shall say where.
 *
 * Arguments are read and printed without the lock: guest memory is slow, and copy_in has locks that
 * rank above ours.
 */
#include "sentry/sys/strace.h"

#include <stdio.h>

#include "abi/errno.h"
#include "abi/sched.h"
#include "abi/unistd.h"
#include "base/check.h"
#include "base/lock.h"
#include "host/fd.h"
#include "host/io.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/sys/strace_priv.h"
#include "sentry/task/task.h"

#define RESULT_COLUMN 40

/* What the log keeps of a thread. Key: [t] its own thread; [S] the_log.lock */
struct record {
	struct scall call;  /* [t] */
	bool in_call;       /* [t] */
	const char *name;   /* [t] of the call */
	char number[32];    /* [t] name of a call that has none */
	struct strbuf line; /* [S] what is known of the open line */
	size_t written;     /* [S] bytes of it */
	uint64_t last_nr;   /* [t] the call before */
};

static SLAB_DEFINE(record_slab, struct record);

static struct {
	struct lock lock;
	int fd;              /* [S] -1: nobody reads (any more) */
	struct record *open; /* [S] whose line is not ended; NULL: none */
} the_log = {.lock = LOCK_INIT(RANK_STRACE, "strace"), .fd = -1};

/* ---- lines ---- */

static void write_line(struct record *r) REQUIRES(the_log.lock);
static void write_line(struct record *r)
{
	size_t n = r->line.len - r->written;

	if (the_log.fd < 0 || strbuf_result(&r->line) < 0)
		return;
	if (host_write_all(the_log.fd, r->line.s + r->written, n) < 0) {
		host_close(the_log.fd);
		the_log.fd = -1;
	}
	r->written = r->line.len;
}

static void cut_open_line(void) REQUIRES(the_log.lock);
static void cut_open_line(void)
{
	if (!the_log.open)
		return;
	strbuf_adds(&the_log.open->line, " <unfinished ...>\n");
	write_line(the_log.open);
	the_log.open = NULL;
}

/* Begin a line of r; another thread's open line is ended first. */
static void begin_line(struct record *r, struct task *t) REQUIRES(the_log.lock);
static void begin_line(struct record *r, struct task *t)
{
	cut_open_line();
	strbuf_reset(&r->line);
	r->written = 0;
	strbuf_addf(&r->line, "%-5d ", t->ctx.tid);
}

/* NULL: no memory; the thread is not logged. */
static struct record *record_of(struct task *t)
{
	struct record *r = t->trace;

	if (!r) {
		r = slab_alloc(&record_slab);
		t->trace = r;
	}
	return r;
}

static void record_free(struct task *t)
{
	struct record *r = t->trace;

	t->trace = NULL;
	if (!r)
		return;
	lock_acquire(&the_log.lock);
	if (the_log.open == r)
		the_log.open = NULL;
	lock_release(&the_log.lock);
	strbuf_fini(&r->line);
	slab_free(&record_slab, r);
}

/* A whole line that is no call. */
static void tell(struct task *t, const struct strbuf *text)
{
	struct record *r = record_of(t);

	if (!r || strbuf_result(text) < 0)
		return;
	GUARD(&the_log.lock);
	LOCK_ASSERT_HELD(&the_log.lock);
	begin_line(r, t);
	strbuf_add(&r->line, text->s, text->len);
	strbuf_addc(&r->line, '\n');
	write_line(r);
}

/* ---- calls ---- */

static const char *format_of(struct record *r, uint64_t nr)
{
	const struct sys_row *row = sys_row(nr);
	int n;

	if (row) {
		r->name = row->name;
		return row->format;
	}
	n = snprintf(r->number, sizeof(r->number), "syscall_%#llx", (unsigned long long)nr);
	check(n > 0 && (size_t)n < sizeof(r->number));
	r->name = r->number;
	return "lx, lx, lx, lx, lx, lx";
}

/* restart_syscall(2) has no arguments; what it continues is said instead. */
static void put_restarted(struct strbuf *sb, uint64_t nr)
{
	const struct sys_row *row = sys_row(nr);

	strbuf_addf(sb, "<... resuming interrupted %s ...>", row ? row->name : "system call");
}

static void on_enter(struct task *t, uint64_t nr, const struct sysargs *a)
{
	AUTO(strbuf_fini) struct strbuf args = STRBUF_INIT;
	struct record *r = record_of(t);
	const char *format;

	if (!r)
		return;
	format = format_of(r, nr);
	if (nr == LX_SYS_restart_syscall) {
		scall_begin(&r->call, &args, t, "", a);
		put_restarted(&args, t->call_nr != nr ? t->call_nr : r->last_nr);
	} else {
		scall_begin(&r->call, &args, t, format, a);
	}
	r->last_nr = nr;
	r->in_call = true;

	GUARD(&the_log.lock);
	LOCK_ASSERT_HELD(&the_log.lock);
	begin_line(r, t);
	strbuf_addf(&r->line, "%s(%s", r->name, strbuf_str(&args));
	the_log.open = r;
	if (format_may_sleep(format))
		write_line(r);
}

/* End the line of a call: the rest of its arguments, and what came of it. */
static void end_call(struct task *t, struct record *r, const struct strbuf *args,
		     const struct strbuf *result)
{
	size_t column;

	GUARD(&the_log.lock);
	LOCK_ASSERT_HELD(&the_log.lock);
	if (the_log.open != r) {
		begin_line(r, t);
		strbuf_addf(&r->line, "<... %s resumed>", r->name);
	}
	the_log.open = NULL;
	strbuf_addf(&r->line, "%s) ", strbuf_str(args));
	column = r->line.len;
	if (column < RESULT_COLUMN)
		strbuf_addf(&r->line, "%*s", (int)(RESULT_COLUMN - column), "");
	strbuf_addf(&r->line, "= %s\n", strbuf_str(result));
	write_line(r);
}

/* A call that its thread never returned from. */
static void end_call_unknown(struct task *t, struct record *r)
{
	struct strbuf args = {.s = NULL}, result = {.s = NULL};

	r->in_call = false;
	strbuf_adds(&args, scall_is_told(&r->call) ? "" : " <unfinished ...>");
	strbuf_addc(&result, '?');
	end_call(t, r, &args, &result);
	strbuf_fini(&args);
	strbuf_fini(&result);
}

static bool is_restart(long ret)
{
	return ret == -LX_ERESTARTSYS || ret == -LX_ERESTARTNOINTR || ret == -LX_ERESTARTNOHAND ||
	       ret == -LX_ERESTART_RESTARTBLOCK;
}

/* Does the thread end, so that nothing came of the call? */
static bool was_last(struct task *t, uint64_t nr, long ret)
{
	if (nr == LX_SYS_exit || nr == LX_SYS_exit_group)
		return true;
	return is_restart(ret) && (atomic_load(&t->work) & TASK_WORK_KILL);
}

static void on_exit_call(struct task *t, uint64_t nr, const struct sysargs *a UNUSED, long ret)
{
	AUTO(strbuf_fini) struct strbuf args = STRBUF_INIT;
	AUTO(strbuf_fini) struct strbuf result = STRBUF_INIT;
	struct record *r = t->trace;

	if (!r || !r->in_call)
		return;
	if (was_last(t, nr, ret)) {
		end_call_unknown(t, r);
		return;
	}
	r->in_call = false;
	scall_end(&r->call, &args, ret);
	scall_result(&r->call, &result);
	end_call(t, r, &args, &result);
}

/* ---- signals and ends ---- */

static void on_signal(struct task *t, const lx_siginfo_t *info)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "--- ");
	put_signal(&sb, info->si_signo);
	strbuf_addc(&sb, ' ');
	put_siginfo(&sb, info);
	strbuf_adds(&sb, " ---");
	tell(t, &sb);
}

static void on_stopped(struct task *t, int signo)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "--- stopped by ");
	put_signal(&sb, signo);
	strbuf_adds(&sb, " ---");
	tell(t, &sb);
}

static void on_end(struct task *t, int status)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct record *r = t->trace;

	if (r && r->in_call)
		end_call_unknown(t, r);
	if (status & 0x7f) {
		strbuf_adds(&sb, "+++ killed by ");
		put_signal(&sb, status & 0x7f);
		strbuf_adds(&sb, status & LX_WCOREFLAG ? " (core dumped) +++" : " +++");
	} else {
		strbuf_addf(&sb, "+++ exited with %d +++", status >> 8 & 0xff);
	}
	tell(t, &sb);
	record_free(t);
}

static const struct kernel_trace trace = {
	.strace_enter = on_enter,
	.strace_exit = on_exit_call,
	.signal = on_signal,
	.stopped = on_stopped,
	.ended = on_end,
};

const struct kernel_trace *strace_start(int fd)
{
	GUARD(&the_log.lock);
	LOCK_ASSERT_HELD(&the_log.lock);
	the_log.fd = fd;
	return &trace;
}

void strace_stop(void)
{
	GUARD(&the_log.lock);
	LOCK_ASSERT_HELD(&the_log.lock);
	cut_open_line();
	if (the_log.fd >= 0)
		host_close(the_log.fd);
	the_log.fd = -1;
}
