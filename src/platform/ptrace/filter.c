/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stub may ask of the host kernel: the calls that stub text makes on our order, and nothing
 * else.
 *
 * It is the second wall. Guest code runs under PTRACE_SYSEMU, whose stop comes before seccomp looks
 * (Linux 4.8), so its calls never get here. What does get here from guest code is the emulation of
 * the vsyscall page, which no tracer sees: RET_TRAP turns it into a SIGSYS stop (event.c) where
 * KILL would end the sandbox's process. Every call on the list must be harmless when the guest
 * chooses its arguments.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "base/check.h"
#include "host/seccomp.h"
#include "platform/child.h"
#include "platform/ptrace/ptrace_priv.h"

#define ALLOW(call, why_, ...)                                                                     \
	{                                                                                          \
		.nr = SYS_##call, .name = #call, .action = SECCOMP_RET_ALLOW, .why = (why_),       \
		.args = {                                                                          \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define REQUEST(request, why) ALLOW(ptrace, why, FILTER_EQ64(0, request))

const struct filter_rule ptrace_stub_calls[PTRACE_N_STUB_CALLS] = {
	ALLOW(mmap, "the guest's memory"),
	ALLOW(munmap, "the guest's memory"),
	ALLOW(mprotect, "the guest's memory"),
	ALLOW(mremap, "the guest's memory"),
	ALLOW(madvise, "the guest's memory"),
	ALLOW(recvmsg, "a file to be mapped, over the only descriptor that a stub has"),
	ALLOW(close, "that file, once it is mapped"),
	ALLOW(clock_gettime, "the processor time of a thread"),
	ALLOW(pause, "asleep until it is needed"),
	ALLOW(getppid, "is the Sentry still there"),
	ALLOW(exit, "the end of a thread"),
	ALLOW(exit_group, "the end of a stub"),
	ALLOW(prctl, "die with the Sentry", FILTER_EQ32(0, PR_SET_PDEATHSIG)),
	ALLOW(clone, "a copy of the stub, a child of the Sentry", FILTER_EQ64(0, CLONE_FOR_FORK)),
	ALLOW(clone, "one more thread of the stub", FILTER_EQ64(0, CLONE_FOR_THREAD)),
};

const struct filter_rule ptrace_host_calls[PTRACE_N_HOST_CALLS] = {
	REQUEST(PTRACE_SYSEMU, "run guest code up to its next system call"),
	REQUEST(PTRACE_GET_SYSCALL_INFO, "which system call it is"),
	REQUEST(PTRACE_GETREGS, "registers of a guest thread"),
	REQUEST(PTRACE_SETREGSET, "registers of a guest thread"),
	REQUEST(PTRACE_CONT, "run stub text"),
	REQUEST(PTRACE_GETSIGINFO, "which fault it is"),
	REQUEST(PTRACE_SYSEMU_SINGLESTEP, "run one instruction of guest code"),
	REQUEST(PTRACE_SETREGS, "registers of a guest thread, segments too"),
	REQUEST(PTRACE_GETREGSET, "vector registers of a guest thread"),
	REQUEST(PTRACE_POKEUSER, "the result of a system call"),
	REQUEST(PTRACE_GETFPREGS, "which floating point fault it is"),
	REQUEST(PTRACE_SEIZE, "trace a thread of a stub"),
	REQUEST(PTRACE_INTERRUPT, "stop it for the first time"),
	REQUEST(PTRACE_DETACH, "leave it parked"),
	ALLOW(waitid, "stops of our stubs"),
	ALLOW(wait4, "the end of our stubs"),
	ALLOW(process_vm_readv, "memory of our stubs"),
	ALLOW(process_vm_writev, "memory of our stubs"),
	ALLOW(tgkill, "stop guest code of another thread", FILTER_EQ32(2, KICK_SIGNAL)),
	ALLOW(kill, "end a stub", FILTER_EQ32(1, SIGKILL)),
	ALLOW(sendmsg, "a file to be mapped, to a stub"),
	ALLOW(recvfrom, "take back what a stub did not fetch"),
	ALLOW(clock_gettime, "the processor time of a stub"),
};

int stub_filter_build(struct filter *ret)
{
	/* A missing row would be all zeros, which is read(2). */
	check(ptrace_stub_calls[PTRACE_N_STUB_CALLS - 1].name);
	check(ptrace_host_calls[PTRACE_N_HOST_CALLS - 1].name);
	return filter_build(ptrace_stub_calls, PTRACE_N_STUB_CALLS, SECCOMP_RET_TRAP, ret);
}

CHILD_CODE int child_filter_install(const struct filter *f)
{
	struct sock_fprog prog = {.len = f->len, .filter = f->insns};
	long r;

	/* A stub holds no secret of ours, so its guest need not pay for speculation barriers. */
	r = child_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		       (long)&prog, 0);
	if (r == -EINVAL)
		r = child_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&prog, 0);
	return (int)r;
}
