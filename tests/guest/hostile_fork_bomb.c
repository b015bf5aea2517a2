/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fork bomb meets RLIMIT_NPROC: fork answers EAGAIN, the bomb's user can be cleared away with one
 * kill, and the limit is free again afterwards.
 */
#include "guest.h"

#include <sched.h>
#include <sys/prctl.h>

#define MOST 120

static void become(uid_t uid)
{
	struct rlimit l = {MOST, MOST};

	setpgid(0, 0);
	if (setrlimit(RLIMIT_NPROC, &l) || setresuid(uid, uid, uid))
		_exit(2);
}

/* Every copy forks for ever; whoever is refused says so. */
static void bomb(uid_t uid, int tell)
{
	bool told = false;

	become(uid);
	for (;;) {
		pid_t pid = fork();

		if (pid < 0 && errno != EAGAIN)
			_exit(4);
		if (pid < 0 && !told)
			told = write(tell, "x", 1) == 1;
		if (pid < 0)
			sched_yield();
	}
}

static void sweep(uid_t uid)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		if (setresuid(uid, uid, uid))
			_exit(2);
		kill(-1, SIGKILL);
		_exit(0);
	}
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	EXPECT_EQ(errno, ECHILD);
}

int main(void)
{
	if (getuid() != 0)
		SKIP("needs root, to give the bomb a user id of its own");
	uid_t uid = 200000 + (uid_t)getpid();
	int p[2];
	char c;

	EXPECT_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	EXPECT_OK(pipe(p));
	for (int round = 0; round < 3; round++) {
		pid_t pid = guest_fork();
		if (pid == 0)
			bomb(uid, p[1]);
		for (int refused = 0; refused < 10; refused++)
			EXPECT_EQ(read(p[0], &c, 1), 1);
		sweep(uid);
		EXPECT_OK(fcntl(p[0], F_SETFL, O_NONBLOCK));
		while (read(p[0], &c, 1) == 1)
			;
		EXPECT_OK(fcntl(p[0], F_SETFL, 0));
		pid = guest_fork();
		if (pid == 0) { /* the limit counts processes, not history */
			become(uid);
			pid_t child = fork();
			if (child == 0)
				_exit(0);
			_exit(child > 0 && waitpid(child, NULL, 0) == child ? 0 : 5);
		}
		EXPECT_EXIT(pid, 0);
	}
	return 0;
}
