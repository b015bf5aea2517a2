/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that are started from outside: init, and what `caisson exec` runs beside it. The
 * program is loaded by the new task's own thread, since a platform context belongs to one thread;
 * whoever starts it waits until it is loaded, or has failed.
 *
 *	starter                                         new thread
 *	task, mm, credentials; spawn; let go
 *	waits on plan_start.word                        context, root and cwd, open, load, number,
 * link word = done                (A) reads result                                    success: runs
 * the guest; failure: gives back all it made, ends plan_start is on the starter's stack: after (A)
 * the new thread does not touch it.
 */
#include <errno.h>
#include <string.h>

#include "abi/errno.h"
#include "base/check.h"
#include "host/futex.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/mm.h"
#include "sentry/task/task_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

struct plan_start {
	struct task_plan *plan;
	bool is_init;
	_Atomic uint32_t word; /* host futex: 1 when result is set */
	int result;
	int32_t pid;
};

/* ---- on the new thread ---- */

static int make_context(struct task *t)
{
	const struct platform_ops *pops = t->kernel->pops;
	struct pcontext *pc;
	int r = pops->context_new(mm_aspace(t->mm), NULL, &pc);

	if (r < 0)
		return r;
	r = pops->context_attach(pc);
	if (r < 0) {
		pops->context_free(pc);
		return r;
	}
	t->ctx.pc = pc;
	return 0;
}

static int walk_cwd(struct task *t, const struct task_plan *plan, const struct path *root,
		    struct path *ret)
{
	struct fs_info *tmp;
	int r;

	if (plan->cwd.dentry) {
		*ret = path_get(&plan->cwd);
		return 0;
	}
	if (!plan->cwd_path) {
		*ret = path_get(root);
		return 0;
	}
	tmp = fs_info_new(root, root, 0);
	if (!tmp)
		return -ENOMEM;
	r = vfs_walk(&t->ctx, tmp, NULL, plan->cwd_path, WALK_FOLLOW | WALK_DIRECTORY, ret);
	fs_info_put(tmp);
	return r;
}

static int make_fs(struct task *t, const struct task_plan *plan)
{
	struct path root = plan->root.dentry ? path_get(&plan->root) : mnt_ns_root(t->mnt_ns), cwd;
	int r = walk_cwd(t, plan, &root, &cwd);

	if (r == 0) {
		t->fs = fs_info_new(&root, &cwd, plan->umask);
		r = t->fs ? 0 : -ENOMEM;
		path_put(&cwd);
	}
	path_put(&root);
	return r;
}

static int link_outside(struct task *t, const struct plan_start *s)
{
	struct kernel *k = t->kernel;
	struct thread_group *tg = t->tg;
	struct pid *pid;
	int r;

	GUARD(&k->tasklist);
	if (k->dying || (!s->is_init && !k->init))
		return -ESRCH;
	r = pid_alloc(k, s->is_init ? 1 : 0, &pid);
	if (r < 0)
		return r;
	t->tid = t->ctx.tid = pid->nr;
	tg->tgid = t->ctx.tgid = pid->nr;
	LOCK_ASSERT_HELD(&t->kernel->tasklist);
	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	task_publish(t, pid);
	list_add_tail(&k->outside, &tg->sibling);
	if (s->is_init || s->plan->new_session) {
		r = session_start(tg);
		if (r < 0) {
			tg->nlive = 0;
			list_del(&tg->sibling);
			task_get(
				t); /* the number's reference goes, the starter's is its own again */
			task_release(t);
			return r;
		}
		if (s->plan->ctty && atomic_load(&s->plan->ctty->sid) == 0)
			session_take_tty(tg, s->plan->ctty);
	} else {
		session_inherit(tg, k->init);
	}
	tg_flag_set(tg, TG_DID_EXEC);
	if (s->is_init) {
		if (!s->plan->killable_init)
			tg_flag_set(tg, TG_UNKILLABLE);
		k->init = tg_get(tg);
		if (s->plan->held)
			freeze_hold(t);
		k->last_pid = MAX(k->last_pid, pid->nr);
	}
	return 0;
}

static int load(struct task *t, struct plan_start *s)
{
	struct exec_request req = {.path = s->plan->file,
				   .told_path = s->plan->file,
				   .walk_flags = WALK_FOLLOW,
				   .argv = s->plan->argv,
				   .envp = s->plan->envp};
	struct lx_user_regs regs;
	int r = make_context(t);

	if (r == 0)
		r = make_fs(t, s->plan);
	if (r == 0)
		r = exec_load_first(t, &req, &regs);
	/* What was taken over is gone from the request; what was not stays with the plan. */
	s->plan->argv = req.argv;
	s->plan->envp = req.envp;
	if (r == 0)
		r = exec_load_registers(t, &regs);
	if (r == 0)
		r = link_outside(t, s);
	return r;
}

void plan_run(struct task *t, struct plan_start *s)
{
	_Atomic uint32_t *word = &s->word;
	int r = load(t, s);

	if (r < 0) {
		if (t->ctx.pc)
			t->kernel->pops->context_free(TAKE(t->ctx.pc));
		t->exited = true;
	}
	s->pid = t->tid;
	s->result = r;
	atomic_store(word, 1); /* (A) */
	host_futex_wake(word, 1);
}

/* ---- on the starter's ---- */

static int fill_task(struct task *t, const struct task_plan *plan)
{
	struct kernel *k = t->kernel;
	int r;

	t->start = arena_alloc(sizeof(*t->start));
	t->user = user_find(&k->users, plan->cred->uid);
	if (!t->start || !t->user)
		return -ENOMEM;
	atomic_fetch_add(&t->user->nproc, 1);
	t->cred = cred_get(plan->cred);
	t->personality = plan->personality;
	t->policy = plan->policy;
	t->nice = plan->nice;
	t->ioprio = plan->ioprio;
	t->rt_priority = plan->rt_priority;
	t->ctx.cred = t->cred;
	t->mnt_ns = mnt_ns_get(k->mnt_ns);
	t->fds = fdtable_share(plan->fds);
	if (plan->seccomp)
		seccomp_attach_chain(&t->seccomp, plan->seccomp);
	r = mm_new(k->pops, k->platform, &t->mm);
	return r;
}

static struct task *make_task(struct kernel *k, const struct task_plan *plan)
{
	struct sighand *sh = sighand_new();
	struct thread_group *tg = sh ? tg_alloc(k, sh) : NULL;
	struct task *t;

	if (!tg) {
		sighand_put(sh);
		return NULL;
	}
	if (plan->limits)
		limits_copy(&tg->limits, plan->limits);
	tg->oom_score_adj = plan->oom_score_adj;
	t = task_alloc(k, tg);
	tg_put(tg);
	return t;
}

static int start(struct kernel *k, struct task_plan *plan, bool is_init, int32_t *ret_pid)
{
	struct plan_start s = {.plan = plan, .is_init = is_init};
	struct task *t = make_task(k, plan);
	int r;

	if (!t)
		return -ENOMEM;
	r = fill_task(t, plan);
	if (r == 0) {
		t->start->plan = &s;
		r = task_spawn(t);
	}
	if (r < 0) {
		task_abort(t);
		return r;
	}
	task_let_go(t, START_GO);
	while (atomic_load(&s.word) == 0) {
		int ignored = host_futex_wait(&s.word, 0, HOST_FUTEX_FOREVER);

		(void)ignored; /* the loop looks */
	}
	if (s.result < 0) {
		task_abort(t);
		return s.result;
	}
	*ret_pid = s.pid;
	fdtable_put(TAKE(plan->fds), NULL);
	return 0;
}

int kernel_start_init(struct kernel *k, struct task_plan *plan)
{
	int32_t pid;

	check(!k->init);
	return start(k, plan, true, &pid);
}

int kernel_start_process(struct kernel *k, struct task_plan *plan, int32_t *ret_pid)
{
	return start(k, plan, false, ret_pid);
}
