/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splice moves bytes between a pipe and a file, tee copies them from pipe to pipe and leaves them
 * there.
 */
#include "guest.h"

int main(void)
{
	char buf[16];
	int p[2], q[2];
	off_t off = 2;

	guest_tmpdir();
	guest_write_file("f", "0123456789", 0644);
	int in = EXPECT_OK(open("f", O_RDONLY));
	int out = EXPECT_OK(open("g", O_RDWR | O_CREAT, 0644));
	EXPECT_OK(pipe(p));
	EXPECT_OK(pipe2(q, O_NONBLOCK));

	EXPECT_EQ(splice(in, &off, p[1], NULL, 6, 0), 6);
	EXPECT_EQ(off, 8);
	EXPECT_EQ(tee(p[0], q[1], 4, 0), 4);
	EXPECT_EQ(read(q[0], buf, sizeof(buf)), 4);
	EXPECT(memcmp(buf, "2345", 4) == 0);
	EXPECT_EQ(splice(p[0], NULL, out, NULL, 100, 0), 6); /* tee took nothing away */
	EXPECT_EQ(pread(out, buf, sizeof(buf), 0), 6);
	EXPECT(memcmp(buf, "234567", 6) == 0);
	EXPECT_EQ(write(p[1], "pipe", 4), 4);
	EXPECT_EQ(splice(p[0], NULL, q[1], NULL, 100, 0), 4);
	EXPECT_EQ(read(q[0], buf, sizeof(buf)), 4);

	EXPECT_ERRNO(splice(q[0], NULL, out, NULL, 4, SPLICE_F_NONBLOCK), EAGAIN);
	EXPECT_ERRNO(tee(q[0], p[1], 4, SPLICE_F_NONBLOCK), EAGAIN);
	EXPECT_ERRNO(splice(in, NULL, out, NULL, 4, 0), EINVAL); /* no pipe in it */
	EXPECT_ERRNO(splice(p[0], &off, out, NULL, 4, 0), ESPIPE);
	EXPECT_ERRNO(tee(in, p[1], 4, 0), EINVAL);
	EXPECT_ERRNO(splice(-1, NULL, p[1], NULL, 4, 0), EBADF);
	EXPECT_ERRNO(splice(in, BAD_PTR, p[1], NULL, 4, 0), EFAULT);
	EXPECT_EQ(splice(in, NULL, p[1], NULL, 0, 0), 0);
	EXPECT_OK(close(p[1]));
	EXPECT_EQ(splice(p[0], NULL, out, NULL, 4, 0), 0);

	int v[2];
	struct iovec iov[2] = {{"ab", 2}, {"cd", 2}};
	EXPECT_OK(pipe(v));
	EXPECT_EQ(vmsplice(v[1], iov, 2, 0), 4);
	EXPECT_EQ(read(v[0], buf, sizeof(buf)), 4);
	EXPECT(memcmp(buf, "abcd", 4) == 0);
	return 0;
}
