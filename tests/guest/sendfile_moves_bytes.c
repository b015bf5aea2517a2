/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sendfile copies from a file to a file, pipe or socket, with or without moving the source's
 * offset.
 */
#include "guest.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

int main(void)
{
	char buf[32];
	int p[2], s[2];
	off_t off = 3;

	guest_tmpdir();
	guest_write_file("f", "0123456789", 0644);
	int in = EXPECT_OK(open("f", O_RDONLY));
	int out = EXPECT_OK(open("g", O_RDWR | O_CREAT, 0644));
	EXPECT_OK(pipe(p));
	EXPECT_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));

	EXPECT_EQ(sendfile(out, in, &off, 4), 4);
	EXPECT_EQ(off, 7);
	EXPECT_EQ(lseek(in, 0, SEEK_CUR), 0);
	EXPECT_EQ(sendfile(p[1], in, NULL, 5), 5);
	EXPECT_EQ(lseek(in, 0, SEEK_CUR), 5);
	EXPECT_EQ(sendfile(s[1], in, NULL, 100), 5); /* up to the end */
	EXPECT_EQ(sendfile(s[1], in, NULL, 100), 0);
	EXPECT_EQ(pread(out, buf, 8, 0), 4);
	EXPECT(memcmp(buf, "3456", 4) == 0);
	EXPECT_EQ(read(p[0], buf, 32), 5);
	EXPECT(memcmp(buf, "01234", 5) == 0);
	EXPECT_EQ(read(s[0], buf, 32), 5);
	EXPECT(memcmp(buf, "56789", 5) == 0);

	off = -1;
	EXPECT_ERRNO(sendfile(out, in, &off, 4), EINVAL);
	EXPECT_ERRNO(sendfile(out, in, BAD_PTR, 4), EFAULT);
	EXPECT_ERRNO(sendfile(in, in, NULL, 4), EBADF); /* not open for writing */
	EXPECT_ERRNO(sendfile(out, -1, NULL, 4), EBADF);
	off = 0;
	EXPECT_ERRNO(sendfile(out, p[0], &off, 4), ESPIPE);
	int app = EXPECT_OK(open("g", O_WRONLY | O_APPEND));
	EXPECT_ERRNO(sendfile(app, in, &off, 4), EINVAL);
	return 0;
}
