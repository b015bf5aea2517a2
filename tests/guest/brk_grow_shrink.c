/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The break grows with zeroed memory, shrinks, forgets what was cut off, and stays where it is on
 * nonsense.
 */
#include "guest.h"

static uintptr_t set_brk(uintptr_t to)
{
	return (uintptr_t)syscall(SYS_brk, to);
}

int main(void)
{
	uintptr_t start = (set_brk(0) + 0xffff) & ~(uintptr_t)0xffff;
	char *p = (char *)start;

	EXPECT_EQ(set_brk(start), start);
	EXPECT_EQ(set_brk(start + 0x10000), start + 0x10000);
	for (size_t i = 0; i < 0x10000; i++)
		EXPECT_EQ(p[i], 0);
	memset(p, 0x5a, 0x10000);

	EXPECT_EQ(set_brk(start + 0x1000), start + 0x1000);
	EXPECT_EQ(p[0xfff], 0x5a);
	EXPECT_EQ(set_brk(start + 0x10000), start + 0x10000);
	EXPECT_EQ(p[0xfff], 0x5a);
	EXPECT_EQ(p[0x1000], 0);

	EXPECT_EQ(set_brk(start + 0x10123), start + 0x10123); /* any byte, not only pages */
	EXPECT_EQ(set_brk(1), start + 0x10123);
	EXPECT_EQ(set_brk(UINTPTR_MAX), start + 0x10123);
	EXPECT_EQ(set_brk(0x7fffffffffff), start + 0x10123);
	EXPECT_EQ(set_brk(0), start + 0x10123);
	EXPECT_EQ(set_brk(start), start);
	return 0;
}
