/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parent sees the low eight bits of the exit code, through exit, _exit and return from a forked
 * main alike.
 */
#include "guest.h"

int main(void)
{
	static const int codes[] = {0, 1, 77, 255, 256, 257, -1, 0x12345678};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		pid_t pid = guest_fork();
		if (pid == 0)
			_exit(codes[i]);
		EXPECT_EXIT(pid, codes[i] & 0xff);

		pid = guest_fork();
		if (pid == 0)
			exit(codes[i]);
		EXPECT_EXIT(pid, codes[i] & 0xff);
	}
	return 0;
}
