/* SPDX-License-Identifier: Apache-2.0 */
/* waitpid(-pgid) and waitpid(0) take only children of that process group. */
#include "guest.h"

static pid_t child_in_group(pid_t group, int code)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(setpgid(0, group));
		_exit(code);
	}
	return pid;
}

int main(void)
{
	int status;
	pid_t own = child_in_group(0, 1);
	pid_t same = guest_fork();

	if (same == 0)
		_exit(2);
	EXPECT_EQ(waitpid(0, &status, 0), same);
	EXPECT_EQ(WEXITSTATUS(status), 2);
	siginfo_t si;
	EXPECT_OK(waitid(P_PID, (id_t)own, &si, WEXITED | WNOWAIT)); /* dead, hence in its group */
	EXPECT_ERRNO(waitpid(0, &status, WNOHANG), ECHILD);          /* none left in our group */
	EXPECT_EQ(waitpid(-own, &status, 0), own);
	EXPECT_EQ(WEXITSTATUS(status), 1);
	EXPECT_ERRNO(waitpid(-own, &status, 0), ECHILD);
	return 0;
}
