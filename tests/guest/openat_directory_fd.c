/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openat starts at its descriptor, which must be a directory unless the path is absolute; the *at
 * calls agree.
 */
#include "guest.h"

int main(void)
{
	struct stat a, b;
	char path[128];

	const char *tmp = guest_tmpdir();
	EXPECT_OK(mkdir("d", 0755));
	guest_write_file("d/f", "F", 0644);
	int dir = EXPECT_OK(open("d", O_RDONLY | O_DIRECTORY));
	int file = EXPECT_OK(openat(dir, "f", O_RDONLY));

	EXPECT_OK(chdir("/"));
	EXPECT_OK(fstatat(dir, "f", &a, 0));
	EXPECT_OK(fstat(file, &b));
	EXPECT_EQ(a.st_ino, b.st_ino);
	snprintf(path, sizeof(path), "%s/d/f", tmp);
	EXPECT_OK(fstatat(-1, path, &b, 0)); /* absolute: the fd does not matter */
	EXPECT_EQ(a.st_ino, b.st_ino);
	EXPECT_ERRNO(openat(-1, "f", O_RDONLY), EBADF);
	EXPECT_ERRNO(openat(file, "x", O_RDONLY), ENOTDIR);
	EXPECT_OK(fstatat(file, "", &b, AT_EMPTY_PATH));
	EXPECT_EQ(a.st_ino, b.st_ino);
	EXPECT_ERRNO(fstatat(file, "", &b, 0), ENOENT);

	EXPECT_OK(mkdirat(dir, "sub", 0755));
	EXPECT_OK(symlinkat("f", dir, "s"));
	EXPECT_OK(renameat(dir, "f", dir, "sub/g"));
	EXPECT_EQ(readlinkat(dir, "s", path, sizeof(path)), 1);
	EXPECT_OK(faccessat(dir, "sub/g", R_OK, 0));
	EXPECT_OK(fchmodat(dir, "sub/g", 0600, 0));
	EXPECT_OK(unlinkat(dir, "sub/g", 0));
	EXPECT_OK(unlinkat(dir, "sub", AT_REMOVEDIR));
	EXPECT_OK(unlinkat(dir, "s", 0));

	/* The directory goes away; its descriptor stays but holds nothing more. */
	snprintf(path, sizeof(path), "%s/d", tmp);
	EXPECT_OK(rmdir(path));
	EXPECT_ERRNO(openat(dir, "new", O_RDWR | O_CREAT, 0644), ENOENT);
	EXPECT_OK(fstat(dir, &a));
	EXPECT_EQ(openat(dir, "..", O_RDONLY) >= 0 || errno == ENOENT, 1);
	return 0;
}
