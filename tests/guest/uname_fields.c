/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uname tells Linux on x86_64 with a release of at least three numbers, and its names can be set
 * by root.
 */
#include "guest.h"

#include <sys/utsname.h>

int main(void)
{
	struct utsname u;
	int major = 0, minor = 0;
	char name[65];

	EXPECT_OK(uname(&u));
	EXPECT_STR(u.sysname, "Linux");
	EXPECT_STR(u.machine, "x86_64");
	EXPECT_EQ(sscanf(u.release, "%d.%d", &major, &minor), 2);
	EXPECT(major >= 4);
	EXPECT(u.version[0] == '#');
	EXPECT_OK(gethostname(name, sizeof(name)));
	EXPECT_STR(name, u.nodename);
	EXPECT_ERRNO(syscall(SYS_uname, BAD_PTR), EFAULT);
	EXPECT_ERRNO(syscall(SYS_sethostname, "x", -1), EINVAL);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setresuid(65534, 65534, 65534));
		EXPECT_ERRNO(sethostname("x", 1), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
