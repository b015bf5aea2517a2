/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths with ., .., double and trailing slashes mean what they mean on Linux; .. of the root is
 * the root.
 */
#include "guest.h"

static ino_t ino(const char *path)
{
	struct stat st;

	EXPECT_OK(stat(path, &st));
	return st.st_ino;
}

int main(void)
{
	struct stat st;

	guest_tmpdir();
	EXPECT_OK(mkdir("d", 0755));
	EXPECT_OK(mkdir("d/e", 0755));
	guest_write_file("d/f", "F", 0644);
	EXPECT_OK(symlink("d/e", "se"));

	EXPECT_EQ(ino("d/../d/./e/../f"), ino("d/f"));
	EXPECT_EQ(ino("d//e///"), ino("d/e"));
	EXPECT_EQ(ino("se/.."), ino("d")); /* the real parent, not the link's */
	EXPECT_EQ(ino("/.."), ino("/"));
	EXPECT_EQ(ino("/../../.."), ino("/"));
	EXPECT_EQ(ino("d/"), ino("d"));
	EXPECT_EQ(ino("d/."), ino("d"));

	EXPECT_ERRNO(stat("d/f/", &st), ENOTDIR);
	EXPECT_ERRNO(stat("d/f/.", &st), ENOTDIR);
	EXPECT_ERRNO(stat("d/f/..", &st), ENOTDIR);
	EXPECT_ERRNO(stat("d/none/..", &st), ENOENT); /* each step must exist */
	EXPECT_ERRNO(open("new/", O_RDWR | O_CREAT, 0644), EISDIR);
	EXPECT_OK(mkdir("slash/", 0755));
	EXPECT_ERRNO(mkdir("d/.", 0755), EEXIST);
	EXPECT_ERRNO(rmdir("d/e/."), EINVAL);
	EXPECT_ERRNO(rmdir("d/e/.."), ENOTEMPTY);
	EXPECT_OK(rmdir("d/e/"));
	EXPECT_ERRNO(unlink("d/f/"), ENOTDIR);
	EXPECT_OK(lstat("se", &st));
	EXPECT(S_ISLNK(st.st_mode));
	EXPECT_ERRNO(lstat("se/", &st), ENOENT); /* a final slash follows; the target is gone */
	return 0;
}
