/* SPDX-License-Identifier: Apache-2.0 */
/* What guest code, registers and memory do on the ptrace platform. Real stubs, real machine code. */
#include "platform/ptrace/test_guest.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "platform/ptrace/ptrace_priv.h"

SNIPPET(code_six_args, "mov $1000, %eax\n syscall\n ud2");
SNIPPET(code_int80, "mov $20, %eax\n int $0x80\n ud2");
SNIPPET(code_int3, "int3\n ud2");
SNIPPET(code_divide, "xor %edx, %edx\n xor %ecx, %ecx\n mov $1, %eax\n div %ecx\n ud2");
SNIPPET(code_noncanonical, "mov $0x8000000000000000, %rax\n mov (%rax), %rax\n ud2");
SNIPPET(code_three_nops, "nop\n nop\n nop\n mov $39, %eax\n syscall\n nop\n ud2");
SNIPPET(code_vsyscall, "push $0\n mov $0xffffffffff600000, %rax\n call *%rax\n ud2");
SNIPPET(code_xmm, "movdqu (%rdi), %xmm3\n mov $39, %eax\n syscall\n movdqu %xmm3, 16(%rdi)\n ud2");
SNIPPET(code_fs, "mov $39, %eax\n syscall\n mov %fs:8, %rax\n mov $40, %eax\n syscall\n ud2");
SNIPPET(code_kernel_gs, "mov $0xffff888000000000, %rax\n wrgsbase %rax\n mov $39, %eax\n syscall\n rdgsbase %rdi\n"
			"mov $40, %eax\n syscall\n ud2");
SNIPPET(code_jump, "jmp *%rdi");

TEST(system_call_shows_number_arguments_and_place)
{
	struct guest g;
	struct lx_user_regs regs = guest_regs_at(CODE);
	struct plat_event ev;

	guest_start(&g, code_six_args);
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

	guest_start(&g, code_getpid_loop);
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

	guest_start(&g, code_six_args);
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

	guest_start(&g, code_load);
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

	guest_start(&g, code_store);
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

	guest_start(&g, code_jump);
	ev = guest_switch(&g);
	EXPECT_EQ(ev.fault.signo, SIGSEGV);
	EXPECT_EQ(ev.fault.addr, DATA);
	EXPECT_EQ(ev.fault.error_code, 1 | 4 | 16);
	guest_end(&g);
}

static void expect_exception(const unsigned char *code, const unsigned char *end, int signo, uint64_t trapno, uint64_t ip)
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

	guest_start(&g, code_int80);
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

	guest_start(&g, code_vsyscall);
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

	guest_start(&g, code_spin);
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

	guest_start(&g, code_three_nops);
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

	guest_start(&g, code_getpid_loop);
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

	guest_start(&g, code_fs);
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

/* ptrace refuses to write such a base back; the guest may load it, so commands and set_regs must live with it. */
TEST(gs_base_of_the_kernel_half_survives_commands)
{
	struct guest g;
	struct lx_user_regs regs;

	if (!(getauxval(AT_HWCAP2) & 2)) /* HWCAP2_FSGSBASE */
		TEST_SKIP("the processor has no wrgsbase");
	guest_start(&g, code_kernel_gs);
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

	guest_start(&g, code_getpid_loop);
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

	guest_start(&g, code_xmm);
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

TEST(fpu_image_that_is_malformed_is_refused)
{
	struct guest g;
	struct plat_abilities able;
	_Alignas(64) char image[PLAT_FPU_MAX] = {0};
	uint64_t features = 3;

	guest_start(&g, code_spin);
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

TEST(access_stops_at_the_first_page_that_is_not_there)
{
	struct guest g;
	char buf[3 * 4096], one;
	struct plat_piece two[2] = {{DATA, &one, 1}, {DATA + DATA_LEN - 4096, buf, sizeof(buf)}};

	guest_start(&g, code_spin);
	EXPECT_EQ(guest_read(&g, DATA + DATA_LEN - 4096, buf, sizeof(buf)), 4096);
	EXPECT_EQ(g.ops->read(g.as, two, 2), 4097);
	EXPECT_EQ(guest_read(&g, DATA + DATA_LEN, buf, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, 0, buf, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, DATA, buf, 0), 0);
	guest_end(&g);
}

TEST(access_never_reaches_the_stub)
{
	struct guest g;
	char buf[8192];
	struct plat_piece wrap = {UINT64_MAX - 10, buf, 100};

	guest_start(&g, code_spin);
	EXPECT_EQ(guest_map(&g, PLAT_GUEST_TOP - 4096, 4096, PROT_READ | PROT_WRITE), 0);
	EXPECT_EQ(guest_read(&g, PLAT_GUEST_TOP - 4096, buf, sizeof(buf)), 4096);
	EXPECT_EQ(guest_read(&g, PLAT_GUEST_TOP, buf, 1), -EFAULT);
	EXPECT_EQ(guest_write(&g, PLAT_GUEST_TOP + 4096, buf, 1), -EFAULT);
	EXPECT_EQ(g.ops->read(g.as, &wrap, 1), -EFAULT);
	guest_end(&g);
}

TEST(access_in_many_pieces_moves_them_all)
{
	struct guest g;
	enum { N = 1500 };
	uint64_t words[N];
	struct plat_piece pieces[N];

	guest_start(&g, code_spin);
	for (uint64_t i = 0; i < N; i++) {
		words[i] = i * i;
		pieces[i] = (struct plat_piece){DATA + i * 8, &words[i], 8};
	}
	EXPECT_EQ(g.ops->write(g.as, pieces, N), sizeof(words));
	memset(words, 0, sizeof(words));
	EXPECT_EQ(g.ops->read(g.as, pieces, N), sizeof(words));
	for (uint64_t i = 0; i < N; i++)
		EXPECT_EQ(words[i], i * i);
	guest_end(&g);
}

TEST(write_respects_protection)
{
	struct guest g;

	guest_start(&g, code_spin);
	EXPECT_EQ(guest_write(&g, CODE, "x", 1), -EFAULT);
	EXPECT_EQ(guest_map(&g, 0x30000000, 4096, PROT_NONE), 0);
	EXPECT_EQ(guest_read(&g, 0x30000000, &(char){0}, 1), -EFAULT);
	guest_end(&g);
}

TEST(compare_exchange_stores_only_what_was_expected)
{
	struct guest g;
	uint32_t word = 5, old = 0;

	guest_start(&g, code_spin);
	EXPECT_EQ(guest_write(&g, DATA, &word, 4), 4);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA, 4, 9, &old), 0);
	EXPECT_EQ(old, 5);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA, 5, 0xfffffffe, &old), 0);
	EXPECT_EQ(old, 5);
	EXPECT_EQ(guest_read(&g, DATA, &word, 4), 4);
	EXPECT_EQ(word, 0xfffffffe);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, CODE, 0, 0, &old), -EFAULT);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, 0, 0, 0, &old), -EFAULT);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, DATA + 2, 0, 0, &old), -EFAULT);
	EXPECT_EQ(g.ops->cmpxchg32(g.pc, PLAT_GUEST_TOP + 4096, 0, 0, &old), -EFAULT);
	guest_end(&g);
}

TEST(commands_stop_at_the_first_that_fails)
{
	struct guest g;
	struct plat_cmd cmds[3] = {
		{.op = PLAT_MAP, .addr = 0x30000000, .len = 4096, .prot = PROT_READ, .flags = MAP_PRIVATE, .fd = -1},
		{.op = PLAT_PROTECT, .addr = 0x40000000, .len = 4096, .prot = PROT_READ, .ret = 1},
		{.op = PLAT_UNMAP, .addr = 0x30000000, .len = 4096, .ret = 1},
	};

	guest_start(&g, code_spin);
	EXPECT_EQ(g.ops->run(g.pc, cmds, 3), -ENOMEM);
	EXPECT_EQ(cmds[0].ret, 0);
	EXPECT_EQ(cmds[1].ret, -ENOMEM);
	EXPECT_EQ(cmds[2].ret, 1);
	EXPECT_EQ(guest_read(&g, 0x30000000, &(char){0}, 1), 1);
	guest_end(&g);
}

TEST(commands_never_reach_the_stub)
{
	static const struct plat_cmd bad[] = {
		{.op = PLAT_MAP, .addr = PLAT_GUEST_TOP, .len = 4096, .flags = MAP_PRIVATE, .fd = -1},
		{.op = PLAT_MAP, .addr = PLAT_GUEST_TOP - 4096, .len = 8192, .flags = MAP_PRIVATE, .fd = -1},
		{.op = PLAT_UNMAP, .addr = PLAT_GUEST_TOP - 4096, .len = UINT64_MAX - 4095},
		{.op = PLAT_PROTECT, .addr = PLAT_GUEST_TOP + 4096, .len = 4096},
		{.op = PLAT_MOVE, .addr = DATA, .len = 4096, .new_addr = PLAT_GUEST_TOP, .new_len = 4096},
		{.op = PLAT_MOVE, .addr = PLAT_GUEST_TOP, .len = 4096, .new_addr = DATA, .new_len = 4096},
		{.op = PLAT_ADVISE, .addr = PLAT_GUEST_TOP + 4096, .len = 4096, .flags = MADV_DONTNEED},
		{.op = PLAT_MAP, .addr = DATA, .len = 4096, .flags = MAP_PRIVATE | MAP_HUGETLB, .fd = -1},
		{.op = PLAT_MAP, .addr = DATA, .len = 4096, .flags = MAP_PRIVATE, .fd = -1, .prot = 0x1000000},
	};
	struct guest g;

	guest_start(&g, code_spin);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct plat_cmd cmd = bad[i];

		EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), -EINVAL);
		EXPECT_EQ(cmd.ret, -EINVAL);
	}
	guest_end(&g);
}

TEST(move_and_resize_keep_the_bytes)
{
	struct guest g;
	struct plat_cmd away = {.op = PLAT_MOVE, .addr = DATA, .len = 8192, .new_addr = 0x30000000, .new_len = 16384};
	struct plat_cmd shrink = {.op = PLAT_MOVE, .addr = 0x30000000, .len = 16384, .new_addr = 0x30000000, .new_len = 4096};
	char c = 0;

	guest_start(&g, code_spin);
	EXPECT_EQ(guest_write(&g, DATA + 100, "q", 1), 1);
	EXPECT_EQ(g.ops->run(g.pc, &away, 1), 0);
	EXPECT_EQ(guest_read(&g, DATA + 100, &c, 1), -EFAULT);
	EXPECT_EQ(guest_read(&g, 0x30000064, &c, 1), 1);
	EXPECT_EQ(c, 'q');
	EXPECT_EQ(g.ops->run(g.pc, &shrink, 1), 0);
	EXPECT_EQ(guest_read(&g, 0x30001000, &c, 1), -EFAULT);
	guest_end(&g);
}

static int make_file(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

TEST(shared_file_mapping_is_the_file)
{
	struct guest g;
	int fd = make_file("hello");
	struct plat_cmd cmd = {.op = PLAT_MAP,
			       .addr = 0x30000000,
			       .len = 4096,
			       .prot = PROT_READ | PROT_WRITE,
			       .flags = MAP_SHARED,
			       .fd = fd};
	char buf[6] = {0};

	guest_start(&g, code_spin);
	for (int i = 0; i < 100; i++) { /* nothing piles up in the stub */
		EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), 0);
		EXPECT_EQ(guest_read(&g, cmd.addr, buf, 5), 5);
		EXPECT_STREQ(buf, "hello");
	}
	EXPECT_EQ(guest_write(&g, cmd.addr, "HELLO", 5), 5);
	EXPECT_EQ(pread(fd, buf, 5, 0), 5);
	EXPECT_STREQ(buf, "HELLO");
	guest_end(&g);
	close(fd);
}

TEST(file_mapping_needs_the_rights_of_the_descriptor)
{
	struct guest g;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct plat_cmd cmd = {.op = PLAT_MAP, .addr = 0x30000000, .len = 4096, .prot = PROT_WRITE, .flags = MAP_SHARED, .fd = fd};

	guest_start(&g, code_spin);
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), -EACCES);
	cmd.fd = 1000000;
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), -EBADF);
	cmd.fd = fd;
	cmd.prot = PROT_READ;
	cmd.flags = MAP_PRIVATE;
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), 0);
	guest_end(&g);
	close(fd);
}

/* The stub's data page is the guest's to write. It loses its own mapping by that, and nobody else's. */
TEST(ruined_message_header_costs_only_a_mapping)
{
	struct guest g;
	int fd = make_file("hello"), other = make_file("other");
	struct plat_cmd cmd = {.op = PLAT_MAP, .addr = 0x30000000, .len = 4096, .prot = PROT_READ, .flags = MAP_SHARED};
	struct iovec page = {(void *)(PLAT_GUEST_TOP + 4096), 4096}, saved, junk;
	char was[4096], bad[4096], buf[6] = {0};
	pid_t pid;

	guest_start(&g, code_spin);
	pid = g.as->pid;
	saved = (struct iovec){was, sizeof(was)};
	junk = (struct iovec){bad, sizeof(bad)};
	EXPECT_EQ(process_vm_readv(pid, &saved, 1, &page, 1, 0), 4096);
	for (int fill = 0; fill <= 255; fill += 51) {
		memset(bad, fill, sizeof(bad));
		EXPECT_EQ(process_vm_writev(pid, &junk, 1, &page, 1, 0), 4096);
		cmd.fd = fd;
		EXPECT_TRUE(g.ops->run(g.pc, &cmd, 1) < 0);
	}
	EXPECT_EQ(process_vm_writev(pid, &saved, 1, &page, 1, 0), 4096);
	cmd.fd = other;
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), 0);
	EXPECT_EQ(guest_read(&g, cmd.addr, buf, 5), 5);
	EXPECT_STREQ(buf, "other");
	guest_end(&g);
	close(fd);
	close(other);
}

TEST_MAIN()
