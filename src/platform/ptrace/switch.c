/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running the guest, and stopping it from another thread.
 *
 * A kick must not get lost, whatever the owner does at that moment:
 *
 *     context_interrupt (any thread)            context_switch (the owner)
 *     kicked = true                      (A)    running = true                      (B)
 *     if running: tgkill(KICK_SIGNAL)           if kicked: do not run the guest
 *
 * (A) and (B) are sequentially consistent, as are the loads after them, so at least one side sees
 * the other's store. If only the signal is sent, it stops the guest, or is already pending when the
 * guest starts and stops it at once. The flag alone says what the stop means: a signal that comes
 * too late, when another event was first and the flag has been seen since, is swallowed by whatever
 * the thread does next, an injected command included. Only the owner clears the flag.
 */
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "platform/ptrace/ptrace_priv.h"

enum { TRAPNO_DEBUG = 1 };

void ptrace_context_interrupt(struct pcontext *pc)
{
	atomic_store(&pc->kicked, true); /* (A) */

	GUARD(&pc->kick_lock);
	if (atomic_load(&pc->running))
		syscall(SYS_tgkill, pc->pid, pc->tid, KICK_SIGNAL);
}

static bool take_kick(struct pcontext *pc)
{
	return atomic_load(&pc->kicked) && atomic_exchange(&pc->kicked, false);
}

/* Let the guest run until its thread stops for whatever reason. -EINTR: kicked before it ran. */
static int run_guest(struct pcontext *pc, struct stop *ret)
{
	int request = pc->step ? PTRACE_SYSEMU_SINGLESTEP : PTRACE_SYSEMU;
	int r = regs_restore(pc);

	if (r < 0)
		return r;
	atomic_store(&pc->running, true); /* (B) */
	if (take_kick(pc)) {
		r = -EINTR;
	} else {
		pc->regs_valid = false;
		r = (int)host_ptrace(request, pc->tid, 0, NULL);
		if (r == 0)
			r = tracee_wait(pc->tid, ret);
	}
	atomic_store_explicit(&pc->running, false, memory_order_relaxed);
	return r;
}

/* What a stop means to the caller. 0: nothing, go on; 1: *ret is filled; negative: the thread is
 * lost. */
static int interpret(struct pcontext *pc, const struct stop *stop, struct plat_event *ret)
{
	int r;

	if (stop->syscall) {
		r = event_from_syscall(pc, ret);
		if (r == 0 && ret->why == PLAT_SYSCALL) {
			pc->last = LAST_SYSCALL;
			pc->nr = ret->sys.nr;
			pc->step_due = pc->step;
		}
		return r < 0 ? r : 1;
	}
	if (stop->event != 0)
		return 0; /* a job control stop or continue from outside */
	if (stop->sig == KICK_SIGNAL) {
		ret->why = PLAT_INTERRUPTED;
		return take_kick(pc) ? 1 : 0;
	}
	r = event_from_signal(pc, stop->sig, ret);
	if (r == 0)
		log_debug("ptrace: signal %d from outside to thread %d of a stub is ignored",
			  stop->sig, pc->tid);
	if (r == 1 && ret->fault.signo == SIGTRAP)
		pc->step = false;
	return r;
}

/* Linux traps at the end of a system call that is single-stepped, before another instruction. */
static void report_step(struct pcontext *pc, struct plat_event *ret)
{
	*ret = (struct plat_event){.why = PLAT_FAULT};
	ret->fault.signo = SIGTRAP;
	ret->fault.code = TRAP_TRACE;
	ret->fault.trapno = TRAPNO_DEBUG;
	pc->step = pc->step_due = false;
	pc->last = LAST_OTHER;
}

int ptrace_context_switch(struct pcontext *pc, struct plat_event *ret)
{
	struct stop stop;
	int r = 0;

	check(pc->attached);
	if (!pc->gone && pc->step_due) {
		report_step(pc, ret);
		return 0;
	}
	while (r == 0 && !pc->gone) {
		r = run_guest(pc, &stop);
		if (r == 0) {
			pc->last = LAST_OTHER;
			r = interpret(pc, &stop, ret);
		} else if (r == -EINTR) {
			pc->last = LAST_OTHER;
			ret->why = PLAT_INTERRUPTED;
			return 0;
		}
	}
	if (r == 1)
		return 0;
	context_lose(pc);
	ret->why = PLAT_GONE;
	return 0;
}
