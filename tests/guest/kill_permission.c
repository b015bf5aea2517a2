/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without privilege a signal reaches only processes with the same real or saved uid; -1 and groups
 * skip the others.
 */
#include "guest.h"

static pid_t sleeper(uid_t uid)
{
	int p[2];
	char c;
	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(setpgid(0, 0));
		EXPECT_OK(setresuid(uid, uid, uid));
		EXPECT_EQ(write(p[1], "r", 1), 1);
		for (;;)
			pause();
	}
	EXPECT_EQ(read(p[0], &c, 1), 1);
	EXPECT_OK(close(p[0]));
	EXPECT_OK(close(p[1]));
	return pid;
}

int main(void)
{
	if (geteuid() != 0)
		SKIP("needs root, to be others");
	pid_t mine = sleeper(61001), other = sleeper(61002);
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(setresuid(61001, 61001, 61001));
		EXPECT_ERRNO(kill(other, SIGTERM), EPERM);
		EXPECT_ERRNO(kill(other, 0), EPERM);
		EXPECT_ERRNO(kill(-other, SIGTERM), EPERM);
		EXPECT_ERRNO(kill(getppid(), SIGTERM), EPERM);
		EXPECT_OK(kill(mine, 0));
		EXPECT_OK(kill(-mine, SIGTERM));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_KILLED(mine, SIGTERM);
	EXPECT_EQ(waitpid(other, NULL, WNOHANG), 0);

	/* SIGCONT may go anywhere within the session. */
	pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setresuid(61001, 61001, 61001));
		EXPECT_OK(kill(other, SIGCONT));
		EXPECT_ERRNO(tgkill(other, other, SIGTERM), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(kill(other, SIGKILL));
	EXPECT_KILLED(other, SIGKILL);
	return 0;
}
