/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In a sticky directory only the owner of a file, of the directory, or root may remove or rename
 * it.
 */
#include "guest.h"

static pid_t as(uid_t uid)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(setresgid(uid, uid, uid));
		EXPECT_OK(setresuid(uid, uid, uid));
	}
	return pid;
}

int main(void)
{
	pid_t pid;

	guest_tmpdir();
	umask(0);
	EXPECT_OK(chmod(".", 01777));
	pid = as(1001);
	if (pid == 0) {
		guest_write_file("hers", "", 0666);
		guest_write_file("hers2", "", 0666);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	pid = as(1002);
	if (pid == 0) {
		EXPECT_ERRNO(unlink("hers"), EPERM);
		EXPECT_ERRNO(rename("hers", "mine"), EPERM);
		guest_write_file("mine", "", 0666);
		EXPECT_ERRNO(rename("mine", "hers"), EPERM); /* would remove hers */
		EXPECT_OK(unlink("mine"));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	pid = as(1001);
	if (pid == 0) {
		EXPECT_OK(unlink("hers"));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(unlink("hers2")); /* root */
	return 0;
}
