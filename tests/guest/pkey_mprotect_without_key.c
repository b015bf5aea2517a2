/* SPDX-License-Identifier: Apache-2.0 */
/* pkey_mprotect with key -1 is mprotect; a key that was never allocated is refused. */
#include "guest.h"

#include <sys/mman.h>

int main(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	EXPECT(p != MAP_FAILED);
	p[0] = 1;
	EXPECT_OK(syscall(SYS_pkey_mprotect, p, 4096, PROT_READ, -1));
	EXPECT_EQ(p[0], 1);
	p[4096] = 1; /* the next page is as it was */
	pid = guest_fork();
	if (pid == 0) {
		*(volatile char *)p = 2;
		_exit(0);
	}
	EXPECT_KILLED(pid, SIGSEGV);
	EXPECT_ERRNO(syscall(SYS_pkey_mprotect, p, 4096, PROT_READ, 15), EINVAL);
	EXPECT_ERRNO(syscall(SYS_pkey_mprotect, p + 1, 4096, PROT_READ, -1), EINVAL);
	return 0;
}
