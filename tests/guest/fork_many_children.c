/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hundred children live at once, all are waited for with their own status, and pids are not
 * reused meanwhile.
 */
#include "guest.h"

#define N 100

int main(void)
{
	pid_t pids[N];
	bool seen[N] = {false};
	int p[2], status;

	EXPECT_OK(pipe(p));
	for (int i = 0; i < N; i++) {
		pids[i] = guest_fork();
		if (pids[i] == 0) {
			char c;
			EXPECT_OK(close(p[1]));
			EXPECT_EQ(read(p[0], &c, 1), 0);
			_exit(i);
		}
		for (int k = 0; k < i; k++)
			EXPECT(pids[k] != pids[i]);
	}
	EXPECT_OK(close(p[1]));
	for (int i = 0; i < N; i++) {
		pid_t pid = EXPECT_OK(wait(&status));
		EXPECT(WIFEXITED(status));
		int k = WEXITSTATUS(status);
		EXPECT(k < N && pids[k] == pid && !seen[k]);
		seen[k] = true;
	}
	EXPECT_ERRNO(wait(&status), ECHILD);
	return 0;
}
