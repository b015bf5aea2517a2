/* SPDX-License-Identifier: Apache-2.0 */
/*
 * membarrier answers its query, does private barriers only after registration, and a nonsense rseq
 * area is refused.
 */
#include "guest.h"

#include <linux/membarrier.h>

int main(void)
{
	long mask = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	if (mask == -1 && (errno == ENOSYS || errno == EPERM))
		SKIP("no membarrier here");
	EXPECT_OK(mask);
	EXPECT_ERRNO(syscall(SYS_membarrier, 1 << 30, 0, 0), EINVAL);
	EXPECT_ERRNO(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0x80, 0), EINVAL);
	if (mask & MEMBARRIER_CMD_PRIVATE_EXPEDITED) {
		int enter = MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
		int use = MEMBARRIER_CMD_PRIVATE_EXPEDITED;

		EXPECT_ERRNO(syscall(SYS_membarrier, use, 0, 0), EPERM);
		EXPECT_OK(syscall(SYS_membarrier, enter, 0, 0));
		EXPECT_OK(syscall(SYS_membarrier, use, 0, 0));
	}
	if (mask & MEMBARRIER_CMD_GLOBAL)
		EXPECT_OK(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0));
	EXPECT_EQ(syscall(SYS_rseq, (void *)8, 32, 0, 0x53053053), -1);
	EXPECT(errno == EINVAL || errno == EFAULT || errno == EBUSY || errno == ENOSYS);
	return 0;
}
