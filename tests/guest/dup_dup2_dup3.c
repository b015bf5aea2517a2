/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dup gives the lowest free number, dup2 a chosen one, dup3 with O_CLOEXEC; wrong numbers and
 * flags are refused.
 */
#include "guest.h"

int main(void)
{
	int p[2];
	char c;

	EXPECT_OK(pipe(p));
	int low = EXPECT_OK(dup(p[0]));
	int next = EXPECT_OK(dup(p[0]));
	EXPECT(next > low);
	EXPECT_OK(close(low));
	EXPECT_EQ(dup(p[0]), low); /* the lowest again */
	EXPECT_EQ(fcntl(low, F_GETFD), 0);

	EXPECT_EQ(dup2(p[1], 100), 100);
	EXPECT_EQ(write(100, "x", 1), 1);
	EXPECT_EQ(read(low, &c, 1), 1);
	EXPECT_EQ(dup2(p[0], 100), 100); /* closes the old one silently */
	EXPECT_ERRNO(write(100, "x", 1), EBADF);
	EXPECT_EQ(dup2(100, 100), 100);
	EXPECT_EQ(dup3(p[0], 101, O_CLOEXEC), 101);
	EXPECT_EQ(fcntl(101, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(dup2(101, 102), 102);
	EXPECT_EQ(fcntl(102, F_GETFD), 0); /* the flag is not copied */
	EXPECT_EQ(dup2(101, 101), 101);
	EXPECT_EQ(fcntl(101, F_GETFD), FD_CLOEXEC); /* nor cleared by nothing */

	EXPECT_ERRNO(dup(999), EBADF);
	EXPECT_ERRNO(dup(-1), EBADF);
	EXPECT_ERRNO(dup2(999, 5), EBADF);
	EXPECT_ERRNO(dup2(999, 999), EBADF);
	EXPECT_ERRNO(dup2(p[0], -1), EBADF);
	EXPECT_ERRNO(dup2(p[0], 1 << 30), EBADF);
	EXPECT_ERRNO(dup3(p[0], p[0], 0), EINVAL);
	EXPECT_ERRNO(dup3(p[0], 5, O_NONBLOCK), EINVAL);
	return 0;
}
