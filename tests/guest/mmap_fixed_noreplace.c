/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MAP_FIXED_NOREPLACE answers EEXIST where something is mapped and maps exactly there where
 * nothing is.
 */
#include "guest.h"

#define FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE)

int main(void)
{
	char *p = EXPECT_OK(
		mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	p[0] = 1;
	p[4 * 4096 - 1] = 2;
	EXPECT_ERRNO(mmap(p, 4096, PROT_READ, FLAGS, -1, 0), EEXIST);
	EXPECT_OK(munmap(p + 4096, 2 * 4096));
	EXPECT_ERRNO(mmap(p + 4096, 3 * 4096, PROT_READ, FLAGS, -1, 0), EEXIST);
	EXPECT_ERRNO(mmap(p, 2 * 4096, PROT_READ, FLAGS, -1, 0), EEXIST);
	EXPECT(mmap(p + 4096, 2 * 4096, PROT_READ, FLAGS, -1, 0) == p + 4096);
	EXPECT_EQ(p[0], 1);
	EXPECT_EQ(p[4096], 0);
	EXPECT_EQ(p[4 * 4096 - 1], 2);
	return 0;
}
