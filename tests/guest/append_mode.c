/* SPDX-License-Identifier: Apache-2.0 */
/* O_APPEND writes always go to the end, wherever the offset stood, also from several processes. */
#include "guest.h"

int main(void)
{
	char buf[8];

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT | O_APPEND, 0644));
	EXPECT_EQ(write(fd, "abc", 3), 3);
	EXPECT_EQ(lseek(fd, 0, SEEK_SET), 0);
	EXPECT_EQ(write(fd, "def", 3), 3);
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 6);
	EXPECT_EQ(pwrite(fd, "X", 1, 0), 1); /* Linux: appends in spite of the offset */
	EXPECT_EQ(pread(fd, buf, 8, 0), 7);
	EXPECT(memcmp(buf, "abcdefX", 7) == 0);

	EXPECT_OK(ftruncate(fd, 0));
	for (int i = 0; i < 4; i++) {
		if (guest_fork() == 0) {
			int own = EXPECT_OK(open("f", O_WRONLY | O_APPEND));
			for (int k = 0; k < 100; k++)
				EXPECT_EQ(write(own, "0123456789", 10), 10);
			_exit(0);
		}
	}
	for (int i = 0; i < 4; i++) {
		int status;
		EXPECT(wait(&status) > 0);
		EXPECT_EQ(status, 0);
	}
	EXPECT_EQ(lseek(fd, 0, SEEK_END), 4000);
	for (off_t o = 0; o < 4000; o += 10) {
		EXPECT_EQ(pread(fd, buf, 2, o), 2);
		EXPECT(memcmp(buf, "01", 2) == 0);
	}
	return 0;
}
