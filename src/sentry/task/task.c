/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One guest thread: its struct, its host thread, its credentials, and its answers as a ctx.
 *
 * References: the number (struct pid) holds one until the thread is released or its group reaped,
 * the host thread holds one until it returns, task_find and friends lend one. The struct goes with
 * the last; mm, files and the like go at exit.
 */
#include "sentry/task/task.h"

#include <errno.h>
#include <string.h>

#include "abi/errno.h"
#include "base/check.h"
#include "base/log.h"
#include "host/futex.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/ipc/sysv/sysv.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/task/task_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

SLAB_DEFINE(task_slab, struct task);

/* ---- what lower rooms ask ---- */

static bool task_interrupted(struct ctx *ctx)
{
	return task_work(ctx_task(ctx), TASK_WORK_SIGNAL | TASK_WORK_STOP | TASK_WORK_KILL |
						TASK_WORK_NOTIFY | TASK_WORK_FREEZE);
}

static bool task_killed(struct ctx *ctx)
{
	return task_work(ctx_task(ctx), TASK_WORK_KILL);
}

static void task_deaf(struct ctx *ctx, bool asleep)
{
	freeze_sleep(ctx_task(ctx), asleep);
}

static void task_signal_self(struct ctx *ctx, int signo)
{
	struct task *t = ctx_task(ctx);
	lx_siginfo_t info;

	/* As Linux sends SIGPIPE and SIGXFSZ: in the name of the thread itself. */
	siginfo_user(&info, signo, LX_SI_USER, t->tg->tgid, t->cred->uid);
	(void)task_signal_send(t, &info, SIGNAL_THREAD);
}

static void task_signal_to(struct ctx *ctx, int pid, int signo, int code)
{
	struct task *t = ctx_task(ctx);
	lx_siginfo_t info;

	siginfo_kernel(&info, signo);
	info.si_code = code;
	if (pid < 0) {
		(void)pgrp_signal_send(t->kernel, -pid, &info);
		return;
	}
	AUTO(task_put) struct task *to = task_find(t->kernel, pid);
	if (to)
		(void)task_signal_send(to, &info,
				       to->tid == to->tg->tgid ? SIGNAL_GROUP : SIGNAL_THREAD);
}

static bool task_signal_take(struct ctx *ctx, uint64_t mask, struct lx_signalfd_siginfo *ret)
{
	lx_siginfo_t info;

	if (!task_signal_dequeue(ctx_task(ctx), mask, &info))
		return false;
	siginfo_to_signalfd(&info, ret);
	return true;
}

static uint64_t task_signal_pending_of(struct ctx *ctx)
{
	return task_signal_pending(ctx_task(ctx));
}

static struct waitq *task_signal_waitq(struct ctx *ctx)
{
	return &ctx_task(ctx)->tg->signal_wait;
}

const struct ctx_ops task_ctx_ops = {
	.interrupted = task_interrupted,
	.killed = task_killed,
	.deaf = task_deaf,
	.signal_self = task_signal_self,
	.signal_to = task_signal_to,
	.signal_take = task_signal_take,
	.signal_pending = task_signal_pending_of,
	.signal_waitq = task_signal_waitq,
};

/* ---- life ---- */

struct task *task_alloc(struct kernel *k, struct thread_group *tg)
{
	struct task *t = slab_alloc(&task_slab);

	if (!t)
		return NULL;
	t->ctx.ops = &task_ctx_ops;
	t->ctx.limits = &tg->limits;
	t->ctx.jobs = &k->jobs;
	t->ctx.tgid = tg->tgid;
	ref_init(&t->ref);
	t->kernel = k;
	t->tg = tg_get(tg);
	list_init(&t->thread_link);
	atomic_init(&t->state, TASK_IN_CALL);
	atomic_init(&t->work, 0);
	sigpending_init(&t->pending);
	altstack_reset(&t->altstack);
	t->call_nr = UINT64_MAX;
	t->default_timerslack_ns = t->timerslack_ns = 50000;
	memcpy(t->cpus, k->host_cpus, sizeof(t->cpus));
	t->start_ns = clock_monotonic_ns();
	return t;
}

struct task *task_get(struct task *t)
{
	ref_get(&t->ref);
	return t;
}

static void drop_user(struct user *u)
{
	if (!u)
		return;
	atomic_fetch_sub(&u->nproc, 1);
	user_put(u);
}

void task_pay_no_more(struct task *t)
{
	if (t->unpaid)
		return;
	t->unpaid = true;
	atomic_fetch_sub(&t->user->nproc, 1);
}

void task_put(struct task *t)
{
	if (!t || !ref_put(&t->ref))
		return;
	check(list_empty(&t->thread_link) && !t->mm && !t->ctx.pc);
	arena_free(t->start);
	if (t->user) {
		task_pay_no_more(t);
		user_put(t->user);
	}
	if (t->cred)
		cred_put(t->cred);
	tg_put(t->tg);
	slab_free(&task_slab, t);
}

void task_replace_cred(struct task *t, const struct cred *new, struct user *user)
{
	const struct cred *old;
	struct user *old_user = NULL;

	if (user)
		atomic_fetch_add(&user->nproc, 1);
	lock_acquire(&t->tg->lock);
	old = t->cred;
	t->cred = t->ctx.cred = new;
	if (user) {
		old_user = t->user;
		t->user = user;
	}
	lock_release(&t->tg->lock);
	drop_user(old_user);
	if (old)
		cred_put(old);
}

int task_commit_cred(struct task *t, struct cred *new)
{
	const struct cred *old = t->cred;
	struct user *user = NULL;
	bool more = (new->cap_permitted & ~old->cap_permitted) != 0;

	if (!t->user || t->user->uid != new->uid) {
		user = user_find(&t->kernel->users, new->uid);
		if (!user) {
			cred_put(new);
			return -EAGAIN;
		}
		t->nproc_exceeded = user->uid != 0 &&
				    atomic_load(&user->nproc) >=
					    limit_soft(&t->tg->limits, LX_RLIMIT_NPROC);
	}
	if (more || new->euid != old->euid || new->egid != old->egid || new->fsuid != old->fsuid ||
	    new->fsgid != old->fsgid) {
		atomic_store(mm_dumpable(t->mm), 0);
		lock_acquire(&t->tg->lock);
		t->pdeath_signal = 0;
		lock_release(&t->tg->lock);
	}
	task_replace_cred(t, new, user);
	return 0;
}

void task_abort(struct task *t)
{
	const struct platform_ops *pops = t->kernel->pops;

	if (!t)
		return;
	if (t->ctx.pc)
		pops->context_free(TAKE(t->ctx.pc));
	if (t->mm)
		mm_put(TAKE(t->mm));
	sysv_sem_undo_put(TAKE(t->sem_undo), t->ctx.tgid);
	seccomp_leave(t);
	if (t->fds)
		fdtable_put(TAKE(t->fds), NULL);
	if (t->fs)
		fs_info_put(TAKE(t->fs));
	if (t->mnt_ns)
		mnt_ns_put(TAKE(t->mnt_ns));
	task_put(t);
}

/* ---- the host thread ---- */

/* Wait until the maker says go. */
static bool wait_for_start(struct task_start *s)
{
	uint32_t word;

	while ((word = atomic_load(&s->word)) == START_WAIT) {
		int r = host_futex_wait(&s->word, START_WAIT, HOST_FUTEX_FOREVER);

		(void)r; /* woken or too late to sleep: the loop looks */
	}
	return word == START_GO;
}

/* The registers that clone or the loader chose. A context that cannot be had is a context that
 * died. */
static void load_start(struct task *t)
{
	const struct platform_ops *pops = t->kernel->pops;
	struct task_start *s = t->start;
	int r;

	if (!s->set_regs)
		return;
	r = pops->context_attach(t->ctx.pc);
	if (r == 0)
		r = pops->set_regs(t->ctx.pc, &s->regs);
	if (r == 0 && s->fpu_size > 0)
		r = pops->set_fpu(t->ctx.pc, s->fpu, s->fpu_size);
	if (r == 0)
		return;
	log_warn("thread %d cannot start: the platform refuses its context: %s", t->tid,
		 strerror(-r));
	tg_exit(t, LX_SIGKILL);
}

static void thread_main(void *arg)
{
	struct task *t = arg;
	struct kernel *k = t->kernel;

	if (wait_for_start(t->start)) {
		struct plan_start *plan = t->start->plan;

		load_start(t);
		arena_free(TAKE(t->start));
		if (plan)
			plan_run(t, plan);
		if (!uaddr_is_null(t->set_child_tid)) {
			int32_t tid = t->tid;
			int r = copy_out(t->mm, t->set_child_tid, &tid, sizeof(tid));

			(void)r; /* as Linux: who gave a bad address learns nothing */
		}
		if (!t->exited)
			k->entry(t);
		check(t->exited);
	}
	task_put(t);
	kernel_thread_left(k);
}

int task_spawn(struct task *t)
{
	struct kernel *k = t->kernel;
	int r;

	lock_acquire(&k->tasklist);
	k->nthreads++;
	lock_release(&k->tasklist);
	task_get(t);
	r = host_thread_start_detached(&t->host, "task", thread_main, t);
	if (r == 0)
		return 0;
	check(!ref_put(&t->ref));
	kernel_thread_left(k);
	return r == -ENOMEM ? -EAGAIN : r;
}

void task_let_go(struct task *t, enum start_word word)
{
	_Atomic uint32_t *w = &t->start->word;

	atomic_store(w, (uint32_t)word);
	host_futex_wake(w, 1);
}

/*
 * A thread that joins a group which is about to end, or to be one thread's alone, ends as well. Its
 * maker may have looked before that was decided:
 *
 *	clone                                exit_group, a deadly signal, execve
 *	sees no TASK_WORK_KILL
 *	                                     lock tg: says so (A), kills all on the list; unlock
 *	lock tg: on the list, looks (B)
 *
 * (A) and (B) are under tg->lock: either the list has the thread, or the thread sees what was said.
 */
void task_publish(struct task *t, struct pid *pid)
{
	struct thread_group *tg = t->tg;

	check(!pid->task && pid->nr == t->tid);
	pid->task = t; /* takes over the maker's reference */
	t->kernel->ntasks++;
	lock_acquire(&tg->lock);
	list_add_tail(&tg->threads, &t->thread_link);
	tg->nlive++;
	if (!tg->leader)
		tg->leader = t;
	LOCK_ASSERT_HELD(&t->tg->lock);
	if (tg_flag(tg, TG_EXITING) || tg->exec_task) /* (B) */
		atomic_fetch_or(&t->work, TASK_WORK_KILL);
	stop_join(t);
	signal_recalc(t);
	lock_release(&tg->lock);
	LOCK_ASSERT_HELD(&t->kernel->tasklist);
	freeze_born(t);
}

/* ---- waking ---- */

void task_kick(struct task *t, uint32_t bits)
{
	uint32_t old = atomic_fetch_or(&t->work, bits);

	/* Even if the bits were set: who set them may have found the thread where it is not any
	 * more. */
	(void)old;
	ctx_wake(&t->ctx);
	if (t->ctx.pc && atomic_load(&t->state) == TASK_IN_GUEST)
		t->kernel->pops->context_interrupt(t->ctx.pc);
}

/* ---- what it shares ---- */

struct mm *task_mm_get(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->mm ? mm_get(t->mm) : NULL;
}

struct fdtable *task_fds_get(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->fds ? fdtable_share(t->fds) : NULL;
}

struct fs_info *task_fs_get(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->fs ? fs_info_get(t->fs) : NULL;
}

struct mnt_ns *task_mnt_ns_get(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->mnt_ns ? mnt_ns_get(t->mnt_ns) : NULL;
}

const struct cred *task_cred_get(struct task *t)
{
	GUARD(&t->tg->lock);
	return cred_get(t->cred);
}

void task_comm_get(struct task *t, char ret[TASK_COMM_LEN])
{
	GUARD(&t->tg->lock);
	memcpy(ret, t->comm, TASK_COMM_LEN);
}

void task_comm_set(struct task *t, const char *name)
{
	size_t n = strnlen(name, TASK_COMM_LEN - 1);

	GUARD(&t->tg->lock);
	memset(t->comm, 0, TASK_COMM_LEN);
	memcpy(t->comm, name, n);
}

long task_set_restart(struct task *t, long (*fn)(struct task *t, struct restart_block *rb),
		      const uint64_t *args, int nargs)
{
	check(nargs >= 0 && (size_t)nargs <= ARRAY_SIZE(t->restart.arg));
	t->restart.fn = fn;
	for (int i = 0; i < nargs; i++)
		t->restart.arg[i] = args[i];
	return -LX_ERESTART_RESTARTBLOCK;
}
