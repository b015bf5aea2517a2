/* SPDX-License-Identifier: Apache-2.0 */
/* An unlinked open file keeps working with link count 0 and its name is free for another. */
#include "guest.h"

int main(void)
{
	char buf[8];
	struct stat st, st2;

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_EQ(write(fd, "alive", 5), 5);
	EXPECT_OK(unlink("f"));
	EXPECT_ERRNO(stat("f", &st), ENOENT);
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_nlink, 0);
	EXPECT_EQ(st.st_size, 5);

	guest_write_file("f", "new", 0644);
	EXPECT_OK(stat("f", &st2));
	EXPECT(st.st_ino != st2.st_ino);
	EXPECT_EQ(write(fd, "!", 1), 1);
	EXPECT_EQ(pread(fd, buf, 8, 0), 6);
	EXPECT(memcmp(buf, "alive!", 6) == 0);
	EXPECT_OK(ftruncate(fd, 2));
	EXPECT_OK(fchmod(fd, 0600));
	EXPECT_OK(stat("f", &st2));
	EXPECT_EQ(st2.st_size, 3); /* the new one is another file */
	EXPECT_EQ(st2.st_mode & 07777, 0644);

	EXPECT_OK(unlink("f"));
	EXPECT_ERRNO(unlink("f"), ENOENT);
	EXPECT_ERRNO(unlink("."), EISDIR);
	EXPECT_OK(mkdir("d", 0755));
	EXPECT_ERRNO(unlink("d"), EISDIR);
	EXPECT_ERRNO(unlink(""), ENOENT);
	EXPECT_ERRNO(unlinkat(AT_FDCWD, "d", 0x8000), EINVAL);
	EXPECT_OK(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR));
	return 0;
}
