/* SPDX-License-Identifier: Apache-2.0 */
/* A process whose parent dies gets another, living parent and goes on running. */
#include "guest.h"

int main(void)
{
	int p[2];
	char c = 0;

	EXPECT_OK(pipe(p));
	pid_t middle = guest_fork();
	if (middle == 0) {
		pid_t me = getpid();
		if (guest_fork() == 0) {
			while (getppid() == me)
				guest_pause_ms(1);
			EXPECT(getppid() != me);
			EXPECT(getppid() >= 1);
			EXPECT_EQ(write(p[1], "k", 1), 1);
			_exit(0);
		}
		_exit(0);
	}
	EXPECT_EXIT(middle, 0);
	EXPECT_OK(close(p[1]));
	EXPECT_EQ(read(p[0], &c, 1), 1);
	EXPECT_EQ(c, 'k');
	return 0;
}
