/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setsid makes a new session and group without a terminal; a group leader may not, and sessions
 * stay apart.
 */
#include "guest.h"

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_EQ(setsid(), getpid());
		EXPECT_EQ(getsid(0), getpid());
		EXPECT_EQ(getpgrp(), getpid());
		EXPECT_ERRNO(setsid(), EPERM);      /* a leader already */
		EXPECT_ERRNO(setpgid(0, 0), EPERM); /* a session leader keeps its group */
		EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);

		int to[2];
		EXPECT_OK(pipe(to));
		pid_t sub = guest_fork();
		if (sub == 0) {
			char c;
			EXPECT_OK(close(to[1]));
			EXPECT_EQ(getsid(0), getppid());
			EXPECT_EQ(setsid(), getpid());
			EXPECT_EQ(write(2, "", 0), 0);
			EXPECT_EQ(read(to[0], &c, 1), 0);
			_exit(0);
		}
		while (EXPECT_OK(getsid(sub)) != sub)
			guest_pause_ms(1);
		EXPECT_ERRNO(setpgid(sub, getpid()), EPERM); /* another session now */
		EXPECT_OK(close(to[1]));
		EXPECT_EXIT(sub, 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);

	pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setpgid(0, 0));
		EXPECT_ERRNO(setsid(), EPERM); /* a group leader */
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(getsid(1 << 30), ESRCH);
	EXPECT_ERRNO(getsid(-1), ESRCH);
	return 0;
}
