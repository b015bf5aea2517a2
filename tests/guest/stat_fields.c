/* SPDX-License-Identifier: Apache-2.0 */
/* stat tells type, size, owner, times and device numbers, and changes update the right times. */
#include "guest.h"

#include <sys/sysmacros.h>

static bool later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

int main(void)
{
	struct stat st, st2;
	char c;

	guest_tmpdir();
	guest_write_file("f", "12345", 0640);
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_mode, S_IFREG | 0640);
	EXPECT_EQ(st.st_size, 5);
	EXPECT_EQ(st.st_nlink, 1);
	EXPECT_EQ(st.st_uid, geteuid());
	EXPECT_EQ(st.st_gid, getegid());
	EXPECT(st.st_blksize >= 512);
	EXPECT(st.st_ino != 0);
	EXPECT(st.st_blocks <= 64);

	int fd = EXPECT_OK(open("f", O_RDWR));
	EXPECT_OK(fstat(fd, &st2));
	EXPECT_EQ(st.st_ino, st2.st_ino);
	EXPECT_EQ(st.st_dev, st2.st_dev);
	guest_pause_ms(30);
	EXPECT_EQ(write(fd, "x", 1), 1);
	EXPECT_OK(fstat(fd, &st2));
	EXPECT(later(st2.st_mtim, st.st_mtim));
	EXPECT(later(st2.st_ctim, st.st_ctim));
	st = st2;
	guest_pause_ms(30);
	EXPECT_OK(fchmod(fd, 0600));
	EXPECT_EQ(read(fd, &c, 1), 1);
	EXPECT_OK(fstat(fd, &st2));
	EXPECT(later(st2.st_ctim, st.st_ctim));
	EXPECT(!later(st2.st_mtim, st.st_mtim)); /* the contents did not change */

	EXPECT_OK(stat("/dev/null", &st));
	EXPECT(S_ISCHR(st.st_mode));
	EXPECT_EQ(major(st.st_rdev), 1);
	EXPECT_EQ(minor(st.st_rdev), 3);
	int p[2];
	EXPECT_OK(pipe(p));
	EXPECT_OK(fstat(p[0], &st));
	EXPECT(S_ISFIFO(st.st_mode));
	EXPECT_OK(fstat(p[1], &st2));
	EXPECT_EQ(st.st_ino, st2.st_ino);
	EXPECT_ERRNO(fstatat(AT_FDCWD, "f", &st, 0x40000000), EINVAL);
	EXPECT_ERRNO(syscall(SYS_stat, "f", BAD_PTR), EFAULT);
	EXPECT_ERRNO(syscall(SYS_fstat, 999, &st), EBADF);
	return 0;
}
