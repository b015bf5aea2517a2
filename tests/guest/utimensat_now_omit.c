/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utimensat sets both times, UTIME_NOW and UTIME_OMIT do as named, symlinks only without
 * following.
 */
#include "guest.h"

int main(void)
{
	struct timespec both[2] = {{1000, 123456789}, {2000, 987654321}};
	struct timespec omit_now[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
	struct timespec omit_both[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
	struct timespec bad[2] = {{0, 1000000000}, {0, 0}};
	struct stat st, before;

	guest_tmpdir();
	guest_write_file("f", "", 0644);
	EXPECT_OK(symlink("f", "s"));
	EXPECT_OK(utimensat(AT_FDCWD, "f", both, 0));
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_atim.tv_sec, 1000);
	EXPECT_EQ(st.st_atim.tv_nsec, 123456789);
	EXPECT_EQ(st.st_mtim.tv_sec, 2000);
	EXPECT_EQ(st.st_mtim.tv_nsec, 987654321);
	EXPECT(st.st_ctim.tv_sec > 1000000); /* cannot be set */

	EXPECT_OK(utimensat(AT_FDCWD, "f", omit_now, 0));
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_atim.tv_sec, 1000);
	EXPECT(llabs((long long)(st.st_mtim.tv_sec - time(NULL))) < 10);
	EXPECT_OK(stat("f", &before));
	EXPECT_OK(utimensat(AT_FDCWD, "f", omit_both, 0));
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_mtim.tv_nsec, before.st_mtim.tv_nsec);

	EXPECT_OK(utimensat(AT_FDCWD, "s", both, AT_SYMLINK_NOFOLLOW));
	EXPECT_OK(lstat("s", &st));
	EXPECT_EQ(st.st_mtim.tv_sec, 2000);
	EXPECT_OK(stat("f", &st));
	EXPECT(st.st_mtim.tv_sec != 2000);
	int fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_OK(futimens(fd, both));
	EXPECT_OK(utimensat(AT_FDCWD, "f", NULL, 0)); /* both now */
	EXPECT_OK(stat("f", &st));
	EXPECT(st.st_atim.tv_sec > 1000);

	EXPECT_ERRNO(utimensat(AT_FDCWD, "f", bad, 0), EINVAL);
	EXPECT_ERRNO(utimensat(AT_FDCWD, "none", both, 0), ENOENT);
	EXPECT_ERRNO(utimensat(AT_FDCWD, "f", both, 0x40000000), EINVAL);
	EXPECT_ERRNO(utimensat(AT_FDCWD, "f", BAD_PTR, 0), EFAULT);
	return 0;
}
