/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siglongjmp leaves a handler and restores the mask, so that the same fault can be caught again
 * and again.
 */
#include "guest.h"

#include <setjmp.h>

static sigjmp_buf back;

static void handler(int sig)
{
	siglongjmp(back, sig);
}

int main(void)
{
	volatile int caught = 0;
	sigset_t set;

	signal(SIGSEGV, handler);
	signal(SIGUSR1, handler);
	for (volatile int i = 0; i < 1000; i++) {
		if (sigsetjmp(back, 1) == 0)
			*(volatile char *)BAD_PTR = 1;
		else
			caught++;
	}
	EXPECT_EQ(caught, 1000);
	for (volatile int i = 0; i < 10; i++) {
		if (sigsetjmp(back, 1) == 0)
			raise(SIGUSR1);
		else
			caught++;
	}
	EXPECT_EQ(caught, 1010);
	EXPECT_OK(sigprocmask(SIG_BLOCK, NULL, &set));
	EXPECT_EQ(sigismember(&set, SIGSEGV), 0);
	EXPECT_EQ(sigismember(&set, SIGUSR1), 0);
	return 0;
}
