/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No call maps, unmaps, moves, protects, advises, reads or writes what a platform keeps in the
 * process's address space, or says that something is there; whoever tried goes on as before.
 */
#include "region.h"

#include <linux/futex.h>
#include <sched.h>

static void memory_calls(uint64_t at, uint64_t len)
{
	void *p = (void *)at;
	unsigned char vec[64];
	char *own = EXPECT_OK(
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	munmap(p, len); /* succeeds for what is not there, or EINVAL */
	mprotect(p, len, PROT_NONE);
	EXPECT_EQ(mprotect(p, len, PROT_READ | PROT_WRITE | PROT_EXEC), -1);
	EXPECT(mremap(p, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED);
	EXPECT(mremap(own, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, p) == MAP_FAILED);
	EXPECT(mmap(p, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	       MAP_FAILED);
	EXPECT(mmap(p, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
	       MAP_FAILED);
	for (int advice = 0; advice < 30; advice++)
		madvise(p, len, advice);
	EXPECT_EQ(mincore(p, 4096, vec), -1);
	EXPECT_EQ(mlock(p, len), -1);
	EXPECT_EQ(msync(p, 4096, MS_SYNC), -1);
	EXPECT_EQ(syscall(SYS_remap_file_pages, at, 4096, 0, 0, 0), -1);
	EXPECT_EQ(syscall(SYS_pkey_mprotect, at, 4096, PROT_NONE, -1), -1);
	EXPECT_EQ(syscall(SYS_brk, at), syscall(SYS_brk, 0));
	EXPECT_OK(munmap(own, 8192));
}

static void data_calls(uint64_t at)
{
	struct iovec here = {&(uint64_t){0}, 8}, there = {(void *)at, 8};
	uint64_t word = 0;
	int fd[2];

	EXPECT_OK(pipe2(fd, O_CLOEXEC));
	EXPECT_ERRNO(write(fd[1], (void *)at, 8), EFAULT);
	EXPECT_EQ(write(fd[1], &word, 8), 8);
	EXPECT_ERRNO(read(fd[0], (void *)at, 8), EFAULT);
	EXPECT_ERRNO(process_vm_readv(getpid(), &here, 1, &there, 1, 0), EFAULT);
	EXPECT_ERRNO(process_vm_writev(getpid(), &here, 1, &there, 1, 0), EFAULT);
	EXPECT_ERRNO(open((char *)at, O_RDONLY), EFAULT);
	EXPECT_ERRNO(syscall(SYS_futex, at, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT);
	EXPECT_ERRNO(syscall(SYS_futex, at, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0), EFAULT);
	EXPECT_ERRNO(syscall(SYS_futex, at, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EFAULT);
	EXPECT_ERRNO(syscall(SYS_getrandom, at, 8, 0), EFAULT);
	EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, at, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, at, NULL, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, at), EFAULT);
	close(fd[0]);
	close(fd[1]);
	fd[0] = EXPECT_OK(open("/proc/self/mem", O_RDWR | O_CLOEXEC));
	EXPECT_EQ(pread(fd[0], &word, 8, (off_t)at), -1);
	EXPECT_EQ(pwrite(fd[0], &word, 8, (off_t)at), -1);
	close(fd[0]);
}

static void still_as_before(const struct region *before)
{
	struct region now;

	region_find(&now);
	EXPECT_EQ(now.n, before->n);
	for (size_t i = 0; i < now.n; i++) {
		EXPECT_EQ(now.ranges[i].lo, before->ranges[i].lo);
		EXPECT_EQ(now.ranges[i].hi, before->ranges[i].hi);
		EXPECT_EQ(now.ranges[i].can_write, before->ranges[i].can_write);
	}
	pid_t pid = guest_fork();
	if (pid == 0)
		_exit(21);
	EXPECT_EXIT(pid, 21);
}

int main(void)
{
	struct region r;
	struct witness w;

	witness_start(&w);
	region_find(&r);
	for (size_t i = 0; i < r.n; i++) {
		for (uint64_t at = r.ranges[i].lo; at < r.ranges[i].hi; at += 4096) {
			if (at > r.ranges[i].lo + 40 * 4096 && at + 4096 < r.ranges[i].hi)
				continue;
			memory_calls(at, 4096);
			memory_calls(at, r.ranges[i].hi - at);
			data_calls(at);
		}
		still_as_before(&r);
	}
	still_as_before(&r);
	witness_end(&w);
	return 0;
}
