/* SPDX-License-Identifier: Apache-2.0 */
/*
 * F_SETLKW waits until the range is free, and EDEADLK refuses the wait that would close a circle.
 */
#include "guest.h"

static int lock(int fd, int cmd, short type, off_t start)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};

	return fcntl(fd, cmd, &fl);
}

int main(void)
{
	int p[2];
	char c;

	guest_tmpdir();
	guest_write_file("f", "", 0644);
	int fd = EXPECT_OK(open("f", O_RDWR));
	EXPECT_OK(pipe(p));

	EXPECT_OK(lock(fd, F_SETLK, F_WRLCK, 0));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(lock(fd, F_SETLK, F_WRLCK, 1));
		EXPECT_EQ(write(p[1], "x", 1), 1);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0) == 0 ? 0 : errno);
	}
	EXPECT_EQ(read(p[0], &c, 1), 1);
	/*
	 * The child waits for us or is about to, and we wait for it: whoever comes second is
	 * refused. Here that is us or, if it was slow, the child.
	 */
	if (lock(fd, F_SETLKW, F_WRLCK, 1) == -1) {
		EXPECT_EQ(errno, EDEADLK);
		EXPECT_OK(lock(fd, F_SETLK, F_UNLCK, 0));
		EXPECT_EXIT(pid, 0);
	} else {
		EXPECT_EXIT(pid, EDEADLK);
	}
	EXPECT_OK(lock(fd, F_SETLK, F_WRLCK, 0)); /* its death freed both */
	EXPECT_OK(lock(fd, F_SETLK, F_WRLCK, 1));
	return 0;
}
