/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mprotect takes and gives rights page by page; a forbidden write is SIGSEGV with SEGV_ACCERR at
 * that address.
 */
#include "guest.h"

#include <setjmp.h>

static sigjmp_buf back;
static siginfo_t seen;

static void on_segv(int sig, siginfo_t *si, void *uc)
{
	(void)uc;
	seen = *si;
	siglongjmp(back, sig);
}

static bool write_faults(volatile char *p)
{
	if (sigsetjmp(back, 1))
		return true;
	*p = 1;
	return false;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};
	char *p = EXPECT_OK(
		mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	EXPECT_OK(sigaction(SIGSEGV, &sa, NULL));
	EXPECT(!write_faults(p + 4096));
	EXPECT_OK(mprotect(p + 4096, 4096, PROT_READ));
	EXPECT(write_faults(p + 4096 + 17));
	EXPECT_EQ(seen.si_signo, SIGSEGV);
	EXPECT_EQ(seen.si_code, SEGV_ACCERR);
	EXPECT(seen.si_addr == p + 4096 + 17);
	EXPECT_EQ(p[4096], 1);
	EXPECT(!write_faults(p + 4095));
	EXPECT(!write_faults(p + 8192));

	EXPECT_OK(mprotect(p, 3 * 4096, PROT_NONE));
	EXPECT(write_faults(p));
	EXPECT_OK(mprotect(p, 3 * 4096, PROT_READ | PROT_WRITE));
	EXPECT_EQ(p[4096], 1);
	EXPECT(!write_faults(p));

	EXPECT_ERRNO(mprotect(p + 1, 4096, PROT_READ), EINVAL);
	EXPECT_ERRNO(mprotect(p, 4096, 0x1000), EINVAL);
	EXPECT_OK(mprotect(p, 0, PROT_READ));
	EXPECT_OK(munmap(p + 4096, 4096));
	EXPECT_ERRNO(mprotect(p, 3 * 4096, PROT_READ), ENOMEM);
	return 0;
}
