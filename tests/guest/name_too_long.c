/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component of 255 bytes works, of 256 is ENAMETOOLONG; a path of 4095 bytes works, of 4096 does
 * not.
 */
#include "guest.h"

int main(void)
{
	static char name[300], path[5000];
	struct stat st;

	guest_tmpdir();
	memset(name, 'n', 255);
	guest_write_file(name, "x", 0644);
	EXPECT_OK(stat(name, &st));
	name[255] = 'n';
	EXPECT_ERRNO(stat(name, &st), ENAMETOOLONG);
	EXPECT_ERRNO(open(name, O_RDWR | O_CREAT, 0644), ENAMETOOLONG);
	EXPECT_ERRNO(mkdir(name, 0755), ENAMETOOLONG);
	EXPECT_ERRNO(rename("x", name), ENOENT);

	for (int i = 0; i < 4094; i += 2)
		memcpy(path + i, "./", 2);
	path[4094] = '.';
	EXPECT_EQ(strlen(path), 4095);
	EXPECT_OK(stat(path, &st));
	EXPECT(S_ISDIR(st.st_mode));
	path[4095] = '/';
	EXPECT_ERRNO(stat(path, &st), ENAMETOOLONG);
	memset(path, 'x', sizeof(path) - 1);
	EXPECT_ERRNO(stat(path, &st), ENAMETOOLONG);
	EXPECT_ERRNO(symlink(path, "s"), ENAMETOOLONG);
	return 0;
}
