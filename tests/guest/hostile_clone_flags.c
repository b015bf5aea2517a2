/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone and clone3 with any flags make a child that can be reaped, or answer an errno; stacks, tids
 * and TLS may point anywhere.
 */
#include "guest.h"

#include <linux/sched.h>
#include <sys/prctl.h>

static uint64_t state;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545F4914F6CDD1DULL;
}

static uint64_t odd_flags(void)
{
	static const uint64_t common[] = {CLONE_VM,
					  CLONE_VM | CLONE_VFORK,
					  CLONE_VM | CLONE_SIGHAND,
					  CLONE_VM | CLONE_SIGHAND | CLONE_THREAD,
					  CLONE_THREAD,
					  CLONE_SIGHAND,
					  CLONE_PARENT,
					  CLONE_FS | CLONE_FILES,
					  CLONE_PIDFD,
					  CLONE_PTRACE,
					  CLONE_SETTLS,
					  CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
					  CLONE_CHILD_CLEARTID,
					  CLONE_IO,
					  CLONE_SYSVSEM,
					  0};
	uint64_t flags = common[rnd() % ARRAY_SIZE(common)] | common[rnd() % ARRAY_SIZE(common)];

	if (rnd() % 2)
		flags |= 1UL << rnd() % 32;
	/* No namespaces: those are another matter. */
	flags &= ~(uint64_t)(CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
			     CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP);
	return flags | (rnd() % 3 ? SIGCHLD : rnd() % 256);
}

static uint64_t odd_pointer(char *good)
{
	static const uint64_t wild[] = {
		0,         1, 4096, 0x7fffeffff000, 0x7ffff0000000, 0x7ffffffff000, 0x800000000000,
		UINT64_MAX};

	return rnd() % 3 ? (uint64_t)(uintptr_t)good : wild[rnd() % ARRAY_SIZE(wild)];
}

static void try_one(void)
{
	char *area = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t me = (pid_t)syscall(SYS_gettid);

	for (int i = 0; i < 10; i++) {
		struct clone_args args = {.flags = odd_flags() & ~255UL,
					  .pidfd = odd_pointer(area),
					  .child_tid = odd_pointer(area),
					  .parent_tid = odd_pointer(area),
					  .exit_signal = rnd() % 70,
					  .tls = odd_pointer(area),
					  .stack = odd_pointer(area),
					  .stack_size = rnd() % 2 ? 32768 : rnd()};
		long r;

		if (rnd() % 2)
			r = syscall(SYS_clone3, &args, sizeof(args) - (rnd() % 4 ? 24 : 0));
		else
			r = syscall(SYS_clone, odd_flags(), odd_pointer(area + 32768),
				    odd_pointer(area), odd_pointer(area), odd_pointer(area));
		if (r == 0 || syscall(SYS_gettid) != me)
			syscall(SYS_exit_group, 0);
	}
	syscall(SYS_exit_group, 0);
}

int main(void)
{
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	EXPECT_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	for (uint64_t seed = 1; seed <= 200; seed++) {
		while (sigtimedwait(&chld, NULL, &(struct timespec){0, 0}) > 0)
			;
		pid_t pid = guest_fork();
		if (pid == 0) {
			struct rlimit few = {64, 64}, none = {0, 0}, cpu = {1, 1};

			setpgid(0, 0);
			setrlimit(RLIMIT_NPROC, &few);
			setrlimit(RLIMIT_CORE, &none);
			setrlimit(RLIMIT_CPU, &cpu);
			state = seed * 0x9E3779B97F4A7C15ULL;
			try_one();
		}
		setpgid(pid, pid);
		int status;
		/* It may have stopped itself, or sleep on what its vfork child broke. */
		sigtimedwait(&chld, NULL, &(struct timespec){0, 50000000});
		kill(-pid, SIGKILL);
		while (waitpid(-1, &status, __WALL) > 0 || errno == EINTR)
			;
	}
	pid_t pid = guest_fork();
	if (pid == 0)
		_exit(42);
	EXPECT_EXIT(pid, 42);
	return 0;
}
