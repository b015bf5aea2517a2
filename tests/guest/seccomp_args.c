/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filter sees number, architecture, instruction pointer and all six arguments of a call, each
 * argument as two words of 32 bits.
 */
#include "filters.h"

#define LOW(n)  (offsetof(struct seccomp_data, args) + 8 * (n))
#define HIGH(n) (LOW(n) + 4)
#define AT(off) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, off)
/* Go on if A is `v`, else skip `n` instructions. */
#define IS(v, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, v, 0, n)

static long call(long nr, const unsigned long a[6])
{
	return syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* uname fails with 100 + n if argument n's words are these. */
static void each_argument(void)
{
	for (unsigned n = 0; n < 6; n++)
		EXPECT_OK(SECCOMP_INSTALL(0, LOAD(nr), IS(SYS_uname, 6), AT(HIGH(n)),
					  IS(0x11223344 + n, 4), AT(LOW(n)), IS(0xf0000000 + n, 2),
					  RET(SECCOMP_RET_ERRNO | (100 + n)),
					  RET(SECCOMP_RET_ALLOW), RET(SECCOMP_RET_ALLOW)));
	for (unsigned n = 0; n < 6; n++) {
		unsigned long a[6] = {0};

		a[n] = ((0x11223344ul + n) << 32) | (0xf0000000u + n);
		EXPECT_ERRNO(call(SYS_uname, a), 100 + n);
		a[n] ^= 1;
		EXPECT_ERRNO(call(SYS_uname, a), EFAULT);
		a[n] ^= 1 | 1ul << 32;
		EXPECT_ERRNO(call(SYS_uname, a), EFAULT);
	}
}

static void architecture(void)
{
	EXPECT_OK(SECCOMP_INSTALL(0, LOAD(arch), IS(AUDIT_ARCH_X86_64, 3), LOAD(nr),
				  IS(SYS_getppid, 1), RET(SECCOMP_RET_ERRNO | 5),
				  RET(SECCOMP_RET_ALLOW)));
	EXPECT_ERRNO(syscall(SYS_getppid), 5);
	EXPECT_OK(syscall(SYS_getpid));
}

/* Only the high half of a 64-bit number differs: the filter sees 32 bits. */
static void wide_number(void)
{
	long r;

	EXPECT_OK(filter_one(0, SYS_getppid, SECCOMP_RET_ERRNO | 6));
	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(SYS_getppid | 1l << 32)
			 : "rcx", "r11", "memory");
	EXPECT_EQ(r, -6);
}

static long here(void)
{
	long r;

	__asm__ volatile("syscall\n.globl after_call\nafter_call:"
			 : "=a"(r)
			 : "a"(SYS_getppid)
			 : "rcx", "r11", "memory");
	return r;
}

extern char after_call[];

/* It points behind the syscall instruction. */
static void instruction_pointer(void)
{
	uint64_t ip = (uint64_t)(uintptr_t)after_call;

	EXPECT_OK(SECCOMP_INSTALL(
		0, AT(offsetof(struct seccomp_data, instruction_pointer)), IS((uint32_t)ip, 3),
		AT(offsetof(struct seccomp_data, instruction_pointer) + 4),
		IS((uint32_t)(ip >> 32), 1), RET(SECCOMP_RET_ERRNO | 9), RET(SECCOMP_RET_ALLOW)));
	EXPECT_OK(syscall(SYS_getppid));
	EXPECT_EQ(here(), -9);
}

/* A number that no call has is judged as well. */
static void unknown_numbers(void)
{
	EXPECT_ERRNO(syscall(1000), ENOSYS);
	EXPECT_OK(filter_one(0, 1000, SECCOMP_RET_ERRNO | 11));
	EXPECT_OK(filter_one(0, -7, SECCOMP_RET_ERRNO | 12));
	EXPECT_ERRNO(syscall(1000), 11);
	EXPECT_ERRNO(syscall(-7), 12);
	EXPECT_ERRNO(syscall(1001), ENOSYS);
}

int main(void)
{
	EXPECT_EQ(filter_child(each_argument), 0);
	EXPECT_EQ(filter_child(architecture), 0);
	EXPECT_EQ(filter_child(wide_number), 0);
	EXPECT_EQ(filter_child(instruction_pointer), 0);
	EXPECT_EQ(filter_child(unknown_numbers), 0);
	return 0;
}
