/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lseek moves by SET, CUR and END also past the end, and refuses negative results and unknown
 * whences.
 */
#include "guest.h"

int main(void)
{
	guest_tmpdir();
	guest_write_file("f", "0123456789", 0644);
	int fd = EXPECT_OK(open("f", O_RDWR));
	char c;

	EXPECT_EQ(lseek(fd, 4, SEEK_SET), 4);
	EXPECT_EQ(lseek(fd, 3, SEEK_CUR), 7);
	EXPECT_EQ(lseek(fd, -2, SEEK_CUR), 5);
	EXPECT_EQ(lseek(fd, -1, SEEK_END), 9);
	EXPECT_EQ(read(fd, &c, 1), 1);
	EXPECT_EQ(c, '9');
	EXPECT_EQ(lseek(fd, 100, SEEK_END), 110);
	EXPECT_EQ(read(fd, &c, 1), 0);

	EXPECT_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	EXPECT_ERRNO(lseek(fd, -111, SEEK_CUR), EINVAL);
	EXPECT_ERRNO(lseek(fd, -11, SEEK_END), EINVAL);
	EXPECT_ERRNO(lseek(fd, 0, 77), EINVAL);
	EXPECT_ERRNO(lseek(fd, INT64_MIN, SEEK_SET), EINVAL);
	EXPECT_EQ(lseek(fd, INT64_MAX, SEEK_CUR) < 0, 1); /* EOVERFLOW or EINVAL */
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 110);           /* nothing moved */
	EXPECT_ERRNO(lseek(-1, 0, SEEK_SET), EBADF);
	struct stat st;
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_size, 10);
	return 0;
}
