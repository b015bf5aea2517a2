/* SPDX-License-Identifier: Apache-2.0 */
/* clone refuses impossible flag pairs; a child made with CLONE_FILES, FS or VM shares just that. */
#include "guest.h"

#include <sched.h>

static char stack[65536] __attribute__((aligned(16)));
static volatile int shared;

static int child(void *arg)
{
	(void)arg;
	shared = 1;
	if (close(100) == -1 || chdir("/usr") == -1)
		_exit(1);
	_exit(3);
}

static void run(int flags, bool vm, bool files, bool fs)
{
	char cwd[256];

	shared = 0;
	EXPECT_EQ(dup2(0, 100), 100);
	EXPECT_OK(chdir("/"));
	pid_t pid = EXPECT_OK(clone(child, stack + sizeof(stack), flags | SIGCHLD, NULL));
	EXPECT_EXIT(pid, 3);
	EXPECT_EQ(shared, vm);
	EXPECT_EQ(fcntl(100, F_GETFD) == -1, files);
	EXPECT(getcwd(cwd, sizeof(cwd)) != NULL);
	EXPECT_STR(cwd, fs ? "/usr" : "/");
}

static long raw(unsigned long flags)
{
	return syscall(SYS_clone, flags, 0, 0, 0, 0);
}

int main(void)
{
	run(0, false, false, false);
	run(CLONE_VM, true, false, false);
	run(CLONE_FILES, false, true, false);
	run(CLONE_FS, false, false, true);
	run(CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND, true, true, true);
	run(CLONE_VM | CLONE_VFORK, true, false, false);

	EXPECT_ERRNO(raw(CLONE_SIGHAND | SIGCHLD), EINVAL); /* needs VM */
	EXPECT_ERRNO(raw(CLONE_THREAD | SIGCHLD), EINVAL);  /* needs SIGHAND */
	EXPECT_ERRNO(raw(CLONE_THREAD | CLONE_VM), EINVAL);
	EXPECT_ERRNO(raw(CLONE_NEWNS | CLONE_FS | SIGCHLD), EINVAL);
	int ptid = 0;
	long flags = CLONE_PARENT_SETTID | SIGCHLD;
	pid_t pid = (pid_t)EXPECT_OK(syscall(SYS_clone, flags, 0, &ptid, 0, 0));
	if (pid == 0)
		_exit(0);
	EXPECT_EQ(ptid, pid);
	EXPECT_EXIT(pid, 0);
	return 0;
}
