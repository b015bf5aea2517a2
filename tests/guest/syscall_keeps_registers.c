/* SPDX-License-Identifier: Apache-2.0 */
/* A system call changes rax, rcx and r11 and no other register or flag. */
#include "guest.h"

int main(void)
{
	uint64_t in[12], out[12];

	for (int i = 0; i < 12; i++)
		in[i] = 0x1111111111111111ULL * (uint64_t)(i + 1);
	for (int round = 0; round < 1000; round++) {
		long ret;

		__asm__ volatile("push %%rbp\n\tmov %[in], %%rcx\n\tmov %[out], %%r11\n\t"
				 "push %%r11\n\t"
				 "mov 0(%%rcx), %%rbx\n\tmov 8(%%rcx), %%rbp\n\t"
				 "mov 16(%%rcx), %%r12\n\tmov 24(%%rcx), %%r13\n\t"
				 "mov 32(%%rcx), %%r14\n\tmov 40(%%rcx), %%r15\n\t"
				 "mov 48(%%rcx), %%rdi\n\tmov 56(%%rcx), %%rsi\n\t"
				 "mov 64(%%rcx), %%rdx\n\tmov 72(%%rcx), %%r10\n\t"
				 "mov 80(%%rcx), %%r8\n\tmov 88(%%rcx), %%r9\n\t"
				 "syscall\n\t"
				 "pop %%rcx\n\t"
				 "mov %%rbx, 0(%%rcx)\n\tmov %%rbp, 8(%%rcx)\n\t"
				 "mov %%r12, 16(%%rcx)\n\tmov %%r13, 24(%%rcx)\n\t"
				 "mov %%r14, 32(%%rcx)\n\tmov %%r15, 40(%%rcx)\n\t"
				 "mov %%rdi, 48(%%rcx)\n\tmov %%rsi, 56(%%rcx)\n\t"
				 "mov %%rdx, 64(%%rcx)\n\tmov %%r10, 72(%%rcx)\n\t"
				 "mov %%r8, 80(%%rcx)\n\tmov %%r9, 88(%%rcx)\n\t"
				 "pop %%rbp"
				 : "=a"(ret)
				 : "a"(round % 2 ? SYS_getppid : SYS_sched_yield), [in] "r"(in),
				   [out] "r"(out)
				 : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
				   "r12", "r13", "r14", "r15", "memory", "cc");
		EXPECT_EQ(ret, round % 2 ? getppid() : 0);
		for (int i = 0; i < 12; i++)
			EXPECT_EQ(out[i], in[i]);
	}
	return 0;
}
