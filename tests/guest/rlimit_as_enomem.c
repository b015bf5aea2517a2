/* SPDX-License-Identifier: Apache-2.0 */
/* Above RLIMIT_AS mmap, brk and mremap fail, what is mapped stays usable. */
#include "guest.h"

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct rlimit lim = {256 << 20, 256 << 20};
		int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;

		EXPECT_OK(setrlimit(RLIMIT_AS, &lim));
		EXPECT_ERRNO(mmap(NULL, 512 << 20, prot, flags, -1, 0), ENOMEM);
		char *p = EXPECT_OK(mmap(NULL, 128 << 20, prot, flags, -1, 0));
		EXPECT_ERRNO(mmap(NULL, 128 << 20, prot, flags, -1, 0), ENOMEM);
		EXPECT_ERRNO(mremap(p, 128 << 20, 256 << 20, MREMAP_MAYMOVE), ENOMEM);
		char *brk = (char *)syscall(SYS_brk, 0);
		EXPECT((char *)syscall(SYS_brk, brk + (512 << 20)) == brk);
		p[0] = p[(128 << 20) - 1] = 1;
		EXPECT_OK(munmap(p, 128 << 20));
		EXPECT_OK(mmap(NULL, 128 << 20, prot, flags, -1, 0));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
