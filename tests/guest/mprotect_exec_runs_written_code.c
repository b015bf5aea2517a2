/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code written into memory runs once the memory is made executable, and a rewritten version runs
 * afterwards.
 */
#include "guest.h"

typedef int (*code_fn)(void);

static void put_code(unsigned char *p, unsigned char value)
{
	const unsigned char code[] = {0xb8, value, 0, 0, 0, 0xc3}; /* mov eax, value; ret */

	memcpy(p, code, sizeof(code));
}

int main(void)
{
	unsigned char *p = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	code_fn fn;

	memcpy(&fn, &p, sizeof(fn));
	put_code(p, 42);
	EXPECT_OK(mprotect(p, 4096, PROT_READ | PROT_EXEC));
	EXPECT_EQ(fn(), 42);
	EXPECT_OK(mprotect(p, 4096, PROT_READ | PROT_WRITE));
	put_code(p, 43);
	EXPECT_OK(mprotect(p, 4096, PROT_READ | PROT_EXEC));
	EXPECT_EQ(fn(), 43);

	pid_t pid = guest_fork();
	if (pid == 0) {
		mprotect(p, 4096, PROT_READ | PROT_WRITE);
		fn(); /* no longer executable */
		_exit(1);
	}
	EXPECT_KILLED(pid, SIGSEGV);
	return 0;
}
