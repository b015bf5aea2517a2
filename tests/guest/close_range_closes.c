/* SPDX-License-Identifier: Apache-2.0 */
/*
 * close_range closes or marks every number between its two, and refuses a wrong order and unknown
 * flags.
 */
#include "guest.h"

int main(void)
{
	for (int i = 100; i < 110; i++)
		EXPECT_EQ(dup2(0, i), i);
	if (close_range(102, 103, 0) == -1 && errno == ENOSYS)
		SKIP("no close_range here");
	EXPECT_OK(fcntl(101, F_GETFD));
	EXPECT_ERRNO(fcntl(102, F_GETFD), EBADF);
	EXPECT_ERRNO(fcntl(103, F_GETFD), EBADF);
	EXPECT_OK(fcntl(104, F_GETFD));
	EXPECT_OK(close_range(102, 105, CLOSE_RANGE_CLOEXEC));
	EXPECT_EQ(fcntl(104, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(106, F_GETFD), 0);
	EXPECT_OK(close_range(106, ~0u, 0));
	EXPECT_ERRNO(fcntl(109, F_GETFD), EBADF);
	EXPECT_OK(close_range(50000, 60000, 0)); /* none there: fine */
	EXPECT_ERRNO(close_range(5, 4, 0), EINVAL);
	EXPECT_ERRNO(close_range(500, 501, 0x80), EINVAL);
	EXPECT_OK(fcntl(100, F_GETFD));

	EXPECT_ERRNO(close(109), EBADF);
	EXPECT_ERRNO(close(-1), EBADF);
	EXPECT_ERRNO(close(1 << 30), EBADF);
	return 0;
}
