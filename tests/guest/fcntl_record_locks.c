/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record locks belong to a process: ranges conflict, split and join, F_GETLK names the holder, any
 * close drops them.
 */
#include "guest.h"

static int try(int fd, short type, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	return fcntl(fd, F_SETLK, &fl);
}

static void other_process(int fd, pid_t holder)
{
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};

	EXPECT_OK(fcntl(fd, F_GETLK, &fl));
	EXPECT_EQ(fl.l_type, F_WRLCK);
	EXPECT_EQ(fl.l_start, 0);
	EXPECT_EQ(fl.l_len, 40); /* the first piece: 40..60 was unlocked */
	EXPECT_EQ(fl.l_pid, holder);
	EXPECT_EQ(try(fd, F_RDLCK, 0, 10), -1);
	EXPECT(errno == EAGAIN || errno == EACCES);
	EXPECT_OK(try(fd, F_WRLCK, 40, 20)); /* the hole */
	EXPECT_ERRNO(try(fd, F_WRLCK, 59, 2), EAGAIN);
	EXPECT_OK(try(fd, F_RDLCK, 200, 10)); /* shared with the parent */
	EXPECT_ERRNO(try(fd, F_WRLCK, 200, 10), EAGAIN);
	EXPECT_OK(try(fd, F_WRLCK, 1000, 0)); /* to the end of everything */
	fl.l_type = F_WRLCK;
	fl.l_start = 500;
	fl.l_len = 10;
	EXPECT_OK(fcntl(fd, F_GETLK, &fl));
	EXPECT_EQ(fl.l_type, F_UNLCK); /* free */
	_exit(0);
}

int main(void)
{
	guest_tmpdir();
	guest_write_file("f", "", 0644);
	int fd = EXPECT_OK(open("f", O_RDWR));
	EXPECT_OK(try(fd, F_WRLCK, 0, 100));
	EXPECT_OK(try(fd, F_UNLCK, 40, 20));
	EXPECT_OK(try(fd, F_RDLCK, 200, 10));
	pid_t me = getpid();
	pid_t pid = guest_fork();
	if (pid == 0)
		other_process(fd, me);
	EXPECT_EXIT(pid, 0);

	EXPECT_OK(close(EXPECT_OK(open("f", O_RDONLY)))); /* any close of the file drops all */
	pid = guest_fork();
	if (pid == 0)
		_exit(try(fd, F_WRLCK, 0, 0) == 0 ? 0 : 1);
	EXPECT_EXIT(pid, 0);

	struct flock bad = {.l_type = 77, .l_whence = SEEK_SET};
	EXPECT_ERRNO(fcntl(fd, F_SETLK, &bad), EINVAL);
	EXPECT_ERRNO(try(fd, F_WRLCK, -1, 10), EINVAL);
	EXPECT_ERRNO(fcntl(fd, F_SETLK, BAD_PTR), EFAULT);
	int rd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_ERRNO(try(rd, F_WRLCK, 0, 1), EBADF);
	EXPECT_OK(try(rd, F_RDLCK, 0, 1));
	return 0;
}
