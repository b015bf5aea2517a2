/* SPDX-License-Identifier: Apache-2.0 */
/* Above RLIMIT_NOFILE every call that makes a descriptor answers EMFILE and leaks nothing. */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

int main(void)
{
	struct rlimit lim;
	int p[2], last = -1, fd;

	EXPECT_OK(getrlimit(RLIMIT_NOFILE, &lim));
	lim.rlim_cur = 32;
	EXPECT_OK(setrlimit(RLIMIT_NOFILE, &lim));
	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		last = fd;
	EXPECT_EQ(errno, EMFILE);
	EXPECT_EQ(last, 31);
	EXPECT_ERRNO(dup(0), EMFILE);
	EXPECT_ERRNO(pipe(p), EMFILE);
	EXPECT_ERRNO(socket(AF_UNIX, SOCK_STREAM, 0), EMFILE);
	EXPECT_ERRNO(eventfd(0, 0), EMFILE);
	EXPECT_ERRNO(epoll_create1(0), EMFILE);
	EXPECT_ERRNO(memfd_create("x", 0), EMFILE);
	EXPECT_ERRNO(fcntl(0, F_DUPFD, 0), EMFILE);
	EXPECT_ERRNO(fcntl(0, F_DUPFD, 32), EINVAL);
	EXPECT_ERRNO(dup2(0, 32), EBADF);

	EXPECT_OK(close(31));
	EXPECT_ERRNO(pipe(p), EMFILE); /* needs two: takes none */
	EXPECT_EQ(open("/dev/null", O_RDONLY), 31);

	/* A descriptor above a lowered limit goes on working. */
	lim.rlim_cur = 10;
	EXPECT_OK(setrlimit(RLIMIT_NOFILE, &lim));
	char c;
	EXPECT_EQ(read(31, &c, 1), 0);
	EXPECT_OK(close(5));
	EXPECT_EQ(open("/dev/null", O_RDONLY), 5);
	return 0;
}
