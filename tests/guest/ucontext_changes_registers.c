/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a handler writes into its ucontext is what the interrupted code gets: rip, general and SSE
 * registers.
 */
#include "guest.h"

#include <ucontext.h>

static void handler(int sig, siginfo_t *si, void *ctx)
{
	ucontext_t *uc = ctx;
	greg_t *r = uc->uc_mcontext.gregs;

	(void)sig;
	(void)si;
	EXPECT_EQ(r[REG_R12], 0x1212);
	r[REG_RBX] = 0x1111222233334444;
	r[REG_R12] = 0x5555666677778888;
	r[REG_R13] = r[REG_RSP];
	r[REG_RIP] += 2; /* skip the ud2 */
	r[REG_EFL] |= 1; /* carry */
	uc->uc_mcontext.fpregs->_xmm[3].element[0] = 0xdeadbeef;
	uc->uc_mcontext.fpregs->_xmm[3].element[3] = 0xcafef00d;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	uint64_t rbx, r12, r13, rsp;
	uint32_t xmm3[4];
	unsigned char carry;

	EXPECT_OK(sigaction(SIGILL, &sa, NULL));
	__asm__ volatile("mov $0x1212, %%r12d\n\t"
			 "pxor %%xmm3, %%xmm3\n\t"
			 "mov %%rsp, %[rsp]\n\t"
			 "clc\n\t"
			 "ud2\n\t"
			 "setc %[carry]\n\t"
			 "mov %%r12, %[r12]\n\t"
			 "mov %%r13, %[r13]\n\t"
			 "movdqu %%xmm3, %[xmm3]"
			 : "=&b"(rbx), [r12] "=m"(r12), [r13] "=m"(r13), [rsp] "=m"(rsp),
			   [xmm3] "=m"(xmm3), [carry] "=m"(carry)
			 :
			 : "r12", "r13", "xmm3", "cc");
	EXPECT_EQ(rbx, 0x1111222233334444);
	EXPECT_EQ(r12, 0x5555666677778888);
	EXPECT_EQ(r13, rsp);
	EXPECT_EQ(carry, 1);
	EXPECT_EQ(xmm3[0], 0xdeadbeef);
	EXPECT_EQ(xmm3[1], 0);
	EXPECT_EQ(xmm3[3], 0xcafef00d);
	return 0;
}
