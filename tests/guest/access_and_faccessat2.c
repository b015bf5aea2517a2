/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access checks with the real ids, AT_EACCESS with the effective ones; root needs one x bit to
 * execute.
 */
#include "guest.h"

static void as_user(void)
{
	EXPECT_ERRNO(access("secret", R_OK), EACCES);
	EXPECT_OK(access("secret", F_OK));
	EXPECT_OK(access("public", R_OK));
	EXPECT_ERRNO(access("public", W_OK), EACCES);
	EXPECT_ERRNO(access("public", R_OK | X_OK), EACCES);
	EXPECT_OK(access("prog", R_OK | X_OK));
	EXPECT_ERRNO(access("closed/f", F_OK), EACCES); /* no way through */
	EXPECT_ERRNO(open("secret", O_RDONLY), EACCES);
	EXPECT_ERRNO(open("new", O_RDWR | O_CREAT, 0644), EACCES);
	EXPECT_ERRNO(unlink("public"), EACCES);
	_exit(0);
}

int main(void)
{
	guest_tmpdir();
	EXPECT_OK(chmod(".", 0755));
	guest_write_file("secret", "", 0600);
	guest_write_file("public", "", 0644);
	guest_write_file("prog", "", 0755);
	EXPECT_OK(mkdir("closed", 0700));
	guest_write_file("closed/f", "", 0644);

	EXPECT_OK(access("secret", R_OK | W_OK));
	EXPECT_ERRNO(access("secret", X_OK), EACCES);
	EXPECT_OK(access("prog", X_OK));
	EXPECT_ERRNO(access("none", F_OK), ENOENT);
	EXPECT_ERRNO(access("secret", 8), EINVAL);
	EXPECT_ERRNO(access("secret/x", F_OK), ENOTDIR);

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setresgid(65534, 65534, 65534));
		EXPECT_OK(setresuid(65534, 65534, 65534));
		as_user();
	}
	EXPECT_EXIT(pid, 0);

	pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setresuid(65534, 0, 0)); /* real: nobody, effective: root */
		EXPECT_ERRNO(access("secret", R_OK), EACCES);
		EXPECT_OK(syscall(SYS_faccessat2, AT_FDCWD, "secret", R_OK, AT_EACCESS));
		EXPECT_ERRNO(syscall(SYS_faccessat2, AT_FDCWD, "secret", R_OK, 0x4), EINVAL);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
