/* SPDX-License-Identifier: Apache-2.0 */
/* Copies by dup and by fork share one offset; a second open has its own. */
#include "guest.h"

int main(void)
{
	char buf[4];

	guest_tmpdir();
	guest_write_file("f", "abcdefghij", 0644);
	int fd = EXPECT_OK(open("f", O_RDONLY));
	int copy = EXPECT_OK(dup(fd));
	int other = EXPECT_OK(open("f", O_RDONLY));

	EXPECT_EQ(read(fd, buf, 2), 2);
	EXPECT_EQ(lseek(copy, 0, SEEK_CUR), 2);
	EXPECT_EQ(lseek(other, 0, SEEK_CUR), 0);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(read(copy, buf, 3), 3);
		EXPECT(memcmp(buf, "cde", 3) == 0);
		EXPECT_OK(close(fd));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(read(fd, buf, 1), 1);
	EXPECT_EQ(buf[0], 'f');
	EXPECT_EQ(lseek(copy, 0, SEEK_CUR), 6);
	EXPECT_OK(close(copy));
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 6);
	return 0;
}
