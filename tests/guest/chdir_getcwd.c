/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chdir and fchdir move, getcwd tells where, a deleted directory is ENOENT, and errors leave it
 * alone.
 */
#include "guest.h"

int main(void)
{
	char buf[256], want[256];

	const char *tmp = guest_tmpdir();
	EXPECT(getcwd(buf, sizeof(buf)) != NULL);
	EXPECT_STR(buf, tmp);
	EXPECT_OK(mkdir("d", 0755));
	guest_write_file("f", "", 0644);
	EXPECT_OK(symlink("d", "s"));
	int top = EXPECT_OK(open(".", O_RDONLY));

	EXPECT_OK(chdir("s")); /* getcwd gives the real place */
	snprintf(want, sizeof(want), "%s/d", tmp);
	EXPECT(getcwd(buf, sizeof(buf)) != NULL);
	EXPECT_STR(buf, want);
	EXPECT_OK(rename("../d", "../e"));
	snprintf(want, sizeof(want), "%s/e", tmp);
	EXPECT(getcwd(buf, sizeof(buf)) != NULL);
	EXPECT_STR(buf, want);
	EXPECT_EQ(syscall(SYS_getcwd, buf, sizeof(buf)), strlen(want) + 1);
	EXPECT_ERRNO(syscall(SYS_getcwd, buf, strlen(want)), ERANGE);
	EXPECT_ERRNO(syscall(SYS_getcwd, BAD_PTR, 4096), EFAULT);

	EXPECT_OK(rmdir("../e"));
	EXPECT_ERRNO(syscall(SYS_getcwd, buf, sizeof(buf)), ENOENT);
	EXPECT_ERRNO(open("new", O_RDWR | O_CREAT, 0644), ENOENT);
	EXPECT_ERRNO(mkdir("new", 0755), ENOENT);
	EXPECT_OK(fchdir(top));
	EXPECT(getcwd(buf, sizeof(buf)) != NULL);
	EXPECT_STR(buf, tmp);

	EXPECT_ERRNO(chdir("none"), ENOENT);
	EXPECT_ERRNO(chdir("f"), ENOTDIR);
	EXPECT_ERRNO(chdir(BAD_PTR), EFAULT);
	EXPECT_ERRNO(fchdir(-1), EBADF);
	EXPECT_ERRNO(fchdir(EXPECT_OK(open("f", O_RDONLY))), ENOTDIR);
	EXPECT(getcwd(buf, sizeof(buf)) != NULL);
	EXPECT_STR(buf, tmp);
	return 0;
}
