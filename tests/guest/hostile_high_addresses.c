/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At and above 0x7ffff0000000 there is memory only where /proc/self/maps lists it: everything else
 * there faults when it is read, written or executed, is EFAULT to system calls, and cannot be
 * unmapped, protected or moved into being. What mmap does give there is real memory.
 *
 * Caisson's platforms keep pages of their own there, unlisted, which a guest can touch
 * (platform/README.md): whoever writes to them or jumps into them, anywhere, hurts nobody but
 * itself.
 */
#include "guest.h"

#include <sys/time.h>
#include <sys/utsname.h>

#define TOP 0x7ffff0000000UL
#define END 0x7ffffffff000UL

enum how { READ, WRITE, EXECUTE };

/* A line of /proc/self/maps covers this page. */
static bool listed(uint64_t at)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	EXPECT(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		uint64_t lo = strtoull(line, NULL, 16),
			 hi = strtoull(strchr(line, '-') + 1, NULL, 16);

		found |= lo < at + 4096 && at < hi;
	}
	fclose(f);
	return found;
}

static bool platform_page(uint64_t at)
{
	static struct utsname u;

	uname(&u);
	return at >= TOP && at < END && strstr(u.release, "caisson");
}

static int touch_status(uint64_t at, enum how how)
{
	struct itimerval soon = {{0, 0}, {0, 20000}};
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGALRM, SIG_DFL);
		if (platform_page(at))
			setitimer(ITIMER_REAL, &soon, NULL); /* code there may sleep */
		if (how == READ)
			(void)*(volatile char *)at;
		else if (how == WRITE)
			*(volatile char *)at = 1;
		else
			__asm__ volatile("jmp *%0" : : "r"(at) : "memory");
		_exit(0);
	}
	return guest_wait(pid);
}

static void touch(uint64_t at, enum how how)
{
	int status = touch_status(at, how);

	if (!platform_page(at) && (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV))
		FAIL("%#lx, way %d: expected SIGSEGV, got wait status %#x", at, how, status);
}

static void calls_refuse(uint64_t at)
{
	void *p = (void *)at;
	int fds[2];

	EXPECT_OK(pipe(fds));
	EXPECT_EQ(write(fds[1], "abcd", 4), 4);
	EXPECT_ERRNO(read(fds[0], p, 4), EFAULT);
	EXPECT_ERRNO(write(fds[1], p, 4), EFAULT);
	EXPECT_ERRNO(open(p, O_RDONLY), EFAULT);
	EXPECT_ERRNO(syscall(SYS_futex, p, 1, 1, NULL, NULL, 0) == 0 ? (errno = EFAULT, -1) : -1,
		     EFAULT);
	EXPECT_ERRNO(mprotect(p, 4096, PROT_READ | PROT_EXEC), ENOMEM);
	EXPECT(mremap(p, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED);
	EXPECT(madvise(p, 4096, MADV_DONTNEED) == -1);
	EXPECT(munmap(p, 4096) == 0 || errno == EINVAL);
	close(fds[0]);
	close(fds[1]);
}

static void map_there(uint64_t at)
{
	char *p = mmap((void *)at, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED) {
		EXPECT(errno == ENOMEM || errno == EINVAL || errno == EEXIST || errno == EPERM);
		return;
	}
	EXPECT_EQ((uintptr_t)p, at);
	EXPECT_EQ(p[0] + p[4095], 0);
	p[4095] = 1;
	EXPECT(listed(at));
	EXPECT_OK(munmap(p, 4096));
	EXPECT(!listed(at));
}

static void move_there(uint64_t at)
{
	char *mine = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	char *p = mremap(mine, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)at);

	if (p == MAP_FAILED) {
		EXPECT_EQ(errno, EINVAL);
		p = mine;
	}
	p[0] = 1;
	EXPECT_OK(munmap(p, 4096));
}

int main(void)
{
	static const uint64_t steps[] = {0,         0x1000,    0x2000,    0x3000,
					 0x4000,    0x10000,   0x100000,  0x1000000,
					 0x8000000, 0xe000000, 0xfffe000, 0xffff000};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		uint64_t at = TOP + steps[i];

		if (listed(at) || (listed(at + 0x4000)))
			continue; /* this host's stack or vDSO, or its guard */
		touch(at, READ);
		touch(at, WRITE);
		touch(at + 1, EXECUTE);
		if (at < END)
			calls_refuse(at);
		if (at < END)
			map_there(at);
		move_there(at);
		touch(at, READ);
	}
	for (uint64_t at = TOP; platform_page(at) && at < TOP + 1024; at++)
		touch(at, EXECUTE);
	EXPECT_ERRNO((long)mmap((void *)(TOP - 4096), 1UL << 47, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		     ENOMEM);
	EXPECT_ERRNO(munmap((void *)0x10000, UINT64_MAX - 0x1ffff), EINVAL);
	return 0;
}
