/* SPDX-License-Identifier: Apache-2.0 */
/* lchown and fchownat with AT_SYMLINK_NOFOLLOW change the link itself; without it, what it names. */
#include "guest.h"

static void expect_owner(const char *name, unsigned uid, unsigned gid)
{
	struct stat st;

	EXPECT_OK(lstat(name, &st));
	EXPECT_EQ(st.st_uid, uid);
	EXPECT_EQ(st.st_gid, gid);
}

int main(void)
{
	int dir, fd;

	if (geteuid() != 0)
		SKIP("only root may give files away");
	guest_tmpdir();
	guest_write_file("f", "", 0644);
	EXPECT_OK(symlink("f", "link"));
	EXPECT_OK(lchown("link", 1001, 1002));
	expect_owner("link", 1001, 1002);
	expect_owner("f", 0, 0);
	dir = EXPECT_OK(open(".", O_RDONLY | O_DIRECTORY));
	EXPECT_OK(fchownat(dir, "link", 1003, (gid_t)-1, AT_SYMLINK_NOFOLLOW));
	expect_owner("link", 1003, 1002); /* -1 leaves the group */
	EXPECT_OK(fchownat(dir, "link", 1004, 1005, 0));
	expect_owner("f", 1004, 1005);
	expect_owner("link", 1003, 1002);
	fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_OK(fchownat(fd, "", 7, 8, AT_EMPTY_PATH));
	expect_owner("f", 7, 8);
	EXPECT_ERRNO(fchownat(dir, "f", 1, 1, 0x40000000), EINVAL);
	EXPECT_ERRNO(fchownat(dir, "missing", 1, 1, 0), ENOENT);
	EXPECT_ERRNO(lchown("f/", 1, 1), ENOTDIR);
	return 0;
}
