/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shared file mapping reaches the file, is seen by pread, and msync refuses bad flags, addresses
 * and holes.
 */
#include "guest.h"

int main(void)
{
	char buf[5] = {0};

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_OK(ftruncate(fd, 8192));
	char *p = EXPECT_OK(mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));

	memcpy(p + 100, "data", 4);
	EXPECT_OK(msync(p, 8192, MS_SYNC));
	EXPECT_EQ(pread(fd, buf, 4, 100), 4);
	EXPECT_STR(buf, "data");
	EXPECT_OK(msync(p, 8192, MS_ASYNC));
	EXPECT_OK(msync(p, 8192, MS_SYNC | MS_INVALIDATE));
	EXPECT_OK(msync(p, 0, MS_SYNC));

	EXPECT_ERRNO(msync(p + 1, 4096, MS_SYNC), EINVAL);
	EXPECT_ERRNO(msync(p, 4096, MS_SYNC | MS_ASYNC), EINVAL);
	EXPECT_ERRNO(msync(p, 4096, 0x100), EINVAL);
	EXPECT_ERRNO(msync(p, SIZE_MAX - 8192, MS_SYNC), ENOMEM);
	EXPECT_OK(munmap(p + 4096, 4096));
	EXPECT_ERRNO(msync(p, 8192, MS_SYNC), ENOMEM);
	return 0;
}
