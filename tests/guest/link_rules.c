/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link gives a file a second name with one inode; directories, existing names and other ends are
 * refused.
 */
#include "guest.h"

int main(void)
{
	struct stat a, b;
	char buf[8];

	guest_tmpdir();
	guest_write_file("a", "text", 0644);
	EXPECT_OK(link("a", "b"));
	EXPECT_OK(stat("a", &a));
	EXPECT_OK(stat("b", &b));
	EXPECT_EQ(a.st_ino, b.st_ino);
	EXPECT_EQ(a.st_nlink, 2);
	guest_write_file("b", "other", 0644);
	guest_read_file("a", buf, sizeof(buf));
	EXPECT_STR(buf, "other");
	EXPECT_OK(unlink("a"));
	EXPECT_OK(stat("b", &b));
	EXPECT_EQ(b.st_nlink, 1);

	EXPECT_OK(symlink("b", "s"));
	EXPECT_OK(link("s", "s2")); /* the symbolic link itself */
	EXPECT_OK(lstat("s2", &a));
	EXPECT(S_ISLNK(a.st_mode));
	EXPECT_OK(linkat(AT_FDCWD, "s", AT_FDCWD, "s3", AT_SYMLINK_FOLLOW));
	EXPECT_OK(lstat("s3", &a));
	EXPECT_EQ(a.st_ino, b.st_ino);

	EXPECT_ERRNO(link("b", "s"), EEXIST);
	EXPECT_ERRNO(link(".", "dir"), EPERM);
	EXPECT_ERRNO(link("none", "x"), ENOENT);
	EXPECT_ERRNO(link("b", "none/x"), ENOENT);
	EXPECT_ERRNO(link("/proc/version", "x"), EXDEV);
	EXPECT_ERRNO(linkat(AT_FDCWD, "b", AT_FDCWD, "x", 0x8000), EINVAL);
	int fd = EXPECT_OK(open("b", O_RDONLY));
	EXPECT_OK(linkat(fd, "", AT_FDCWD, "from-fd", AT_EMPTY_PATH));
	EXPECT_OK(stat("from-fd", &a));
	EXPECT_EQ(a.st_ino, b.st_ino);
	return 0;
}
