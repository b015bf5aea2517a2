/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/self/cmdline, comm and environ hold arguments, name and environment; comm can be written.
 */
#include "guest.h"

static int inside(void)
{
	char buf[512], comm[32];
	size_t n = guest_read_file("/proc/self/cmdline", buf, sizeof(buf));

	EXPECT_EQ(n, 12);
	EXPECT(memcmp(buf, "zero\0\0a b\0c\0", 12) == 0);
	n = guest_read_file("/proc/self/environ", buf, sizeof(buf));
	EXPECT_EQ(n, 18);
	EXPECT(memcmp(buf, "INSIDE=1\0OTHER=xy\0", 18) == 0);

	guest_read_file("/proc/self/comm", comm, sizeof(comm));
	EXPECT_STR(comm, "proc_self_cmdli\n"); /* cut at 15 */
	int fd = EXPECT_OK(open("/proc/self/comm", O_WRONLY));
	EXPECT_EQ(write(fd, "renamed", 7), 7);
	guest_read_file("/proc/self/comm", comm, sizeof(comm));
	EXPECT_STR(comm, "renamed\n");
	return 0;
}

int main(void)
{
	static char *const args[] = {"zero", "", "a b", "c", NULL};
	static char *const env[] = {"INSIDE=1", "OTHER=xy", NULL};

	if (getenv("INSIDE"))
		return inside();
	const char *base = strrchr(guest_self(), '/');
	if (!base || strncmp(base + 1, "proc_self_cmdli", 15) != 0)
		SKIP("the program runs under another name");
	pid_t pid = guest_fork();
	if (pid == 0) {
		execve(guest_self(), args, env);
		DIE("execve");
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
