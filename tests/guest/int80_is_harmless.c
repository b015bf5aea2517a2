/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 32-bit entry int 0x80 gives a result or a deadly signal, and the parent and later calls are
 * unharmed.
 */
#include "guest.h"

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		long ret;
		pid_t me = getpid();

		/* getpid of the 32-bit table; as a 64-bit number it would be writev. */
		__asm__ volatile("int $0x80"
				 : "=a"(ret)
				 : "a"(20), "b"(0), "c"(0), "d"(0)
				 : "memory", "r8", "r9", "r10", "r11");
		EXPECT(ret == me || (int)ret == -ENOSYS);
		EXPECT_EQ(getpid(), me);
		_exit(0);
	}
	int status = guest_wait(pid);
	if (WIFSIGNALED(status))
		EXPECT(WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGSYS);
	else
		EXPECT_EQ(status, 0);

	/* A wild pointer through it is refused like any other. */
	pid = guest_fork();
	if (pid == 0) {
		long ret;

		__asm__ volatile("int $0x80"
				 : "=a"(ret)
				 : "a"(5 /* open */), "b"(1 /* wild */), "c"(0), "d"(0)
				 : "memory", "r8", "r9", "r10", "r11");
		EXPECT((int)ret < 0);
		_exit(0);
	}
	status = guest_wait(pid);
	EXPECT((WIFEXITED(status) && WEXITSTATUS(status) == 0) || WIFSIGNALED(status));
	return 0;
}
