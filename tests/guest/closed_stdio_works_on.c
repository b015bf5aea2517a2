/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program whose descriptors 0, 1 and 2 are closed goes on; the next open takes the lowest
 * number, also over exec.
 */
#include "guest.h"

static int inside(void)
{
	EXPECT_ERRNO(fcntl(0, F_GETFD), EBADF);
	EXPECT_ERRNO(write(1, "x", 1), EBADF);
	EXPECT_EQ(open("/dev/null", O_RDWR), 0);
	EXPECT_EQ(open("/dev/null", O_RDWR), 1);
	return 9;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return inside();
	guest_self();
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(close(0));
		EXPECT_OK(close(1));
		EXPECT_OK(close(2));
		int p[2];
		if (pipe(p) == -1 || p[0] != 0 || p[1] != 1)
			_exit(1);
		if (close(0) == -1 || close(1) == -1)
			_exit(2);
		if (printf("nowhere\n") < 0 || fflush(stdout) == 0)
			_exit(3);
		execl(guest_self(), "x", "inside", (char *)NULL);
		_exit(4);
	}
	EXPECT_EXIT(pid, 9);
	return 0;
}
