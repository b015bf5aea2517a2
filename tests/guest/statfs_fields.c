/* SPDX-License-Identifier: Apache-2.0 */
/* statfs and fstatfs describe a file system with sane numbers. */
#include "guest.h"

#include <sys/vfs.h>

int main(void)
{
	struct statfs a, b;

	guest_tmpdir();
	guest_write_file("f", "x", 0644);
	EXPECT_OK(statfs("f", &a));
	int fd = EXPECT_OK(open("f", O_RDONLY));
	EXPECT_OK(fstatfs(fd, &b));
	EXPECT_EQ(a.f_type, b.f_type);
	EXPECT(a.f_bsize >= 512 && a.f_bsize <= 1 << 22);
	EXPECT(a.f_namelen >= 255);
	EXPECT(a.f_bfree <= a.f_blocks);
	EXPECT(a.f_bavail <= a.f_blocks);
	EXPECT_OK(statfs("/proc", &a));
	EXPECT_EQ(a.f_type, 0x9fa0);
	EXPECT_ERRNO(statfs("none", &a), ENOENT);
	EXPECT_ERRNO(statfs("f", BAD_PTR), EFAULT);
	EXPECT_ERRNO(fstatfs(-1, &a), EBADF);
	return 0;
}
