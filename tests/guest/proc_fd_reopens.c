/* SPDX-License-Identifier: Apache-2.0 */
/* Opening /proc/self/fd/N makes a new open file on the same pipe or file, with its own offset and
 * access mode. */
#include "guest.h"

#include <sys/socket.h>

static const char *fd_name(int fd)
{
	static char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return name;
}

int main(void)
{
	char buf[16];
	int p[2];

	EXPECT_OK(pipe(p));
	EXPECT_EQ(write(p[1], "one", 3), 3);
	int rd = EXPECT_OK(
		open(fd_name(p[0]), O_RDONLY)); /* waits for nobody, and sees what is there */
	int wr = EXPECT_OK(open(fd_name(p[0]), O_WRONLY)); /* even the other end */
	EXPECT_EQ(read(rd, buf, sizeof(buf)), 3);
	EXPECT_EQ(memcmp(buf, "one", 3), 0);
	EXPECT_OK(close(p[1]));
	EXPECT_OK(fcntl(rd, F_SETFL, O_NONBLOCK));
	EXPECT_ERRNO(read(rd, buf, 1), EAGAIN); /* wr still writes */
	EXPECT_EQ(write(wr, "two", 3), 3);
	EXPECT_OK(close(wr));
	EXPECT_EQ(read(p[0], buf, sizeof(buf)), 3);
	EXPECT_EQ(read(rd, buf, 1), 0); /* now nobody does */

	guest_tmpdir();
	guest_write_file("f", "abcdef", 0600);
	int fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_EQ(read(fd, buf, 3), 3);
	EXPECT_OK(unlink("f"));
	int again = EXPECT_OK(open(fd_name(fd), O_RDWR));
	EXPECT_EQ(read(again, buf, 6), 6); /* an offset of its own */
	EXPECT_EQ(buf[0], 'a');
	EXPECT_EQ(pwrite(again, "X", 1, 3), 1);
	EXPECT_EQ(read(fd, buf, 1), 1);
	EXPECT_EQ(buf[0], 'X');
	int cut = EXPECT_OK(open(fd_name(fd), O_WRONLY | O_TRUNC));
	EXPECT_EQ(lseek(again, 0, SEEK_END), 0);
	EXPECT_ERRNO(read(cut, buf, 1), EBADF);

	struct stat st;
	EXPECT_OK(lstat(fd_name(cut), &st));
	EXPECT_EQ(st.st_mode, S_IFLNK | 0300);
	EXPECT_OK(lstat(fd_name(fd), &st));
	EXPECT_EQ(st.st_mode, S_IFLNK | 0500);
	EXPECT_OK(lstat(fd_name(again), &st));
	EXPECT_EQ(st.st_mode, S_IFLNK | 0700);

	int s[2];
	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	EXPECT_ERRNO(open(fd_name(s[0]), O_RDWR), ENXIO);
	EXPECT_OK(close(s[0]));
	EXPECT_ERRNO(open(fd_name(s[0]), O_RDWR), ENOENT);
	return 0;
}
