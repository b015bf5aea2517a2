/* SPDX-License-Identifier: Apache-2.0 */
/* What mseal sealed can be neither unmapped, moved, reprotected nor mapped over; its data can
 * change. */
#include "guest.h"

#include <sys/mman.h>

#define NR_mseal 462

int main(void)
{
	char *p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(p != MAP_FAILED);
	if (syscall(NR_mseal, p + 4096, 4096, 0) == -1 && errno == ENOSYS)
		SKIP("no mseal here");
	EXPECT_ERRNO(munmap(p + 4096, 4096), EPERM);
	EXPECT_ERRNO(munmap(p, 3 * 4096), EPERM);
	EXPECT_ERRNO(mprotect(p + 4096, 4096, PROT_READ), EPERM);
	EXPECT(mremap(p + 4096, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED && errno == EPERM);
	EXPECT(mmap(p + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		       MAP_FAILED &&
	       errno == EPERM);
	p[4096] = 7; /* writing is no change of the mapping */
	EXPECT_OK(munmap(p, 4096));
	EXPECT_OK(mprotect(p + 8192, 4096, PROT_READ));
	EXPECT_ERRNO(syscall(NR_mseal, p + 4097, 4096, 0), EINVAL);
	EXPECT_ERRNO(syscall(NR_mseal, p + 4096, 4096, 1), EINVAL);
	EXPECT_ERRNO(syscall(NR_mseal, p, 4096, 0), ENOMEM); /* a hole */
	return 0;
}
