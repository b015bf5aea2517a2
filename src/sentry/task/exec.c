/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execve(2): a process becomes another program. In this order:
 *
 *	prepare   open, read headers, count arguments, compute credentials, make the new mm, unshare
 * what is shared with strangers. Everything here may fail, and the old program goes on. alone all
 * other threads end; the caller takes over the number of its group. Only the end of the process
 * itself stops that.
 *	--------- the point of no return ---------
 *	replace   futexes and the vfork parent are let go in the old mm, the context moves into the
 * new one, the image is mapped, the process takes its new identity. What fails now kills it, as
 * Linux does.
 */
#include <errno.h>
#include <string.h>

#include "abi/sched.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/mm.h"
#include "sentry/task/task_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"
#include "sentry/vfs/namei.h"

/* personality(2): what a set-id program does not inherit */
#define PER_CLEAR_ON_SETID (0x0400000u | 0x0040000u | 0x0200000u | 0x0100000u)

struct exec {
	struct file *file; /* as opened */
	struct loader_image *image;
	struct exec_creds creds;
	struct mm *mm;
	struct sighand *sighand; /* our own, if the old one is shared */
	bool unreadable;         /* the file may be executed but not read: not dumpable */
};

static void exec_fini(struct exec *e)
{
	if (e->image)
		loader_image_free(e->image);
	file_put(e->file);
	if (e->creds.cred)
		cred_put(e->creds.cred);
	mm_put(e->mm);
	sighand_put(e->sighand);
}

/* setuid(2) left it to us to say no. */
static int check_nproc(struct task *t)
{
	bool exceeded = t->nproc_exceeded;

	t->nproc_exceeded = false;
	if (exceeded && atomic_load(&t->user->nproc) > limit_soft(&t->tg->limits, LX_RLIMIT_NPROC))
		return -EAGAIN;
	return 0;
}

static int prepare_image(struct task *t, struct exec_request *req, struct exec *e)
{
	struct loader_request lr = {
		.path = req->told_path,
		.fs = t->fs,
		.stack_limit = limit_soft(&t->tg->limits, LX_RLIMIT_STACK),
		.personality = t->personality,
	};
	int r;

	r = vfs_open_exec(&t->ctx, t->fs, req->at, req->path, req->walk_flags, &e->file);
	if (r < 0)
		return r;
	lr.file = e->file;
	lr.argv = req->argv;
	lr.envp = req->envp;
	r = loader_prepare(&t->ctx, &lr, &e->image);
	if (r < 0)
		return r;
	memset(&req->argv, 0, sizeof(req->argv));
	memset(&req->envp, 0, sizeof(req->envp));
	e->unreadable =
		inode_permission(&t->ctx, loader_image_file(e->image)->inode, VFS_MAY_READ) < 0;
	return exec_creds_prepare(t, loader_image_file(e->image), &e->creds);
}

static int prepare(struct task *t, struct exec_request *req, struct exec *e)
{
	int r = check_nproc(t);

	if (r == 0)
		r = prepare_image(t, req, e);
	if (r == 0)
		r = task_unshare(t, LX_CLONE_FILES);
	if (r == 0)
		r = mm_new(t->kernel->pops, t->kernel->platform, &e->mm);
	if (r < 0)
		return r;
	if (sighand_is_shared(t->tg->sighand)) {
		e->sighand = sighand_copy(t->tg->sighand);
		if (!e->sighand)
			return -ENOMEM;
	}
	return 0;
}

/* ---- alone ---- */

static int begin_alone(struct task *t)
{
	struct thread_group *tg = t->tg;
	struct task *other;

	GUARD(&tg->lock);
	if (tg_flag(tg, TG_EXITING) || tg->exec_task)
		return -EAGAIN;
	tg->exec_task = t; /* (A) of task_publish */
	list_for_each_entry(other, &tg->threads, thread_link) {
		if (other == t || other->exiting)
			continue;
		LOCK_ASSERT_HELD(&other->tg->lock);
		if (task_work(other, TASK_WORK_STOP)) {
			task_work_clear(other, TASK_WORK_STOP);
			(void)stop_count_down(other);
		}
		task_kick(other, TASK_WORK_KILL);
	}
	return 0;
}

static bool is_alone(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->tg->nlive == 1;
}

/* The ended leader's number, place and age become ours; ours goes with its struct. */
static void take_over_number(struct task *t)
{
	struct thread_group *tg = t->tg;
	struct kernel *k = t->kernel;
	struct task *leader;
	struct pid *mine, *its;

	GUARD(&k->tasklist);
	leader = tg->leader;
	if (leader == t)
		return;
	mine = pid_find(k, t->tid);
	its = pid_find(k, tg->tgid);
	check(mine && its && mine->task == t && its->task == leader);
	lock_acquire(&tg->lock);
	mine->task = leader;
	its->task = t;
	leader->tid = leader->ctx.tid = mine->nr;
	t->tid = t->ctx.tid = tg->tgid;
	t->start_ns = leader->start_ns;
	tg->leader = t;
	list_move_head(&tg->threads, &t->thread_link);
	lock_release(&tg->lock);
	LOCK_ASSERT_HELD(&leader->kernel->tasklist);
	task_release(leader);
}

static int become_alone(struct task *t)
{
	int r = begin_alone(t);

	if (r < 0)
		return r;
	while (!is_alone(t) && r == 0)
		r = ctx_block_killable(&t->ctx, CTX_FOREVER);
	if (r == 0)
		take_over_number(t);
	lock_acquire(&t->tg->lock);
	t->tg->exec_task = NULL;
	if (tg_flag(t->tg, TG_EXITING))
		r = -EAGAIN;
	lock_release(&t->tg->lock);
	return r < 0 ? -EAGAIN : 0;
}

/*
 * A sibling that ended meanwhile may have given us its filters, and no_new_privs with them. What
 * was granted before must not be had under them. Nobody is left who could do it again.
 */
static int hold_back_late(struct task *t, struct exec *e)
{
	if (e->creds.held == task_no_new_privs(t))
		return 0;
	cred_put(TAKE(e->creds.cred));
	e->creds = (struct exec_creds){0};
	return exec_creds_prepare(t, loader_image_file(e->image), &e->creds);
}

/* ---- replace ---- */

static void *exe_get(void *file)
{
	return file_get(file);
}

static void exe_put(void *file)
{
	file_put(file);
}

/* Into the new mm. */
static int move(struct task *t, struct exec *e)
{
	struct mm *old;
	int r;

	exit_futexes(t);
	task_sample_usage(t);
	task_sample_memory(t);
	r = t->kernel->pops->context_move(t->ctx.pc, mm_aspace(e->mm));
	t->cpu_seen_ns = r == 0 ? t->kernel->pops->cpu_time_ns(t->ctx.pc) : 0;
	lock_acquire(&t->tg->lock);
	old = t->mm;
	t->mm = TAKE(e->mm);
	lock_release(&t->tg->lock);
	mm_put(old);
	vfork_release(t);
	if (t->kernel->pops->bury)
		t->kernel->pops->bury(t->kernel->platform);
	return r;
}

static void reset_signals(struct task *t, struct exec *e)
{
	struct thread_group *tg = t->tg;
	struct sighand *old = NULL;

	lock_acquire(&tg->lock);
	if (e->sighand) {
		old = tg->sighand;
		tg->sighand = TAKE(e->sighand);
	}
	lock_release(&tg->lock);
	sighand_put(old);
	sighand_reset(tg->sighand);
	altstack_reset(&t->altstack);
	posix_timers_drop(tg);
}

static void set_comm(struct task *t, const char *path)
{
	const char *slash = strrchr(path, '/');

	task_comm_set(t, slash ? slash + 1 : path);
}

static void take_identity(struct task *t, struct exec_request *req, struct exec *e)
{
	struct thread_group *tg = t->tg;
	bool nondump = e->unreadable || e->creds.privileged;

	/* Before descriptors close: who sees the end of a pipe knows that this has executed. */
	lock_acquire(&t->kernel->tasklist);
	tg->exit_signal = LX_SIGCHLD;
	lock_release(&t->kernel->tasklist);
	tg_flag_set(tg, TG_DID_EXEC);
	fdtable_close_on_exec(t->fds, &t->ctx);
	reset_signals(t, e);
	set_comm(t, req->told_path);
	if (e->creds.secure) {
		t->personality &= ~PER_CLEAR_ON_SETID;
		lock_acquire(&tg->lock);
		t->pdeath_signal = 0;
		lock_release(&tg->lock);
	}
	task_replace_cred(t, TAKE(e->creds.cred), NULL);
	atomic_store(mm_dumpable(t->mm), nondump ? 0 : 1);
	mm_set_exe(t->mm, file_get(loader_image_file(e->image)), exe_get, exe_put);
	t->set_child_tid = uaddr(0);
}

int exec_load_registers(struct task *t, const struct lx_user_regs *regs)
{
	const struct platform_ops *pops = t->kernel->pops;
	size_t fpu_size = t->kernel->abilities.fpu_size;
	int r = pops->set_regs(t->ctx.pc, regs);

	if (r < 0 || fpu_size == 0)
		return r;
	AUTO(arena_free) void *image = arena_alloc(fpu_size);
	if (!image)
		return -ENOMEM;
	sigframe_fresh_fpu(image, fpu_size);
	return pops->set_fpu(t->ctx.pc, image, fpu_size);
}

static int replace(struct task *t, struct exec_request *req, struct exec *e)
{
	const struct cred *c = e->creds.cred;
	struct loader_creds lc = {
		.uid = c->uid,
		.euid = c->euid,
		.gid = c->gid,
		.egid = c->egid,
		.secure = e->creds.secure,
	};
	struct lx_user_regs regs;
	int r = move(t, e);

	if (r == 0)
		r = loader_map(e->image, &t->ctx, t->mm, &lc, &regs);
	if (r < 0)
		return r;
	take_identity(t, req, e);
	return exec_load_registers(t, &regs);
}

int exec_load_first(struct task *t, struct exec_request *req, struct lx_user_regs *ret)
{
	struct exec e = {0};
	int r = prepare_image(t, req, &e);

	if (r == 0) {
		const struct cred *c = e.creds.cred;
		struct loader_creds lc = {
			.uid = c->uid,
			.euid = c->euid,
			.gid = c->gid,
			.egid = c->egid,
			.secure = e.creds.secure,
		};

		r = loader_map(e.image, &t->ctx, t->mm, &lc, ret);
	}
	if (r == 0)
		take_identity(t, req, &e);
	exec_fini(&e);
	return r;
}

/*
 * What ends a process that has lost its old image and could not get the new one: Linux's SIGSEGV;
 * but SIGKILL if that is because the host killed the stub meanwhile.
 */
static int end_of_imageless(struct task *t)
{
	struct lx_user_regs regs;

	return t->kernel->pops->get_regs(t->ctx.pc, &regs) < 0 ? LX_SIGKILL : LX_SIGSEGV;
}

long task_exec(struct task *t, struct exec_request *req)
{
	struct exec e = {0};
	int r = prepare(t, req, &e);

	if (r == 0)
		r = become_alone(t);
	if (r == 0) {
		r = hold_back_late(t, &e);
		if (r == 0)
			r = replace(t, req, &e);
		if (r < 0)
			tg_exit(t, end_of_imageless(t));
		t->regs_were_set = true;
		t->restart.fn = NULL;
	}
	exec_fini(&e);
	loader_strings_fini(&req->argv);
	loader_strings_fini(&req->envp);
	return r;
}
