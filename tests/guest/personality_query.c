/* SPDX-License-Identifier: Apache-2.0 */
/* personality(0xffffffff) tells the current one without a change, which is Linux's own. */
#include "guest.h"

#include <sys/personality.h>

int main(void)
{
	int now = EXPECT_OK(personality(0xffffffff));

	EXPECT_EQ(now & PER_MASK, PER_LINUX);
	EXPECT_EQ(personality(0xffffffff), now);
	pid_t pid = guest_fork();
	if (pid == 0) {
		int r = personality((unsigned long)now | ADDR_NO_RANDOMIZE);

		if (r == -1 && errno == EPERM)
			_exit(GUEST_SKIP); /* a seccomp profile may forbid it */
		EXPECT_EQ(r, now);
		EXPECT_EQ(personality(0xffffffff), now | ADDR_NO_RANDOMIZE);
		_exit(0);
	}
	int status = guest_wait(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == GUEST_SKIP)
		SKIP("no right to change the personality");
	EXPECT_EQ(status, 0);
	EXPECT_EQ(personality(0xffffffff), now);
	return 0;
}
