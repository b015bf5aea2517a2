/* SPDX-License-Identifier: Apache-2.0 */
/* Writing beyond RLIMIT_FSIZE is cut at the limit, then SIGXFSZ and EFBIG. */
#include "guest.h"

int main(void)
{
	struct rlimit lim = {1000, 1000};
	static char buf[2000];
	struct stat st;

	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(setrlimit(RLIMIT_FSIZE, &lim));
		EXPECT_EQ(write(fd, buf, 2000), 1000); /* as much as fits */
		signal(SIGXFSZ, SIG_IGN);
		EXPECT_ERRNO(write(fd, buf, 1), EFBIG);
		EXPECT_ERRNO(ftruncate(fd, 1001), EFBIG);
		EXPECT_OK(ftruncate(fd, 1000));
		EXPECT_EQ(pwrite(fd, buf, 10, 5), 10);
		int p[2];
		EXPECT_OK(pipe(p));
		EXPECT_EQ(write(p[1], buf, 2000), 2000); /* files only */
		signal(SIGXFSZ, SIG_DFL);
		EXPECT_OK(write(fd, buf, 1));
		_exit(1);
	}
	EXPECT_KILLED(pid, SIGXFSZ);
	EXPECT_OK(fstat(fd, &st));
	EXPECT_EQ(st.st_size, 1000);
	return 0;
}
