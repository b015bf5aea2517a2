/* SPDX-License-Identifier: Apache-2.0 */
/* Uninitialised data is zero, initialised data is writable, constants and code are not. */
#include "guest.h"

static char bss[100000];
static int data = 42;
static const char constant[] = "constant";

static pid_t writer(volatile char *at)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		*at = 'x';
		_exit(0);
	}
	return pid;
}

int main(void)
{
	uintptr_t code = (uintptr_t)&main;
	struct rlimit none = {0, 0};

	EXPECT_OK(setrlimit(RLIMIT_CORE, &none));
	for (size_t i = 0; i < sizeof(bss); i++)
		EXPECT_EQ(bss[i], 0);
	memset(bss, 1, sizeof(bss));
	EXPECT_EQ(data, 42);
	data = 43;
	EXPECT_EQ(data, 43);
	EXPECT_EXIT(writer((volatile char *)&data), 0);
	EXPECT_KILLED(writer((volatile char *)(uintptr_t)constant), SIGSEGV);
	EXPECT_KILLED(writer((volatile char *)code), SIGSEGV);
	return 0;
}
