/* SPDX-License-Identifier: Apache-2.0 */
/* waitid fills siginfo, WNOWAIT leaves the child waitable, and its options are checked. */
#include "guest.h"

int main(void)
{
	siginfo_t si = {0};
	pid_t pid = guest_fork();

	if (pid == 0)
		_exit(9);
	for (int i = 0; i < 3; i++) {
		memset(&si, 0, sizeof(si));
		EXPECT_OK(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT));
		EXPECT_EQ(si.si_signo, SIGCHLD);
		EXPECT_EQ(si.si_code, CLD_EXITED);
		EXPECT_EQ(si.si_pid, pid);
		EXPECT_EQ(si.si_uid, getuid());
		EXPECT_EQ(si.si_status, 9);
	}
	EXPECT_OK(waitid(P_ALL, 0, &si, WEXITED));
	EXPECT_ERRNO(waitid(P_PID, (id_t)pid, &si, WEXITED), ECHILD);

	pid = guest_fork();
	if (pid == 0)
		for (;;)
			pause();
	memset(&si, 0x55, sizeof(si));
	EXPECT_OK(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG));
	EXPECT_EQ(si.si_pid, 0); /* nothing to report yet */
	EXPECT_EQ(si.si_signo, 0);

	EXPECT_OK(kill(pid, SIGSTOP));
	EXPECT_OK(waitid(P_PID, (id_t)pid, &si, WSTOPPED));
	EXPECT_EQ(si.si_code, CLD_STOPPED);
	EXPECT_EQ(si.si_status, SIGSTOP);
	EXPECT_OK(kill(pid, SIGCONT));
	EXPECT_OK(waitid(P_PID, (id_t)pid, &si, WCONTINUED));
	EXPECT_EQ(si.si_code, CLD_CONTINUED);
	EXPECT_EQ(si.si_status, SIGCONT);
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_OK(waitid(P_PGID, (id_t)getpgrp(), &si, WEXITED));
	EXPECT_EQ(si.si_code, CLD_KILLED);
	EXPECT_EQ(si.si_status, SIGKILL);

	EXPECT_ERRNO(waitid(P_ALL, 0, &si, 0), EINVAL);
	EXPECT_ERRNO(waitid(P_ALL, 0, &si, WEXITED | 0x100), EINVAL);
	EXPECT_ERRNO(waitid((idtype_t)77, 0, &si, WEXITED), EINVAL);
	EXPECT_ERRNO(waitid(P_PID, 0, &si, WEXITED), EINVAL);
	return 0;
}
