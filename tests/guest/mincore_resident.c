/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mincore tells that touched pages are resident, and refuses unaligned, unmapped and unwritable
 * arguments.
 */
#include "guest.h"

int main(void)
{
	unsigned char vec[4] = {0};
	char *p = EXPECT_OK(
		mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	p[0] = 1;
	p[2 * 4096] = 1;
	EXPECT_OK(mincore(p, 4 * 4096, vec));
	EXPECT_EQ(vec[0] & 1, 1);
	EXPECT_EQ(vec[2] & 1, 1);

	EXPECT_OK(mincore(p, 0, vec));
	EXPECT_ERRNO(mincore(p + 1, 4096, vec), EINVAL);
	EXPECT_ERRNO(mincore(p, 4096, BAD_PTR), EFAULT);
	EXPECT_OK(munmap(p + 4096, 4096));
	EXPECT_ERRNO(mincore(p, 4 * 4096, vec), ENOMEM);
	return 0;
}
