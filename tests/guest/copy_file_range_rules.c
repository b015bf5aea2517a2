/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_file_range copies inside and between files and refuses overlaps, pipes, directories and
 * flags.
 */
#include "guest.h"

int main(void)
{
	char buf[32] = {0};
	off_t in_off = 2, out_off = 5;
	int p[2];

	guest_tmpdir();
	guest_write_file("f", "0123456789", 0644);
	int in = EXPECT_OK(open("f", O_RDWR));
	int out = EXPECT_OK(open("g", O_RDWR | O_CREAT, 0644));

	EXPECT_EQ(copy_file_range(in, &in_off, out, &out_off, 4, 0), 4);
	EXPECT_EQ(in_off, 6);
	EXPECT_EQ(out_off, 9);
	EXPECT_EQ(lseek(in, 0, SEEK_CUR), 0);
	EXPECT_EQ(pread(out, buf, 32, 0), 9);
	EXPECT(memcmp(buf,
		      "\0\0\0\0\0"
		      "2345",
		      9) == 0);
	EXPECT_EQ(copy_file_range(in, NULL, out, NULL, 100, 0), 10);
	EXPECT_EQ(lseek(in, 0, SEEK_CUR), 10);
	EXPECT_EQ(copy_file_range(in, NULL, out, NULL, 100, 0), 0);
	in_off = 0;
	out_off = 10;
	EXPECT_EQ(copy_file_range(in, &in_off, in, &out_off, 10, 0), 10);
	EXPECT_EQ(pread(in, buf, 32, 0), 20);
	EXPECT(memcmp(buf, "01234567890123456789", 20) == 0);

	in_off = 0;
	out_off = 5;
	EXPECT_ERRNO(copy_file_range(in, &in_off, in, &out_off, 10, 0), EINVAL); /* overlap */
	EXPECT_ERRNO(copy_file_range(in, NULL, out, NULL, 4, 1), EINVAL);
	EXPECT_OK(pipe(p));
	EXPECT_ERRNO(copy_file_range(in, NULL, p[1], NULL, 4, 0), EINVAL);
	int dir = EXPECT_OK(open(".", O_RDONLY));
	EXPECT_ERRNO(copy_file_range(dir, NULL, out, NULL, 4, 0), EISDIR);
	EXPECT_ERRNO(copy_file_range(in, NULL, EXPECT_OK(open("g", O_RDONLY)), NULL, 4, 0), EBADF);
	EXPECT_ERRNO(copy_file_range(in, NULL, -1, NULL, 4, 0), EBADF);
	return 0;
}
