/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: sigaction(2), sigprocmask(2), sigpending(2), sigsuspend(2), sigtimedwait(2),
 * rt_sigqueueinfo(2), kill(2), tgkill(2), sigaltstack(2), sigreturn(2), pause(2).
 */
#include <errno.h>

#include "abi/errno.h"
#include "base/checked.h"
#include "platform/platform.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"

long sys_rt_sigaction(struct task *t, const struct sysargs *a)
{
	int signo = arg_int(a, 0), r;
	uaddr_t from = arg_uaddr(a, 1), to = arg_uaddr(a, 2);
	struct lx_sigaction act, old;
	bool set = !uaddr_is_null(from);

	if (arg_size(a, 3) != LX_SIGSET_SIZE)
		return -EINVAL;
	if (set) {
		r = copy_in(t->mm, &act, from, sizeof(act));
		if (r < 0)
			return r;
	}
	if (!signal_valid(signo) || (set && (LX_SIGMASK(signo) & SIGMASK_KERNEL_ONLY)))
		return -EINVAL;
	task_set_action(t, signo, set ? &act : NULL, &old);
	return uaddr_is_null(to) ? 0 : copy_out(t->mm, to, &old, sizeof(old));
}

long sys_rt_sigprocmask(struct task *t, const struct sysargs *a)
{
	uaddr_t from = arg_uaddr(a, 1), to = arg_uaddr(a, 2);
	lx_sigset_t old = t->blocked, set, mask;
	int r;

	if (arg_size(a, 3) != LX_SIGSET_SIZE)
		return -EINVAL;
	if (!uaddr_is_null(from)) {
		r = copy_in(t->mm, &set, from, sizeof(set));
		if (r < 0)
			return r;
		switch (arg_int(a, 0)) {
		case LX_SIG_BLOCK:
			mask = old | set;
			break;
		case LX_SIG_UNBLOCK:
			mask = old & ~set;
			break;
		case LX_SIG_SETMASK:
			mask = set;
			break;
		default:
			return -EINVAL;
		}
		task_set_blocked(t, mask);
	}
	return uaddr_is_null(to) ? 0 : copy_out(t->mm, to, &old, sizeof(old));
}

long sys_rt_sigpending(struct task *t, const struct sysargs *a)
{
	lx_sigset_t set;

	if (arg_size(a, 1) > LX_SIGSET_SIZE)
		return -EINVAL;
	set = task_signal_pending(t) & t->blocked;
	return copy_out(t->mm, arg_uaddr(a, 0), &set, arg_size(a, 1));
}

/* Sleep until a signal; -LX_ERESTARTNOHAND, which becomes EINTR once a handler has run. */
static long sleep_for_signal(struct task *t)
{
	int r;

	do
		r = ctx_block(&t->ctx, CTX_FOREVER);
	while (r == 0);
	return -LX_ERESTARTNOHAND;
}

long sys_pause(struct task *t, const struct sysargs *a UNUSED)
{
	return sleep_for_signal(t);
}

long sys_rt_sigsuspend(struct task *t, const struct sysargs *a)
{
	lx_sigset_t mask;
	int r;

	if (arg_size(a, 1) != LX_SIGSET_SIZE)
		return -EINVAL;
	r = copy_in(t->mm, &mask, arg_uaddr(a, 0), sizeof(mask));
	if (r < 0)
		return r;
	task_set_blocked_temporarily(t, mask);
	return sleep_for_signal(t);
}

long sys_rt_sigtimedwait(struct task *t, const struct sysargs *a)
{
	uaddr_t to = arg_uaddr(a, 1), timeout = arg_uaddr(a, 2);
	int64_t deadline = CTX_FOREVER, ns, now;
	struct lx_timespec ts;
	lx_siginfo_t info;
	lx_sigset_t set;
	long signo;
	int r;

	if (arg_size(a, 3) != LX_SIGSET_SIZE)
		return -EINVAL;
	r = copy_in(t->mm, &set, arg_uaddr(a, 0), sizeof(set));
	if (r < 0)
		return r;
	if (!uaddr_is_null(timeout)) {
		r = copy_in(t->mm, &ts, timeout, sizeof(ts));
		if (r == 0)
			r = timespec_to_ns(&ts, &ns);
		if (r < 0)
			return r;
		now = clock_monotonic_ns();
		if (ns == 0)
			deadline = 0; /* only a look */
		else if (!add_ok(now, ns, &deadline))
			deadline = CTX_FOREVER;
	}
	signo = task_signal_wait(t, set, deadline, &info);
	if (signo < 0 || uaddr_is_null(to))
		return signo;
	r = copy_out(t->mm, to, &info, sizeof(info));
	return r < 0 ? r : signo;
}

/* ---- sending ---- */

static bool signo_ok(int signo)
{
	return signo == 0 || signal_valid(signo);
}

long sys_kill(struct task *t, const struct sysargs *a)
{
	int signo = arg_int(a, 1);
	lx_siginfo_t info;

	if (!signo_ok(signo))
		return -EINVAL;
	siginfo_user(&info, signo, LX_SI_USER, t->tg->tgid, t->cred->uid);
	return task_kill(t, arg_int(a, 0), &info);
}

static long tgkill(struct task *t, int32_t tgid, int32_t tid, int signo)
{
	lx_siginfo_t info;

	if (tid <= 0 || !signo_ok(signo))
		return -EINVAL;
	siginfo_user(&info, signo, LX_SI_TKILL, t->tg->tgid, t->cred->uid);
	return task_tgkill(t, tgid, tid, &info);
}

long sys_tkill(struct task *t, const struct sysargs *a)
{
	return tgkill(t, 0, arg_int(a, 0), arg_int(a, 1));
}

long sys_tgkill(struct task *t, const struct sysargs *a)
{
	int32_t tgid = arg_int(a, 0);

	return tgid <= 0 ? -EINVAL : tgkill(t, tgid, arg_int(a, 1), arg_int(a, 2));
}

/* The sender's siginfo, which may claim to be the kernel's or kill's only towards itself. */
static int read_siginfo(struct task *t, uaddr_t from, int signo, bool to_self, lx_siginfo_t *ret)
{
	int r = copy_in(t->mm, ret, from, sizeof(*ret));

	if (r < 0)
		return r;
	ret->si_signo = signo;
	if ((ret->si_code >= 0 || ret->si_code == LX_SI_TKILL) && !to_self)
		return -EPERM;
	return signo_ok(signo) ? 0 : -EINVAL;
}

long sys_rt_sigqueueinfo(struct task *t, const struct sysargs *a)
{
	int32_t pid = arg_int(a, 0);
	lx_siginfo_t info;
	int r = read_siginfo(t, arg_uaddr(a, 2), arg_int(a, 1), pid == t->tg->tgid, &info);

	return r < 0 ? r : task_queueinfo(t, pid, &info);
}

long sys_rt_tgsigqueueinfo(struct task *t, const struct sysargs *a)
{
	int32_t tgid = arg_int(a, 0), tid = arg_int(a, 1);
	lx_siginfo_t info;
	int r = read_siginfo(t, arg_uaddr(a, 3), arg_int(a, 2), tid == t->tid, &info);

	if (r < 0)
		return r;
	return tgid <= 0 || tid <= 0 ? -EINVAL : task_tgkill(t, tgid, tid, &info);
}

/* ---- stacks and frames ---- */

static int current_sp(struct task *t, uint64_t *ret)
{
	struct lx_user_regs regs;
	int r = t->kernel->pops->get_regs(t->ctx.pc, &regs);

	if (r == 0)
		*ret = regs.rsp;
	return r;
}

long sys_sigaltstack(struct task *t, const struct sysargs *a)
{
	uaddr_t from = arg_uaddr(a, 0), to = arg_uaddr(a, 1);
	lx_stack_t want, old;
	uint64_t sp = 0;
	int r;

	if (!uaddr_is_null(from)) {
		r = copy_in(t->mm, &want, from, sizeof(want));
		if (r < 0)
			return r;
	}
	r = current_sp(t, &sp);
	if (r < 0)
		return r;
	old = altstack_report(&t->altstack, sp);
	if (!uaddr_is_null(from)) {
		r = altstack_set(&t->altstack, &want, sp, LX_MINSIGSTKSZ);
		if (r < 0)
			return r;
	}
	return uaddr_is_null(to) ? 0 : copy_out(t->mm, to, &old, sizeof(old));
}

long sys_rt_sigreturn(struct task *t, const struct sysargs *a UNUSED)
{
	const struct platform_ops *pops = t->kernel->pops;
	struct sigframe_saved saved;
	struct lx_user_regs regs;
	lx_siginfo_t info;
	int r = pops->get_regs(t->ctx.pc, &regs);

	t->restart.fn = NULL;
	t->regs_were_set = true;
	if (r == 0)
		r = sigframe_pop(t->mm, &t->ctx, &regs, t->kernel->abilities.fpu_size, &saved);
	else
		saved.mask_valid = false;
	if (saved.mask_valid)
		task_set_blocked(t, saved.mask);
	if (r == 0)
		r = pops->set_regs(t->ctx.pc, &regs);
	if (r < 0) {
		siginfo_kernel(&info, LX_SIGSEGV);
		task_signal_force(t, &info);
		return 0;
	}
	/* As Linux: a stack that cannot be restored is left as it is. */
	r = altstack_set(&t->altstack, &saved.altstack, regs.rsp, LX_MINSIGSTKSZ);
	(void)r;
	return (long)regs.rax;
}
