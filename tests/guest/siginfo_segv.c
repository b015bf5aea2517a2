/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGSEGV gives the faulting address and tells unmapped memory, forbidden memory and non-canonical
 * addresses apart.
 */
#include "guest.h"

#include <setjmp.h>
#include <ucontext.h>

static sigjmp_buf back;
static siginfo_t seen;
static long long trapno, cr2, err;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	const ucontext_t *uc = ctx;

	seen = *si;
	trapno = uc->uc_mcontext.gregs[REG_TRAPNO];
	cr2 = uc->uc_mcontext.gregs[REG_CR2];
	err = uc->uc_mcontext.gregs[REG_ERR];
	siglongjmp(back, sig);
}

static void expect_fault(uintptr_t addr, bool store, int code, uintptr_t want)
{
	volatile char *p = (volatile char *)addr;

	seen.si_signo = 0;
	if (!sigsetjmp(back, 1)) {
		if (store)
			*p = 1;
		else
			(void)*p;
		FAIL("expected a fault at %#lx", addr);
	}
	EXPECT_EQ(seen.si_signo, SIGSEGV);
	EXPECT_EQ(seen.si_code, code);
	EXPECT_EQ((uintptr_t)seen.si_addr, want);
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	char *p = EXPECT_OK(mmap(NULL, 2 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	uintptr_t ro = (uintptr_t)p;

	EXPECT_OK(munmap(p + 4096, 4096));
	EXPECT_OK(sigaction(SIGSEGV, &sa, NULL));
	expect_fault(ro + 4096 + 8, false, SEGV_MAPERR, ro + 4096 + 8);
	EXPECT_EQ(trapno, 14);
	EXPECT_EQ(cr2, ro + 4096 + 8);
	EXPECT_EQ(err & 2, 0); /* a read */
	expect_fault(ro + 12, true, SEGV_ACCERR, ro + 12);
	EXPECT_EQ(err & 2, 2); /* a write */
	EXPECT_EQ(err & 4, 4); /* from user mode */
	expect_fault(0, false, SEGV_MAPERR, 0);
	expect_fault(16, true, SEGV_MAPERR, 16);
	expect_fault(0xffffffff80000000, false, SEGV_MAPERR, 0xffffffff80000000);
	expect_fault(0x8000000000000000, false, SI_KERNEL, 0); /* general protection */
	EXPECT_EQ(trapno, 13);
	EXPECT_OK(mprotect(p, 4096, PROT_NONE));
	expect_fault(ro, false, SEGV_ACCERR, ro);
	return 0;
}
