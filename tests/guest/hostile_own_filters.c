/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process's own seccomp filters are for its own calls: whatever they answer, to all calls, to
 * numbers that no call has, by where the instruction stands, they change nothing about how faults,
 * signals, threads and its end are dealt with, nor anything for others.
 */
#include "region.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#define TOP_HALF 0x7fffU /* of addresses where a platform may have code */

static const uint32_t verdicts[] = {
	SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ERRNO, SECCOMP_RET_TRAP,         SECCOMP_RET_TRACE,
	SECCOMP_RET_KILL_THREAD,   SECCOMP_RET_LOG,   SECCOMP_RET_KILL_PROCESS,
};

static void install(const struct sock_filter *insns, unsigned short n)
{
	struct sock_fprog prog = {n, (struct sock_filter *)(uintptr_t)insns};

	EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	EXPECT_OK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
}

/* This verdict for numbers in [lo, hi), but never for what ends the process. */
static void filter_numbers(uint32_t lo, uint32_t hi, uint32_t verdict)
{
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, lo, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, hi, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	install(insns, ARRAY_SIZE(insns));
}

/* This verdict for calls of all numbers from the platform's part of the address space. */
static void filter_place(uint32_t verdict)
{
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TOP_HALF, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0xf0000000U, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	install(insns, ARRAY_SIZE(insns));
}

static void *add_one(void *arg)
{
	return (char *)arg + 1;
}

/* Calls, a fault that is handled, threads, a child, memory. */
static int work(void)
{
	struct sigaction sa = {.sa_handler = region_fault};
	pthread_t t;
	void *ret;

	EXPECT_OK(sigaction(SIGSEGV, &sa, NULL));
	if (!sigsetjmp(region_jump, 1))
		*(volatile char *)BAD_PTR = 1;
	EXPECT_EQ(pthread_create(&t, NULL, add_one, (void *)5), 0);
	EXPECT_EQ(pthread_join(t, &ret), 0);
	EXPECT_EQ((uintptr_t)ret, 6);
	pid_t pid = EXPECT_OK(fork());
	if (pid == 0)
		_exit(33);
	EXPECT_EXIT(pid, 33);
	char *p = EXPECT_OK(
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	EXPECT_OK(mprotect(p, 4096, PROT_READ));
	EXPECT_OK(munmap(p, 8192));
	return 44;
}

/* Filters for what no guest calls: work goes on as if they were not there. */
static void without_effect(struct witness *w, uint32_t verdict)
{
	pid_t pid = attacker_fork();

	if (pid == 0) {
		filter_numbers(0x10000, UINT32_MAX, verdict);
		filter_place(verdict);
		_exit(work());
	}
	EXPECT_EXIT(pid, 44);
	witness_expect(w);
}

/* A filter for everything: faults are still told, computing goes on, and so does the end. */
static void for_everything(struct witness *w, uint32_t verdict)
{
	bool deadly = verdict == SECCOMP_RET_KILL_PROCESS || verdict == SECCOMP_RET_KILL_THREAD ||
		      verdict == SECCOMP_RET_TRAP;
	pid_t pid = attacker_fork();
	int status;

	if (pid == 0) {
		filter_numbers(0, UINT32_MAX, verdict);
		for (volatile int i = 0; i < 100000; i++)
			;
		syscall(SYS_getppid);
		syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		syscall(SYS_exit_group, 45);
	}
	status = guest_wait(pid);
	if (deadly)
		EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	else
		EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 45);
	witness_expect(w);
}

int main(void)
{
	struct witness w;

	witness_start(&w);
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		without_effect(&w, verdicts[i]);
		for_everything(&w, verdicts[i]);
	}
	witness_end(&w);
	return 0;
}
