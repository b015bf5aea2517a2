/* SPDX-License-Identifier: Apache-2.0 */
/* fork, execve of a real program from PATH's directories, and wait give its output and status. */
#include "guest.h"

int main(void)
{
	char buf[64];
	int p[2];
	ssize_t n = 0, r;

	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(dup2(p[1], 1));
		EXPECT_OK(close(p[0]));
		EXPECT_OK(close(p[1]));
		execl("/bin/sh", "sh", "-c", "echo \"$0-$1\"; exit 5", "a", "b", (char *)NULL);
		DIE("/bin/sh");
	}
	EXPECT_OK(close(p[1]));
	while ((r = EXPECT_OK(read(p[0], buf + n, sizeof(buf) - 1 - (size_t)n))) > 0)
		n += r;
	buf[n] = 0;
	EXPECT_STR(buf, "a-b\n");
	EXPECT_EXIT(pid, 5);

	for (int i = 0; i < 20; i++) {
		pid = guest_fork();
		if (pid == 0) {
			execl("/bin/true", "true", (char *)NULL);
			_exit(99);
		}
		EXPECT_EXIT(pid, 0);
	}
	EXPECT_ERRNO(waitpid(-1, NULL, 0), ECHILD);
	return 0;
}
