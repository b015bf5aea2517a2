/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open file description locks conflict between two opens of one process and survive a close of
 * another.
 */
#include "guest.h"

static int try(int fd, short type, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	return fcntl(fd, F_OFD_SETLK, &fl);
}

int main(void)
{
	struct flock fl = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 100};

	guest_tmpdir();
	guest_write_file("f", "", 0644);
	int a = EXPECT_OK(open("f", O_RDWR));
	int b = EXPECT_OK(open("f", O_RDWR));

	EXPECT_OK(try(a, F_WRLCK, 0, 10));
	EXPECT_ERRNO(try(b, F_WRLCK, 5, 10), EAGAIN);
	EXPECT_OK(try(b, F_WRLCK, 10, 10));
	EXPECT_OK(fcntl(b, F_OFD_GETLK, &fl));
	EXPECT_EQ(fl.l_type, F_WRLCK);
	EXPECT_EQ(fl.l_start, 0);
	EXPECT_EQ(fl.l_len, 10);
	EXPECT_EQ(fl.l_pid, -1);

	EXPECT_OK(close(EXPECT_OK(open("f", O_RDWR))));
	EXPECT_ERRNO(try(b, F_WRLCK, 5, 1), EAGAIN); /* still held */
	fl = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 1};
	EXPECT_ERRNO(fcntl(b, F_SETLK, &fl), EAGAIN); /* against classic ones too */

	pid_t pid = guest_fork();
	if (pid == 0) { /* the child shares the open file and the lock */
		EXPECT_OK(try(a, F_WRLCK, 0, 10));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(try(b, F_WRLCK, 5, 1), EAGAIN);
	EXPECT_OK(close(a));
	EXPECT_OK(try(b, F_WRLCK, 5, 1));
	fl.l_pid = 5;
	EXPECT_ERRNO(fcntl(b, F_OFD_SETLK, &fl), EINVAL);
	return 0;
}
