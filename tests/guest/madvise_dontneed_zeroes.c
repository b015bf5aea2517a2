/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MADV_DONTNEED makes private anonymous pages zero again and a private file page show the file
 * again.
 */
#include "guest.h"

int main(void)
{
	char *p = EXPECT_OK(
		mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	memset(p, 5, 3 * 4096);
	EXPECT_OK(madvise(p + 4096, 4096, MADV_DONTNEED));
	EXPECT_EQ(p[4095], 5);
	EXPECT_EQ(p[4096], 0);
	EXPECT_EQ(p[8191], 0);
	EXPECT_EQ(p[8192], 5);
	p[4096] = 6;
	EXPECT_EQ(p[4096], 6);

	guest_tmpdir();
	guest_write_file("f", "file", 0644);
	int fd = EXPECT_OK(open("f", O_RDONLY));
	char *q = EXPECT_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	q[0] = 'x';
	EXPECT_OK(madvise(q, 4096, MADV_DONTNEED));
	EXPECT(memcmp(q, "file", 4) == 0);

	EXPECT_OK(madvise(p, 4096, MADV_WILLNEED));
	EXPECT_OK(madvise(p, 4096, MADV_SEQUENTIAL));
	EXPECT_ERRNO(madvise(p + 1, 4096, MADV_DONTNEED), EINVAL);
	EXPECT_ERRNO(madvise(p, 4096, 12345), EINVAL);
	EXPECT_OK(madvise(p, 0, MADV_DONTNEED));
	EXPECT_OK(munmap(p + 4096, 4096));
	EXPECT_ERRNO(madvise(p, 3 * 4096, MADV_DONTNEED), ENOMEM);
	EXPECT_EQ(p[8192], 0); /* yet the mapped parts were dropped */
	return 0;
}
