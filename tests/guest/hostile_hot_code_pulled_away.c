/* SPDX-License-Identifier: Apache-2.0 */
/* Code whose calls are hot goes away while threads execute it: that ends the process by SIGSEGV,
 * and nothing else. */
#include "images.h"

enum { THREADS = 3, ROUNDS = 15 };

static char *_Atomic shared;

static void *executes(void *arg)
{
	for (;;)
		heat(shared + PAGE + 512);
	return arg;
}

static void pulled_away(int how)
{
	pthread_t thread;

	make_header(PAGES * PAGE - 700);
	make_wrapper(512);
	shared = map_image();
	for (int i = 0; i < THREADS; i++)
		EXPECT_EQ(pthread_create(&thread, NULL, executes, NULL), 0);
	heat(shared + PAGE + 512);
	if (how == 0)
		munmap(shared + PAGE, PAGE);
	else if (how == 1)
		mprotect(shared + PAGE, PAGES * PAGE, PROT_NONE);
	else
		mremap(shared + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, shared);
	for (;;)
		pause();
}

int main(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		pid_t pid = guest_fork();

		if (pid == 0)
			pulled_away(round % 3);
		EXPECT_KILLED(pid, SIGSEGV);
	}
	return 0;
}
