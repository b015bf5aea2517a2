/* SPDX-License-Identifier: Apache-2.0 */
/* kill(0) and kill(-pgid) reach every process of the group once and nobody outside it. */
#include "guest.h"

int main(void)
{
	int status;
	pid_t members[3], outsider;

	outsider = guest_fork();
	if (outsider == 0)
		for (;;)
			pause();
	for (int i = 0; i < 3; i++) {
		members[i] = guest_fork();
		if (members[i] == 0)
			for (;;)
				pause();
		EXPECT_OK(setpgid(members[i], members[0]));
	}
	EXPECT_OK(kill(-members[0], SIGUSR1));
	for (int i = 0; i < 3; i++)
		EXPECT_KILLED(members[i], SIGUSR1);
	EXPECT_EQ(waitpid(outsider, &status, WNOHANG), 0);
	EXPECT_ERRNO(kill(-members[0], SIGUSR1), ESRCH);

	pid_t leader = guest_fork();
	if (leader == 0) {
		EXPECT_OK(setpgid(0, 0));
		pid_t child = guest_fork();
		if (child == 0)
			for (;;)
				pause();
		signal(SIGTERM, SIG_IGN);
		EXPECT_OK(kill(0, SIGTERM)); /* the own group, the caller too */
		EXPECT_KILLED(child, SIGTERM);
		_exit(0);
	}
	EXPECT_EXIT(leader, 0);
	EXPECT_EQ(waitpid(outsider, &status, WNOHANG), 0);
	EXPECT_OK(kill(outsider, SIGKILL));
	EXPECT_KILLED(outsider, SIGKILL);
	return 0;
}
