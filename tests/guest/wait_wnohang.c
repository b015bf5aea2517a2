/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WNOHANG answers 0 while children live, the pid once one is dead, and ECHILD when there are none.
 */
#include "guest.h"

int main(void)
{
	int p[2], status = 12345;

	EXPECT_ERRNO(waitpid(-1, &status, WNOHANG), ECHILD);
	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		char c;
		EXPECT_OK(close(p[1]));
		EXPECT_EQ(read(p[0], &c, 1), 0);
		_exit(8);
	}
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	EXPECT_EQ(waitpid(-1, &status, WNOHANG), 0);
	EXPECT_EQ(status, 12345); /* untouched */
	EXPECT_OK(close(p[1]));

	pid_t got;
	while ((got = EXPECT_OK(waitpid(pid, &status, WNOHANG))) == 0)
		guest_pause_ms(1);
	EXPECT_EQ(got, pid);
	EXPECT(WIFEXITED(status));
	EXPECT_EQ(WEXITSTATUS(status), 8);
	EXPECT_ERRNO(waitpid(-1, &status, WNOHANG), ECHILD);
	return 0;
}
