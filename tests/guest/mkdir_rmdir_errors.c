/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkdir and rmdir keep the link count right and refuse existing, missing, full and foreign things.
 */
#include "guest.h"

int main(void)
{
	struct stat st;

	guest_tmpdir();
	umask(022);
	EXPECT_OK(mkdir("d", 0777));
	EXPECT_OK(stat("d", &st));
	EXPECT(S_ISDIR(st.st_mode));
	EXPECT_EQ(st.st_mode & 07777, 0755);
	EXPECT_OK(mkdir("d/e", 0700));
	guest_write_file("f", "", 0644);

	EXPECT_ERRNO(mkdir("d", 0755), EEXIST);
	EXPECT_ERRNO(mkdir("f", 0755), EEXIST);
	EXPECT_ERRNO(mkdir("/", 0755), EEXIST);
	EXPECT_ERRNO(mkdir(".", 0755), EEXIST);
	EXPECT_ERRNO(mkdir("none/d", 0755), ENOENT);
	EXPECT_ERRNO(mkdir("f/d", 0755), ENOTDIR);
	EXPECT_ERRNO(mkdir("", 0755), ENOENT);
	EXPECT_ERRNO(mkdir(BAD_PTR, 0755), EFAULT);
	EXPECT_ERRNO(mkdir("/proc/x", 0755), ENOENT);

	EXPECT_ERRNO(rmdir("d"), ENOTEMPTY);
	EXPECT_ERRNO(rmdir("f"), ENOTDIR);
	EXPECT_ERRNO(rmdir("none"), ENOENT);
	EXPECT_ERRNO(rmdir("."), EINVAL);
	EXPECT_ERRNO(rmdir("/"), EBUSY);
	EXPECT_OK(rmdir("d/e"));
	EXPECT_OK(rmdir("d"));
	EXPECT_ERRNO(stat("d", &st), ENOENT);
	return 0;
}
