/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fallocate grows, keeps the size on demand, punches holes that read as zeroes, and refuses wrong
 * modes.
 */
#include "guest.h"

int main(void)
{
	char buf[8];
	struct stat st;

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	if (fallocate(fd, 0, 0, 10000) == -1 && errno == EOPNOTSUPP)
		SKIP("the file system has no fallocate");
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_size, 10000);
	EXPECT_EQ(pread(fd, buf, 8, 5000), 8);
	EXPECT(memcmp(buf, "\0\0\0\0\0\0\0\0", 8) == 0);
	EXPECT_OK(fallocate(fd, FALLOC_FL_KEEP_SIZE, 10000, 100000));
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_size, 10000);

	for (off_t o = 0; o < 10000; o += 8)
		EXPECT_EQ(pwrite(fd, "01234567", 8, o), 8);
	EXPECT_OK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 5000));
	EXPECT_EQ(pread(fd, buf, 8, 96), 8);
	EXPECT(memcmp(buf, "0123\0\0\0\0", 8) == 0);
	EXPECT_EQ(pread(fd, buf, 8, 5096), 8);
	EXPECT(memcmp(buf,
		      "\0\0\0\0"
		      "4567",
		      8) == 0);

	EXPECT_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 10), EOPNOTSUPP);
	EXPECT_ERRNO(fallocate(fd, 0, -1, 10), EINVAL);
	EXPECT_ERRNO(fallocate(fd, 0, 0, 0), EINVAL);
	EXPECT_ERRNO(fallocate(fd, 0x4000, 0, 10), EOPNOTSUPP);
	EXPECT_ERRNO(fallocate(fd, 0, INT64_MAX, INT64_MAX), EFBIG);
	EXPECT_ERRNO(fallocate(EXPECT_OK(open("f", O_RDONLY)), 0, 0, 10), EBADF);
	int p[2];
	EXPECT_OK(pipe(p));
	EXPECT_ERRNO(fallocate(p[1], 0, 0, 10), ESPIPE);
	return 0;
}
