/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readv and writev go through their buffers in order, stop short at a bad one, and refuse wild
 * counts and lengths.
 */
#include "guest.h"

int main(void)
{
	char a[4] = {0}, b[3] = {0}, c[10] = {0};
	struct iovec out[3] = {{"one", 3}, {"", 0}, {"-two-three", 10}};
	struct iovec in[3] = {{a, 4}, {b, 3}, {c, 10}};
	volatile int negative_count = -1, many = 1025;
	int p[2];

	EXPECT_OK(pipe2(p, O_NONBLOCK));
	EXPECT_EQ(writev(p[1], out, 3), 13);
	EXPECT_EQ(readv(p[0], in, 3), 13);
	EXPECT(memcmp(a, "one-", 4) == 0);
	EXPECT(memcmp(b, "two", 3) == 0);
	EXPECT_STR(c, "-three");

	EXPECT_EQ(writev(p[1], out, 0), 0);
	EXPECT_ERRNO(writev(p[1], out, negative_count), EINVAL);
	EXPECT_ERRNO(writev(p[1], out, many), EINVAL);
	EXPECT_ERRNO(readv(p[0], BAD_PTR, 1), EFAULT);
	struct iovec negative[1] = {{a, (size_t)-1}};
	EXPECT_ERRNO(writev(p[1], negative, 1), EINVAL);
	struct iovec wild[2] = {{"ok", 2}, {BAD_PTR, 5}};
	ssize_t n = writev(p[1], wild, 2);
	EXPECT(n == 2 || (n == -1 && errno == EFAULT)); /* partial or nothing */
	struct iovec only_wild[1] = {{BAD_PTR, 5}};
	EXPECT_ERRNO(writev(p[1], only_wild, 1), EFAULT);
	EXPECT_ERRNO(readv(p[1], in, 1), EBADF);

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_EQ(pwritev(fd, out, 3, 100), 13);
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 0);
	EXPECT_EQ(preadv(fd, in, 2, 101), 7);
	EXPECT(memcmp(a, "ne-t", 4) == 0);
	EXPECT_EQ(pwritev2(fd, out, 1, -1, RWF_APPEND), 3);
	EXPECT_EQ(lseek(fd, 0, SEEK_END), 116);
	EXPECT_ERRNO(preadv(fd, in, 1, -1), EINVAL);
	EXPECT_ERRNO(preadv2(fd, in, 1, 0, 0x40000000), EOPNOTSUPP);
	return 0;
}
