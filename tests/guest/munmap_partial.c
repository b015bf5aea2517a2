/* SPDX-License-Identifier: Apache-2.0 */
/* munmap cuts a hole of whole pages, ignores holes, and refuses only what could never be mapped. */
#include "guest.h"

#include <setjmp.h>

static sigjmp_buf back;

static void on_segv(int sig)
{
	siglongjmp(back, sig);
}

static bool readable(volatile char *p)
{
	if (sigsetjmp(back, 1))
		return false;
	(void)*p;
	return true;
}

int main(void)
{
	char *p = EXPECT_OK(
		mmap(NULL, 6 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	signal(SIGSEGV, on_segv);
	memset(p, 9, 6 * 4096);
	EXPECT_OK(munmap(p + 2 * 4096, 4096 + 1)); /* rounds up: two pages */
	EXPECT(readable(p + 2 * 4096 - 1));
	EXPECT(!readable(p + 2 * 4096));
	EXPECT(!readable(p + 4 * 4096 - 1));
	EXPECT(readable(p + 4 * 4096));
	EXPECT_EQ(p[4 * 4096], 9);

	EXPECT_OK(munmap(p + 2 * 4096, 4096)); /* nothing there: no error */
	EXPECT_OK(munmap(p, 6 * 4096));
	EXPECT(!readable(p));

	EXPECT_ERRNO(munmap(p + 1, 4096), EINVAL);
	EXPECT_ERRNO(munmap(p, 0), EINVAL);
	EXPECT_ERRNO(munmap(p, SIZE_MAX), EINVAL);
	EXPECT_ERRNO(munmap((void *)0xfffffffffffff000, 8192), EINVAL);
	EXPECT_ERRNO(munmap((void *)0x800000000000, 4096), EINVAL);
	return 0;
}
