/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A futex in shared memory, anonymous or of a file, works between processes at different
 * addresses.
 */
#include "guest.h"

#include <linux/futex.h>

static void exercise(uint32_t *a, uint32_t *b)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		while (__atomic_load_n(b, __ATOMIC_SEQ_CST) == 0)
			syscall(SYS_futex, b, FUTEX_WAIT, 0, NULL);
		__atomic_store_n(b, 2, __ATOMIC_SEQ_CST);
		EXPECT_OK(syscall(SYS_futex, b, FUTEX_WAKE, 1));
		_exit(0);
	}
	guest_pause_ms(10);
	__atomic_store_n(a, 1, __ATOMIC_SEQ_CST);
	EXPECT_OK(syscall(SYS_futex, a, FUTEX_WAKE, 1));
	uint32_t v;
	while ((v = __atomic_load_n(a, __ATOMIC_SEQ_CST)) != 2)
		syscall(SYS_futex, a, FUTEX_WAIT, v, NULL);
	EXPECT_EXIT(pid, 0);
}

int main(void)
{
	int prot = PROT_READ | PROT_WRITE;
	uint32_t *anon = EXPECT_OK(mmap(NULL, 4096, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

	exercise(anon, anon);
	guest_tmpdir();
	int fd = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0644));
	EXPECT_OK(ftruncate(fd, 4096));
	uint32_t *a = EXPECT_OK(mmap(NULL, 4096, prot, MAP_SHARED, fd, 0));
	uint32_t *b = EXPECT_OK(mmap(NULL, 4096, prot, MAP_SHARED, fd, 0));
	EXPECT(a != b);
	exercise(a + 100, b + 100);

	/* A private futex is of this process alone: the child's wake finds nobody. */
	static uint32_t private_word;
	pid_t pid = guest_fork();
	if (pid == 0)
		_exit((int)syscall(SYS_futex, &private_word, FUTEX_WAKE, 1));
	EXPECT_EXIT(pid, 0);
	return 0;
}
