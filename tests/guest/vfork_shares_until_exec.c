/* SPDX-License-Identifier: Apache-2.0 */
/* A vfork child runs in the parent's memory while the parent waits, until it execs or exits. */
#include "guest.h"

static volatile int shared;

int main(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		shared = 7;
		_exit(3);
	}
	EXPECT_EQ(shared, 7);
	EXPECT_EXIT(pid, 3);

	const char *self = "/bin/sh";
	shared = 0;
	pid = vfork();
	if (pid == 0) {
		shared = 8;
		execl(self, "sh", "-c", "exit 4", (char *)NULL);
		_exit(99);
	}
	EXPECT_EQ(shared, 8);
	EXPECT_EXIT(pid, 4);

	/* A failed exec does not wake the parent. */
	pid = vfork();
	if (pid == 0) {
		execl("/nonexistent", "x", (char *)NULL);
		shared = errno;
		_exit(6);
	}
	EXPECT_EQ(shared, ENOENT);
	EXPECT_EXIT(pid, 6);
	return 0;
}
