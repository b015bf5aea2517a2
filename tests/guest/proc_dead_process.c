/* SPDX-License-Identifier: Apache-2.0 */
/* A zombie still has a directory with what is left of it; once it is reaped, names are ENOENT and
 * what was open is ESRCH. */
#include "guest.h"

int main(void)
{
	char name[64], buf[4096];
	int go[2];

	EXPECT_OK(pipe(go));
	pid_t pid = guest_fork();
	if (pid == 0) {
		close(go[1]);
		_exit(read(go[0], buf, 1) == 0 ? 0 : 1);
	}
	close(go[0]);
	snprintf(name, sizeof(name), "/proc/%d", (int)pid);
	int dir = EXPECT_OK(open(name, O_RDONLY | O_DIRECTORY));
	int status = EXPECT_OK(openat(dir, "status", O_RDONLY));
	int fds = EXPECT_OK(openat(dir, "fd", O_RDONLY | O_DIRECTORY));
	EXPECT(readlinkat(dir, "exe", buf, sizeof(buf)) > 0);

	close(go[1]);
	siginfo_t info;
	EXPECT_OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	ssize_t n = EXPECT_OK(read(status, buf, sizeof(buf) - 1));
	buf[n] = 0;
	EXPECT(strstr(buf, "State:\tZ (zombie)\n") != NULL);
	EXPECT(strstr(buf, "VmSize") == NULL);
	EXPECT_ERRNO(readlinkat(dir, "exe", buf, sizeof(buf)), ENOENT);
	int fd = EXPECT_OK(openat(dir, "cmdline", O_RDONLY));
	EXPECT_EQ(read(fd, buf, sizeof(buf)), 0);
	EXPECT_ERRNO(openat(fds, "0", O_RDONLY), ENOENT);

	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(lseek(status, 0, SEEK_SET), 0);
	EXPECT_ERRNO(read(status, buf, sizeof(buf)), ESRCH);
	EXPECT_ERRNO(open(name, O_RDONLY), ENOENT);
	/* Linux says ESRCH for a name that it still has cached, ENOENT otherwise. */
	EXPECT(openat(dir, "status", O_RDONLY) == -1 && (errno == ENOENT || errno == ESRCH));
	return 0;
}
