/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An O_PATH descriptor names a file without opening it: no read or write, but fstat, openat and
 * exec of it.
 */
#include "guest.h"

int main(void)
{
	struct stat st;
	char c;

	guest_tmpdir();
	guest_write_file("f", "F", 0000);
	EXPECT_OK(mkdir("d", 0755));
	guest_write_file("d/in", "I", 0644);
	EXPECT_OK(symlink("f", "s"));

	int fd = EXPECT_OK(open("f", O_PATH));
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_size, 1);
	EXPECT_ERRNO(read(fd, &c, 1), EBADF);
	EXPECT_ERRNO(write(fd, &c, 1), EBADF);
	EXPECT_ERRNO(lseek(fd, 0, SEEK_CUR), EBADF);
	EXPECT_ERRNO(ftruncate(fd, 0), EBADF);
	EXPECT_ERRNO(fchmod(fd, 0644), EBADF);
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0), EBADF);
	EXPECT_EQ(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	EXPECT_OK(dup(fd));

	int dir = EXPECT_OK(open("d", O_PATH | O_DIRECTORY));
	EXPECT_OK(openat(dir, "in", O_RDONLY));
	char buf[512];
	EXPECT_ERRNO(syscall(SYS_getdents64, dir, buf, sizeof(buf)), EBADF);
	EXPECT_OK(fchdir(dir));
	EXPECT_OK(access("in", F_OK));
	EXPECT_OK(fchdir(EXPECT_OK(open("..", O_PATH))));

	int link = EXPECT_OK(open("s", O_PATH | O_NOFOLLOW)); /* the link itself */
	EXPECT_OK(fstat(link, &st));
	EXPECT(S_ISLNK(st.st_mode));
	EXPECT_EQ(readlinkat(link, "", buf, sizeof(buf)), 1);
	EXPECT_EQ(buf[0], 'f');
	EXPECT_OK(close(link));
	return 0;
}
