/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread of a stub as its tracer sees it: seize, wait, registers, and running pieces of stub
 * text to order.
 *
 * Waiting is waitid(2) WITHOUT WEXITED. The host reports the death of a group leader only once all
 * other threads of the process are reaped by their tracers, which may be long in coming; but a wait
 * for stops alone fails with ECHILD as soon as the thread is dead, leader or not. Reaping is done
 * apart from that.
 */
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <elf.h>

#include "base/check.h"
#include "platform/ptrace/ptrace_priv.h"

enum { SYSGOOD_BIT = 0x80 };

/* The psABI's selectors of 64-bit user code and data on Linux, and flags with only interrupts on. */
enum { USER_CS = 0x33, USER_SS = 0x2b, PLAIN_EFLAGS = 0x202 };

long host_ptrace(int request, pid_t tid, uint64_t addr, void *data)
{
	long r = syscall(SYS_ptrace, (long)request, (long)tid, addr, data);

	return r < 0 ? -errno : r;
}

int tracee_wait(pid_t tid, struct stop *ret)
{
	siginfo_t info;
	int r;

	do {
		info.si_pid = 0;
		r = waitid(P_PID, (id_t)tid, &info, WSTOPPED | __WALL | __WNOTHREAD);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -ESRCH; /* ECHILD: see above */

	ret->sig = info.si_status & 0x7f;
	ret->event = (info.si_status >> 8) & 0xff;
	ret->syscall = info.si_status == (SIGTRAP | SYSGOOD_BIT);
	return 0;
}

void tracee_reap(pid_t tid)
{
	int status;

	while (waitpid(tid, &status, __WALL | __WNOTHREAD) < 0 && errno == EINTR)
		;
}

int tracee_seize(pid_t tid)
{
	struct stop stop;
	long r;

	r = host_ptrace(PTRACE_SEIZE, tid, 0,
			(void *)(uintptr_t)(PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD));
	if (r < 0)
		return (int)r;
	r = host_ptrace(PTRACE_INTERRUPT, tid, 0, NULL);
	if (r < 0)
		return (int)r;

	for (;;) {
		r = tracee_wait(tid, &stop);
		if (r < 0)
			return (int)r;
		if (stop.event == PTRACE_EVENT_STOP)
			return 0;
		/* A signal from outside was first; the stop that we asked for is still to come. */
		r = host_ptrace(PTRACE_CONT, tid, 0, NULL);
		if (r < 0)
			return (int)r;
	}
}

int tracee_park(const struct platform *p, pid_t tid)
{
	struct user_regs_struct regs;
	int r;

	stub_regs(p, ptrace_stub_park, &regs);
	r = tracee_set_core_regs(tid, &regs);
	if (r < 0)
		return r;
	return (int)host_ptrace(PTRACE_DETACH, tid, 0, NULL);
}

int tracee_get_regs(pid_t tid, struct user_regs_struct *ret)
{
	return (int)host_ptrace(PTRACE_GETREGS, tid, 0, ret);
}

int tracee_set_core_regs(pid_t tid, const struct user_regs_struct *regs)
{
	struct user_regs_struct copy = *regs;
	struct iovec iov = {&copy, offsetof(struct user_regs_struct, fs_base)};

	return (int)host_ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov);
}

static uint64_t stub_address(const struct platform *p, const unsigned char *entry)
{
	return p->base + (uint64_t)(entry - ptrace_stub_begin);
}

void stub_regs(const struct platform *p, const unsigned char *entry, struct user_regs_struct *ret)
{
	*ret = (struct user_regs_struct){
		.rip = stub_address(p, entry),
		.cs = USER_CS,
		.ss = USER_SS,
		.eflags = PLAIN_EFLAGS,
		.orig_rax = ~0ULL, /* no restart of what the guest was in */
	};
}

static bool is_fault_of_tracee(pid_t tid, int sig)
{
	siginfo_t info;

	if (sig != SIGSEGV && sig != SIGBUS)
		return false;
	if (host_ptrace(PTRACE_GETSIGINFO, tid, 0, &info) < 0)
		return false;
	return info.si_code > 0;
}

int tracee_inject(const struct platform *p, pid_t tid, struct user_regs_struct *regs)
{
	struct stop stop;
	long r = tracee_set_core_regs(tid, regs);

	while (r >= 0) {
		r = host_ptrace(PTRACE_CONT, tid, 0, NULL);
		if (r < 0)
			break;
		r = tracee_wait(tid, &stop);
		if (r < 0)
			break;
		if (stop.event == 0 && stop.sig == SIGTRAP) {
			r = tracee_get_regs(tid, regs);
			if (r < 0 || regs->rip == stub_address(p, ptrace_stub_done))
				break;
		}
		if (stop.event == 0 && is_fault_of_tracee(tid, stop.sig))
			return -EFAULT;
		/* A kick, or a signal from outside: not for the stub. An interrupted call is
		 * restarted by the kernel. */
	}
	return r < 0 ? (int)r : 0;
}

int tracee_call(const struct platform *p, pid_t tid, long nr, const uint64_t args[6],
		int64_t *ret_value)
{
	struct user_regs_struct regs;
	int r;

	stub_regs(p, ptrace_stub_call, &regs);
	regs.rax = (uint64_t)nr;
	regs.rdi = args[0];
	regs.rsi = args[1];
	regs.rdx = args[2];
	regs.r10 = args[3];
	regs.r8 = args[4];
	regs.r9 = args[5];
	r = tracee_inject(p, tid, &regs);
	if (r < 0)
		return r;
	*ret_value = (int64_t)regs.rax;
	return 0;
}
