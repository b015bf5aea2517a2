/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chmod sets all twelve bits, umask takes bits from new files only, and writing or chown drops the
 * set-id bits.
 */
#include "guest.h"

static mode_t mode(const char *path)
{
	struct stat st;

	EXPECT_OK(stat(path, &st));
	return st.st_mode & 07777;
}

int main(void)
{
	guest_tmpdir();
	umask(027);
	EXPECT_EQ(umask(027), 027);
	EXPECT_OK(close(EXPECT_OK(open("f", O_RDWR | O_CREAT, 0777))));
	EXPECT_EQ(mode("f"), 0750);
	EXPECT_OK(mkdir("d", 0777));
	EXPECT_EQ(mode("d"), 0750);
	EXPECT_EQ(umask(07777), 027);
	EXPECT_EQ(umask(0), 0777); /* only the nine bits are kept */

	EXPECT_OK(chmod("f", 07777));
	EXPECT_EQ(mode("f"), 07777);
	EXPECT_OK(chown("f", 1000, 1000));
	EXPECT_EQ(mode("f"), 01777); /* a chown drops suid and sgid */
	EXPECT_OK(chmod("f", 06755));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(chmod(".", 0777));
		EXPECT_OK(chmod("f", 06777));
		EXPECT_OK(setresgid(2000, 2000, 2000));
		EXPECT_OK(setresuid(2000, 2000, 2000));
		int fd = EXPECT_OK(open("f", O_WRONLY));
		EXPECT_EQ(write(fd, "x", 1), 1); /* so does a write by an ordinary user */
		EXPECT_EQ(mode("f"), 0777);
		EXPECT_ERRNO(chmod("f", 0644), EPERM); /* not the owner */
		EXPECT_ERRNO(chown("f", 2000, 2000), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);

	/* A set-gid directory hands its group down. */
	EXPECT_OK(chown("d", 0, 3000));
	EXPECT_OK(chmod("d", 02777));
	EXPECT_OK(mkdir("d/sub", 0755));
	struct stat st;
	EXPECT_OK(stat("d/sub", &st));
	EXPECT_EQ(st.st_gid, 3000);
	EXPECT_EQ(st.st_mode & 07777, 02755);
	EXPECT_ERRNO(chmod("none", 0644), ENOENT);
	EXPECT_ERRNO(chmod(BAD_PTR, 0644), EFAULT);
	return 0;
}
