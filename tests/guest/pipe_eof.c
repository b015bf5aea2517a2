/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipe delivers bytes in order; read answers 0 once all writers are gone and the pipe is empty.
 */
#include "guest.h"

int main(void)
{
	int p[2];
	char buf[16];

	EXPECT_OK(pipe(p));
	EXPECT_EQ(write(p[1], "hello", 5), 5);
	EXPECT_EQ(write(p[1], "world", 5), 5);
	EXPECT_EQ(read(p[0], buf, 3), 3);
	EXPECT(memcmp(buf, "hel", 3) == 0);
	EXPECT_EQ(read(p[0], buf, sizeof(buf)), 7);
	EXPECT(memcmp(buf, "loworld", 7) == 0);

	int copy = EXPECT_OK(dup(p[1]));
	EXPECT_EQ(write(p[1], "x", 1), 1);
	EXPECT_OK(close(p[1]));
	EXPECT_EQ(write(copy, "y", 1), 1); /* a writer is left */
	EXPECT_OK(close(copy));
	EXPECT_EQ(read(p[0], buf, sizeof(buf)), 2); /* what was written before */
	EXPECT_EQ(read(p[0], buf, sizeof(buf)), 0);
	EXPECT_EQ(read(p[0], buf, sizeof(buf)), 0);

	/* A blocked reader is woken by the end of the last writer. */
	EXPECT_OK(close(p[0]));
	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(20);
		_exit(0);
	}
	EXPECT_OK(close(p[1]));
	EXPECT_EQ(read(p[0], buf, sizeof(buf)), 0);
	EXPECT_EXIT(pid, 0);

	EXPECT_EQ(read(p[0], buf, 0), 0);
	EXPECT_ERRNO(write(p[0], "x", 1), EBADF);
	EXPECT_ERRNO(lseek(p[0], 0, SEEK_CUR), ESPIPE);
	EXPECT_ERRNO(pread(p[0], buf, 1, 0), ESPIPE);
	EXPECT_ERRNO(pipe2(p, 0x1), EINVAL);
	EXPECT_ERRNO(pipe(BAD_PTR), EFAULT);
	return 0;
}
