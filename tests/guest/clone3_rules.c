/* SPDX-License-Identifier: Apache-2.0 */
/* clone3 makes a child with a pidfd and any exit signal, and checks sizes and flags. */
#include "guest.h"

#include <linux/sched.h>
#include <poll.h>

static long clone3(struct clone_args *a, size_t size)
{
	return syscall(SYS_clone3, a, size);
}

int main(void)
{
	int pidfd = -1, tid = 0;
	struct clone_args a = {.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .exit_signal = SIGCHLD};

	a.pidfd = (uintptr_t)&pidfd;
	a.parent_tid = (uintptr_t)&tid;
	long pid = clone3(&a, sizeof(a));
	if (pid == -1 && errno == ENOSYS)
		SKIP("no clone3 here");
	EXPECT_OK(pid);
	if (pid == 0)
		_exit(6);
	EXPECT_EQ(tid, pid);
	struct pollfd pfd = {.fd = pidfd, .events = POLLIN};
	EXPECT_EQ(poll(&pfd, 1, 20000), 1); /* readable at its end */
	siginfo_t si;
	EXPECT_OK(waitid(P_PIDFD, (id_t)pidfd, &si, WEXITED));
	EXPECT_EQ(si.si_pid, pid);
	EXPECT_EQ(si.si_status, 6);

	struct clone_args b = {.exit_signal = 0}; /* no signal: only __WALL or __WCLONE see it */
	pid = EXPECT_OK(clone3(&b, sizeof(b)));
	if (pid == 0)
		_exit(7);
	EXPECT_ERRNO(waitpid((pid_t)pid, NULL, 0), ECHILD);
	EXPECT_EQ(waitpid((pid_t)pid, NULL, __WALL), pid);

	struct clone_args bad = {.flags = 1ULL << 60, .exit_signal = SIGCHLD};
	EXPECT_ERRNO(clone3(&bad, sizeof(bad)), EINVAL);
	bad = (struct clone_args){.exit_signal = 300};
	EXPECT_ERRNO(clone3(&bad, sizeof(bad)), EINVAL);
	bad = (struct clone_args){.stack_size = 4096, .exit_signal = SIGCHLD};
	EXPECT_ERRNO(clone3(&bad, sizeof(bad)), EINVAL); /* a size without a stack */
	EXPECT_ERRNO(clone3(&a, 8), EINVAL);
	EXPECT_ERRNO(clone3(BAD_PTR, sizeof(a)), EFAULT);
	return 0;
}
