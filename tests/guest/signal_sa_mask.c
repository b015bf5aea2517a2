/* SPDX-License-Identifier: Apache-2.0 */
/* sa_mask signals wait until the handler returns; SA_NODEFER lets a handler interrupt itself. */
#include "guest.h"

static volatile int order[8], n, depth, max_depth;

static void second(int sig)
{
	order[n++] = sig;
}

static void first(int sig)
{
	order[n++] = sig;
	raise(SIGUSR2); /* masked by sa_mask */
	order[n++] = -1;
}

static void nested(int sig)
{
	if (++depth > max_depth)
		max_depth = depth;
	if (depth < 4)
		raise(sig);
	depth--;
}

int main(void)
{
	struct sigaction sa = {.sa_handler = second};

	EXPECT_OK(sigaction(SIGUSR2, &sa, NULL));
	sa.sa_handler = first;
	sigaddset(&sa.sa_mask, SIGUSR2);
	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	raise(SIGUSR1);
	EXPECT_EQ(n, 3);
	EXPECT_EQ(order[0], SIGUSR1);
	EXPECT_EQ(order[1], -1);
	EXPECT_EQ(order[2], SIGUSR2);

	sigemptyset(&sa.sa_mask);
	sa.sa_handler = nested;
	sa.sa_flags = SA_NODEFER;
	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	raise(SIGUSR1);
	EXPECT_EQ(max_depth, 4);
	EXPECT_EQ(depth, 0);
	return 0;
}
