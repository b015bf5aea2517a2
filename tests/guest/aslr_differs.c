/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two runs of a program get different places for stack and libraries, unless randomisation is
 * switched off.
 */
#include "guest.h"

#include <sys/personality.h>

static void run(uintptr_t got[2], bool off)
{
	int p[2];

	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(dup2(p[1], 50));
		if (off && personality(ADDR_NO_RANDOMIZE) == -1)
			_exit(GUEST_SKIP);
		execl(guest_self(), "x", "inside", (char *)NULL);
		DIE("exec");
	}
	int status = guest_wait(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == GUEST_SKIP)
		SKIP("no right to change the personality");
	EXPECT_EQ(status, 0);
	EXPECT_EQ(read(p[0], got, 2 * sizeof(*got)), 2 * sizeof(*got));
	EXPECT_OK(close(p[0]));
	EXPECT_OK(close(p[1]));
}

int main(int argc, char **argv)
{
	uintptr_t a[2], b[2], mine[2] = {(uintptr_t)&a, (uintptr_t)&getpid};
	char text[16] = "2";

	(void)argv;
	if (argc > 1)
		return write(50, mine, sizeof(mine)) != sizeof(mine);
	guest_self();
	int fd = open("/proc/sys/kernel/randomize_va_space", O_RDONLY);
	if (fd >= 0 && read(fd, text, sizeof(text)) > 0 && text[0] == '0')
		SKIP("randomisation is switched off");
	run(a, false);
	run(b, false);
	EXPECT(a[0] != b[0]);
	EXPECT(a[1] != b[1]);
	run(a, true);
	run(b, true);
	EXPECT_EQ(a[0], b[0]);
	EXPECT_EQ(a[1], b[1]);
	return 0;
}
