/* SPDX-License-Identifier: Apache-2.0 */
/* After chroot the root is the new one, .. does not lead out, and ordinary users may not. */
#include "guest.h"

int main(void)
{
	struct stat a, b;

	guest_tmpdir();
	EXPECT_OK(mkdir("jail", 0755));
	EXPECT_OK(mkdir("jail/sub", 0755));
	guest_write_file("jail/f", "F", 0644);
	guest_write_file("outside", "O", 0644);
	EXPECT_OK(symlink("/f", "jail/abs"));
	EXPECT_OK(stat("jail", &a));
	EXPECT_ERRNO(chroot("none"), ENOENT);
	EXPECT_ERRNO(chroot("outside"), ENOTDIR);

	pid_t pid = guest_fork();
	if (pid == 0) {
		char buf[64];

		if (chroot("jail") == -1 && errno == EPERM)
			_exit(GUEST_SKIP);
		EXPECT_OK(access("outside", F_OK)); /* the directory is still outside */
		EXPECT_OK(chdir("/"));
		EXPECT_OK(stat("/", &b));
		EXPECT_EQ(a.st_ino, b.st_ino);
		EXPECT_OK(stat("../../..", &b));
		EXPECT_EQ(a.st_ino, b.st_ino);
		EXPECT_ERRNO(access("/outside", F_OK), ENOENT);
		EXPECT_ERRNO(access("../outside", F_OK), ENOENT);
		EXPECT_OK(access("/abs", F_OK));
		EXPECT_OK(chdir("/sub"));
		EXPECT(getcwd(buf, sizeof(buf)) != NULL);
		EXPECT_STR(buf, "/sub");
		EXPECT_OK(setresuid(65534, 65534, 65534));
		EXPECT_ERRNO(chroot("/"), EPERM);
		_exit(0);
	}
	int status = guest_wait(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == GUEST_SKIP)
		SKIP("no right to chroot");
	EXPECT_EQ(status, 0);
	return 0;
}
