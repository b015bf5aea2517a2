/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/PID shows other processes, their tasks and their end: a zombie is Z, a waited-for one is
 * gone.
 */
#include "guest.h"

static char state_of(pid_t pid)
{
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	guest_read_file(path, text, sizeof(text));
	return strrchr(text, ')')[2];
}

int main(void)
{
	char path[64], text[1024], want[64];
	struct stat st;
	siginfo_t si;

	pid_t pid = guest_fork();
	if (pid == 0)
		for (;;)
			pause();
	while (state_of(pid) != 'S')
		guest_pause_ms(1);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	guest_read_file(path, text, sizeof(text));
	snprintf(want, sizeof(want), "\nPPid:\t%d\n", getpid());
	EXPECT(strstr(text, want) != NULL);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, pid);
	EXPECT_OK(stat(path, &st));

	EXPECT_OK(kill(pid, SIGSTOP));
	EXPECT_OK(waitid(P_PID, (id_t)pid, &si, WSTOPPED));
	EXPECT_EQ(state_of(pid), 'T');
	EXPECT_OK(kill(pid, SIGKILL));
	EXPECT_OK(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT));
	EXPECT_EQ(state_of(pid), 'Z');
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	EXPECT_EQ(guest_read_file(path, text, sizeof(text)), 0);
	EXPECT_KILLED(pid, SIGKILL);
	EXPECT_ERRNO(open(path, O_RDONLY), ENOENT);
	return 0;
}
