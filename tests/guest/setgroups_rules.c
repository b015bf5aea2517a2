/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setgroups replaces the supplementary groups, which give file rights; only root may, and at most
 * 65536.
 */
#include "guest.h"

#include <grp.h>

int main(void)
{
	gid_t groups[3] = {1001, 1002, 1003}, got[8];

	guest_tmpdir();
	EXPECT_OK(chmod(".", 0755));
	guest_write_file("f", "x", 0640);
	EXPECT_OK(chown("f", 0, 1002));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setgroups(3, groups));
		EXPECT_EQ(getgroups(0, NULL), 3);
		EXPECT_EQ(getgroups(8, got), 3);
		EXPECT(memcmp(got, groups, sizeof(groups)) == 0);
		EXPECT_ERRNO(getgroups(2, got), EINVAL);
		EXPECT_ERRNO(syscall(SYS_getgroups, -1, got), EINVAL);
		EXPECT_ERRNO(syscall(SYS_getgroups, 8, BAD_PTR), EFAULT);
		EXPECT_ERRNO(syscall(SYS_setgroups, 65537, groups), EINVAL);
		EXPECT_ERRNO(syscall(SYS_setgroups, 3, BAD_PTR), EFAULT);
		EXPECT_OK(setresgid(999, 999, 999));
		EXPECT_OK(setresuid(999, 999, 999));
		EXPECT_OK(open("f", O_RDONLY));
		EXPECT_ERRNO(open("f", O_RDWR), EACCES);
		EXPECT_ERRNO(setgroups(0, NULL), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setgroups(0, NULL));
		EXPECT_EQ(getgroups(0, NULL), 0);
		EXPECT_OK(setresgid(999, 999, 999));
		EXPECT_OK(setresuid(999, 999, 999));
		EXPECT_ERRNO(open("f", O_RDONLY), EACCES);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
