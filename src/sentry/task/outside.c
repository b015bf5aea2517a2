/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the world outside does with processes: signals, waiting for those that it started, a look at
 * all of them. `caisson kill`, `exec`, `ps`.
 */
#include <errno.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/budget.h"
#include "sentry/task/task_priv.h"

/* ---- waiting ---- */

static struct thread_group *find_outside(struct kernel *k, int32_t pid) REQUIRES(k->tasklist);
static struct thread_group *find_outside(struct kernel *k, int32_t pid)
{
	struct pid *p = pid_find(k, pid);
	struct thread_group *tg = p && p->task ? p->task->tg : NULL;

	return tg && tg->tgid == pid && !tg->parent && tg != k->init ? tg : NULL;
}

int kernel_reap_process(struct kernel *k, int32_t pid, int *ret_status)
{
	struct thread_group *tg;

	GUARD(&k->tasklist);
	tg = find_outside(k, pid);
	if (!tg)
		return -ESRCH;
	if (tg->state != TG_ZOMBIE)
		return 0;
	*ret_status = tg->exit_status;
	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	tg_reap(tg);
	return 1;
}

/* ---- signals ---- */

/* The foreground group of the terminal of the process's session; 0: none. */
static int32_t foreground_of(struct kernel *k, int32_t pid)
{
	struct pid *p;
	struct thread_group *tg;

	GUARD(&k->tasklist);
	p = pid_find(k, pid);
	tg = p && p->task ? p->task->tg : NULL;
	if (!tg || !tg->session || !tg->session->tty)
		return 0;
	return atomic_load(&tg->session->tty->pgrp);
}

int kernel_kill_foreground(struct kernel *k, int32_t pid, int signo)
{
	int32_t pgrp = foreground_of(k, pid);
	lx_siginfo_t info;

	if (signo != 0 && !signal_valid(signo))
		return -EINVAL;
	if (pgrp == 0 || signo == 0)
		return kernel_kill(k, pid, signo);
	siginfo_kernel(&info, signo);
	return pgrp_signal_send(k, pgrp, &info);
}

struct ctty *kernel_terminal_of(struct kernel *k, int32_t pid)
{
	struct pid *p;
	struct thread_group *tg;
	struct ctty *c;

	GUARD(&k->tasklist);
	p = pid_find(k, pid);
	tg = p && p->task ? p->task->tg : NULL;
	c = tg && tg->session ? tg->session->tty : NULL;
	if (c)
		c->ops->get(c);
	return c;
}

/* ---- who is there ---- */

/* The process started from outside that tg descends from, as far as its ancestors are known. */
static int32_t origin_of(struct kernel *k, struct thread_group *tg)
{
	struct thread_group *top = tg;

	while (top->parent)
		top = top->parent;
	return top == k->init || !top->stray ? top->tgid : 0;
}

static void look_at(struct kernel *k, struct thread_group *tg, struct outside_process *ret)
{
	*ret = (struct outside_process){.pid = tg->tgid,
					.ppid = tg->parent ? tg->parent->tgid : 0,
					.origin = origin_of(k, tg)};
}

int kernel_processes(struct kernel *k, struct outside_process **ret, size_t *ret_n)
{
	struct outside_process *v;
	size_t n = 0, max;

	lock_acquire(&k->tasklist);
	max = k->ntasks;
	lock_release(&k->tasklist);
	v = arena_alloc((max + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	lock_acquire(&k->tasklist);
	for (struct pid *p = pid_next(k, 1); p && n < max;) {
		struct tree_node *next = tree_next(&p->node);

		if (p->task && p->task->tg->tgid == p->nr)
			look_at(k, p->task->tg, &v[n++]);
		p = next ? tree_entry(next, struct pid, node) : NULL;
	}
	lock_release(&k->tasklist);
	*ret = v;
	*ret_n = n;
	return 0;
}

/* ---- limits ---- */

void kernel_update_limits(struct kernel *k, const struct sandbox_limits *l)
{
	struct sandbox_limits new = *l;

	GUARD(&k->tasklist);
	/* Processors were counted by programs when they began; what they are told stays true. */
	for (size_t i = 0; i < ARRAY_SIZE(new.cpus); i++)
		new.cpus[i] = k->limits.cpus[i];
	new.memory_by_host = k->limits.memory_by_host;
	k->limits = new;
	budget_set_limit(new.memory_by_host ? 0 : new.memory_max);
}
