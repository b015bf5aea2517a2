/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At a thread's end the kernel zeroes the word given to set_tid_address or CLONE_CHILD_CLEARTID
 * and wakes a waiter.
 */
#include "guest.h"

#include <linux/futex.h>
#include <sched.h>

static char stack[65536] __attribute__((aligned(16)));
static int word = -1;

static int thread(void *arg)
{
	(void)arg;
	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) != 0x7fff)
		sched_yield();
	syscall(SYS_exit, 0);
	return 0;
}

int main(void)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		    CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	int ptid = 0;

	EXPECT_EQ(syscall(SYS_set_tid_address, NULL), gettid());
	int tid = EXPECT_OK(clone(thread, stack + sizeof(stack), flags, NULL, &ptid, NULL, &word));
	EXPECT_EQ(ptid, tid);
	__atomic_store_n(&word, 0x7fff, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) != 0)
		syscall(SYS_futex, &word, FUTEX_WAIT, 0x7fff, NULL);
	EXPECT_EQ(word, 0);

	/* A child process with its own word in shared memory: the same, but only with CLEARTID. */
	int *shared = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	shared[0] = 1;
	pid_t pid =
		(pid_t)EXPECT_OK(syscall(SYS_clone, CLONE_CHILD_SETTID | SIGCHLD, 0, 0, shared, 0));
	if (pid == 0)
		_exit(shared[0] == getpid() ? 0 : 1);
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(shared[0], pid);
	return 0;
}
