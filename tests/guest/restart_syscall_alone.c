/* SPDX-License-Identifier: Apache-2.0 */
/* restart_syscall with nothing to restart is EINTR; a sleep that was stopped goes on to its end by
 * it. */
#include "guest.h"

int main(void)
{
	struct timespec ts = {0, 300000000}, before, after;
	int status;
	pid_t pid;

	EXPECT_ERRNO(syscall(SYS_restart_syscall), EINTR);
	clock_gettime(CLOCK_MONOTONIC, &before);
	pid = guest_fork();
	if (pid == 0)
		_exit(nanosleep(&ts, NULL) == 0 ? 0 : 1);
	EXPECT_OK(kill(pid, SIGSTOP));
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
	EXPECT_OK(kill(pid, SIGCONT));
	EXPECT_EXIT(pid, 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >=
	       300000000);
	return 0;
}
