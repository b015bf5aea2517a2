/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A traced child stops at exec and at each system call; registers can be read and changed, memory
 * peeked.
 */
#include "guest.h"

#include <sys/ptrace.h>
#include <sys/user.h>

static volatile long secret = 0x1234567890abcdef;

int main(void)
{
	struct user_regs_struct regs;
	int status;
	pid_t pid = guest_fork();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
			_exit(GUEST_SKIP);
		raise(SIGSTOP);
		_exit(syscall(SYS_getppid) == 4711 ? 5 : 6);
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == GUEST_SKIP)
		SKIP("ptrace is not allowed here");
	EXPECT(WIFSTOPPED(status));
	EXPECT_EQ(WSTOPSIG(status), SIGSTOP);
	EXPECT_OK(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD));
	errno = 0;
	EXPECT_EQ(ptrace(PTRACE_PEEKDATA, pid, &secret, NULL), 0x1234567890abcdef);
	EXPECT_ERRNO(ptrace(PTRACE_PEEKDATA, pid, BAD_PTR, NULL), EIO);
	do { /* to the entry of getppid */
		EXPECT_OK(ptrace(PTRACE_SYSCALL, pid, NULL, NULL));
		EXPECT_EQ(waitpid(pid, &status, 0), pid);
		EXPECT(WIFSTOPPED(status));
		EXPECT_EQ(WSTOPSIG(status), SIGTRAP | 0x80);
		EXPECT_OK(ptrace(PTRACE_GETREGS, pid, NULL, &regs));
	} while (regs.orig_rax != SYS_getppid);
	EXPECT_EQ(regs.rax, (unsigned long)-ENOSYS);
	EXPECT_OK(ptrace(PTRACE_SYSCALL, pid, NULL, NULL));
	EXPECT_EQ(waitpid(pid, &status, 0), pid); /* the exit */
	EXPECT_OK(ptrace(PTRACE_GETREGS, pid, NULL, &regs));
	EXPECT_EQ(regs.rax, getpid());
	regs.rax = 4711;
	EXPECT_OK(ptrace(PTRACE_SETREGS, pid, NULL, &regs));
	EXPECT_OK(ptrace(PTRACE_DETACH, pid, NULL, NULL));
	EXPECT_EXIT(pid, 5);
	EXPECT_ERRNO(ptrace(PTRACE_CONT, getppid() == 0 ? 1 : getppid(), NULL, NULL), ESRCH);
	EXPECT_ERRNO(ptrace(PTRACE_ATTACH, getpid(), NULL, NULL), EPERM);
	return 0;
}
