/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Anonymous memory comes zeroed and page aligned, can be written everywhere, and bad arguments are
 * refused.
 */
#include "guest.h"

#define LEN (3 * 4096)

int main(void)
{
	unsigned char *p = EXPECT_OK(
		mmap(NULL, LEN - 100, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	EXPECT_EQ((uintptr_t)p % 4096, 0);
	for (size_t i = 0; i < LEN; i++)
		EXPECT_EQ(p[i], 0);
	memset(p, 0xab, LEN);
	for (size_t i = 0; i < LEN; i++)
		EXPECT_EQ(p[i], 0xab);
	EXPECT_OK(munmap(p, LEN));

	EXPECT_ERRNO(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EINVAL);
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
	EXPECT_ERRNO(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 12345, 0), EBADF);
	EXPECT_ERRNO(mmap(NULL, SIZE_MAX - 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		     ENOMEM);
	EXPECT_ERRNO(mmap(NULL, SIZE_MAX, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
	EXPECT_ERRNO(syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 100),
		     EINVAL);
	return 0;
}
