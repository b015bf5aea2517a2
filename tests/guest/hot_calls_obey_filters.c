/* SPDX-License-Identifier: Apache-2.0 */
/* A filter counts from the next call on, however hot that was: the thread's own, and one that a
 * sibling installs for all threads. */
#include "filters.h"

enum { HOT = 500, THREADS = 3 };

static void heat(void)
{
	for (int i = 0; i < HOT; i++) {
		EXPECT_EQ(syscall(SYS_getppid) >= 0, 1);
		EXPECT(syscall(SYS_getuid) == 0);
		EXPECT(getuid() == 0);
	}
}

static void own(void)
{
	heat();
	EXPECT_OK(filter_one(0, SYS_getuid, SECCOMP_RET_ERRNO | EILSEQ));
	for (int i = 0; i < HOT; i++) {
		EXPECT_ERRNO(syscall(SYS_getuid), EILSEQ);
		EXPECT(getpid() == syscall(SYS_getpid)); /* the others are as before */
	}
}

static _Atomic int installed, hot;

/* True until the moment of the filter, wrong from then on. */
static void *asks(void *arg)
{
	heat();
	hot++;
	for (;;) {
		int before = installed;
		long r = syscall(SYS_getuid);

		if (before) {
			EXPECT_EQ(r, -1);
			EXPECT_EQ(errno, EILSEQ);
			return arg;
		}
		EXPECT(r == 0 || errno == EILSEQ);
	}
}

static void siblings(void)
{
	pthread_t threads[THREADS];

	heat();
	for (int i = 0; i < THREADS; i++)
		EXPECT_EQ(pthread_create(&threads[i], NULL, asks, NULL), 0);
	while (hot < THREADS)
		sched_yield();
	EXPECT_OK(filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getuid, SECCOMP_RET_ERRNO | EILSEQ));
	installed = 1;
	for (int i = 0; i < THREADS; i++)
		EXPECT_EQ(pthread_join(threads[i], NULL), 0);
	EXPECT_ERRNO(syscall(SYS_getuid), EILSEQ);
}

/* What the kernel says of the call does not depend on how often it was made. */
static volatile int trapped;
static void *volatile trap_addr;

static void on_trap(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)uc;
	trapped++;
	trap_addr = info->si_call_addr;
	EXPECT_EQ(info->si_syscall, SYS_getuid);
}

static void trap(void)
{
	struct sigaction sa = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

	heat();
	EXPECT_OK(sigaction(SIGSYS, &sa, NULL));
	EXPECT_OK(filter_one(0, SYS_getuid, SECCOMP_RET_TRAP));
	syscall(SYS_getuid);
	EXPECT_EQ(trapped, 1);
	EXPECT(trap_addr != NULL);
}

int main(void)
{
	EXPECT_EQ(filter_child(own), 0);
	EXPECT_EQ(filter_child(siblings), 0);
	EXPECT_EQ(filter_child(trap), 0);
	return 0;
}
