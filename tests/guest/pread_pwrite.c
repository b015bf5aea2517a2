/* SPDX-License-Identifier: Apache-2.0 */
/* pread and pwrite work at their offset, leave the file offset alone, and refuse negative ones. */
#include "guest.h"

int main(void)
{
	char buf[16];

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_EQ(write(fd, "0123456789", 10), 10);
	EXPECT_EQ(pread(fd, buf, 4, 3), 4);
	EXPECT(memcmp(buf, "3456", 4) == 0);
	EXPECT_EQ(pwrite(fd, "AB", 2, 5), 2);
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 10);
	EXPECT_EQ(pread(fd, buf, 16, 0), 10);
	EXPECT(memcmp(buf, "01234AB789", 10) == 0);
	EXPECT_EQ(pread(fd, buf, 16, 10), 0);
	EXPECT_EQ(pread(fd, buf, 16, 1000), 0);
	EXPECT_EQ(pwrite(fd, "Z", 1, 100), 1); /* a hole between */
	EXPECT_EQ(pread(fd, buf, 16, 50), 16);
	for (int i = 0; i < 16; i++)
		EXPECT_EQ(buf[i], 0);
	EXPECT_ERRNO(pread(fd, buf, 1, -1), EINVAL);
	EXPECT_ERRNO(pwrite(fd, buf, 1, -1), EINVAL);
	EXPECT_ERRNO(pread(fd, BAD_PTR, 1, 0), EFAULT);
	EXPECT_ERRNO(pwrite(fd, BAD_PTR, 1, 0), EFAULT);
	EXPECT_EQ(pwrite(fd, buf, 1, INT64_MAX), -1);
	EXPECT(errno == EFBIG || errno == EINVAL); /* the file system's choice */

	int rd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_ERRNO(pwrite(rd, buf, 1, 0), EBADF);
	int dir = EXPECT_OK(open(".", O_RDONLY));
	EXPECT_ERRNO(pread(dir, buf, 1, 0), EISDIR);
	return 0;
}
