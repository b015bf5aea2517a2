/* SPDX-License-Identifier: Apache-2.0 */
/* User attributes can be set, read, listed and removed; sizes, flags and names are checked. */
#include "guest.h"

#include <sys/xattr.h>

int main(void)
{
	static char big[65537];
	char buf[256];

	guest_tmpdir();
	guest_write_file("f", "", 0644);
	if (setxattr("f", "user.a", "value", 5, 0) == -1 && errno == EOPNOTSUPP)
		SKIP("the file system has no user attributes");
	EXPECT_OK(setxattr("f", "user.a", "value", 5, 0));
	EXPECT_EQ(getxattr("f", "user.a", buf, sizeof(buf)), 5);
	EXPECT(memcmp(buf, "value", 5) == 0);
	EXPECT_EQ(getxattr("f", "user.a", NULL, 0), 5); /* asks for the size */
	EXPECT_ERRNO(getxattr("f", "user.a", buf, 3), ERANGE);
	EXPECT_ERRNO(setxattr("f", "user.a", "x", 1, XATTR_CREATE), EEXIST);
	EXPECT_ERRNO(setxattr("f", "user.b", "x", 1, XATTR_REPLACE), ENODATA);
	EXPECT_OK(setxattr("f", "user.a", "new", 3, XATTR_REPLACE));
	int fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_OK(fsetxattr(fd, "user.empty", "", 0, 0));
	EXPECT_EQ(fgetxattr(fd, "user.empty", buf, sizeof(buf)), 0);

	ssize_t n = EXPECT_OK(listxattr("f", buf, sizeof(buf)));
	int seen = 0;
	for (char *s = buf; s < buf + n; s += strlen(s) + 1)
		seen |= strcmp(s, "user.a") == 0 ? 1 : strcmp(s, "user.empty") == 0 ? 2 : 0;
	EXPECT_EQ(seen, 3);
	EXPECT_EQ(listxattr("f", NULL, 0), n);
	EXPECT_OK(removexattr("f", "user.a"));
	EXPECT_ERRNO(getxattr("f", "user.a", buf, sizeof(buf)), ENODATA);
	EXPECT_ERRNO(removexattr("f", "user.a"), ENODATA);

	EXPECT_ERRNO(setxattr("f", "nonsense", "x", 1, 0), EOPNOTSUPP);
	EXPECT_ERRNO(setxattr("f", "user.b", "x", 1, 0x80), EINVAL);
	EXPECT_ERRNO(setxattr("f", "user.b", big, sizeof(big), 0), E2BIG);
	EXPECT_ERRNO(setxattr("none", "user.b", "x", 1, 0), ENOENT);
	EXPECT_ERRNO(setxattr("f", BAD_PTR, "x", 1, 0), EFAULT);
	EXPECT_ERRNO(setxattr("f", "", "x", 1, 0), ERANGE);
	return 0;
}
