/* SPDX-License-Identifier: Apache-2.0 */
/* PR_SET_PDEATHSIG sends its signal when the parent dies; fork does not inherit it. */
#include "guest.h"

#include <sys/prctl.h>

int main(void)
{
	int p[2], sig = -1;
	char c;

	EXPECT_OK(pipe(p));
	pid_t middle = guest_fork();
	if (middle == 0) {
		int ready[2];

		EXPECT_OK(pipe(ready));
		pid_t parent = getpid();
		if (guest_fork() == 0) {
			sigset_t set;
			siginfo_t si;

			sigemptyset(&set);
			sigaddset(&set, SIGUSR1);
			EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
			EXPECT_OK(prctl(PR_SET_PDEATHSIG, SIGUSR1));
			EXPECT_OK(prctl(PR_GET_PDEATHSIG, &sig));
			EXPECT_EQ(sig, SIGUSR1);
			EXPECT_EQ(write(ready[1], "r", 1), 1);
			EXPECT_EQ(sigwaitinfo(&set, &si), SIGUSR1);
			EXPECT(getppid() != parent);
			EXPECT_EQ(write(p[1], "k", 1), 1);
			_exit(0);
		}
		EXPECT_EQ(read(ready[0], &c, 1), 1);
		_exit(0);
	}
	EXPECT_OK(close(p[1]));
	EXPECT_EXIT(middle, 0);
	EXPECT_EQ(read(p[0], &c, 1), 1);

	EXPECT_OK(prctl(PR_SET_PDEATHSIG, SIGUSR2));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(prctl(PR_GET_PDEATHSIG, &sig));
		EXPECT_EQ(sig, 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(prctl(PR_SET_PDEATHSIG, 0));
	EXPECT_ERRNO(prctl(PR_SET_PDEATHSIG, 65), EINVAL);
	EXPECT_ERRNO(prctl(PR_SET_PDEATHSIG, -1), EINVAL);
	return 0;
}
