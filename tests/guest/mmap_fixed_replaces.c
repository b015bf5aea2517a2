/* SPDX-License-Identifier: Apache-2.0 */
/* MAP_FIXED replaces exactly the pages it names and leaves the neighbours alone. */
#include "guest.h"

int main(void)
{
	char *p = EXPECT_OK(
		mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	memset(p, 7, 5 * 4096);
	char *q = EXPECT_OK(mmap(p + 4096, 2 * 4096, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	EXPECT(q == p + 4096);
	EXPECT_EQ(p[4095], 7);
	EXPECT_EQ(p[4096], 0);
	EXPECT_EQ(p[3 * 4096 - 1], 0);
	EXPECT_EQ(p[3 * 4096], 7);

	EXPECT_ERRNO(mmap(p + 1, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		     EINVAL);
	EXPECT_ERRNO(mmap((void *)0x7ffffffff000, 8192, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		     ENOMEM);
	EXPECT_ERRNO(mmap((void *)0xffff800000000000, 4096, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		     ENOMEM);
	EXPECT_EQ(p[0], 7);
	return 0;
}
