/* SPDX-License-Identifier: Apache-2.0 */
/* exec closes what is marked FD_CLOEXEC and keeps everything else open at its offset. */
#include "guest.h"

static int inside(void)
{
	char c;

	EXPECT_ERRNO(fcntl(50, F_GETFD), EBADF);
	EXPECT_ERRNO(fcntl(51, F_GETFD), EBADF);
	EXPECT_EQ(fcntl(52, F_GETFD), 0);
	EXPECT_EQ(read(52, &c, 1), 1);
	EXPECT_EQ(c, 'c'); /* the offset came along */
	return 0;
}

int main(int argc, char **argv)
{
	char buf[2];

	(void)argv;
	if (argc > 1)
		return inside();
	guest_tmpdir();
	guest_write_file("f", "abcd", 0644);
	pid_t pid = guest_fork();
	if (pid == 0) {
		int a = EXPECT_OK(open("f", O_RDONLY | O_CLOEXEC));
		EXPECT_OK(dup3(a, 50, O_CLOEXEC));
		EXPECT_OK(dup2(a, 51));
		EXPECT_OK(fcntl(51, F_SETFD, FD_CLOEXEC));
		EXPECT_OK(dup2(a, 52)); /* the copy does not inherit the flag */
		EXPECT_EQ(read(a, buf, 2), 2);

		/* A failed exec closes nothing. */
		EXPECT_ERRNO(execl("nonexistent", "x", (char *)NULL), ENOENT);
		EXPECT_EQ(fcntl(50, F_GETFD), FD_CLOEXEC);

		execl(guest_self(), "x", "inside", (char *)NULL);
		DIE("exec");
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
