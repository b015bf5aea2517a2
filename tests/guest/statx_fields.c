/* SPDX-License-Identifier: Apache-2.0 */
/* statx agrees with stat, fills its mask, and refuses unknown flags and reserved masks. */
#include "guest.h"

int main(void)
{
	struct statx sx;
	struct stat st;

	guest_tmpdir();
	guest_write_file("f", "12345", 0640);
	EXPECT_OK(symlink("f", "s"));
	EXPECT_OK(stat("f", &st));
	memset(&sx, 0x55, sizeof(sx));
	EXPECT_OK(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &sx));
	EXPECT_EQ(sx.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
	EXPECT_EQ(sx.stx_mode, st.st_mode);
	EXPECT_EQ(sx.stx_size, 5);
	EXPECT_EQ(sx.stx_ino, st.st_ino);
	EXPECT_EQ(sx.stx_nlink, 1);
	EXPECT_EQ(sx.stx_uid, st.st_uid);
	EXPECT_EQ(sx.stx_blocks, st.st_blocks);
	EXPECT_EQ(sx.stx_mtime.tv_sec, st.st_mtim.tv_sec);
	EXPECT_EQ(sx.stx_mtime.tv_nsec, st.st_mtim.tv_nsec);
	EXPECT_EQ((uint64_t)sx.stx_dev_major << 8 | sx.stx_dev_minor,
		  (st.st_dev >> 8 & 0xfff) << 8 | (st.st_dev & 0xff) | (st.st_dev >> 12 & 0xfff00));

	EXPECT_OK(statx(AT_FDCWD, "s", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &sx));
	EXPECT(S_ISLNK(sx.stx_mode));
	int fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_OK(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &sx));
	EXPECT_EQ(sx.stx_size, 5);

	EXPECT_ERRNO(statx(fd, "", 0, STATX_SIZE, &sx), ENOENT);
	EXPECT_ERRNO(statx(AT_FDCWD, "none", 0, STATX_SIZE, &sx), ENOENT);
	EXPECT_ERRNO(statx(AT_FDCWD, "f", 0, 0x80000000, &sx), EINVAL);
	EXPECT_ERRNO(statx(AT_FDCWD, "f", 0x40000000, STATX_SIZE, &sx), EINVAL);
	EXPECT_ERRNO(syscall(SYS_statx, AT_FDCWD, "f", 0, STATX_SIZE, BAD_PTR), EFAULT);
	return 0;
}
