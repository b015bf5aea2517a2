/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that some threads unmap, protect and move while others hand it to system calls gives
 * results or EFAULT, at worst a signal to the process that plays so; never anything to anybody
 * else.
 */
#include "guest.h"

#include <linux/futex.h>
#include <stdatomic.h>

#define LEN 65536

static char *area;
static int file;
static atomic_bool *over;

static void *move_about(void *arg)
{
	unsigned int n = (unsigned int)(uintptr_t)arg;

	while (!*over) {
		char *at = area + (n % 16) * 4096;

		switch (n++ % 6) {
		case 0:
			munmap(at, 4096);
			break;
		case 1:
			mprotect(at, 8192, n % 2 ? PROT_NONE : PROT_READ);
			break;
		case 2:
			mmap(area, LEN, PROT_READ | PROT_WRITE,
			     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			break;
		case 3:
			mremap(at, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
			       area + (n * 7 % 16) * 4096);
			break;
		case 4:
			madvise(at, 8192, MADV_DONTNEED);
			break;
		default:
			mmap(at, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED, file, 0);
			break;
		}
	}
	return NULL;
}

static void *use(void *arg)
{
	unsigned int n = (unsigned int)(uintptr_t)arg;
	struct timespec soon = {0, 1000};

	while (!*over) {
		char *at = area + n % LEN;

		switch (n++ % 8) {
		case 0:
			syscall(SYS_pread64, file, at, 8192, 0);
			break;
		case 1:
			syscall(SYS_pwrite64, file, at, 5000, 0);
			break;
		case 2:
			syscall(SYS_futex, (uintptr_t)at & ~3UL, FUTEX_WAIT, 0, &soon, NULL, 0);
			break;
		case 3:
			syscall(SYS_futex, (uintptr_t)at & ~3UL, FUTEX_WAKE_OP, 1, 1,
				(uintptr_t)area, 0x11001001);
			break;
		case 4:
			syscall(SYS_execve, at, at, at + 512);
			break;
		case 5:
			syscall(SYS_rt_sigaction, SIGUSR1, at, at + 64, 8);
			break;
		case 6:
			syscall(SYS_preadv, file, at, 64, 0);
			break;
		default:
			syscall(SYS_poll, at, 100, 0);
			syscall(SYS_getcwd, at, 4096);
			syscall(SYS_futex, (uintptr_t)at & ~3UL, FUTEX_LOCK_PI, 0, &soon, NULL, 0);
			break;
		}
	}
	return NULL;
}

static void play(void)
{
	pthread_t t[6];

	signal(SIGSEGV, SIG_DFL);
	for (uintptr_t i = 0; i < 6; i++)
		if (pthread_create(&t[i], NULL, i < 2 ? move_about : use, (void *)(i * 977)))
			_exit(3);
	for (int i = 0; i < 6; i++)
		pthread_join(t[i], NULL);
	_exit(0);
}

int main(void)
{
	guest_tmpdir();
	file = EXPECT_OK(open("f", O_RDWR | O_CREAT, 0600));
	EXPECT_OK(ftruncate(file, LEN));
	over = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	/* What overshoots the area meets a fence. */
	area = EXPECT_OK(mmap(NULL, LEN + 16384, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	EXPECT_OK(mprotect(area, LEN, PROT_READ | PROT_WRITE));
	for (int round = 0; round < 3; round++) {
		*over = false;
		pid_t pid = guest_fork();
		if (pid == 0)
			play();
		guest_pause_ms(700); /* the longer the likelier */
		*over = true;
		int status = guest_wait(pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			FAIL("expected the racing process to end by itself, got wait status %#x",
			     status);
	}
	char buf[8];
	EXPECT_EQ(pwrite(file, "sound", 5, 0), 5);
	EXPECT_EQ(pread(file, buf, 5, 0), 5);
	EXPECT(memcmp(buf, "sound", 5) == 0);
	return 0;
}
