/* SPDX-License-Identifier: Apache-2.0 */
/* A child subreaper becomes the parent of its orphaned descendants and can wait for them. */
#include "guest.h"

#include <sys/prctl.h>

int main(void)
{
	int on = 0, p[2];
	pid_t orphan = 0, me = getpid();

	EXPECT_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	EXPECT_OK(prctl(PR_GET_CHILD_SUBREAPER, &on));
	EXPECT_EQ(on, 1);
	EXPECT_OK(pipe(p));
	pid_t middle = guest_fork();
	if (middle == 0) {
		pid_t parent = getpid();

		EXPECT_OK(prctl(PR_GET_CHILD_SUBREAPER, &on));
		EXPECT_EQ(on, 0); /* not inherited by fork */
		pid_t child = guest_fork();
		if (child == 0) {
			while (getppid() == parent)
				guest_pause_ms(1);
			EXPECT_EQ(getppid(), me);
			_exit(33);
		}
		EXPECT_EQ(write(p[1], &child, sizeof(child)), sizeof(child));
		_exit(0);
	}
	EXPECT_EQ(read(p[0], &orphan, sizeof(orphan)), sizeof(orphan));
	EXPECT_EXIT(middle, 0);
	EXPECT_EXIT(orphan, 33);
	EXPECT_ERRNO(prctl(PR_GET_CHILD_SUBREAPER, BAD_PTR), EFAULT);
	return 0;
}
