/* SPDX-License-Identifier: Apache-2.0 */
/* A process that may not be dumped dies without the core flag, and SIGTERM never sets it. */
#include "guest.h"

#include <sys/prctl.h>

int main(void)
{
	static const int sigs[] = {SIGSEGV, SIGABRT, SIGQUIT, SIGTERM, SIGKILL};

	for (size_t i = 0; i < ARRAY_SIZE(sigs); i++) {
		pid_t pid = guest_fork();
		if (pid == 0) {
			EXPECT_OK(prctl(PR_SET_DUMPABLE, 0));
			EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);
			EXPECT_OK(raise(sigs[i]));
			_exit(1);
		}
		int status = guest_wait(pid);
		EXPECT(WIFSIGNALED(status));
		EXPECT_EQ(WTERMSIG(status), sigs[i]);
		EXPECT(!WCOREDUMP(status));
		EXPECT_EQ(status, sigs[i]);
	}
	EXPECT_ERRNO(prctl(PR_SET_DUMPABLE, 2), EINVAL);
	return 0;
}
