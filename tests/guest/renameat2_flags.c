/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RENAME_NOREPLACE keeps an existing target, RENAME_EXCHANGE swaps two names, other flags are
 * refused.
 */
#include "guest.h"

static char text[32];

static const char *read_text(const char *path)
{
	guest_read_file(path, text, sizeof(text));
	return text;
}

static int ren(const char *from, const char *to, unsigned int flags)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, flags);
}

int main(void)
{
	guest_tmpdir();
	guest_write_file("a", "A", 0644);
	guest_write_file("b", "B", 0644);
	EXPECT_ERRNO(ren("a", "b", RENAME_NOREPLACE), EEXIST);
	EXPECT_STR(read_text("b"), "B");
	EXPECT_OK(ren("a", "c", RENAME_NOREPLACE));
	EXPECT_ERRNO(access("a", F_OK), ENOENT);

	EXPECT_OK(ren("b", "c", RENAME_EXCHANGE));
	EXPECT_STR(read_text("b"), "A");
	EXPECT_STR(read_text("c"), "B");
	EXPECT_OK(mkdir("d", 0755));
	guest_write_file("d/in", "I", 0644);
	EXPECT_OK(ren("d", "b", RENAME_EXCHANGE)); /* a directory and a file */
	EXPECT_STR(read_text("b/in"), "I");
	EXPECT_STR(read_text("d"), "A");

	EXPECT_ERRNO(ren("b", "none", RENAME_EXCHANGE), ENOENT);
	EXPECT_ERRNO(ren("b", "c", RENAME_EXCHANGE | RENAME_NOREPLACE), EINVAL);
	EXPECT_ERRNO(ren("b", "c", 0x100), EINVAL);
	return 0;
}
