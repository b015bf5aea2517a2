/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGCHLD says which child it was, its real uid, and exit code or signal, for exit, death, stop
 * and continuation.
 */
#include "guest.h"

static void expect(pid_t pid, int code, int status)
{
	struct timespec limit = {10, 0};
	sigset_t set;
	siginfo_t si;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	EXPECT_EQ(sigtimedwait(&set, &si, &limit), SIGCHLD);
	EXPECT_EQ(si.si_signo, SIGCHLD);
	EXPECT_EQ(si.si_code, code);
	EXPECT_EQ(si.si_pid, pid);
	EXPECT_EQ(si.si_uid, getuid());
	EXPECT_EQ(si.si_status, status);
}

int main(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));

	pid_t pid = guest_fork();
	if (pid == 0)
		_exit(17);
	expect(pid, CLD_EXITED, 17);
	EXPECT_EXIT(pid, 17);

	pid = guest_fork();
	if (pid == 0)
		for (;;)
			pause();
	EXPECT_OK(kill(pid, SIGSTOP));
	expect(pid, CLD_STOPPED, SIGSTOP);
	EXPECT_OK(kill(pid, SIGCONT));
	expect(pid, CLD_CONTINUED, SIGCONT);
	EXPECT_OK(kill(pid, SIGTERM));
	expect(pid, CLD_KILLED, SIGTERM);
	EXPECT_KILLED(pid, SIGTERM);

	/* SA_NOCLDSTOP: no word of stops. */
	struct sigaction sa = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
	EXPECT_OK(sigaction(SIGCHLD, &sa, NULL));
	pid = guest_fork();
	if (pid == 0)
		for (;;)
			pause();
	EXPECT_OK(kill(pid, SIGSTOP));
	siginfo_t si;
	EXPECT_OK(waitid(P_PID, (id_t)pid, &si, WSTOPPED));
	EXPECT_OK(kill(pid, SIGKILL));
	expect(pid, CLD_KILLED, SIGKILL); /* the first one that comes */
	EXPECT_KILLED(pid, SIGKILL);
	return 0;
}
