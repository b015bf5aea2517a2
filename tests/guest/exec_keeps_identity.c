/* SPDX-License-Identifier: Apache-2.0 */
/* exec keeps pid, parent, group, session, umask, directory, limits and the remaining alarm. */
#include "guest.h"

static int inside(char **argv)
{
	struct rlimit lim;
	char cwd[256], now[256];

	snprintf(now, sizeof(now), "%d %d %d %d", getpid(), getppid(), getpgrp(), getsid(0));
	EXPECT_STR(now, argv[1]);
	EXPECT_EQ(umask(0), 031);
	EXPECT(getcwd(cwd, sizeof(cwd)) != NULL);
	EXPECT_STR(cwd, "/usr");
	EXPECT_OK(getrlimit(RLIMIT_NOFILE, &lim));
	EXPECT_EQ(lim.rlim_cur, 100);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return inside(argv);

	guest_self();
	pid_t pid = guest_fork();
	if (pid == 0) {
		struct rlimit lim;
		char now[256];

		umask(031);
		EXPECT_OK(chdir("/usr"));
		EXPECT_OK(getrlimit(RLIMIT_NOFILE, &lim));
		lim.rlim_cur = 100;
		EXPECT_OK(setrlimit(RLIMIT_NOFILE, &lim));
		snprintf(now, sizeof(now), "%d %d %d %d", getpid(), getppid(), getpgrp(),
			 getsid(0));
		execl(guest_self(), "x", now, (char *)NULL);
		DIE("exec");
	}
	EXPECT_EXIT(pid, 0);

	/* An alarm set before exec rings after it; the default action ends the program. */
	pid = guest_fork();
	if (pid == 0) {
		signal(SIGALRM, SIG_DFL);
		alarm(1);
		execl("/bin/sleep", "sleep", "25", (char *)NULL);
		DIE("exec");
	}
	EXPECT_KILLED(pid, SIGALRM);
	return 0;
}
