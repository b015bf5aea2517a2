/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without privilege mlock obeys RLIMIT_MEMLOCK: ENOMEM above it, EPERM when it is zero; holes are
 * ENOMEM.
 */
#include "guest.h"

static void unprivileged(char *p)
{
	struct rlimit lim = {64 << 10, 64 << 10};

	EXPECT_OK(setrlimit(RLIMIT_MEMLOCK, &lim));
	EXPECT_OK(setresuid(65534, 65534, 65534));
	EXPECT_OK(mlock(p, 32 << 10));
	EXPECT_OK(mlock(p, 32 << 10)); /* again: counts once */
	EXPECT_ERRNO(mlock(p, 128 << 10), ENOMEM);
	EXPECT_OK(munlock(p, 128 << 10));
	EXPECT_OK(mlock(p + (64 << 10), 64 << 10));
	EXPECT_OK(munlockall());

	lim.rlim_cur = lim.rlim_max = 0;
	EXPECT_OK(setrlimit(RLIMIT_MEMLOCK, &lim));
	EXPECT_ERRNO(mlock(p, 4096), EPERM);
	EXPECT_ERRNO(mlockall(MCL_CURRENT), EPERM);
	_exit(0);
}

int main(void)
{
	char *p = EXPECT_OK(
		mmap(NULL, 256 << 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	pid_t pid = guest_fork();
	if (pid == 0)
		unprivileged(p);
	EXPECT_EXIT(pid, 0);

	EXPECT_ERRNO(mlockall(0), EINVAL);
	EXPECT_ERRNO(mlockall(0x100), EINVAL);
	EXPECT_ERRNO(mlock(p, SIZE_MAX - 4096), EINVAL);
	EXPECT_OK(munmap(p + 4096, 4096));
	EXPECT_ERRNO(mlock(p, 4 * 4096), ENOMEM);
	EXPECT_ERRNO(munlock(p, 4 * 4096), ENOMEM);
	return 0;
}
