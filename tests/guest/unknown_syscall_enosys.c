/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that Linux has not given to anything answer ENOSYS, whatever the arguments; nothing else
 * happens.
 */
#include "guest.h"

int main(void)
{
	static const long numbers[] = {380, 400, 423, 999, 4096, 100000, INT32_MAX, -2, -1000};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		EXPECT_ERRNO(syscall(numbers[i], 0, 0, 0, 0, 0, 0), ENOSYS);
	for (long nr = 10000; nr < 12000; nr++)
		EXPECT_ERRNO(syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L), ENOSYS);
	EXPECT_ERRNO(syscall(-1), ENOSYS);
	EXPECT_ERRNO(syscall(SYS_create_module, 0, 0), ENOSYS); /* long gone */
	EXPECT_ERRNO(syscall(SYS_getpmsg, 0, 0), ENOSYS);

	/* Only the low 32 bits of the number count. */
	EXPECT_EQ(syscall((long)(0x100000000 | SYS_getpid)), getpid());
	return 0;
}
