/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trap loop: switch into the guest, learn why it came back, do what a kernel does, look at
 * signals, switch again.
 *
 *	SYSCALL      filters of the thread (seccomp.c); sys_dispatch -> result into rax
 *	FAULT        mm_fault mends it (a stack that grows), or the thread gets the signal
 *	INTERRUPTED  somebody set a bit in task->work
 *	GONE         the stub died: the process is killed
 *
 * Restarts, signal(7): a call that was interrupted answers with an LX_ERESTART code. If no handler
 * runs, the call is simply carried out again here (the guest cannot tell; it has not run in
 * between). If a handler runs, its frame holds either -EINTR or the registers of the `syscall`
 * instruction once more, as SA_RESTART says.
 *
 *	                    no handler        handler, SA_RESTART   handler without
 *	ERESTARTSYS         again             again                 EINTR
 *	ERESTARTNOINTR      again             again                 again
 *	ERESTARTNOHAND      again             EINTR                 EINTR
 *	ERESTART_RESTARTBLOCK  the block's fn EINTR                 EINTR
 */
#include "sentry/run/run.h"

#include <errno.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/unistd.h"
#include "base/check.h"
#include "base/lock.h"
#include "base/log.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/patch.h"
#include "sentry/run/fast.h"
#include "sentry/run/run_priv.h"
#include "sentry/sys/sys.h"
#include "sentry/task/process.h"
#include "sentry/task/task.h"

#define SYSCALL_INSN_LEN 2
#define WORK_ANY         ~0u
/* While a thread makes calls, it takes a sample of its processor time that often at most. */
#define SAMPLE_NS    4000000
#define SAMPLE_CALLS 64

enum restart { RESTART_NOT, RESTART_AGAIN, RESTART_BLOCK };

static bool has_work(struct task *t)
{
	return atomic_load(&t->work) != 0;
}

/* ---- restarts ---- */

static bool is_restart(long ret)
{
	switch (-ret) {
	case LX_ERESTARTSYS:
	case LX_ERESTARTNOINTR:
	case LX_ERESTARTNOHAND:
	case LX_ERESTART_RESTARTBLOCK:
		return true;
	default:
		return false;
	}
}

static bool restarts_under_handler(long ret, const struct lx_sigaction *act)
{
	return ret == -LX_ERESTARTNOINTR ||
	       (ret == -LX_ERESTARTSYS && (act->sa_flags & LX_SA_RESTART));
}

/* ---- signals ---- */

/* The interrupted call's outcome, for the registers that go into the first frame. */
static void resolve_call(struct task *t, long *call_ret, const struct lx_sigaction *act,
			 struct lx_user_regs *regs)
{
	if (t->call_nr == UINT64_MAX)
		return;
	if (restarts_under_handler(*call_ret, act)) {
		regs->rax = t->call_nr;
		regs->rip -= SYSCALL_INSN_LEN;
	} else {
		regs->rax = (uint64_t)(is_restart(*call_ret) ? -EINTR : *call_ret);
	}
	regs->orig_rax = UINT64_MAX;
	t->call_nr = UINT64_MAX;
	*call_ret = 0;
}

static int push_frame(struct task *t, const struct signal_to_handle *s, struct lx_user_regs *regs)
{
	struct sigframe_args a = {
		.action = &s->action,
		.info = &s->info,
		.altstack = &t->altstack,
		.saved_mask = t->restore_mask ? t->saved_mask : t->blocked,
		.fault = t->fault,
		.fpu_size = t->kernel->abilities.fpu_size,
	};

	return sigframe_push(t->mm, &t->ctx, &a, regs);
}

/*
 * Take signals until none is left. True: at least one handler was entered (or failed to be), the
 * registers are set, and the call under way is resolved. t->exited may have become true.
 */
static bool deliver(struct task *t, long *call_ret)
{
	const struct platform_ops *pops = t->kernel->pops;
	struct signal_to_handle s;
	struct lx_user_regs regs;
	bool entered = false;

	while (has_work(t) && task_next_signal(t, &s)) {
		int r = entered ? 0 : pops->get_regs(t->ctx.pc, &regs);

		if (r < 0) {
			tg_exit(t, LX_SIGKILL);
			continue;
		}
		resolve_call(t, call_ret, &s.action, &regs);
		if (!entered)
			regs.rip = mm_patch_true_ip(t->mm, regs.rip);
		entered = true;
		r = push_frame(t, &s, &regs);
		task_signal_handled(t, &s, r == 0);
	}
	if (entered && !t->exited && pops->set_regs(t->ctx.pc, &regs) < 0)
		tg_exit(t, LX_SIGKILL);
	return entered;
}

/* No handler ran: sigsuspend's mask, if one is set, is over. */
static void end_temporary_mask(struct task *t)
{
	if (!t->restore_mask)
		return;
	t->restore_mask = false;
	task_set_blocked(t, t->saved_mask);
}

/* ---- system calls ---- */

static long carry_out(struct task *t, const struct sysargs *a, enum restart how)
{
	if (how == RESTART_BLOCK)
		return t->restart.fn ? t->restart.fn(t, &t->restart) : -EINTR;
	return sys_dispatch(t, t->call_nr, a);
}

/* *ret_final: a filter chose the result, which is no restart, whatever its number. */
static long dispatch(struct task *t, const struct plat_sys *sys, const struct sysargs *a,
		     enum restart how, bool *ret_final)
{
	const struct kernel_trace *trace = t->kernel->trace;
	uint64_t nr = how == RESTART_BLOCK ? LX_SYS_restart_syscall : t->call_nr;
	enum seccomp_outcome outcome = SECCOMP_CARRY_OUT;
	long ret;

	if (trace && trace->strace_enter)
		trace->strace_enter(t, nr, a);
	if (!seccomp_lets_pass(&t->seccomp, nr))
		outcome = run_seccomp(t, nr, sys, &ret);
	if (outcome == SECCOMP_CARRY_OUT)
		ret = carry_out(t, a, how);
	*ret_final = outcome == SECCOMP_ANSWERED;
	if (trace && trace->strace_exit && !t->exited)
		trace->strace_exit(t, nr, a, ret);
	lock_assert_none_held();
	return ret;
}

/* After a call that must be restarted and no handler. */
static enum restart how_again(long ret)
{
	return ret == -LX_ERESTART_RESTARTBLOCK ? RESTART_BLOCK : RESTART_AGAIN;
}

static void run_syscall(struct task *t, const struct plat_sys *sys)
{
	enum restart how = RESTART_AGAIN;
	struct sysargs a;
	bool final;
	long ret;

	memcpy(a.v, sys->args, sizeof(a.v));
	t->call_nr = sys->nr;
	memcpy(t->call_args, sys->args, sizeof(t->call_args));
	t->regs_were_set = false;
	while (how != RESTART_NOT && !t->exited) {
		ret = dispatch(t, sys, &a, how, &final);
		how = RESTART_NOT;
		if (t->regs_were_set) {
			t->call_nr = UINT64_MAX;
			return;
		}
		if (final)
			break; /* signals come before the next switch */
		/* A temporary mask holds for the handler of what interrupted the call, and for
		 * nothing else. */
		if (!is_restart(ret) && ret != -EINTR)
			end_temporary_mask(t);
		if (has_work(t) && deliver(t, &ret))
			return;
		if (is_restart(ret)) {
			/* The mask that the call had set is the call's; it sets it again. */
			end_temporary_mask(t);
			how = how_again(ret);
		}
	}
	t->call_nr = UINT64_MAX;
	if (!t->exited)
		t->kernel->pops->set_result(t->ctx.pc, ret);
}

/* ---- faults ---- */

static void fault_siginfo(lx_siginfo_t *info, int signo, int code, uint64_t addr)
{
	siginfo_kernel(info, signo);
	info->si_code = code;
	info->_sigfault._addr = addr;
}

static void run_fault(struct task *t, const struct plat_fault *f)
{
	struct lx_user_regs regs;
	lx_siginfo_t info;
	int signo = f->signo, code = f->code;
	uint64_t addr = f->addr;

	if (f->is_access) {
		if (t->kernel->pops->get_regs(t->ctx.pc, &regs) < 0) {
			tg_exit(t, LX_SIGKILL);
			return;
		}
		atomic_fetch_add_explicit(&t->nr_faults, 1, memory_order_relaxed);
		if (mm_fault(t->mm, &t->ctx, f, regs.rsp, &signo, &code) == 0)
			return;
	}
	if (!signal_valid(signo))
		signo = LX_SIGSEGV;
	/* A single step is told at the instruction that comes next. */
	if (signo == LX_SIGTRAP && code == LX_TRAP_TRACE &&
	    t->kernel->pops->get_regs(t->ctx.pc, &regs) == 0)
		addr = regs.rip;
	t->fault =
		(struct sigfault){.trapno = f->trapno, .error_code = f->error_code, .cr2 = f->cr2};
	fault_siginfo(&info, signo, code, addr);
	task_signal_force(t, &info);
}

/* ---- the loop ---- */

/* (A) state, then work, then the switch: see send.c for who pairs with it. */
static int enter_guest(struct task *t, struct plat_event *ev)
{
	int r;

	lock_assert_none_held();
	run_fast_keep(t);
	atomic_store(&t->state, TASK_IN_GUEST); /* (A) */
	if (has_work(t)) {                      /* (C) */
		atomic_store(&t->state, TASK_IN_CALL);
		ev->why = PLAT_PREEMPTED;
		return 0;
	}
	r = t->kernel->pops->context_switch(t->ctx.pc, ev);
	atomic_store(&t->state, TASK_IN_CALL);
	return r;
}

static void handle(struct task *t, const struct plat_event *ev)
{
	switch (ev->why) {
	case PLAT_SYSCALL:
		run_syscall(t, &ev->sys);
		run_fast_note(t, &ev->sys);
		return;
	case PLAT_FAULT:
		run_fault(t, &ev->fault);
		return;
	case PLAT_INTERRUPTED:
	case PLAT_PREEMPTED:
		return;
	case PLAT_GONE:
		tg_exit(t, LX_SIGKILL);
		return;
	}
}

struct sampling {
	uint32_t events;
	int64_t next_ns;
};

static void sample_now_and_then(struct task *t, struct sampling *s)
{
	int64_t now;

	if (++s->events % SAMPLE_CALLS != 0)
		return;
	now = clock_monotonic_ns();
	if (now < s->next_ns)
		return;
	s->next_ns = now + SAMPLE_NS;
	task_sample_usage(t);
	cpu_timers_check(t);
}

void run_task(struct task *t)
{
	struct sampling sampling = {0};
	struct plat_event ev;

	run_fast_begin(t);
	while (!t->exited) {
		long no_call = 0;
		int r;

		if (has_work(t)) {
			(void)deliver(t, &no_call);
			if (t->exited)
				break;
		}
		end_temporary_mask(t);
		r = enter_guest(t, &ev);
		if (r < 0) {
			log_warn("thread %d: the platform cannot run it: %s", t->ctx.tid,
				 strerror(-r));
			ev.why = PLAT_GONE;
		}
		handle(t, &ev);
		sample_now_and_then(t, &sampling);
	}
}
