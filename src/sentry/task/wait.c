/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for children: wait4(2), waitid(2). A child is a process; its threads are nobody's
 * children (there is no ptrace yet). Each look is one walk over the children under the tasklist;
 * between looks the caller sleeps on its group's child_wait.
 */
#include <errno.h>
#include <string.h>

#include "abi/poll.h"
#include "abi/sched.h"
#include "base/check.h"
#include "sentry/task/task_priv.h"

static bool is_meant(struct task *t, const struct wait_request *req, struct thread_group *child)
{
	bool clone = child->exit_signal != LX_SIGCHLD;

	if (req->type == LX_P_PID && child->tgid != req->id)
		return false;
	if (req->type == LX_P_PIDFD && child != req->tg)
		return false;
	if (req->type == LX_P_PGID && child->pgrp != req->id)
		return false;
	if ((req->options & LX___WNOTHREAD) && child->parent_task != t)
		return false;
	return (req->options & LX___WALL) || clone == ((req->options & LX___WCLONE) != 0);
}

static void fill(struct thread_group *child, struct wait_result *ret)
{
	ret->pid = child->tgid;
	lock_acquire(&child->lock);
	ret->uid = child->leader->cred->uid;
	tg_usage_locked(child, &ret->usage);
	usage_add(&ret->usage, &child->children_usage);
	lock_release(&child->lock);
}

/* A zombie's status, and with it (unless WNOWAIT) the zombie. */
static bool take_zombie(struct task *t, const struct wait_request *req, struct thread_group *child,
			struct wait_result *ret) REQUIRES(t->kernel->tasklist);
static bool take_zombie(struct task *t, const struct wait_request *req, struct thread_group *child,
			struct wait_result *ret)
{
	struct thread_group *tg = t->tg;
	int status = child->exit_status;

	if (!(req->options & LX_WEXITED))
		return false;
	fill(child, ret);
	ret->wait_status = status;
	if ((status & 0x7f) == 0) {
		ret->code = LX_CLD_EXITED;
		ret->status = status >> 8 & 0xff;
	} else {
		ret->code = status & LX_WCOREFLAG ? LX_CLD_DUMPED : LX_CLD_KILLED;
		ret->status = status & 0x7f;
	}
	if (req->options & LX_WNOWAIT)
		return true;
	lock_acquire(&tg->lock);
	usage_add(&tg->children_usage, &ret->usage);
	lock_release(&tg->lock);
	LOCK_ASSERT_HELD(&child->kernel->tasklist);
	tg_reap(child);
	return true;
}

static bool take_stop(const struct wait_request *req, struct thread_group *child,
		      struct wait_result *ret)
{
	bool stopped, continued;
	int signo;

	lock_acquire(&child->lock);
	stopped = (req->options & LX_WSTOPPED) && tg_flag(child, TG_REPORT_STOPPED);
	continued = !stopped && (req->options & LX_WCONTINUED) &&
		    tg_flag(child, TG_REPORT_CONTINUED);
	signo = child->stop_signal;
	if (!(req->options & LX_WNOWAIT))
		tg_flag_clear(child, stopped     ? TG_REPORT_STOPPED
				     : continued ? TG_REPORT_CONTINUED
						 : 0);
	lock_release(&child->lock);
	if (!stopped && !continued)
		return false;
	fill(child, ret);
	ret->code = stopped ? LX_CLD_STOPPED : LX_CLD_CONTINUED;
	ret->status = stopped ? signo : LX_SIGCONT;
	ret->wait_status = stopped ? LX_W_STOPCODE(signo) : LX_W_CONTINUED;
	return true;
}

/* 1: *ret is filled; 0: children are meant, but none has anything to tell; -ECHILD. */
static int look(struct task *t, const struct wait_request *req, struct wait_result *ret)
{
	struct thread_group *child;
	int r = -ECHILD;

	GUARD(&t->kernel->tasklist);
	list_for_each_entry(child, &t->tg->children, sibling) {
		if (!is_meant(t, req, child))
			continue;
		if (child->state == TG_ZOMBIE) {
			if (take_zombie(t, req, child, ret))
				return 1;
			continue;
		}
		r = 0;
		if (take_stop(req, child, ret))
			return 1;
	}
	return r;
}

int task_wait(struct task *t, const struct wait_request *req, struct wait_result *ret)
{
	struct waiter w;
	int r;

	memset(ret, 0, sizeof(*ret));
	waiter_init(&w, &t->ctx, LX_POLLIN);
	waitq_add(&t->tg->child_wait, &w);
	for (;;) {
		r = look(t, req, ret);
		if (r != 0 || (req->options & LX_WNOHANG))
			break;
		r = ctx_block(&t->ctx, CTX_FOREVER);
		if (r < 0)
			break;
	}
	waitq_del(&w);
	return r < 0 ? r : 0;
}
