/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no_new_privs goes on, never off, and is inherited by fork and exec; keepcaps and securebits
 * answer.
 */
#include "guest.h"

#include <sys/prctl.h>

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1;
	guest_self();
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
		EXPECT_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), EINVAL);
		EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
		EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
		EXPECT_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
		execl(guest_self(), "x", "inside", (char *)NULL);
		DIE("exec");
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(prctl(PR_GET_KEEPCAPS), 0);
	EXPECT_OK(prctl(PR_SET_KEEPCAPS, 1));
	EXPECT_EQ(prctl(PR_GET_KEEPCAPS), 1);
	EXPECT_OK(prctl(PR_SET_KEEPCAPS, 0));
	EXPECT_ERRNO(prctl(PR_SET_KEEPCAPS, 2), EINVAL);
	EXPECT_ERRNO(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0), EINVAL);
	return 0;
}
