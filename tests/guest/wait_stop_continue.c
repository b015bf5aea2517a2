/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WUNTRACED reports a stopped child once, WCONTINUED its continuation once, and neither is an end.
 */
#include "guest.h"

int main(void)
{
	int status;
	pid_t pid = guest_fork();

	if (pid == 0) {
		/* a group of its own, whose parent is in another: SIGTSTP does nothing in an
		 * orphaned one */
		EXPECT_OK(setpgid(0, 0));
		raise(SIGSTOP);
		for (;;)
			pause();
	}
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
	EXPECT(WIFSTOPPED(status));
	EXPECT_EQ(WSTOPSIG(status), SIGSTOP);
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0); /* only once */

	EXPECT_OK(kill(pid, SIGCONT));
	EXPECT_EQ(waitpid(pid, &status, WCONTINUED), pid);
	EXPECT(WIFCONTINUED(status));
	EXPECT_EQ(waitpid(pid, &status, WCONTINUED | WNOHANG), 0);

	EXPECT_OK(kill(pid, SIGTSTP));
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
	EXPECT_EQ(WSTOPSIG(status), SIGTSTP);

	/* A stopped process dies of SIGKILL at once, of SIGTERM only when continued. */
	EXPECT_OK(kill(pid, SIGTERM));
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	EXPECT_OK(kill(pid, SIGCONT));
	EXPECT_KILLED(pid, SIGTERM);

	pid = guest_fork();
	if (pid == 0)
		for (;;)
			raise(SIGSTOP);
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_KILLED(pid, SIGKILL);
	return 0;
}
