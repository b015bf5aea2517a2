/* SPDX-License-Identifier: Apache-2.0 */
/* What a running sandbox is asked, carried out: wire/request.h says what each means. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/signal.h"
#include "sentry/boot/serve_priv.h"
#include "sentry/core/alloc.h"
#include "sentry/core/budget.h"
#include "sentry/core/clock.h"
#include "sentry/core/jobs.h"
#include "sentry/fs/hostio/hostio.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/mm/mm.h"
#include "sentry/task/task.h"

#define INIT_PID       1
#define FREEZE_WITH_NS 10000000000 /* a thread that waits for the host takes that long at most */

void answer_error(struct answer *a, int err, enum control_failure why, const char *text)
{
	a->error = err;
	a->why = why;
	free(a->text);
	a->text = strdup(text); /* without memory the number alone */
}

static void answer_errno(struct answer *a, int err)
{
	if (err < 0)
		answer_error(a, err, CONTROL_OUR_FAULT, strerror(-err));
}

static int32_t pid_or_init(int32_t pid)
{
	return pid ? pid : INIT_PID;
}

/* ---- state ---- */

static void get_state(const struct serve_config *c, struct answer *a)
{
	int status = 0;

	a->pid = INIT_PID;
	if (serve_init_ended(&status))
		a->status = ANSWER_STOPPED;
	else if (kernel_init_is_held(c->kernel))
		a->status = ANSWER_CREATED;
	else
		a->status = kernel_is_frozen(c->kernel) ? ANSWER_PAUSED : ANSWER_RUNNING;
	a->wait_status = (uint32_t)status;
}

static void start_init(const struct serve_config *c, struct answer *a)
{
	int r = kernel_release_init(c->kernel);

	if (r == -EALREADY)
		answer_error(a, r, CONTROL_OUR_FAULT, "cannot start an already running container");
	else if (r == -ESRCH)
		answer_error(a, r, CONTROL_OUR_FAULT, "cannot start a container that has stopped");
}

/* ---- processes ---- */

static void exec(const struct serve_config *c, const struct request *q, int *fds, size_t nfds,
		 struct answer *a)
{
	struct boot_error e = {.why = CONTROL_OUR_FAULT};
	int r = exec_start(c, &q->process, fds, nfds, &a->pid, &e);

	if (r < 0)
		answer_error(a, r, e.why, e.text);
}

static int kill(struct kernel *k, const struct request *q)
{
	int signo = (int)q->signo;

	switch (q->whom) {
	case REQUEST_WHOM_PROCESS:
		return kernel_kill(k, pid_or_init(q->pid), signo);
	case REQUEST_WHOM_FOREGROUND:
		return kernel_kill_foreground(k, pid_or_init(q->pid), signo);
	case REQUEST_WHOM_ALL:
		if (signo != 0)
			kernel_kill_all(k, signo);
		return 0;
	}
	return -EINVAL;
}

static void describe(struct kernel *k, const struct outside_process *o, struct answer_process *p)
{
	AUTO(task_put) struct task *t = task_find(k, o->pid);
	AUTO(mm_put) struct mm *mm = t ? task_mm_get(t) : NULL;
	struct mm_counts counts = {0};
	struct task_info info;

	*p = (struct answer_process){.pid = o->pid, .ppid = o->ppid, .origin = o->origin};
	if (!t)
		return; /* it ended meanwhile */
	task_get_info(t, &info);
	if (mm)
		mm_get_counts(mm, &counts);
	p->pgrp = info.pgrp;
	p->sid = info.sid;
	p->uid = info.uid[0];
	p->gid = info.gid[0];
	p->nthreads = info.nthreads;
	p->state = (unsigned char)info.state;
	p->start_ns = k->boot_realtime_ns + info.start_ns;
	p->cpu_ns = info.group.utime_ns + info.group.stime_ns;
	p->rss_bytes = counts.resident;
	memcpy(p->name, info.comm, sizeof(p->name));
	p->name[sizeof(p->name) - 1] = 0;
}

static int list_processes(struct kernel *k, struct answer *a)
{
	AUTO(arena_free) struct outside_process *v = NULL;
	size_t n;
	int r = kernel_processes(k, &v, &n);

	if (r < 0)
		return r;
	n = MIN(n, (size_t)ANSWER_MAX_PROCESSES);
	a->processes = calloc(n + 1, sizeof(*a->processes));
	if (!a->processes)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		describe(k, &v[i], &a->processes[i]);
	a->nprocesses = (uint32_t)n;
	return 0;
}

/* ---- numbers ---- */

static void raise_to(_Atomic uint64_t *highest, uint64_t *v)
{
	uint64_t seen = atomic_load(highest);

	while (seen < *v && !atomic_compare_exchange_weak(highest, &seen, *v))
		;
	*v = MAX(*v, seen);
}

/* Of the processes that are there, and of children that they waited for; never less than was said
 * before. */
static void get_times(struct kernel *k, struct answer_stats *s)
{
	static _Atomic uint64_t highest_user, highest_system;
	int32_t from = 1;

	for (;;) {
		AUTO(tg_put) struct thread_group *tg = tg_next(k, from);
		struct usage used, children;

		if (!tg)
			break;
		tg_usage_ask(tg);
		tg_usage(tg, &used);
		tg_children_usage(tg, &children);
		s->cpu_user_ns += used.utime_ns + children.utime_ns;
		s->cpu_system_ns += used.stime_ns + children.stime_ns;
		from = tg->tgid + 1;
	}
	raise_to(&highest_user, &s->cpu_user_ns);
	raise_to(&highest_system, &s->cpu_system_ns);
}

static uint64_t or_unlimited(uint64_t limit)
{
	return limit ? limit : PLAN_UNLIMITED;
}

/* Memory as it was promised, which the host may not have given yet; core/budget.h. */
static void get_stats(struct kernel *k, struct answer_stats *s)
{
	uint64_t kernel_memory = arena_used(), guest = budget_used();

	*s = (struct answer_stats){
		.memory_bytes = guest + kernel_memory,
		.memory_max_bytes = budget_peak() + kernel_memory,
		.memory_limit_bytes = or_unlimited(k->limits.memory_max),
		.memory_private_bytes = guest,
		.memory_kernel_bytes = kernel_memory,
		.pids = kernel_ntasks(k),
		.pids_limit = or_unlimited(k->limits.pids_max),
	};
	get_times(k, s);
}

/* ---- rest, limits, terminals ---- */

static void pause_all(struct kernel *k, struct answer *a)
{
	int r = kernel_freeze(k, clock_monotonic_ns() + FREEZE_WITH_NS);

	if (r == -EBUSY)
		answer_error(a, r, CONTROL_OUR_FAULT, "container is paused already");
	else
		answer_errno(a, r);
}

static void resume_all(struct kernel *k, struct answer *a)
{
	int r = kernel_thaw(k);

	if (r < 0)
		answer_error(a, r, CONTROL_OUR_FAULT, "container not paused");
}

static int resize(struct kernel *k, const struct request *q)
{
	struct ctty *c = kernel_terminal_of(k, pid_or_init(q->pid));
	int r;

	if (!c)
		return -ENOTTY;
	r = hostio_terminal_resize(c, q->rows, q->cols);
	if (r == 0)
		ctty_signal(c, LX_SIGWINCH);
	c->ops->put(c);
	return r;
}

static void update(struct kernel *k, const struct plan_limits *p)
{
	struct sandbox_limits l;

	boot_limits(p, &l);
	kernel_update_limits(k, &l);
}

/* ---- all ---- */

void request_carry_out(const struct serve_config *c, const struct request *q, int *fds, size_t nfds,
		       struct answer *a)
{
	struct kernel *k = c->kernel;

	if (q->container != 0) {
		answer_error(a, -ENOENT, CONTROL_OUR_FAULT, "no such container in this sandbox");
		return;
	}
	switch (q->op) {
	case REQUEST_STATE:
		get_state(c, a);
		return;
	case REQUEST_START:
		start_init(c, a);
		return;
	case REQUEST_EXEC:
		exec(c, q, fds, nfds, a);
		return;
	case REQUEST_KILL:
		answer_errno(a, kill(k, q));
		return;
	case REQUEST_PS:
		answer_errno(a, list_processes(k, a));
		return;
	case REQUEST_STATS:
		get_stats(k, &a->stats);
		return;
	case REQUEST_PAUSE:
		pause_all(k, a);
		return;
	case REQUEST_RESUME:
		resume_all(k, a);
		return;
	case REQUEST_UPDATE:
		update(k, &q->limits);
		return;
	case REQUEST_WINSIZE:
		answer_errno(a, resize(k, q));
		return;
	case REQUEST_SHUTDOWN:
		kernel_kill_all(k, LX_SIGKILL);
		return;
	case REQUEST_WAIT: /* serve.c */
		break;
	}
	answer_errno(a, -ENOSYS);
}
