/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/self/status, stat and statm agree with the process about names, ids, threads, signals and
 * size.
 */
#include "guest.h"

#include <sys/prctl.h>

static char text[16384];

static const char *field(const char *name)
{
	char *at = strstr(text, name);

	if (!at)
		FAIL("expected a line %s, got none", name);
	return at + strlen(name);
}

int main(void)
{
	char comm[32], state;
	int pid, ppid, pgrp, session;
	long a[3];
	sigset_t set;

	EXPECT_OK(prctl(PR_SET_NAME, "status test"));
	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	guest_read_file("/proc/self/status", text, sizeof(text));
	EXPECT(strncmp(field("Name:\t"), "status test\n", 12) == 0);
	EXPECT(strncmp(field("State:\t"), "R", 1) == 0);
	EXPECT_EQ(strtol(field("\nTgid:\t"), NULL, 10), getpid());
	EXPECT_EQ(strtol(field("\nPid:\t"), NULL, 10), getpid());
	EXPECT_EQ(strtol(field("\nPPid:\t"), NULL, 10), getppid());
	EXPECT_EQ(strtol(field("\nUid:\t"), NULL, 10), getuid());
	EXPECT_EQ(strtol(field("\nThreads:\t"), NULL, 10), 1);
	EXPECT(strtol(field("\nVmSize:\t"), NULL, 10) > 100);
	EXPECT(strtol(field("\nVmRSS:\t"), NULL, 10) > 10);
	EXPECT_EQ(strtoull(field("\nSigBlk:\t"), NULL, 16), 1 << (SIGUSR2 - 1));
	EXPECT_EQ(strtoull(field("\nSigIgn:\t"), NULL, 16) >> (SIGUSR1 - 1) & 1, 1);
	EXPECT_EQ(strtoull(field("\nSigCgt:\t"), NULL, 16) >> (SIGALRM - 1) & 1, 1);
	field("\nCapEff:\t");

	guest_read_file("/proc/self/stat", text, sizeof(text));
	EXPECT_EQ(sscanf(text, "%d (%31[^)]) %c %d %d %d", &pid, comm, &state, &ppid, &pgrp,
			 &session),
		  6);
	EXPECT_EQ(pid, getpid());
	EXPECT_STR(comm, "status test");
	EXPECT_EQ(state, 'R');
	EXPECT_EQ(ppid, getppid());
	EXPECT_EQ(pgrp, getpgrp());
	EXPECT_EQ(session, getsid(0));

	guest_read_file("/proc/self/statm", text, sizeof(text));
	EXPECT_EQ(sscanf(text, "%ld %ld %ld", &a[0], &a[1], &a[2]), 3);
	EXPECT(a[0] > 100 && a[1] > 0 && a[1] <= a[0]);
	return 0;
}
