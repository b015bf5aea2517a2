/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Symbolic links are followed relative to their place, readlink gives their text, loops are ELOOP.
 */
#include "guest.h"

int main(void)
{
	char buf[64], name[64], target[64];
	struct stat st;

	guest_tmpdir();
	EXPECT_OK(mkdir("d", 0755));
	guest_write_file("d/f", "F", 0644);
	EXPECT_OK(symlink("f", "d/s"));
	EXPECT_OK(stat("d/s", &st));
	EXPECT(S_ISREG(st.st_mode));
	EXPECT_OK(lstat("d/s", &st));
	EXPECT(S_ISLNK(st.st_mode));
	EXPECT_EQ(st.st_size, 1);
	EXPECT_EQ(readlink("d/s", buf, sizeof(buf)), 1);
	EXPECT_EQ(buf[0], 'f');

	EXPECT_OK(symlink("anything at all", "dangling"));
	EXPECT_ERRNO(stat("dangling", &st), ENOENT);
	EXPECT_EQ(readlink("dangling", buf, 8), 8); /* cut, no final zero */
	EXPECT(memcmp(buf, "anything", 8) == 0);
	EXPECT_ERRNO(symlink("x", "dangling"), EEXIST);
	EXPECT_ERRNO(symlink("", "empty"), ENOENT);
	EXPECT_ERRNO(readlink("d/f", buf, sizeof(buf)), EINVAL);
	EXPECT_ERRNO(syscall(SYS_readlink, "d/s", buf, 0), EINVAL);
	EXPECT_ERRNO(syscall(SYS_readlink, "d/s", buf, -1), EINVAL);

	EXPECT_OK(symlink("l2", "l1"));
	EXPECT_OK(symlink("l1", "l2"));
	EXPECT_ERRNO(stat("l1", &st), ELOOP);
	EXPECT_ERRNO(open("l1", O_RDONLY), ELOOP);
	EXPECT_OK(symlink("d/f", "c0"));
	for (int i = 1; i <= 41; i++) { /* a chain of 40 works, of 41 does not */
		snprintf(name, sizeof(name), "c%d", i);
		snprintf(target, sizeof(target), "c%d", i - 1);
		EXPECT_OK(symlink(target, name));
	}
	EXPECT_OK(stat("c39", &st));
	EXPECT_ERRNO(stat("c40", &st), ELOOP);
	EXPECT_OK(symlink("d", "ds"));
	EXPECT_OK(stat("ds/s", &st));
	EXPECT_ERRNO(rmdir("ds"), ENOTDIR);
	EXPECT_OK(unlink("ds")); /* the link, not the directory */
	EXPECT_OK(stat("d", &st));
	return 0;
}
