/* SPDX-License-Identifier: Apache-2.0 */
/* poll tells POLLIN, POLLOUT, POLLHUP, POLLERR and POLLNVAL of pipes as they come about. */
#include "guest.h"

static short events(int fd, short ask)
{
	struct pollfd pfd = {.fd = fd, .events = ask};
	int n = EXPECT_OK(poll(&pfd, 1, 0));

	EXPECT_EQ(n, pfd.revents != 0);
	return pfd.revents;
}

int main(void)
{
	char buf[4096];
	int p[2];

	EXPECT_OK(pipe2(p, O_NONBLOCK));
	EXPECT_EQ(events(p[0], POLLIN), 0);
	EXPECT_EQ(events(p[1], POLLOUT), POLLOUT);
	EXPECT_EQ(write(p[1], "x", 1), 1);
	EXPECT_EQ(events(p[0], POLLIN | POLLRDNORM), POLLIN | POLLRDNORM);
	EXPECT_EQ(events(p[0], 0), 0);
	while (write(p[1], buf, sizeof(buf)) > 0)
		;
	EXPECT_EQ(events(p[1], POLLOUT), 0);
	while (read(p[0], buf, sizeof(buf)) > 0)
		;
	EXPECT_EQ(events(p[1], POLLOUT), POLLOUT);

	EXPECT_EQ(write(p[1], "x", 1), 1);
	EXPECT_OK(close(p[1]));
	EXPECT_EQ(events(p[0], POLLIN), POLLIN | POLLHUP);
	EXPECT_EQ(read(p[0], buf, 1), 1);
	EXPECT_EQ(events(p[0], POLLIN), POLLHUP);
	EXPECT_EQ(events(p[0], 0), POLLHUP); /* unasked */
	EXPECT_EQ(events(p[1], POLLIN), POLLNVAL);
	EXPECT_EQ(events(-1, POLLIN), 0);
	EXPECT_OK(close(p[0]));

	EXPECT_OK(pipe(p));
	EXPECT_OK(close(p[0]));
	EXPECT_EQ(events(p[1], POLLOUT), POLLOUT | POLLERR);
	EXPECT_EQ(events(p[1], 0), POLLERR);
	return 0;
}
