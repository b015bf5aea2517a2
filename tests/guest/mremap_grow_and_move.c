/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mremap grows in place or moves with contents kept, shrinks, moves to a fixed place, and refuses
 * nonsense.
 */
#include "guest.h"

static char *fresh(size_t pages)
{
	char *p = EXPECT_OK(mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	for (size_t i = 0; i < pages; i++)
		p[i * 4096] = (char)(i + 1);
	return p;
}

int main(void)
{
	/* Grow where there is room. */
	char *p = fresh(4);
	EXPECT_OK(munmap(p + 2 * 4096, 2 * 4096));
	EXPECT(mremap(p, 2 * 4096, 4 * 4096, 0) == p);
	EXPECT_EQ(p[4096], 2);
	EXPECT_EQ(p[2 * 4096], 0);

	/* No room: ENOMEM without MAYMOVE, a move with it. */
	EXPECT_OK(mmap(p + 3 * 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		       0));
	EXPECT_ERRNO(mremap(p, 3 * 4096, 5 * 4096, 0), ENOMEM);
	char *q = EXPECT_OK(mremap(p, 3 * 4096, 5 * 4096, MREMAP_MAYMOVE));
	EXPECT(q != p);
	EXPECT_EQ(q[0], 1);
	EXPECT_EQ(q[4096], 2);
	EXPECT_EQ(q[4 * 4096], 0);
	EXPECT_ERRNO(mprotect(p, 4096, PROT_READ), ENOMEM); /* the old place is empty */

	/* Shrink. */
	EXPECT(mremap(q, 5 * 4096, 4096, 0) == q);
	EXPECT_ERRNO(mprotect(q + 4096, 4096, PROT_READ), ENOMEM);

	/* A fixed place replaces what is there. */
	char *r = fresh(3);
	EXPECT(mremap(q, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, r + 4096) == r + 4096);
	EXPECT_EQ(r[0], 1);
	EXPECT_EQ(r[4096], 1);
	EXPECT_EQ(r[2 * 4096], 3);

	EXPECT_ERRNO(mremap(r + 1, 4096, 8192, MREMAP_MAYMOVE), EINVAL);
	EXPECT_ERRNO(mremap(r, 4096, 0, MREMAP_MAYMOVE), EINVAL);
	EXPECT_ERRNO(mremap(r, 4096, 4096, 0x100), EINVAL);
	EXPECT_ERRNO(mremap(r, 4096, 4096, MREMAP_FIXED, q), EINVAL);
	EXPECT_ERRNO(mremap(r, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, r + 4096), EINVAL);
	EXPECT_ERRNO(mremap(q, 4096, 8192, MREMAP_MAYMOVE), EFAULT); /* nothing mapped */
	return 0;
}
