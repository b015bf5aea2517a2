/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prlimit reads and sets limits, soft never above hard, only privilege raises hard, and children
 * inherit.
 */
#include "guest.h"

int main(void)
{
	struct rlimit lim = {50, 100}, old, bad = {101, 100};

	EXPECT_OK(prlimit(0, RLIMIT_NOFILE, &lim, &old));
	EXPECT(old.rlim_cur > 3);
	EXPECT_OK(getrlimit(RLIMIT_NOFILE, &old));
	EXPECT_EQ(old.rlim_cur, 50);
	EXPECT_EQ(old.rlim_max, 100);
	EXPECT_ERRNO(setrlimit(RLIMIT_NOFILE, &bad), EINVAL);

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(prlimit(getppid(), RLIMIT_NOFILE, NULL, &old)); /* another process */
		EXPECT_EQ(old.rlim_cur, 50);
		EXPECT_OK(setresuid(65534, 65534, 65534));
		EXPECT_OK(getrlimit(RLIMIT_NOFILE, &old));
		EXPECT_EQ(old.rlim_max, 100);
		lim.rlim_cur = 60;
		EXPECT_OK(setrlimit(RLIMIT_NOFILE, &lim));
		lim.rlim_max = 200;
		EXPECT_ERRNO(setrlimit(RLIMIT_NOFILE, &lim), EPERM);
		lim.rlim_cur = lim.rlim_max = 60;
		EXPECT_OK(setrlimit(RLIMIT_NOFILE, &lim));
		lim.rlim_max = 100;
		EXPECT_ERRNO(setrlimit(RLIMIT_NOFILE, &lim), EPERM); /* no way back */
		EXPECT_ERRNO(prlimit(getppid(), RLIMIT_NOFILE, NULL, &old), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	for (int r = 0; r < 16; r++)
		EXPECT_OK(getrlimit((__rlimit_resource_t)r, &old));
	EXPECT_ERRNO(syscall(SYS_prlimit64, 0, 16, NULL, &old), EINVAL);
	EXPECT_ERRNO(syscall(SYS_prlimit64, 0, -1, NULL, &old), EINVAL);
	EXPECT_ERRNO(prlimit(1 << 30, RLIMIT_NOFILE, NULL, &old), ESRCH);
	EXPECT_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, BAD_PTR, NULL), EFAULT);
	EXPECT_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, BAD_PTR), EFAULT);
	return 0;
}
