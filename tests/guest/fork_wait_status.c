/* SPDX-License-Identifier: Apache-2.0 */
/* wait tells exit codes, deadly signals and which child it was; afterwards the child is gone. */
#include "guest.h"

int main(void)
{
	int status;
	pid_t pids[5];

	EXPECT_ERRNO(wait(NULL), ECHILD);
	for (int i = 0; i < 5; i++) {
		pids[i] = guest_fork();
		if (pids[i] == 0)
			_exit(10 + i);
	}
	for (int i = 4; i >= 0; i--) { /* by name, in any order */
		EXPECT_EQ(waitpid(pids[i], &status, 0), pids[i]);
		EXPECT(WIFEXITED(status));
		EXPECT_EQ(WEXITSTATUS(status), 10 + i);
		EXPECT_ERRNO(waitpid(pids[i], &status, 0), ECHILD);
		EXPECT_ERRNO(kill(pids[i], 0), ESRCH);
	}
	pid_t pid = guest_fork();
	if (pid == 0)
		for (;;)
			pause();
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_EQ(wait(&status), pid);
	EXPECT(WIFSIGNALED(status));
	EXPECT_EQ(WTERMSIG(status), SIGKILL);
	EXPECT(!WCOREDUMP(status));

	EXPECT_ERRNO(waitpid(1 << 30, &status, 0), ECHILD);
	EXPECT_ERRNO(waitpid(-1, &status, 0x10000), EINVAL);
	EXPECT_ERRNO(waitpid(INT32_MIN, &status, 0), ESRCH);
	return 0;
}
