/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that arrive at any instruction of a hot call change neither its result nor the flags, and
 * their handlers may make the same calls, change who the caller is, or jump away. */
#include "guest.h"

#include <setjmp.h>
#include <sys/time.h>

static volatile sig_atomic_t seen;
static volatile pid_t pid;
static sigjmp_buf away;
static volatile sig_atomic_t may_jump;

/* Nothing but our own code and getpid is executed meanwhile. */
static volatile sig_atomic_t only_getpid;

static void expect_known_place(uintptr_t at)
{
	extern const char __executable_start[], etext[];

	if (at >= (uintptr_t)__executable_start && at < (uintptr_t)etext)
		return;
	EXPECT(at - (uintptr_t)getpid < 16);
}

static void on_alarm(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;

	(void)sig;
	(void)info;
	seen++;
	if (only_getpid)
		expect_known_place((uintptr_t)uc->uc_mcontext.gregs[REG_RIP]);
	EXPECT_EQ(getpid(), pid);
	EXPECT_EQ(syscall(SYS_gettid), pid);
	EXPECT_OK(seteuid(seen % 2 ? 5 : 0));
	EXPECT_OK(seteuid(0));
	if (may_jump) {
		may_jump = 0;
		siglongjmp(away, 1);
	}
}

/* The calls with the flags that they must leave alone: carry and overflow set. */
static void check_flags(void)
{
	long result;
	unsigned char carry, overflow;

	__asm__ volatile("movb $0x7f, %%r8b\n\t"
			 "addb $1, %%r8b\n\t" /* overflow */
			 "stc\n\t"
			 "syscall\n\t"
			 "setc %1\n\t"
			 "seto %2"
			 : "=a"(result), "=&r"(carry), "=&r"(overflow)
			 : "0"((long)SYS_getpid)
			 : "rcx", "r11", "r8", "cc", "memory");
	EXPECT_EQ(result, pid);
	EXPECT(carry && overflow);
}

int main(void)
{
	struct itimerval often = {{0, 200}, {0, 200}}, off = {{0, 0}, {0, 0}};
	struct sigaction sa = {.sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO};
	volatile int jumps = 0;

	pid = getpid();
	if (pid != syscall(SYS_gettid))
		FAIL("the first thread has the number of the process");
	EXPECT_OK(sigaction(SIGVTALRM, &sa, NULL));
	EXPECT_OK(setitimer(ITIMER_VIRTUAL, &off, NULL));
	EXPECT_OK(sigaction(SIGPROF, &sa, NULL));
	EXPECT_OK(setitimer(ITIMER_PROF, &often, NULL));
	while (seen < 100) {
		for (int i = 0; i < 1000; i++) {
			EXPECT_EQ(getpid(), pid);
			EXPECT_EQ(getuid(), 0);
			EXPECT_EQ(syscall(SYS_getpid), pid);
			check_flags();
		}
	}
	seen = 0;
	only_getpid = 1;
	while (seen < 300)
		EXPECT_EQ(getpid(), pid);
	only_getpid = 0;
	while (jumps < 20) {
		if (sigsetjmp(away, 1))
			jumps++;
		may_jump = jumps < 20;
		while (jumps < 20)
			EXPECT_EQ(getpid(), pid);
	}
	EXPECT_OK(setitimer(ITIMER_PROF, &off, NULL));
	EXPECT_EQ(getpid(), pid);
	return 0;
}
