/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setpgid makes and joins groups of one session, and refuses strangers, leaders, wild pids and
 * children after exec.
 */
#include "guest.h"

int main(void)
{
	int p[2];
	char c;

	EXPECT_OK(pipe2(p, O_CLOEXEC));
	pid_t a = guest_fork();
	if (a == 0) {
		EXPECT_EQ(read(p[0], &c, 1), 1);
		EXPECT_EQ(getpgrp(), getpid());
		_exit(0);
	}
	EXPECT_EQ(getpgid(a), getpgrp()); /* inherited */
	EXPECT_OK(setpgid(a, a));
	EXPECT_EQ(getpgid(a), a);

	pid_t b = guest_fork();
	if (b == 0) {
		EXPECT_OK(setpgid(0, a)); /* join a's group */
		EXPECT_EQ(getpgrp(), a);
		EXPECT_ERRNO(setpgid(0, 1 << 22), EPERM);   /* no such group */
		EXPECT_ERRNO(setpgid(getppid(), 0), ESRCH); /* not our child */
		_exit(0);
	}
	EXPECT_EXIT(b, 0);
	EXPECT_EQ(write(p[1], "x", 1), 1);
	EXPECT_EXIT(a, 0);

	EXPECT_ERRNO(setpgid(0, -1), EINVAL);
	EXPECT_ERRNO(setpgid(-5, 0), EINVAL);
	EXPECT_ERRNO(setpgid(1 << 30, 0), ESRCH);
	EXPECT_ERRNO(getpgid(1 << 30), ESRCH);
	EXPECT_ERRNO(getpgid(-1), ESRCH);

	int q[2];
	EXPECT_OK(pipe2(q, O_CLOEXEC));
	pid_t e = guest_fork();
	if (e == 0) {
		execl("/bin/sleep", "sleep", "25", (char *)NULL);
		_exit(1);
	}
	EXPECT_OK(close(q[1]));
	EXPECT_EQ(read(q[0], &c, 1), 0); /* the child's copy closed: it has executed */
	EXPECT_ERRNO(setpgid(e, e), EACCES);
	EXPECT_OK(kill(e, SIGKILL));
	EXPECT_KILLED(e, SIGKILL);
	return 0;
}
