/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sleep that is stopped and continued goes on to its end without EINTR and without starting
 * anew.
 */
#include "guest.h"

int main(void)
{
	struct timespec ts = {0, 300000000};
	int status;
	pid_t pid = guest_fork();

	if (pid == 0) {
		int64_t start = guest_now_ns();

		EXPECT_OK(nanosleep(&ts, NULL));
		EXPECT(guest_now_ns() - start >= 300000000);
		_exit(0);
	}
	for (int i = 0; i < 3; i++) {
		EXPECT_OK(kill(pid, SIGSTOP));
		EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
		EXPECT(WIFSTOPPED(status));
		EXPECT_OK(kill(pid, SIGCONT));
		EXPECT_EQ(waitpid(pid, &status, WCONTINUED), pid);
		EXPECT(WIFCONTINUED(status));
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
