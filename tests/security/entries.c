/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a file by each way into the kernel that is not the plain one: entries DIR. Prints which
 * ways made one. Paths lie below 4 GiB for the sake of int 0x80.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf back;

static void caught(int sig)
{
	siglongjmp(back, sig);
}

static long by_int80(const char *path)
{
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(8L), "b"(path), "c"(0644L)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}

static long by_x32(const char *path)
{
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(0x40000000L | 85), "D"(path), "S"(0644L)
			 : "memory", "rcx", "r11");
	return r;
}

static long by_vsyscall(const char *path)
{
	(void)path;
	return ((long (*)(long *))0xffffffffff600400)(NULL); /* time(2): makes no file anywhere */
}

static void try(const char *name, long (*way)(const char *), char *path, const char *dir)
{
	int sig;

	snprintf(path, 4096, "%s/%s", dir, name);
	sig = sigsetjmp(back, 1);
	if (sig != 0)
		printf("%s: signal %d\n", name, sig);
	else
		printf("%s: %s\n", name,
		       way(path) < 0             ? "error"
		       : access(path, F_OK) == 0 ? "made"
						 : "nothing");
}

int main(int argc, char **argv)
{
	char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (argc != 2 || path == MAP_FAILED)
		return 2;
	signal(SIGSEGV, caught);
	signal(SIGILL, caught);
	signal(SIGSYS, caught);
	try("int80", by_int80, path, argv[1]);
	try("x32", by_x32, path, argv[1]);
	try("vsyscall", by_vsyscall, path, argv[1]);
	snprintf(path, 4096, "%s/plain", argv[1]);
	close(creat(path, 0644));
	return 0;
}
