/* SPDX-License-Identifier: Apache-2.0 */
/* O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY and O_NOFOLLOW do what they say and refuse the rest. */
#include "guest.h"

int main(void)
{
	struct stat st;

	guest_tmpdir();
	EXPECT_ERRNO(open("f", O_RDONLY), ENOENT);
	int fd = EXPECT_OK(open("f", O_RDONLY | O_CREAT, 0000)); /* rights do not bind the maker */
	EXPECT_ERRNO(write(fd, "x", 1), EBADF);
	EXPECT_OK(fchmod(fd, 0644));
	EXPECT_ERRNO(open("f", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
	guest_write_file("f", "12345", 0644);
	EXPECT_OK(open("f", O_RDONLY | O_CREAT, 0644));
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_size, 5);
	EXPECT_OK(open("f", O_WRONLY | O_TRUNC));
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_size, 0);
	EXPECT_ERRNO(read(EXPECT_OK(open("f", O_WRONLY)), &st, 1), EBADF);

	EXPECT_OK(mkdir("d", 0755));
	EXPECT_OK(symlink("f", "s"));
	EXPECT_OK(symlink("d", "ds"));
	EXPECT_OK(symlink("nowhere", "dangling"));
	EXPECT_ERRNO(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	EXPECT_OK(open("d", O_RDONLY | O_DIRECTORY));
	EXPECT_OK(open("ds", O_RDONLY | O_DIRECTORY));
	EXPECT_ERRNO(open("ds", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), ENOTDIR);
	EXPECT_ERRNO(open("d", O_RDWR), EISDIR);
	EXPECT_ERRNO(open("d", O_WRONLY), EISDIR);
	EXPECT_ERRNO(open("d", O_RDONLY | O_CREAT, 0644), EISDIR);
	EXPECT_ERRNO(open("s", O_RDONLY | O_NOFOLLOW), ELOOP);
	EXPECT_ERRNO(open("s", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
	EXPECT_ERRNO(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
	EXPECT_OK(open("dangling", O_RDWR | O_CREAT, 0644)); /* makes the target */
	EXPECT_OK(stat("nowhere", &st));
	EXPECT_ERRNO(open("f/x", O_RDONLY), ENOTDIR);
	EXPECT_ERRNO(open("none/x", O_RDWR | O_CREAT, 0644), ENOENT);
	EXPECT_ERRNO(open("", O_RDONLY), ENOENT);
	EXPECT_ERRNO(open(BAD_PTR, O_RDONLY), EFAULT);
	return 0;
}
