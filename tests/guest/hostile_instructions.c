/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions that ask for privileges or for other doors into the kernel end in the signal that
 * they have on Linux, and in nothing else.
 */
#include "guest.h"

#include <ucontext.h>

#define INSN(name, text)                                                                           \
	static void name(void)                                                                     \
	{                                                                                          \
		__asm__ volatile(text : : : "memory", "rax", "rbx", "rcx", "rdx", "r11");          \
	}
INSN(do_int3, "int3")
INSN(do_int_3, ".byte 0xcd, 3")
INSN(do_int_0, "int $0")
INSN(do_int_1, "int $1")
INSN(do_int_4, "int $4")
INSN(do_int_255, "int $255")
INSN(do_hlt, "hlt")
INSN(do_cli, "cli")
INSN(do_in, "in $0x60, %%al")
INSN(do_out, "out %%al, $0x80")
INSN(do_rdmsr, "rdmsr")
INSN(do_lgdt, "lgdt (%%rsp)")
INSN(do_cr3, "mov %%cr3, %%rax")
INSN(do_dr7, "mov %%rax, %%dr7")
INSN(do_wbinvd, "wbinvd")
INSN(do_invlpg, "invlpg (%%rsp)")
INSN(do_swapgs, "swapgs")
INSN(do_iretq_kernel, "push $0x18\n push $0\n push $2\n push $0x10\n push $0\n iretq")
INSN(do_sysretq, "xor %%ecx, %%ecx\n sysretq")
INSN(do_ud2, "ud2")
INSN(do_vmcall, "vmlaunch")
INSN(do_bad_segment, "mov $0x1234, %%ax\n mov %%ax, %%ds")
INSN(do_noncanonical, "mov $0x8000000000000000, %%rax\n mov (%%rax), %%rax")
INSN(do_wild_jump, "mov $0x8000000000000000, %%rax\n jmp *%%rax")
INSN(do_trap_flag, "pushfq\n orq $0x100, (%%rsp)\n popfq\n nop")
INSN(do_vsyscall_write, "movb $0, 0xffffffffff600000")
INSN(do_vsyscall_middle, "mov $0xffffffffff600001, %%rax\n call *%%rax")

static const struct {
	const char *name;
	void (*run)(void);
	int sig;
} rows[] = {
	{"int3", do_int3, SIGTRAP},
	{"int 3", do_int_3, SIGTRAP},
	{"int 0", do_int_0, SIGSEGV},
	{"int 1", do_int_1, SIGSEGV},
	{"int 4", do_int_4, SIGSEGV},
	{"int 255", do_int_255, SIGSEGV},
	{"hlt", do_hlt, SIGSEGV},
	{"cli", do_cli, SIGSEGV},
	{"in", do_in, SIGSEGV},
	{"out", do_out, SIGSEGV},
	{"rdmsr", do_rdmsr, SIGSEGV},
	{"lgdt", do_lgdt, SIGSEGV},
	{"cr3", do_cr3, SIGSEGV},
	{"dr7", do_dr7, SIGSEGV},
	{"wbinvd", do_wbinvd, SIGSEGV},
	{"invlpg", do_invlpg, SIGSEGV},
	{"swapgs", do_swapgs, SIGSEGV},
	{"iretq", do_iretq_kernel, SIGSEGV},
	{"sysretq", do_sysretq, SIGSEGV},
	{"ud2", do_ud2, SIGILL},
	{"vmlaunch", do_vmcall, SIGILL},
	{"segment", do_bad_segment, SIGSEGV},
	{"non-canonical", do_noncanonical, SIGSEGV},
	{"wild jump", do_wild_jump, SIGSEGV},
	{"trap flag", do_trap_flag, SIGTRAP},
	{"vsyscall write", do_vsyscall_write, SIGSEGV},
	{"vsyscall middle", do_vsyscall_middle, SIGSEGV},
};

static int status_of(void (*run)(void))
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		run();
		_exit(0);
	}
	return guest_wait(pid);
}

/* sysenter comes back in 32 bits, or not at all: any end will do. */
INSN(do_sysenter, "mov $1, %%eax\n mov %%rsp, %%rbp\n sysenter")
INSN(do_syscall_in_32_bits, "push $0x23\n push $0x10000\n lretq")

static void x32(void)
{
	errno = 0;
	long r = syscall(0x40000000 | SYS_getpid);

	_exit((r == -1 && errno == ENOSYS) || r == getpid() ? 0 : 1);
}

static void numbers_without_a_call(void)
{
	static const unsigned long odd[] = {463,        511,        512,
					    547,        1000,       0x3fffffff,
					    0x80000000, 0xffffffff, 0x100000000 + SYS_getpid};

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		long r = syscall((long)odd[i], 0, 0, 0, 0, 0, 0);

		if (!(r == -1 && errno == ENOSYS) && !(i == ARRAY_SIZE(odd) - 1 && r == getpid()) &&
		    odd[i] > 470)
			_exit(1);
	}
	_exit(0);
}

/* Emulated by most hosts, absent on others. */
static void vsyscall_time(void)
{
	long (*vtime)(long *) = (long (*)(long *))0xffffffffff600400;
	long now = time(NULL), got = vtime(NULL);

	_exit(got >= now && got <= now + 5 ? 0 : 1);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status = status_of(rows[i].run);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != rows[i].sig)
			FAIL("%s: expected death by signal %d, got wait status %#x", rows[i].name,
			     rows[i].sig, status);
	}
	EXPECT(status_of(do_sysenter) != 0x100);
	EXPECT(WIFSIGNALED(status_of(do_syscall_in_32_bits)));
	EXPECT_EQ(status_of(x32), 0);
	EXPECT_EQ(status_of(numbers_without_a_call), 0);
	int status = status_of(vsyscall_time);
	EXPECT(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV));
	return 0;
}
