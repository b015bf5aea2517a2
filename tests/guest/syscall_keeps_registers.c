/* SPDX-License-Identifier: Apache-2.0 */
/* A system call changes rax, rcx and r11 and no other register or flag. */
#include "guest.h"

uint64_t regs_in[12], regs_out[12];
long call_with_registers(long nr);

/* Load every register but rax, rcx, r11 and rsp from regs_in, call, store them to regs_out. */
__asm__(".text\n"
	"call_with_registers:\n"
	"push %rbx\npush %rbp\npush %r12\npush %r13\npush %r14\npush %r15\n"
	"mov %rdi, %rax\n"
	"lea regs_in(%rip), %rcx\n"
	"mov 0(%rcx), %rbx\nmov 8(%rcx), %rbp\nmov 16(%rcx), %r12\nmov 24(%rcx), %r13\n"
	"mov 32(%rcx), %r14\nmov 40(%rcx), %r15\nmov 48(%rcx), %rdi\nmov 56(%rcx), %rsi\n"
	"mov 64(%rcx), %rdx\nmov 72(%rcx), %r10\nmov 80(%rcx), %r8\nmov 88(%rcx), %r9\n"
	"syscall\n"
	"lea regs_out(%rip), %rcx\n"
	"mov %rbx, 0(%rcx)\nmov %rbp, 8(%rcx)\nmov %r12, 16(%rcx)\nmov %r13, 24(%rcx)\n"
	"mov %r14, 32(%rcx)\nmov %r15, 40(%rcx)\nmov %rdi, 48(%rcx)\nmov %rsi, 56(%rcx)\n"
	"mov %rdx, 64(%rcx)\nmov %r10, 72(%rcx)\nmov %r8, 80(%rcx)\nmov %r9, 88(%rcx)\n"
	"pop %r15\npop %r14\npop %r13\npop %r12\npop %rbp\npop %rbx\n"
	"ret\n");

static long expected(long nr)
{
	if (nr == SYS_getppid)
		return getppid();
	if (nr == SYS_getpid)
		return getpid();
	return nr == SYS_sched_yield ? 0 : -ENOSYS;
}

int main(void)
{
	static const long numbers[] = {SYS_getppid, SYS_sched_yield, SYS_getpid, 9999};

	for (int i = 0; i < 12; i++)
		regs_in[i] = 0x1111111111111111ULL * (uint64_t)(i + 1);
	for (int round = 0; round < 1000; round++) {
		long nr = numbers[round % 4];

		EXPECT_EQ(call_with_registers(nr), expected(nr));
		for (int i = 0; i < 12; i++)
			EXPECT_EQ(regs_out[i], regs_in[i]);
	}
	return 0;
}
