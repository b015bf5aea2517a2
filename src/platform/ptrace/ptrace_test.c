/* SPDX-License-Identifier: Apache-2.0 */
/* What guest code and registers do on the ptrace platform. Real stubs, real machine code. */
#include "platform/test_guest.h"

#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>

SNIPPET(code_six_args, "mov $1000, %eax\n syscall\n ud2");
SNIPPET(code_int80, "mov $20, %eax\n int $0x80\n ud2");
SNIPPET(code_int3, "int3\n ud2");
SNIPPET(code_divide, "xor %edx, %edx\n xor %ecx, %ecx\n mov $1, %eax\n div %ecx\n ud2");
SNIPPET(code_noncanonical, "mov $0x8000000000000000, %rax\n mov (%rax), %rax\n ud2");
SNIPPET(code_three_nops, "nop\n nop\n nop\n mov $39, %eax\n syscall\n nop\n ud2");
SNIPPET(code_vsyscall, "push $0\n mov $0xffffffffff600000, %rax\n call *%rax\n ud2");
SNIPPET(code_xmm, "movdqu (%rdi), %xmm3\n mov $39, %eax\n syscall\n movdqu %xmm3, 16(%rdi)\n ud2");
SNIPPET(code_fs, "mov $39, %eax\n syscall\n mov %fs:8, %rax\n mov $40, %eax\n syscall\n ud2");
SNIPPET(code_kernel_gs,
	"mov $0xffff888000000000, %rax\n wrgsbase %rax\n mov $39, %eax\n syscall\n rdgsbase %rdi\n"
	"mov $40, %eax\n syscall\n ud2");
SNIPPET(code_control_words,
	"movl $0x1f00, (%rdi)\n ldmxcsr (%rdi)\n movw $0x27f, (%rdi)\n fldcw (%rdi)\n mov $39, %eax\n"
	"syscall\n stmxcsr (%rdi)\n fnstcw 8(%rdi)\n ud2");
SNIPPET(code_jump, "jmp *%rdi");

TEST(system_call_shows_number_arguments_and_place)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, &platform_ptrace, code_six_args);
	regs.rdi = 1;
	regs.rsi = 2;
	regs.rdx = 3;
	regs.r10 = 4;
	regs.r8 = 5;
	regs.r9 = UINT64_MAX;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	EXPECT_EQ(ev.sys.nr, 1000);
	for (uint64_t i = 0; i < 5; i++)
		EXPECT_EQ(ev.sys.args[i], i + 1);
	EXPECT_EQ(ev.sys.args[5], UINT64_MAX);
	EXPECT_EQ(ev.sys.ip, CODE + 7);
	EXPECT_EQ(ev.sys.sp, regs.rsp);
	EXPECT_EQ(guest_regs(&g).orig_rax, 1000);
	guest_end(&g);
}

TEST(result_reaches_rax_and_nothing_else_changes)
{
	struct guest g;
	struct lx_user_regs before, after;

	guest_start(&g, &platform_ptrace, code_getpid_loop);
	EXPECT_EQ(guest_switch(&g).sys.nr, SYS_getpid);
	before = guest_regs(&g);
	g.ops->set_result(g.pc, -4242);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(guest_regs(&g).rax, (uint64_t)-ENOSYS); /* the next call is under way */

	g.ops->set_result(g.pc, 77);
	after = guest_regs(&g);
	EXPECT_EQ(after.rax, 77);
	after.rax = before.rax;
	EXPECT_MEMEQ(&before, &after, sizeof(before));
	guest_end(&g);
}

/* -ERESTARTSYS and its kind in rax mean something to the host kernel, which must not act on them. */
TEST(result_that_looks_like_a_restart_is_only_a_number)
{
	struct guest g;

	guest_start(&g, &platform_ptrace, code_six_args);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	g.ops->context_interrupt(g.pc);
	g.ops->set_result(g.pc, -512);
	EXPECT_EQ(guest_switch(&g).why, PLAT_INTERRUPTED);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ((int64_t)guest_regs(&g).rax, -512);
	guest_end(&g);
}

TEST(load_from_nowhere_is_a_fault_with_its_address)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, &platform_ptrace, code_load);
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

TEST(store_to_a_read_only_page_is_known_as_a_write)
{
	struct guest g;
	struct plat_cmd cmd = {.op = PLAT_PROTECT, .addr = DATA, .len = 4096, .prot = PROT_READ};
	struct plat_event ev;

	guest_start(&g, &platform_ptrace, code_store);
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.code, SEGV_ACCERR);
	EXPECT_EQ(ev.fault.error_code, 1 | 2 | 4);
	guest_end(&g);
}

TEST(fetch_from_a_page_without_exec_is_known_as_a_fetch)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, &platform_ptrace, code_jump);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.addr, DATA);
	EXPECT_EQ(ev.fault.error_code, 1 | 4 | 16);
	guest_end(&g);
}

static void expect_exception(const unsigned char *code, const unsigned char *end, int signo,
			     uint64_t trapno, uint64_t ip)
{
	struct guest g;
	struct plat_event ev;

	guest_start_(&g, &platform_ptrace, code, end);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, signo);
	EXPECT_EQ(ev.fault.trapno, trapno);
	EXPECT_FALSE(ev.fault.is_access);
	EXPECT_EQ(guest_regs(&g).rip, ip);
	guest_end(&g);
}

TEST(exceptions_carry_their_trap_numbers)
{
	expect_exception(code_int3, code_int3_end, SIGTRAP, 3, CODE + 1);
	expect_exception(code_divide, code_divide_end, SIGFPE, 0, CODE + 9);
	expect_exception(code_noncanonical, code_noncanonical_end, SIGSEGV, 13, CODE + 10);
}

TEST(int80_does_not_exist)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, &platform_ptrace, code_int80);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.code, SI_KERNEL);
	EXPECT_EQ(ev.fault.trapno, 13);
	EXPECT_EQ(guest_regs(&g).rip, CODE + 5);
	EXPECT_EQ(guest_regs(&g).rax, 20);
	guest_end(&g);
}

TEST(vsyscall_page_is_a_fetch_fault_at_its_address)
{
	struct guest g;
	struct plat_event ev;

	guest_start(&g, &platform_ptrace, code_vsyscall);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_FAULT);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.addr, 0xffffffffff600000);
	EXPECT_EQ(ev.fault.error_code, 1 | 4 | 16);
	EXPECT_EQ(guest_regs(&g).rip, 0xffffffffff600000);
	EXPECT_EQ(guest_regs(&g).rsp, DATA + DATA_LEN - 16);
	guest_end(&g);
}

/* Stub text is reachable for the guest's instruction pointer; it gains nothing there. */
TEST(syscall_instruction_of_the_stub_is_caught_too)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(PLAT_GUEST_TOP);
	struct plat_event ev;

	guest_start(&g, &platform_ptrace, code_spin);
	regs.rax = SYS_exit_group;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.why, PLAT_SYSCALL);
	EXPECT_EQ(ev.sys.nr, SYS_exit_group);
	guest_end(&g);
}

TEST(single_steps_count_instructions_and_a_system_call_is_one)
{
	static const uint64_t places[] = {1, 2, 3, 8};
	struct guest g;
	struct plat_event ev;

	guest_start(&g, &platform_ptrace, code_three_nops);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		g.ops->set_step(g.pc, true);
		ev = guest_switch(&g);
		EXPECT_EQ(ev.why, PLAT_FAULT);
		EXPECT_EQ(ev.fault.signo, SIGTRAP);
		EXPECT_EQ(ev.fault.code, TRAP_TRACE);
		EXPECT_EQ(guest_regs(&g).rip, CODE + places[i]);
	}
	g.ops->set_step(g.pc, true);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	g.ops->set_result(g.pc, 5);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGTRAP);
	EXPECT_EQ(guest_regs(&g).rip, CODE + 10);
	EXPECT_EQ(guest_regs(&g).rax, 5);
	/* It is off again. */
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	guest_end(&g);
}

TEST(memory_commands_between_call_and_result_leave_registers_alone)
{
	struct guest g;
	struct lx_user_regs before, after;

	guest_start(&g, &platform_ptrace, code_getpid_loop);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	before = guest_regs(&g);
	EXPECT_EQ(guest_map(&g, 0x30000000, 8192, PROT_READ), 0);
	g.ops->set_result(g.pc, 9);
	EXPECT_EQ(guest_map(&g, 0x30002000, 8192, PROT_READ), 0);
	after = guest_regs(&g);
	EXPECT_EQ(after.rax, 9);
	after.rax = before.rax;
	EXPECT_MEMEQ(&before, &after, sizeof(before));
	EXPECT_EQ(guest_switch(&g).sys.ip, CODE + 7);
	guest_end(&g);
}

TEST(fs_base_is_set_and_kept)
{
	struct guest g;
	struct lx_user_regs regs;
	uint64_t word = 0x1122334455667788;

	guest_start(&g, &platform_ptrace, code_fs);
	EXPECT_EQ(guest_write(&g, DATA + 8, &word, sizeof(word)), sizeof(word));
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	regs = guest_regs(&g);
	regs.fs_base = DATA;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).sys.nr, 40);
	EXPECT_EQ(guest_regs(&g).fs_base, DATA);
	regs.fs_base = 1ULL << 47;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), -EINVAL);
	guest_end(&g);
}

/* ptrace refuses to write such a base back; the guest may load it, so commands and set_regs must
 * live with it. */
TEST(gs_base_of_the_kernel_half_survives_commands)
{
	struct guest g;
	struct lx_user_regs regs;

	if (!(getauxval(AT_HWCAP2) & 2)) /* HWCAP2_FSGSBASE */
		TEST_SKIP("the processor has no wrgsbase");
	guest_start(&g, &platform_ptrace, code_kernel_gs);
	EXPECT_EQ(guest_switch(&g).sys.nr, 39);
	EXPECT_EQ(guest_map(&g, 0x30000000, 4096, PROT_READ), 0);
	regs = guest_regs(&g);
	EXPECT_EQ(regs.gs_base, 0xffff888000000000);
	regs.rbx = 1;
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).sys.args[0], 0xffff888000000000);
	guest_end(&g);
}

TEST(set_regs_keeps_privileged_flags_and_selectors_out)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);

	guest_start(&g, &platform_ptrace, code_getpid_loop);
	regs.cs = 0x30;
	regs.ss = 0x28;
	regs.eflags = UINT64_MAX & ~0x100ULL; /* all but the trap flag */
	EXPECT_EQ(g.ops->set_regs(g.pc, &regs), 0);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	regs = guest_regs(&g);
	EXPECT_EQ(regs.cs, 0x33);
	EXPECT_EQ(regs.ss, 0x2b);
	EXPECT_EQ(regs.eflags & 0x3000, 0); /* IOPL */
	guest_end(&g);
}

TEST(fpu_image_goes_out_and_in)
{
	struct guest g;
	struct plat_abilities able;
	_Alignas(64) char image[PLAT_FPU_MAX] = {0};
	char bytes[16] = "sixteen letters", back[16];
	enum { XMM3_AT = 160 + 3 * 16 };

	guest_start(&g, &platform_ptrace, code_xmm);
	g.ops->abilities(g.p, &able);
	EXPECT_TRUE(able.fpu_size >= 576 && able.fpu_size <= PLAT_FPU_MAX);
	EXPECT_EQ(guest_write(&g, DATA, bytes, 16), 16);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(g.ops->get_fpu(g.pc, image, able.fpu_size), 0);
	EXPECT_MEMEQ(image + XMM3_AT, bytes, 16);
	image[XMM3_AT] = 'S';
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, able.fpu_size), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ(guest_read(&g, DATA + 16, back, 16), 16);
	EXPECT_STREQ(back, "Sixteen letters");
	guest_end(&g);
}

TEST(fpu_image_of_zeros_is_the_initial_state)
{
	struct guest g;
	char image[576] = {0};
	uint32_t mxcsr = 0;
	uint16_t control = 0;

	guest_start(&g, &platform_ptrace, code_control_words);
	EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, sizeof(image)), 0);
	EXPECT_EQ(guest_switch(&g).fault.signo, SIGILL);
	EXPECT_EQ(guest_read(&g, DATA, &mxcsr, 4), 4);
	EXPECT_EQ(guest_read(&g, DATA + 8, &control, 2), 2);
	EXPECT_EQ(mxcsr, 0x1f80);
	EXPECT_EQ(control, 0x37f);
	guest_end(&g);
}

TEST(fpu_image_that_is_malformed_is_refused)
{
	struct guest g;
	struct plat_abilities able;
	_Alignas(64) char image[PLAT_FPU_MAX] = {0};
	uint64_t features = 3;

	guest_start(&g, &platform_ptrace, code_spin);
	g.ops->abilities(g.p, &able);
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, 575), -EINVAL);
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, able.fpu_size + 1), -EINVAL);
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, 576), 0); /* everything initial */
	memcpy(image + 512, &features, sizeof(features));
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, 576), 0);
	features = 1ULL << 62;
	memcpy(image + 512, &features, sizeof(features));
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, able.fpu_size), -EINVAL);
	features = 3;
	memcpy(image + 512, &features, sizeof(features));
	image[24 + 3] = 0x7f; /* reserved bits of mxcsr */
	EXPECT_EQ(g.ops->set_fpu(g.pc, image, able.fpu_size), -EINVAL);
	guest_end(&g);
}

/* Not judged: it depends on the host and on where its scheduler puts the two threads. */
TEST(cost_of_an_intercepted_call_is_shown)
{
	enum { CALLS = 5000 };
	struct guest g;
	struct timespec from, to;

	guest_start(&g, &platform_ptrace, code_getpid_loop);
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < CALLS; i++) {
		EXPECT_EQ(guest_switch(&g).why, PLAT_SYSCALL);
		g.ops->set_result(g.pc, 1);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	print_message("%ld ns per intercepted getpid\n",
		      ((to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec) /
			      CALLS);
	guest_end(&g);
}

TEST_MAIN()
