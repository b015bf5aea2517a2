/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone(2): a new thread or process. Everything that can fail is done before anybody can see the
 * child: its struct, what it shares or copies, its context, its host thread (which waits), its
 * number. Then it is linked under the tasklist and let go.
 *
 * A child takes over from its parent as the table of clone(2) says; start is how its registers
 * begin: those of the parent after the system call, with 0 in rax.
 */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/sched.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/ipc/sysv/sysv.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/task/pidfd.h"
#include "sentry/task/task_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/mount.h"
#include "sentry/vfs/namei.h"

#define CLONE_NEW_CAPABLE                                                                          \
	(LX_CLONE_NEWNS | LX_CLONE_NEWCGROUP | LX_CLONE_NEWUTS | LX_CLONE_NEWIPC |                 \
	 LX_CLONE_NEWPID | LX_CLONE_NEWNET)
#define CLONE_NEW_ANY (CLONE_NEW_CAPABLE | LX_CLONE_NEWUSER)

/* A parent that vforked. Two references: the parent's and the child's. */
struct vfork_wait {
	struct ref ref;
	struct task *parent; /* [I] one reference */
	_Atomic bool done;
};

SLAB_DEFINE(vfork_slab, struct vfork_wait);

/* ---- what may be asked for ---- */

/* There is one namespace of each kind. As a kernel that was built without the others. */
static int check_namespaces(struct task *t, uint64_t flags)
{
	if (flags & LX_CLONE_NEWUSER)
		return -EINVAL;
	if (!(flags & CLONE_NEW_CAPABLE))
		return 0;
	return cred_capable(t->cred, LX_CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
}

static int check_flags(struct task *t, const struct clone_request *req)
{
	uint64_t f = req->flags;

	if ((f & LX_CLONE_FS) && (f & (LX_CLONE_NEWNS | LX_CLONE_NEWUSER)))
		return -EINVAL;
	if ((f & LX_CLONE_THREAD) && !(f & LX_CLONE_SIGHAND))
		return -EINVAL;
	if ((f & LX_CLONE_SIGHAND) && !(f & LX_CLONE_VM))
		return -EINVAL;
	if ((f & LX_CLONE_PARENT) && t->tg == t->kernel->init)
		return -EINVAL;
	if ((f & LX_CLONE_THREAD) && (f & (LX_CLONE_NEWUSER | LX_CLONE_NEWPID)))
		return -EINVAL;
	if ((f & LX_CLONE_SIGHAND) && (f & LX_CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if ((f & LX_CLONE_SETTLS) && req->tls >= PLAT_GUEST_TOP)
		return -EPERM;
	if ((f & LX_CLONE_PIDFD) && (f & LX_CLONE_DETACHED))
		return -EINVAL;
	if ((f & LX_CLONE_PIDFD) && (f & LX_CLONE_PARENT_SETTID) &&
	    req->pidfd.va == req->parent_tid.va)
		return -EINVAL;
	/* No cgroups yet: what a kernel without them says. */
	if (f & LX_CLONE_INTO_CGROUP)
		return -EINVAL;
	return check_namespaces(t, f);
}

/* pids.max of the pids controller: nobody is above it. */
static int check_pids(struct kernel *k) REQUIRES(k->tasklist);
static int check_pids(struct kernel *k)
{
	if (k->limits.pids_max == 0 || k->ntasks < k->limits.pids_max)
		return 0;
	atomic_fetch_add(&k->pids_refused, 1);
	return -EAGAIN;
}

static int check_limits(struct task *t)
{
	const struct cred *c = t->cred;
	struct kernel *k = t->kernel;
	uint32_t nthreads;
	int r;

	if (atomic_load(&t->user->nproc) >= limit_soft(&t->tg->limits, LX_RLIMIT_NPROC) &&
	    t->user->uid != 0 && !cred_capable(c, LX_CAP_SYS_RESOURCE) &&
	    !cred_capable(c, LX_CAP_SYS_ADMIN))
		return -EAGAIN;
	lock_acquire(&k->tasklist);
	nthreads = k->nthreads;
	r = check_pids(k);
	lock_release(&k->tasklist);
	return nthreads >= k->threads_max ? -EAGAIN : r;
}

/* ---- the parts of a child ---- */

static int copy_mm(struct task *t, struct task *child, uint64_t flags)
{
	if (flags & LX_CLONE_VM) {
		child->mm = mm_get(t->mm);
		return 0;
	}
	return mm_fork(t->mm, &t->ctx, &child->mm);
}

static int copy_files(struct task *t, struct task *child, uint64_t flags)
{
	int r;

	child->mnt_ns = mnt_ns_get(t->mnt_ns);
	child->fs = flags & LX_CLONE_FS ? fs_info_get(t->fs) : fs_info_copy(t->fs);
	if (!child->fs)
		return -ENOMEM;
	if (flags & LX_CLONE_FILES) {
		child->fds = fdtable_share(t->fds);
		return 0;
	}
	r = fdtable_copy(t->fds, UINT32_MAX, &child->fds);
	return r;
}

static int copy_context(struct task *t, struct task *child, const struct clone_request *req)
{
	const struct platform_ops *pops = t->kernel->pops;
	size_t fpu_size = t->kernel->abilities.fpu_size;
	struct task_start *s = arena_alloc(sizeof(*s) + fpu_size);
	int r;

	if (!s)
		return -ENOMEM;
	child->start = s;
	s->set_regs = true;
	s->fpu_size = fpu_size;
	r = pops->get_regs(t->ctx.pc, &s->regs);
	if (r == 0 && fpu_size > 0)
		r = pops->get_fpu(t->ctx.pc, s->fpu, fpu_size);
	if (r < 0)
		return -EAGAIN;
	s->regs.rax = 0;
	s->regs.orig_rax = UINT64_MAX;
	if (req->stack)
		s->regs.rsp = req->stack;
	if (req->flags & LX_CLONE_SETTLS)
		s->regs.fs_base = req->tls;
	r = pops->context_new(mm_aspace(child->mm), req->flags & LX_CLONE_VM ? t->ctx.pc : NULL,
			      &child->ctx.pc);
	return r == -ENOMEM ? r : r < 0 ? -EAGAIN : 0;
}

static void copy_scheduling(struct task *t, struct task *child)
{
	lock_acquire(&t->tg->lock);
	memcpy(child->comm, t->comm, sizeof(child->comm));
	memcpy(child->cpus, t->cpus, sizeof(child->cpus));
	child->ioprio = t->ioprio;
	if (t->reset_on_fork) {
		child->nice = MAX(t->nice, 0);
		child->policy = LX_SCHED_OTHER;
	} else {
		child->nice = t->nice;
		child->policy = t->policy;
		child->rt_priority = t->rt_priority;
	}
	lock_release(&t->tg->lock);
}

static void copy_plain(struct task *t, struct task *child, const struct clone_request *req)
{
	copy_scheduling(t, child);
	child->cred = cred_get(t->cred);
	child->ctx.cred = child->cred;
	child->user = user_get(t->user);
	atomic_fetch_add(&child->user->nproc, 1);
	child->blocked = t->restore_mask ? t->saved_mask : t->blocked;
	if ((req->flags & (LX_CLONE_VM | LX_CLONE_VFORK)) != LX_CLONE_VM)
		child->altstack = t->altstack;
	child->thp_disable = t->thp_disable;
	child->timerslack_ns = child->default_timerslack_ns = t->timerslack_ns;
	child->personality = t->personality;
	if (req->flags & LX_CLONE_CHILD_CLEARTID)
		child->clear_tid = req->child_tid;
	if (req->flags & LX_CLONE_CHILD_SETTID)
		child->set_child_tid = req->child_tid;
}

static struct thread_group *new_group(struct task *t, const struct clone_request *req)
{
	struct thread_group *tg, *from = t->tg;
	struct sighand *sh = req->flags & LX_CLONE_SIGHAND ? sighand_get(from->sighand)
							   : sighand_copy(from->sighand);

	if (!sh)
		return NULL;
	if (req->flags & LX_CLONE_CLEAR_SIGHAND)
		sighand_reset(sh);
	tg = tg_alloc(t->kernel, sh);
	if (!tg) {
		sighand_put(sh);
		return NULL;
	}
	limits_copy(&tg->limits, &from->limits);
	tg->oom_score_adj = from->oom_score_adj;
	if (tg_flag(from, TG_HAS_SUBREAPER | TG_SUBREAPER))
		tg_flag_set(tg, TG_HAS_SUBREAPER);
	return tg;
}

/* A child with all its parts, not visible to anybody. Caller owns (task_abort). */
static int make_child(struct task *t, const struct clone_request *req, struct task **ret)
{
	struct thread_group *tg = req->flags & LX_CLONE_THREAD ? tg_get(t->tg) : new_group(t, req);
	struct task *child;
	int r;

	if (!tg)
		return -ENOMEM;
	child = task_alloc(t->kernel, tg);
	tg_put(tg); /* the child has its own */
	if (!child)
		return -ENOMEM;
	copy_plain(t, child, req);
	r = copy_files(t, child, req->flags);
	if (r == 0 && (req->flags & LX_CLONE_SYSVSEM))
		r = sysv_sem_undo_share(&t->sem_undo, &child->sem_undo);
	if (r == 0)
		r = copy_mm(t, child, req->flags);
	if (r == 0)
		r = copy_context(t, child, req);
	if (r < 0) {
		task_abort(child);
		return r;
	}
	*ret = child;
	return 0;
}

/* ---- the family ---- */

static void link_process(struct task *t, struct task *child, const struct clone_request *req)
	REQUIRES(t->kernel->tasklist);
static void link_process(struct task *t, struct task *child, const struct clone_request *req)
{
	struct thread_group *tg = child->tg, *from = t->tg;

	if (req->flags & LX_CLONE_PARENT) {
		tg->parent = from->parent;
		tg->parent_task = from->parent_task;
		tg->exit_signal = from->exit_signal;
		tg->stray = !tg->parent;
	} else {
		tg->parent = from;
		tg->parent_task = t;
		tg->exit_signal = req->exit_signal;
	}
	list_add_tail(tg->parent ? &tg->parent->children : &t->kernel->outside, &tg->sibling);
	LOCK_ASSERT_HELD(&tg->kernel->tasklist);
	session_inherit(tg, from);
	/* Signals to many that came during the fork reach both. */
	lock_acquire(&from->lock);
	tg->pending.set = t->fork_signals;
	lock_release(&from->lock);
}

/* Give the child its number and link it. -ERESTARTNOINTR: the parent is about to end, or a signal
 * must come first. */
static int publish(struct task *t, struct task *child, const struct clone_request *req)
{
	struct kernel *k = t->kernel;
	struct pid *pid;
	bool process = !(req->flags & LX_CLONE_THREAD);
	int r;

	GUARD(&k->tasklist);
	if (task_work(t, TASK_WORK_KILL) || k->dying)
		return -LX_ERESTARTNOINTR;
	r = check_pids(k); /* again: others may have come meanwhile */
	if (r == 0)
		r = pid_alloc(k, req->set_tid, &pid);
	if (r < 0)
		return r;
	child->tid = child->ctx.tid = pid->nr;
	if (process)
		child->tg->tgid = child->ctx.tgid = pid->nr;
	else
		child->ctx.tgid = t->tg->tgid;
	LOCK_ASSERT_HELD(&t->kernel->tasklist);
	LOCK_ASSERT_HELD(&child->kernel->tasklist);
	if (process)
		link_process(t, child, req);
	task_publish(child, pid);
	seccomp_copy(t, child);
	atomic_fetch_add(&k->nforks, 1);
	return 0;
}

/* Signals that are there must be taken before a fork; those to many that come during it are
 * collected. */
static int begin_fork(struct task *t, uint64_t flags)
{
	int r = 0;

	lock_acquire(&t->tg->lock);
	signal_recalc(t);
	if (task_work(t, TASK_WORK_SIGNAL | TASK_WORK_STOP | TASK_WORK_KILL))
		r = -LX_ERESTARTNOINTR;
	else if (!(flags & LX_CLONE_THREAD))
		t->forking = true;
	t->fork_signals = 0;
	lock_release(&t->tg->lock);
	return r;
}

static void end_fork(struct task *t)
{
	lock_acquire(&t->tg->lock);
	t->forking = false;
	lock_release(&t->tg->lock);
}

/* ---- vfork ---- */

static struct vfork_wait *vfork_new(struct task *parent)
{
	struct vfork_wait *w = slab_alloc(&vfork_slab);

	if (!w)
		return NULL;
	ref_init(&w->ref);
	w->parent = task_get(parent);
	atomic_init(&w->done, false);
	return w;
}

static void vfork_put(struct vfork_wait *w)
{
	if (!w || !ref_put(&w->ref))
		return;
	task_put(w->parent);
	slab_free(&vfork_slab, w);
}

void vfork_release(struct task *t)
{
	struct vfork_wait *w;

	lock_acquire(&t->tg->lock);
	w = TAKE(t->vfork);
	lock_release(&t->tg->lock);
	if (!w)
		return;
	atomic_store(&w->done, true);
	ctx_wake(&w->parent->ctx);
	vfork_put(w);
}

/* Until the child lets go, or the parent is killed (then it leaves alone). */
static void vfork_wait(struct task *t, struct vfork_wait *w)
{
	atomic_store(&t->state, TASK_VFORK);
	while (!atomic_load(&w->done) && ctx_block_killable(&t->ctx, CTX_FOREVER) == 0)
		;
	atomic_store(&t->state, TASK_IN_CALL);
	vfork_put(w);
}

/* ---- CLONE_PIDFD ---- */

/* What the parent gets: both or nothing. */
struct clone_pidfd {
	struct file *file; /* owned; NULL: not asked for */
	int fd;            /* reserved */
};

static void pidfd_forget(struct task *t, struct clone_pidfd *p)
{
	if (!p->file)
		return;
	fdtable_unreserve(t->fds, p->fd);
	file_put(TAKE(p->file));
}

/* The guest has the number before there is a child; it means nothing until then. */
static int pidfd_prepare(struct task *t, struct task *child, const struct clone_request *req,
			 struct clone_pidfd *ret)
{
	int r;

	if (!(req->flags & LX_CLONE_PIDFD))
		return 0;
	r = fdtable_reserve(t->fds, &t->ctx, 0, true, &ret->fd);
	if (r < 0)
		return r;
	r = pidfd_new(child, req->flags & LX_CLONE_THREAD ? PIDFD_THREAD : PIDFD_PROCESS, 0,
		      &ret->file);
	if (r < 0) {
		fdtable_unreserve(t->fds, ret->fd);
		return r;
	}
	r = copy_out(t->mm, req->pidfd, &ret->fd, sizeof(ret->fd));
	if (r < 0)
		pidfd_forget(t, ret);
	return r;
}

/* ---- the calls ---- */

/* Let the child go, once everything is ready that it needs. */
static int start_child(struct task *t, struct task *child, const struct clone_request *req)
{
	int r = task_spawn(child);

	if (r < 0)
		return r;
	r = publish(t, child, req);
	if (r < 0)
		task_let_go(child, START_ABORT);
	return r;
}

static void tell_parent_tid(struct task *t, const struct clone_request *req, int32_t tid)
{
	int ignored;

	if (!(req->flags & LX_CLONE_PARENT_SETTID))
		return;
	ignored = copy_out(t->mm, req->parent_tid, &tid, sizeof(tid));
	(void)ignored; /* as Linux */
}

static long clone_now(struct task *t, const struct clone_request *req)
{
	struct clone_pidfd pidfd = {.file = NULL};
	struct vfork_wait *w = NULL;
	struct task *child;
	int32_t tid;
	int r;

	r = make_child(t, req, &child);
	if (r < 0)
		return r;
	r = pidfd_prepare(t, child, req, &pidfd);
	if (r == 0 && (req->flags & LX_CLONE_VFORK)) {
		w = vfork_new(t);
		if (w)
			ref_get(&w->ref);
		child->vfork = w;
		r = w ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = start_child(t, child, req);
	if (r < 0) {
		child->vfork = NULL;
		vfork_put(w);
		vfork_put(w);
		pidfd_forget(t, &pidfd);
		task_abort(child);
		return r;
	}
	tid = child->tid;
	tell_parent_tid(t, req, tid);
	if (pidfd.file)
		fdtable_fill(t->fds, pidfd.fd, TAKE(pidfd.file));
	task_let_go(child, START_GO);
	if (w)
		vfork_wait(t, w);
	return tid;
}

long task_clone(struct task *t, const struct clone_request *req)
{
	long r = check_flags(t, req);

	if (r < 0)
		return r;
	r = check_limits(t);
	if (r < 0)
		return r;
	r = begin_fork(t, req->flags);
	if (r < 0)
		return r;
	r = clone_now(t, req);
	end_fork(t);
	return r;
}

static int unshare_files(struct task *t)
{
	struct fdtable *copy, *old;
	int r;

	if (!fdtable_is_shared(t->fds))
		return 0;
	r = fdtable_copy(t->fds, UINT32_MAX, &copy);
	if (r < 0)
		return r;
	lock_acquire(&t->tg->lock);
	old = t->fds;
	t->fds = copy;
	lock_release(&t->tg->lock);
	fdtable_put(old, &t->ctx);
	return 0;
}

static int unshare_fs(struct task *t)
{
	struct fs_info *copy = fs_info_copy(t->fs), *old;

	if (!copy)
		return -ENOMEM;
	lock_acquire(&t->tg->lock);
	old = t->fs;
	t->fs = copy;
	lock_release(&t->tg->lock);
	fs_info_put(old);
	return 0;
}

static bool is_alone(struct task *t)
{
	GUARD(&t->tg->lock);
	return t->tg->nlive == 1;
}

int task_unshare(struct task *t, uint64_t flags)
{
	int r;

	if (flags &
	    ~(uint64_t)(LX_CLONE_THREAD | LX_CLONE_FS | LX_CLONE_SIGHAND | LX_CLONE_VM |
			LX_CLONE_FILES | LX_CLONE_SYSVSEM | CLONE_NEW_ANY | LX_CLONE_NEWTIME))
		return -EINVAL;
	if ((flags & (LX_CLONE_THREAD | LX_CLONE_SIGHAND | LX_CLONE_VM)) && !is_alone(t))
		return -EINVAL;
	if ((flags & (LX_CLONE_SIGHAND | LX_CLONE_VM)) && sighand_is_shared(t->tg->sighand))
		return -EINVAL;
	if (flags & LX_CLONE_NEWTIME)
		flags |= LX_CLONE_NEWIPC; /* the same answer */
	r = check_namespaces(t, flags);
	if (r < 0)
		return r;
	if (flags & LX_CLONE_FS) {
		r = unshare_fs(t);
		if (r < 0)
			return r;
	}
	r = flags & LX_CLONE_FILES ? unshare_files(t) : 0;
	if (r == 0 && (flags & LX_CLONE_SYSVSEM))
		sysv_sem_undo_put(TAKE(t->sem_undo), t->ctx.tgid);
	return r;
}
