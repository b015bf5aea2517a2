/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/self, exe, cwd, root and fd/N lead where they say. */
#include "guest.h"

int main(void)
{
	char buf[4200], want[64];
	struct stat a, b;
	ssize_t n;

	const char *tmp = guest_tmpdir();
	n = EXPECT_OK(readlink("/proc/self", buf, sizeof(buf) - 1));
	buf[n] = 0;
	snprintf(want, sizeof(want), "%d", getpid());
	EXPECT_STR(buf, want);
	n = EXPECT_OK(readlink("/proc/self/exe", buf, sizeof(buf) - 1));
	buf[n] = 0;
	EXPECT_STR(buf, guest_self());
	n = EXPECT_OK(readlink("/proc/self/cwd", buf, sizeof(buf) - 1));
	buf[n] = 0;
	EXPECT_STR(buf, tmp);
	EXPECT_OK(stat("/proc/self/root", &a));
	EXPECT_OK(stat("/", &b));
	EXPECT_EQ(a.st_ino, b.st_ino);

	guest_write_file("f", "F", 0644);
	int fd = EXPECT_OK(open("f", O_RDONLY));
	snprintf(want, sizeof(want), "/proc/self/fd/%d", fd);
	EXPECT_OK(stat(want, &a));
	EXPECT_OK(fstat(fd, &b));
	EXPECT_EQ(a.st_ino, b.st_ino);
	EXPECT_OK(unlink("f"));
	n = EXPECT_OK(readlink(want, buf, sizeof(buf) - 1));
	buf[n] = 0;
	EXPECT(strstr(buf, "/f (deleted)") != NULL);
	int again = EXPECT_OK(open(want, O_RDONLY)); /* opens the file, deleted or not */
	EXPECT_EQ(read(again, buf, 1), 1);
	EXPECT_EQ(buf[0], 'F');

	int p[2];
	EXPECT_OK(pipe(p));
	snprintf(want, sizeof(want), "/proc/self/fd/%d", p[0]);
	n = EXPECT_OK(readlink(want, buf, sizeof(buf) - 1));
	buf[n] = 0;
	EXPECT(strncmp(buf, "pipe:[", 6) == 0);
	EXPECT_ERRNO(readlink("/proc/self/fd/999", buf, sizeof(buf)), ENOENT);
	EXPECT_ERRNO(stat("/proc/99999999", &a), ENOENT);
	return 0;
}
