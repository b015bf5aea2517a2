/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lsetxattr, lgetxattr, llistxattr and lremovexattr act on a link itself, which may have no user
 * attributes; fremovexattr acts on a descriptor.
 */
#include "guest.h"

#include <sys/xattr.h>

int main(void)
{
	char buf[64];
	int fd;

	guest_tmpdir();
	guest_write_file("f", "", 0644);
	EXPECT_OK(symlink("f", "link"));
	if (setxattr("f", "user.a", "v", 1, 0) == -1 && errno == EOPNOTSUPP)
		SKIP("the file system has no user attributes");
	EXPECT_EQ(getxattr("link", "user.a", buf, sizeof(buf)), 1); /* followed */
	EXPECT_ERRNO(lsetxattr("link", "user.a", "v", 1, 0), EPERM);
	EXPECT_EQ(lgetxattr("link", "user.a", buf, sizeof(buf)), -1);
	EXPECT(errno == EPERM || errno == ENODATA); /* kernels differ in how they say it */
	EXPECT_EQ(lremovexattr("link", "user.a"), -1);
	EXPECT(errno == EPERM || errno == ENODATA);
	EXPECT_EQ(llistxattr("link", buf, sizeof(buf)), 0);

	EXPECT_OK(lsetxattr("f", "user.b", "w", 1, XATTR_CREATE)); /* on a file as without the l */
	EXPECT_EQ(lgetxattr("f", "user.b", buf, sizeof(buf)), 1);
	EXPECT_EQ(buf[0], 'w');
	EXPECT_EQ(llistxattr("f", NULL, 0), (ssize_t)(sizeof("user.a") + sizeof("user.b")));
	EXPECT_OK(lremovexattr("f", "user.b"));
	EXPECT_ERRNO(lgetxattr("f", "user.b", buf, sizeof(buf)), ENODATA);
	fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_OK(fremovexattr(fd, "user.a"));
	EXPECT_ERRNO(fremovexattr(fd, "user.a"), ENODATA);
	EXPECT_ERRNO(fremovexattr(-1, "user.a"), EBADF);
	return 0;
}
