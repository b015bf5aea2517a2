/* SPDX-License-Identifier: Apache-2.0 */
/* read and write work when the buffer is a mapping of the very same file. */
#include "guest.h"

int main(void)
{
	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_OK(ftruncate(fd, 3 * 4096));
	EXPECT_EQ(pwrite(fd, "abcdefgh", 8, 0), 8);
	char *p = EXPECT_OK(mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));

	EXPECT_EQ(pwrite(fd, p, 8, 4096), 8);
	EXPECT(memcmp(p + 4096, "abcdefgh", 8) == 0);
	EXPECT_EQ(pread(fd, p + 8192, 8, 0), 8);
	EXPECT(memcmp(p + 8192, "abcdefgh", 8) == 0);
	EXPECT_EQ(pwrite(fd, p, 4096, 0), 4096); /* onto itself */
	EXPECT(memcmp(p, "abcdefgh", 8) == 0);

	/* A buffer that ends in nowhere: what fits, or EFAULT, never a crash. */
	EXPECT_OK(munmap(p + 8192, 4096));
	ssize_t n = pread(fd, p + 8192 - 4, 8, 0);
	EXPECT(n == 4 || (n == -1 && errno == EFAULT));
	n = pwrite(fd, p + 8192 - 4, 8, 0);
	EXPECT(n == 4 || (n == -1 && errno == EFAULT));
	EXPECT_ERRNO(pread(fd, p + 8192, 8, 0), EFAULT);
	return 0;
}
