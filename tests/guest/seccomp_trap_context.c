/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RET_TRAP raises SIGSYS with the call in its siginfo; the handler finds the registers as they were
 * at the call and may put a result there. Blocked or ignored, it kills.
 */
#include "filters.h"

#include <ucontext.h>

static volatile int caught;
static volatile long put = -1;
static volatile uintptr_t call_addr, rip;

static void handler(int sig, siginfo_t *si, void *arg)
{
	ucontext_t *uc = arg;

	EXPECT_EQ(sig, SIGSYS);
	EXPECT_EQ(si->si_code, 1); /* SYS_SECCOMP */
	EXPECT_EQ(si->si_errno, 0xabcd);
	EXPECT_EQ(si->si_syscall, SYS_sysinfo);
	EXPECT_EQ(si->si_arch, AUDIT_ARCH_X86_64);
	EXPECT_EQ(uc->uc_mcontext.gregs[REG_RAX], SYS_sysinfo);
	EXPECT_EQ(uc->uc_mcontext.gregs[REG_RDI], 0x77);
	call_addr = (uintptr_t)si->si_call_addr;
	rip = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
	if (put >= 0)
		uc->uc_mcontext.gregs[REG_RAX] = put;
	caught++;
}

static long raw_sysinfo(long arg)
{
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(SYS_sysinfo), "D"(arg) : "rcx", "r11", "memory");
	return r;
}

static void handled(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	EXPECT_OK(sigaction(SIGSYS, &sa, NULL));
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_TRAP | 0xabcd));
	EXPECT_EQ(raw_sysinfo(0x77), SYS_sysinfo); /* rax was left as it was */
	EXPECT_EQ(caught, 1);
	EXPECT_EQ(call_addr, rip);
	put = 4711;
	EXPECT_EQ(raw_sysinfo(0x77), 4711);
	EXPECT_EQ(caught, 2);
}

static void blocked(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	sigset_t set;

	EXPECT_OK(sigaction(SIGSYS, &sa, NULL));
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_TRAP));
	raw_sysinfo(0);
}

static void ignored(void)
{
	signal(SIGSYS, SIG_IGN);
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_TRAP));
	raw_sysinfo(0);
}

static void plain(void)
{
	EXPECT_OK(filter_one(0, SYS_sysinfo, SECCOMP_RET_TRAP));
	raw_sysinfo(0);
}

int main(void)
{
	EXPECT_EQ(filter_child(handled), 0);
	EXPECT_STATUS_KILLED(filter_child(blocked), SIGSYS);
	EXPECT_STATUS_KILLED(filter_child(ignored), SIGSYS);
	EXPECT_STATUS_KILLED(filter_child(plain), SIGSYS);
	return 0;
}
