/* SPDX-License-Identifier: Apache-2.0 */
/* What the processor says about the guest, and how it is told. */
#include "platform/conformance/test_conformance.h"

#include <fcntl.h>

SNIPPET(code_ud2_loop, "1: inc %rbx\n ud2\n jmp 1b");
SNIPPET(code_load_loop, "1: inc %rbx\n mov (%rdi), %rax\n mov %rax, %rsi\n jmp 1b");
SNIPPET(code_privileged,
	"hlt\n nop\n cli\n nop\n mov %cr0, %rax\n in %dx, %al\n nop\n lgdt (%rdi)");
SNIPPET(code_align, "pushfq\n orl $0x40000, (%rsp)\n popfq\n mov 1(%rdi), %rax\n ud2");
SNIPPET(code_x87, "movw $0x340, (%rdi)\n fldcw (%rdi)\n fld1\n fldz\n fdivrp\n fwait\n ud2");
SNIPPET(code_simd, "movl $0x1d80, (%rdi)\n ldmxcsr (%rdi)\n mov $1, %eax\n cvtsi2sd %eax, %xmm0\n"
		   "pxor %xmm1, %xmm1\n divsd %xmm1, %xmm0\n ud2");
SNIPPET(code_int80, "mov $20, %eax\n int $0x80\n ud2");
SNIPPET(code_int3, "int3\n ud2");
SNIPPET(code_divide, "xor %edx, %edx\n xor %ecx, %ecx\n mov $1, %eax\n div %ecx\n ud2");
SNIPPET(code_noncanonical, "mov $0x8000000000000000, %rax\n mov (%rax), %rax\n ud2");
SNIPPET(code_vsyscall, "push $0\n mov $0xffffffffff600000, %rax\n call *%rax\n ud2");
SNIPPET(code_jump, "jmp *%rdi");

CONFORMANCE(load_from_nowhere_is_a_fault_with_its_address)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, ops, code_load);
	regs.rdi = 0x123456789000;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.code, SEGV_MAPERR);
	EXPECT_EQ(ev.fault.addr, regs.rdi);
	EXPECT_EQ(ev.fault.cr2, regs.rdi);
	EXPECT_EQ(ev.fault.trapno, 14);
	EXPECT_TRUE(ev.fault.is_access);
	EXPECT_EQ(guest_regs(&g).rip, CODE);
	EXPECT_EQ(guest_regs(&g).orig_rax, UINT64_MAX);

	/* Mapped now, the same instruction succeeds. */
	EXPECT_EQ(guest_map(&g, regs.rdi, 4096, PROT_READ), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ(guest_regs(&g).rax, 0);
	guest_end(&g);
}

CONFORMANCE(store_to_a_read_only_page_is_known_as_a_write)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_store);
	EXPECT_EQ(guest_write(&g, DATA, "x", 1), 1); /* the page is there */
	EXPECT_EQ(guest_protect(&g, DATA, 4096, PROT_READ), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.code, SEGV_ACCERR);
	EXPECT_EQ(ev.fault.error_code, 1 | 2 | 4);
	guest_end(&g);
}

CONFORMANCE(fetch_from_a_page_without_exec_is_known_as_a_fetch)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_jump);
	EXPECT_EQ(guest_write(&g, DATA, "x", 1), 1); /* the page is there */
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.addr, DATA);
	EXPECT_EQ(ev.fault.error_code, 1 | 4 | 16);
	guest_end(&g);
}

static void expect_exception(const struct platform_ops *ops, const unsigned char *code,
			     const unsigned char *end, int signo, uint64_t trapno, uint64_t ip)
{
	struct guest g;
	struct plat_event ev;

	guest_start_(&g, ops, code, end);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, signo);
	EXPECT_EQ(ev.fault.trapno, trapno);
	EXPECT_FALSE(ev.fault.is_access);
	EXPECT_EQ(guest_regs(&g).rip, ip);
	guest_end(&g);
}

CONFORMANCE(exceptions_carry_their_trap_numbers)
{
	expect_exception(ops, code_int3, code_int3_end, SIGTRAP, 3, CODE + 1);
	expect_exception(ops, code_divide, code_divide_end, SIGFPE, 0, CODE + 9);
	expect_exception(ops, code_noncanonical, code_noncanonical_end, SIGSEGV, 13, CODE + 10);
}

CONFORMANCE(int80_does_not_exist)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_int80);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.code, SI_KERNEL);
	EXPECT_EQ(ev.fault.trapno, 13);
	EXPECT_EQ(guest_regs(&g).rip, CODE + 5);
	EXPECT_EQ(guest_regs(&g).rax, 20);
	guest_end(&g);
}

CONFORMANCE(vsyscall_page_is_a_fetch_fault_at_its_address)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_vsyscall);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.addr, 0xffffffffff600000);
	EXPECT_EQ(ev.fault.error_code, 1 | 4 | 16);
	EXPECT_EQ(guest_regs(&g).rip, 0xffffffffff600000);
	EXPECT_EQ(guest_regs(&g).rsp, DATA + DATA_LEN - 16);
	guest_end(&g);
}

CONFORMANCE(faults_repeat_until_the_reason_is_gone)
{
	struct guest g;

	guest_start(&g, ops, code_ud2_loop);
	for (uint64_t i = 1; i <= 300; i++) {
		struct lx_user_regs regs;
		struct plat_event ev = guest_switch(&g);

		EXPECT_EQ(ev.why, PLAT_FAULT);
		EXPECT_EQ(ev.fault.signo, SIGILL);
		EXPECT_EQ(ev.fault.trapno, 6);
		regs = guest_regs(&g);
		EXPECT_EQ(regs.rbx, (i + 1) / 2);
		EXPECT_EQ(regs.rip, CODE + 3);
		EXPECT_EQ(regs.orig_rax, UINT64_MAX);
		regs.rip += i % 2 == 0 ? 2 : 0; /* every other time again */
		EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	}
	guest_end(&g);
}

/* As the mm does it: the page comes when it is touched. */
CONFORMANCE(pages_can_be_given_on_demand)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, ops, code_load_loop);
	for (uint64_t i = 0; i < 200; i++) {
		struct plat_event ev;

		regs.rdi = MORE + i * 4096 + 8;
		regs.rip = CODE;
		EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
		ev = guest_switch(&g);
		EXPECT_EQ(ev.why, PLAT_FAULT);
		EXPECT_EQ(ev.fault.addr, regs.rdi);
		EXPECT_EQ(guest_map(&g, MORE + i * 4096, 4096, PROT_READ | PROT_WRITE), 0);
		g.ops->context_interrupt(g.pc);
		EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
		regs = guest_regs(&g);
		EXPECT_EQ(regs.rbx, i + 1);
	}
	guest_end(&g);
}

/* Each is one fault; the guest goes on at the next instruction. */
CONFORMANCE(privileged_instructions_are_general_protection_faults)
{
	static const uint64_t places[] = {0, 2, 4, 7, 9};
	struct guest g;

	guest_start(&g, ops, code_privileged);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct lx_user_regs regs = guest_regs_at(CODE + places[i]);
		struct plat_event ev;

		EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
		ev = guest_switch(&g);
		EXPECT_EQ(ev.why, PLAT_FAULT);
		EXPECT_EQ(ev.fault.signo, SIGSEGV);
		EXPECT_EQ(ev.fault.trapno, 13);
		EXPECT_FALSE(ev.fault.is_access);
		EXPECT_EQ(guest_regs(&g).rip, CODE + places[i]);
	}
	guest_end(&g);
}

CONFORMANCE(floating_point_exceptions_tell_x87_from_simd)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_x87);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGFPE);
	EXPECT_EQ(ev.fault.code, FPE_FLTDIV);
	EXPECT_EQ(ev.fault.trapno, 16);
	guest_end(&g);

	guest_start(&g, ops, code_simd);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGFPE);
	EXPECT_EQ(ev.fault.code, FPE_FLTDIV);
	EXPECT_EQ(ev.fault.trapno, 19);
	guest_end(&g);
}

CONFORMANCE(alignment_check_is_a_bus_error_and_no_access)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, ops, code_align);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGBUS);
	EXPECT_EQ(ev.fault.code, BUS_ADRALN);
	EXPECT_EQ(ev.fault.trapno, 17);
	EXPECT_FALSE(ev.fault.is_access);
	guest_end(&g);
}

CONFORMANCE(page_behind_the_end_of_a_file_is_a_bus_error)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	int fd = memfd_create("short", MFD_CLOEXEC);
	struct plat_cmd cmd = {.op = PLAT_MAP,
			       .addr = MORE,
			       .len = 8192,
			       .prot = PROT_READ | PROT_WRITE,
			       .flags = MAP_SHARED,
			       .fd = fd};
	struct plat_event ev;

	EXPECT_EQ(ftruncate(fd, 4096), 0);
	guest_start(&g, ops, code_load);
	EXPECT_EQ(guest_run(&g, cmd), 0);
	regs.rdi = MORE + 4096 + 16;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGBUS);
	EXPECT_EQ(ev.fault.code, BUS_ADRERR);
	EXPECT_EQ(ev.fault.addr, regs.rdi);
	EXPECT_EQ(ev.fault.trapno, 14);
	EXPECT_TRUE(ev.fault.is_access);
	EXPECT_EQ(guest_read(&g, regs.rdi, &(char){0}, 1), -EFAULT);

	EXPECT_EQ(ftruncate(fd, 8192), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	guest_end(&g);
	close(fd);
}

/* Frames of a platform must not need the guest's stack. */
CONFORMANCE(fault_needs_no_stack)
{
	static const uint64_t stacks[] = {0, 0x7fff12345678, PLAT_GUEST_TOP, 1ULL << 63};
	struct guest g;

	guest_start(&g, ops, code_ud2_loop);
	for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
		struct lx_user_regs regs = guest_regs_at(CODE);
		struct plat_event ev;

		regs.rsp = stacks[i];
		EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
		ev = guest_switch(&g);
		EXPECT_EQ(ev.why, PLAT_FAULT);
		EXPECT_EQ(ev.fault.signo, SIGILL);
		EXPECT_EQ(guest_regs(&g).rsp, stacks[i]);
	}
	guest_end(&g);
}

CONFORMANCE_MAIN()
