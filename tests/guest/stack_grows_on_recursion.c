/* SPDX-License-Identifier: Apache-2.0 */
/* The main stack grows by itself to several megabytes of deep recursion. */
#include "guest.h"

__attribute__((noinline)) static unsigned int descend(unsigned int depth)
{
	volatile char frame[1024];

	memset((char *)frame, (int)(depth & 0x7f), sizeof(frame));
	if (depth == 0)
		return 0;
	unsigned int below = descend(depth - 1);
	EXPECT_EQ(frame[0], depth & 0x7f);
	EXPECT_EQ(frame[1023], depth & 0x7f);
	return below + 1;
}

int main(void)
{
	struct rlimit lim;

	EXPECT_OK(getrlimit(RLIMIT_STACK, &lim));
	if (lim.rlim_cur < 8 << 20)
		SKIP("the stack limit is below 8 MiB");
	EXPECT_EQ(descend(5000), 5000); /* some 5.5 MiB */
	return 0;
}
