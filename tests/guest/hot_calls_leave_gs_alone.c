/* SPDX-License-Identifier: Apache-2.0 */
/* The gs base is the program's: 0 at first, then what it says, before and after calls became hot. */
#include "guest.h"

#include <asm/prctl.h>

enum { HOT = 300 };

static uint64_t words[2] = {0x1122334455667788, 0x99aabbccddeeff00};

static uint64_t base(void)
{
	uint64_t value = 1;

	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_GET_GS, &value));
	return value;
}

static uint64_t load(void)
{
	uint64_t word;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(word));
	return word;
}

static void heat(void)
{
	pid_t pid = (pid_t)syscall(SYS_getpid);

	for (int i = 0; i < HOT; i++) {
		EXPECT_EQ(getpid(), pid);
		EXPECT_EQ(getuid(), 0);
	}
}

static void *other(void *arg)
{
	EXPECT_EQ(base(), (uintptr_t)&words[0]); /* as its maker's */
	heat();
	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, 0));
	heat();
	EXPECT_EQ(base(), 0);
	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, &words[1]));
	heat();
	EXPECT_EQ(load(), words[1]);
	return arg;
}

int main(void)
{
	pthread_t thread;
	pid_t pid;

	EXPECT_EQ(base(), 0);
	heat();
	EXPECT_EQ(base(), 0);
	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, &words[0]));
	EXPECT_EQ(base(), (uintptr_t)&words[0]);
	EXPECT_EQ(load(), words[0]);
	heat();
	EXPECT_EQ(load(), words[0]);
	EXPECT_EQ(pthread_create(&thread, NULL, other, NULL), 0);
	EXPECT_EQ(pthread_join(thread, NULL), 0);
	EXPECT_EQ(load(), words[0]);
	pid = guest_fork();
	if (pid == 0) {
		heat();
		EXPECT_EQ(load(), words[0]);
		EXPECT_EQ(base(), (uintptr_t)&words[0]);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, 0));
	heat();
	EXPECT_EQ(base(), 0);
	if (getauxval(AT_HWCAP2) & 2) { /* FSGSBASE: without a call */
		__asm__ volatile("wrgsbase %0" : : "r"(&words[1]));
		heat();
		EXPECT_EQ(load(), words[1]);
		EXPECT_EQ(base(), (uintptr_t)&words[1]);
	}
	return 0;
}
