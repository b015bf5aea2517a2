/* SPDX-License-Identifier: Apache-2.0 */
/* O_TMPFILE makes a nameless file that goes away on close unless it is linked into the tree. */
#include "guest.h"

int main(void)
{
	struct stat st;
	char buf[8];

	guest_tmpdir();
	int fd = open(".", O_TMPFILE | O_RDWR, 0640);
	if (fd == -1 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		SKIP("the file system has no O_TMPFILE");
	EXPECT_OK(fd);
	EXPECT_EQ(write(fd, "secret", 6), 6);
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_nlink, 0);
	EXPECT_EQ(st.st_mode & 07777, 0640 & ~022);
	EXPECT_OK(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
	guest_read_file("named", buf, sizeof(buf));
	EXPECT_STR(buf, "secret");
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_nlink, 1);

	EXPECT_ERRNO(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
	EXPECT_ERRNO(open("named", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
	fd = EXPECT_OK(open(".", O_TMPFILE | O_WRONLY | O_EXCL, 0600));
	EXPECT_ERRNO(linkat(fd, "", AT_FDCWD, "never", AT_EMPTY_PATH), ENOENT);
	return 0;
}
