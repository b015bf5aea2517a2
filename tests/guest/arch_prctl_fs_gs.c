/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arch_prctl reads and sets the FS and GS bases; both are per thread and kept across calls and
 * signals.
 */
#include "guest.h"

#include <asm/prctl.h>

static uint64_t area[4] = {0x1111, 0x2222, 0x3333, 0x4444};

static uint64_t gs_word(void)
{
	uint64_t v;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(v));
	return v;
}

static uint64_t fs_word(void)
{
	uint64_t v;

	__asm__ volatile("mov %%fs:0, %0" : "=r"(v));
	return v;
}

static void handler(int sig)
{
	(void)sig;
	EXPECT_EQ(gs_word(), 0x1111);
}

static void *thread(void *arg)
{
	uint64_t base = 1;

	(void)arg;
	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, &area[1]));
	EXPECT_EQ(gs_word(), 0x2222);
	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_GET_FS, &base));
	EXPECT_EQ(base, pthread_self());
	return NULL;
}

int main(void)
{
	uint64_t base = 0;
	pthread_t t;

	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_GET_FS, &base));
	EXPECT_EQ(base, pthread_self());
	EXPECT_EQ(fs_word(), base); /* the TCB begins with its own address */
	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, &area[0]));
	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_GET_GS, &base));
	EXPECT_EQ(base, (uintptr_t)&area[0]);
	EXPECT_EQ(gs_word(), 0x1111);
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	sched_yield();
	EXPECT_EQ(gs_word(), 0x1111);
	EXPECT_EQ(pthread_create(&t, NULL, thread, NULL), 0);
	EXPECT_EQ(pthread_join(t, NULL), 0);
	EXPECT_EQ(gs_word(), 0x1111);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(gs_word(), 0x1111);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);

	EXPECT_ERRNO(syscall(SYS_arch_prctl, ARCH_SET_GS, 0xffff800000000000), EPERM);
	EXPECT_ERRNO(syscall(SYS_arch_prctl, ARCH_SET_FS, 0x800000000000), EPERM);
	EXPECT_ERRNO(syscall(SYS_arch_prctl, ARCH_GET_FS, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_arch_prctl, 0x7777, 0), EINVAL);
	EXPECT_EQ(gs_word(), 0x1111);
	return 0;
}
