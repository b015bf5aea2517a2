/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select fills its three sets with what is ready, counts it, leaves the rest of the time, and
 * checks its arguments.
 */
#include "guest.h"

#include <sys/select.h>

int main(void)
{
	struct timeval tv = {5, 0}, bad = {-1, 0}, shortly = {0, 20000};
	fd_set r, w;
	int p[2], q[2];

	EXPECT_OK(pipe(p));
	EXPECT_OK(pipe(q));
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(p[0], &r);
	FD_SET(q[0], &r);
	FD_SET(p[1], &w);
	EXPECT_EQ(write(q[1], "x", 1), 1);
	EXPECT_EQ(select(100, &r, &w, NULL, &tv), 2);
	EXPECT(!FD_ISSET(p[0], &r));
	EXPECT(FD_ISSET(q[0], &r));
	EXPECT(FD_ISSET(p[1], &w));
	EXPECT(tv.tv_sec == 4 || tv.tv_sec == 5);

	FD_ZERO(&r);
	FD_SET(p[0], &r);
	int64_t start = guest_now_ns();
	EXPECT_EQ(select(p[0] + 1, &r, NULL, NULL, &shortly), 0);
	EXPECT(guest_now_ns() - start >= 20000000);
	EXPECT(!FD_ISSET(p[0], &r));
	EXPECT_EQ(shortly.tv_sec, 0);
	EXPECT_EQ(shortly.tv_usec, 0); /* Linux counts it down */

	FD_ZERO(&r);
	FD_SET(q[0], &r);
	EXPECT_EQ(select(q[0], &r, NULL, NULL, &shortly), 0); /* nfds does not reach it */
	EXPECT_OK(close(p[1]));
	FD_SET(p[0], &r);
	EXPECT_EQ(select(q[0], &r, NULL, NULL, NULL), 1); /* end of file is readable */

	FD_ZERO(&r);
	FD_SET(60, &r); /* not open */
	EXPECT_ERRNO(select(61, &r, NULL, NULL, &tv), EBADF);
	EXPECT_ERRNO(select(-1, &r, NULL, NULL, &tv), EINVAL);
	EXPECT_ERRNO(select(1, &r, NULL, NULL, &bad), EINVAL);
	EXPECT_ERRNO(syscall(SYS_select, 10, BAD_PTR, NULL, NULL, &tv), EFAULT);
	EXPECT_ERRNO(syscall(SYS_select, 10, &r, NULL, NULL, BAD_PTR), EFAULT);
	return 0;
}
