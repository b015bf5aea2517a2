/* SPDX-License-Identifier: Apache-2.0 */
/* ftruncate cuts and grows with zeroes; a sparse file reads as zeroes and takes few blocks. */
#include "guest.h"

int main(void)
{
	char buf[16];
	struct stat st;

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_EQ(write(fd, "0123456789", 10), 10);
	EXPECT_OK(ftruncate(fd, 4));
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 10); /* the offset stays */
	EXPECT_OK(ftruncate(fd, 8));
	EXPECT_EQ(pread(fd, buf, 16, 0), 8);
	EXPECT(memcmp(buf, "0123\0\0\0\0", 8) == 0); /* what was cut off does not come back */
	EXPECT_EQ(write(fd, "Z", 1), 1);
	EXPECT_EQ(pread(fd, buf, 16, 0), 11);
	EXPECT(memcmp(buf + 8, "\0\0Z", 3) == 0);

	EXPECT_OK(ftruncate(fd, 1LL << 32));
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_size, 1LL << 32);
	EXPECT(st.st_blocks < 1000);
	EXPECT_EQ(pread(fd, buf, 16, 3LL << 30), 16);
	for (int i = 0; i < 16; i++)
		EXPECT_EQ(buf[i], 0);
	EXPECT_OK(truncate("f", 1));
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_size, 1);

	EXPECT_ERRNO(ftruncate(fd, -1), EINVAL);
	EXPECT_ERRNO(truncate("f", -1), EINVAL);
	EXPECT_ERRNO(truncate("none", 0), ENOENT);
	EXPECT_ERRNO(truncate(".", 0), EISDIR);
	EXPECT_ERRNO(ftruncate(EXPECT_OK(open("f", O_RDONLY)), 0), EINVAL);
	int p[2];
	EXPECT_OK(pipe(p));
	EXPECT_ERRNO(ftruncate(p[1], 0), EINVAL);
	return 0;
}
