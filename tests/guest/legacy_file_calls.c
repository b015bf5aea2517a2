/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The older calls on names do what their successors do: creat, utime, utimes, futimesat, mknodat,
 * getdents and fchmodat2.
 */
#include "guest.h"

#include <dirent.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <utime.h>

struct old_dirent {
	unsigned long d_ino, d_off;
	unsigned short d_reclen;
	char d_name[];
};

static void expect_times(const char *name, long atime, long mtime)
{
	struct stat st;

	EXPECT_OK(stat(name, &st));
	EXPECT_EQ(st.st_atime, atime);
	EXPECT_EQ(st.st_mtime, mtime);
}

static void old_getdents(void)
{
	char buf[1024] __attribute__((aligned(8)));
	int fd = EXPECT_OK(open(".", O_RDONLY | O_DIRECTORY)), seen = 0;
	long n;

	EXPECT_ERRNO(syscall(SYS_getdents, fd, buf, 8), EINVAL); /* no room for one entry */
	while ((n = EXPECT_OK(syscall(SYS_getdents, fd, buf, sizeof(buf)))) > 0)
		for (long at = 0; at < n;) {
			struct old_dirent *d = (struct old_dirent *)(buf + at);

			if (strcmp(d->d_name, "f") == 0) {
				seen++;
				EXPECT_EQ(buf[at + d->d_reclen - 1],
					  DT_REG); /* the type is the last byte */
			}
			at += d->d_reclen;
		}
	EXPECT_EQ(seen, 1);
	EXPECT_OK(close(fd));
}

int main(void)
{
	struct utimbuf ut = {.actime = 111, .modtime = 222};
	struct timeval tv[2] = {{333, 500000}, {444, 0}}, bad[2] = {{1, 1000000}, {1, 0}};
	struct stat st;
	int fd, dir;

	guest_tmpdir();
	umask(022);
	fd = EXPECT_OK(syscall(SYS_creat, "f", 0666));
	EXPECT_EQ(write(fd, "abc", 3), 3);
	EXPECT_ERRNO(read(fd, &st, 1), EBADF); /* creat opens for writing only */
	EXPECT_OK(close(fd));
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_mode, S_IFREG | 0644);
	EXPECT_OK(close(EXPECT_OK(syscall(SYS_creat, "f", 0666)))); /* and cuts what is there */
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_size, 0);

	EXPECT_OK(syscall(SYS_utime, "f", &ut));
	expect_times("f", 111, 222);
	EXPECT_OK(syscall(SYS_utimes, "f", tv));
	expect_times("f", 333, 444);
	EXPECT_ERRNO(syscall(SYS_utimes, "f", bad), EINVAL);
	dir = EXPECT_OK(open(".", O_RDONLY | O_DIRECTORY));
	tv[0].tv_sec = 555;
	EXPECT_OK(syscall(SYS_futimesat, dir, "f", tv));
	expect_times("f", 555, 444);
	EXPECT_ERRNO(syscall(SYS_utime, "missing", &ut), ENOENT);

	EXPECT_OK(syscall(SYS_mknodat, dir, "fifo", S_IFIFO | 0600, 0));
	EXPECT_OK(stat("fifo", &st));
	EXPECT_EQ(st.st_mode, S_IFIFO | 0600);
	EXPECT_ERRNO(syscall(SYS_mknodat, dir, "fifo", S_IFIFO | 0600, 0), EEXIST);
	EXPECT_ERRNO(syscall(SYS_mknodat, dir, "d", S_IFDIR | 0700, 0), EPERM);
	old_getdents();

	/* fchmodat2: 452, the one that takes flags */
	EXPECT_OK(symlink("f", "link"));
	if (syscall(452, dir, "link", 0600, 0) == 0) {
		EXPECT_OK(stat("f", &st));
		EXPECT_EQ(st.st_mode & 07777, 0600);
		EXPECT_ERRNO(syscall(452, dir, "link", 0600, AT_SYMLINK_NOFOLLOW), EOPNOTSUPP);
		EXPECT_ERRNO(syscall(452, dir, "f", 0600, 0x40000000), EINVAL);
	} else {
		EXPECT_EQ(errno, ENOSYS); /* a host older than Linux 6.6 */
	}
	return 0;
}
