/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All filters are asked; the most severe answer counts, and of equal ones the newest filter's. An
 * errno stops at 4095, 0 is success, and no number of a filter makes a call begin again.
 */
#include "filters.h"

static volatile int trapped;

static void handler(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	trapped = si->si_errno;
}

/* Both in both orders: a is what counts. */
static uint32_t first, second;

static void one_order(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	long r;

	EXPECT_OK(sigaction(SIGSYS, &sa, NULL));
	EXPECT_OK(filter_one(0, SYS_getppid, first));
	EXPECT_OK(filter_one(0, SYS_getppid, second));
	r = syscall(SYS_getppid);
	if (trapped)
		_exit(100 + trapped);
	_exit(r >= 0 ? 99 : errno);
}

static int outcome(uint32_t older, uint32_t newer)
{
	int status;

	first = older;
	second = newer;
	status = filter_child(one_order);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void expect_stronger(uint32_t strong, uint32_t weak, int what)
{
	EXPECT_EQ(outcome(strong, weak), what);
	EXPECT_EQ(outcome(weak, strong), what);
}

static void odd_numbers(void)
{
	long r;

	EXPECT_OK(filter_one(0, SYS_getppid, SECCOMP_RET_ERRNO | 5000));
	EXPECT_OK(filter_one(0, SYS_getuid, SECCOMP_RET_ERRNO | 0));
	EXPECT_OK(filter_one(0, SYS_getgid, SECCOMP_RET_ERRNO | 512));
	EXPECT_OK(filter_one(0, SYS_geteuid, SECCOMP_RET_ERRNO | 516));
	__asm__ volatile("syscall" : "=a"(r) : "a"(SYS_getppid) : "rcx", "r11", "memory");
	EXPECT_EQ(r, -4095);
	EXPECT_EQ(syscall(SYS_getuid), 0);
	EXPECT_ERRNO(syscall(SYS_getgid), 512);
	EXPECT_ERRNO(syscall(SYS_geteuid), 516);
}

/* Data beside ALLOW changes nothing; LOG lets the call pass. */
static void passing(void)
{
	EXPECT_OK(filter_one(SECCOMP_FILTER_FLAG_LOG, SYS_getppid, SECCOMP_RET_ALLOW | 0x1234));
	EXPECT_OK(syscall(SYS_getppid));
	EXPECT_OK(filter_one(SECCOMP_FILTER_FLAG_SPEC_ALLOW, SYS_getppid, SECCOMP_RET_LOG | 1));
	EXPECT_OK(syscall(SYS_getppid));
}

int main(void)
{
	const uint32_t errno_7 = SECCOMP_RET_ERRNO | 7;

	expect_stronger(SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, -SIGSYS);
	expect_stronger(SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP | 3, -SIGSYS);
	expect_stronger(SECCOMP_RET_TRAP | 3, errno_7, 103);
	expect_stronger(errno_7, SECCOMP_RET_TRACE, 7);
	expect_stronger(errno_7, SECCOMP_RET_USER_NOTIF, 7);
	expect_stronger(SECCOMP_RET_TRACE, SECCOMP_RET_LOG, ENOSYS);
	expect_stronger(SECCOMP_RET_USER_NOTIF, SECCOMP_RET_ALLOW, ENOSYS);
	expect_stronger(errno_7, SECCOMP_RET_ALLOW | 0xffff, 7);
	EXPECT_EQ(outcome(errno_7, SECCOMP_RET_ERRNO | 8), 8);
	EXPECT_EQ(outcome(SECCOMP_RET_ERRNO | 8, errno_7), 7);
	EXPECT_EQ(filter_child(odd_numbers), 0);
	EXPECT_EQ(filter_child(passing), 0);
	return 0;
}
