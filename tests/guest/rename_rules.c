/* SPDX-License-Identifier: Apache-2.0 */
/* rename replaces files and empty directories in one step and refuses what would break the tree. */
#include "guest.h"

static char text[32];

static const char *read_text(const char *path)
{
	guest_read_file(path, text, sizeof(text));
	return text;
}

int main(void)
{
	struct stat a, b;

	guest_tmpdir();
	guest_write_file("a", "A", 0644);
	guest_write_file("b", "B", 0644);
	EXPECT_OK(stat("a", &a));
	int old_b = EXPECT_OK(open("b", O_RDONLY));
	EXPECT_OK(rename("a", "b"));
	EXPECT_STR(read_text("b"), "A");
	EXPECT_OK(stat("b", &b));
	EXPECT_EQ(a.st_ino, b.st_ino);
	EXPECT_ERRNO(stat("a", &a), ENOENT);
	EXPECT_EQ(read(old_b, text, 1), 1);
	EXPECT_EQ(text[0], 'B'); /* the replaced one lives on */
	EXPECT_OK(rename("b", "b"));
	EXPECT_OK(link("b", "hard"));
	EXPECT_OK(rename("b", "hard")); /* the same file: nothing happens */
	EXPECT_OK(stat("b", &b));

	EXPECT_OK(mkdir("d", 0755));
	EXPECT_OK(mkdir("e", 0755));
	guest_write_file("d/f", "F", 0644);
	EXPECT_ERRNO(rename("e", "d"), ENOTEMPTY);
	EXPECT_OK(rename("d", "e"));
	EXPECT_STR(read_text("e/f"), "F");
	EXPECT_ERRNO(rename("e", "e/sub"), EINVAL); /* into itself */
	EXPECT_ERRNO(rename("b", "e"), EISDIR);
	EXPECT_ERRNO(rename("e", "b"), ENOTDIR);
	EXPECT_ERRNO(rename("none", "x"), ENOENT);
	EXPECT_ERRNO(rename("b", "none/x"), ENOENT);
	EXPECT_ERRNO(rename("b", "hard/x"), ENOTDIR);
	EXPECT_ERRNO(rename("e", "."), EBUSY);
	EXPECT_ERRNO(rename("b", BAD_PTR), EFAULT);

	EXPECT_OK(mkdir("to", 0755));
	EXPECT_OK(rename("e", "to/e")); /* a directory moves: .. follows */
	EXPECT_OK(stat("to/e/..", &a));
	EXPECT_OK(stat("to", &b));
	EXPECT_EQ(a.st_ino, b.st_ino);
	return 0;
}
