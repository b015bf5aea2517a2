/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MADV_DONTFORK memory is not there in a child, MADV_WIPEONFORK memory is zero there, the parent
 * keeps both.
 */
#include "guest.h"

int main(void)
{
	char *p = EXPECT_OK(
		mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	memset(p, 5, 2 * 4096);
	EXPECT_OK(madvise(p, 4096, MADV_WIPEONFORK));
	EXPECT_OK(madvise(p + 4096, 4096, MADV_DONTFORK));

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(p[0], 0);
		EXPECT_EQ(p[4095], 0);
		EXPECT_ERRNO(mprotect(p + 4096, 4096, PROT_READ), ENOMEM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(p[0], 5);
	EXPECT_EQ(p[4096], 5);

	EXPECT_OK(madvise(p, 4096, MADV_KEEPONFORK));
	EXPECT_OK(madvise(p + 4096, 4096, MADV_DOFORK));
	pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(p[0], 5);
		EXPECT_EQ(p[4096], 5);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);

	char *q = EXPECT_OK(mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	EXPECT_ERRNO(madvise(q, 4096, MADV_WIPEONFORK), EINVAL); /* only private anonymous */
	return 0;
}
