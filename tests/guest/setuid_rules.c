/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Root may become anybody; others move only among real, effective and saved ids; file ids follow.
 */
#include "guest.h"

#include <sys/fsuid.h>

static void ids(uid_t r, uid_t e, uid_t s)
{
	uid_t gr, ge, gs;

	EXPECT_OK(getresuid(&gr, &ge, &gs));
	EXPECT_EQ(gr, r);
	EXPECT_EQ(ge, e);
	EXPECT_EQ(gs, s);
}

static void users(void)
{
	EXPECT_OK(setresuid(1000, 2000, 3000));
	ids(1000, 2000, 3000);
	EXPECT_OK(setresuid(3000, 1000, 2000)); /* any permutation */
	ids(3000, 1000, 2000);
	EXPECT_ERRNO(setresuid(4000, -1, -1), EPERM);
	EXPECT_ERRNO(setresuid(-1, 0, -1), EPERM);
	EXPECT_OK(seteuid(2000));
	ids(3000, 2000, 2000);
	EXPECT_ERRNO(setuid(0), EPERM);
	EXPECT_OK(setuid(3000)); /* effective only, without privilege */
	ids(3000, 3000, 2000);
	EXPECT_OK(setreuid(-1, 2000));
	ids(3000, 2000, 2000); /* not the real id: the saved one follows */
	EXPECT_ERRNO(setreuid(-1, 1), EPERM);
	EXPECT_ERRNO(setgid(77), EPERM);
	_exit(0);
}

int main(void)
{
	struct stat st;

	EXPECT_EQ(getuid(), 0);
	pid_t pid = guest_fork();
	if (pid == 0)
		users();
	EXPECT_EXIT(pid, 0);

	guest_tmpdir();
	EXPECT_OK(chmod(".", 0777));
	pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setresgid(500, 500, 500));
		EXPECT_OK(setuid(600)); /* root: all three */
		ids(600, 600, 600);
		guest_write_file("f", "", 0644);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(stat("f", &st));
	EXPECT_EQ(st.st_uid, 600);
	EXPECT_EQ(st.st_gid, 500);

	pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(setfsuid(700), 0);
		EXPECT_EQ(setfsuid(-1), 700);
		guest_write_file("g", "", 0644);
		EXPECT_OK(stat("g", &st));
		EXPECT_EQ(st.st_uid, 700);
		EXPECT_EQ(geteuid(), 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(syscall(SYS_setuid, -1), EINVAL);
	EXPECT_ERRNO(syscall(SYS_getresuid, BAD_PTR, BAD_PTR, BAD_PTR), EFAULT);
	return 0;
}
