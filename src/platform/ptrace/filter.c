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
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "platform/child.h"
#include "platform/ptrace/ptrace_priv.h"

#define LOAD(field)   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARG0_LOW LOAD(args[0])
#define LOAD_ARG0_HIGH                                                                             \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]) + 4)
#define SKIP_IF(value, n)     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), (n), 0)
#define SKIP_UNLESS(value, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (n))
#define ANSWER(action)        BPF_STMT(BPF_RET | BPF_K, (action))
#define ALLOW(nr)             SKIP_UNLESS(nr, 1), ANSWER(SECCOMP_RET_ALLOW)

static const struct sock_filter program[] = {
	LOAD(arch),
	SKIP_IF(AUDIT_ARCH_X86_64, 1),
	ANSWER(SECCOMP_RET_TRAP),

	LOAD(nr),
	ALLOW(SYS_mmap),
	ALLOW(SYS_munmap),
	ALLOW(SYS_mprotect),
	ALLOW(SYS_mremap),
	ALLOW(SYS_madvise),
	ALLOW(SYS_recvmsg),
	ALLOW(SYS_close),
	ALLOW(SYS_clock_gettime),
	ALLOW(SYS_pause),
	ALLOW(SYS_getppid),
	ALLOW(SYS_exit),
	ALLOW(SYS_exit_group),

	SKIP_UNLESS(SYS_prctl, 4),
	LOAD_ARG0_LOW,
	SKIP_UNLESS(PR_SET_PDEATHSIG, 1),
	ANSWER(SECCOMP_RET_ALLOW),
	ANSWER(SECCOMP_RET_TRAP),

	SKIP_UNLESS(SYS_clone, 6),
	LOAD_ARG0_HIGH,
	SKIP_UNLESS(0, 4),
	LOAD_ARG0_LOW,
	SKIP_IF(CLONE_FOR_FORK, 1),
	SKIP_UNLESS(CLONE_FOR_THREAD, 1),
	ANSWER(SECCOMP_RET_ALLOW),

	ANSWER(SECCOMP_RET_TRAP),
};

CHILD_CODE int child_filter_install(void)
{
	struct sock_fprog prog = {
		.len = (unsigned short)(sizeof(program) / sizeof(program[0])),
		.filter = (struct sock_filter *)(uintptr_t)program,
	};
	long r;

	/* A stub holds no secret of ours, so its guest need not pay for speculation barriers. */
	r = child_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		       (long)&prog, 0);
	if (r == -EINVAL)
		r = child_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&prog, 0);
	return (int)r;
}
