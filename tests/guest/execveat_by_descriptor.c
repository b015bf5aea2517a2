/* SPDX-License-Identifier: Apache-2.0 */
/* execveat runs a descriptor, or a name below one, and refuses what execve refuses. */
#include "guest.h"

static char *const args[] = {"true", NULL};
static char *const none[] = {NULL};

static void expect_runs(int fd, const char *name, int flags)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		syscall(SYS_execveat, fd, name, args, none, flags);
		_exit(99);
	}
	EXPECT_EXIT(pid, 0);
}

int main(void)
{
	int dir = EXPECT_OK(open("/bin/", O_PATH | O_DIRECTORY));
	int file = EXPECT_OK(open("/bin/true", O_RDONLY | O_CLOEXEC));

	expect_runs(file, "", AT_EMPTY_PATH);
	expect_runs(dir, "true", 0);
	expect_runs(AT_FDCWD, "/bin/true", 0);
	expect_runs(-1, "/bin/true", 0); /* an absolute name needs no descriptor */
	EXPECT_ERRNO(syscall(SYS_execveat, file, "", args, none, 0), ENOENT);
	EXPECT_ERRNO(syscall(SYS_execveat, -1, "true", args, none, 0), EBADF);
	EXPECT_ERRNO(syscall(SYS_execveat, file, "true", args, none, 0), ENOTDIR);
	EXPECT_ERRNO(syscall(SYS_execveat, dir, "", args, none, AT_EMPTY_PATH), EACCES);
	EXPECT_ERRNO(syscall(SYS_execveat, dir, "true", args, none, 1 << 20), EINVAL);
	guest_tmpdir();
	EXPECT_OK(symlink("/bin/true", "link"));
	EXPECT_ERRNO(syscall(SYS_execveat, AT_FDCWD, "link", args, none, AT_SYMLINK_NOFOLLOW),
		     ELOOP);
	expect_runs(AT_FDCWD, "link", 0);
	return 0;
}
