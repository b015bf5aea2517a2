/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that make processes. Every child says by its exit status that all was as it should be. */
#include "stress.h"

#include <spawn.h>

#define CHILD_MEMORY (8 * PAGE)

extern char **environ;

/* Like guest_wait, for threads that are hit by signals. */
static void expect_exit(pid_t pid, int code)
{
	int status = guest_wait(pid);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
		FAIL("expected a child of job %s to exit with %d, got wait status %#x",
		     own_job->name, code, status);
}

static int child_code(uint64_t n)
{
	return (int)(n * 7 % 120) + 1;
}

static uint64_t sum(const uint64_t *p)
{
	uint64_t s = 0;

	for (size_t i = 0; i < CHILD_MEMORY / 8; i++)
		s = s * 31 + p[i];
	return s;
}

/* A chain of children: each sees the memory as it was when it was made, changes it, and forks. */
static int fork_chain(uint64_t *p, int depth)
{
	uint64_t before = sum(p);

	if (depth == 0)
		return 0;
	pid_t pid = fork();
	if (pid < 0)
		return 2;
	if (pid == 0) {
		if (sum(p) != before)
			_exit(3);
		p[depth] = ~p[depth];
		_exit(fork_chain(p, depth - 1));
	}
	p[depth + 100]++;
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	p[depth + 100]--;
	if (!WIFEXITED(status) || sum(p) != before)
		return 4;
	return WEXITSTATUS(status);
}

void job_fork(struct job *j)
{
	if (!j->memory) {
		uint64_t *p = EXPECT_OK(mmap(NULL, CHILD_MEMORY, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

		for (size_t i = 0; i < CHILD_MEMORY / 8; i++)
			p[i] = job_random(j);
		j->memory = p;
	}
	int r = fork_chain(j->memory, 1 + (int)(job_random(j) % 3));
	if (r != 0)
		FAIL("a chain of forks ended with %d", r);
}

static void fill_args(char number[24], uint64_t n, char *argv[4])
{
	snprintf(number, 24, "%llu", (unsigned long long)n);
	argv[0] = (char *)(uintptr_t)guest_self();
	argv[1] = (char *)(uintptr_t) "child";
	argv[2] = number;
	argv[3] = NULL;
}

void job_spawn(struct job *j)
{
	uint64_t n = job_random(j) % 1000;
	char number[24], *argv[4];
	pid_t pid;

	fill_args(number, n, argv);
	EXPECT_EQ(posix_spawn(&pid, argv[0], NULL, NULL, argv, environ), 0);
	expect_exit(pid, child_code(n));
}

void job_vfork(struct job *j)
{
	const volatile uint64_t n = job_random(j) % 1000; /* vfork returns twice */
	char number[24], *argv[4];
	sigset_t all, old;

	fill_args(number, n, argv);
	sigfillset(&all);
	EXPECT_EQ(pthread_sigmask(SIG_BLOCK, &all, &old), 0); /* handlers are ours, not its */
	pid_t pid = vfork();
	if (pid == 0) {
		execve(argv[0], argv, environ);
		_exit(127);
	}
	EXPECT_EQ(pthread_sigmask(SIG_SETMASK, &old, NULL), 0);
	EXPECT(pid > 0);
	expect_exit(pid, child_code(n));
}

static void *exec_here(void *arg)
{
	char **argv = arg;

	execve(argv[0], argv, environ);
	_exit(127);
}

static void *spin_on(void *arg)
{
	for (;;)
		sched_yield();
	return arg;
}

/* In a child, a thread that is not the first executes while others run. */
void job_exec_from_thread(struct job *j)
{
	uint64_t n = job_random(j) % 1000;
	char number[24], *argv[4];

	fill_args(number, n, argv);
	char *again[] = {argv[0], argv[1], argv[2], (char *)(uintptr_t) "again", NULL};
	pid_t pid;
	EXPECT_EQ(posix_spawn(&pid, argv[0], NULL, NULL, again, environ), 0);
	expect_exit(pid, child_code(n));
}

_Noreturn void be_child(int argc, char **argv)
{
	char number[24], *args[4];
	pthread_t t;
	sigset_t none;
	uint64_t n;

	if (argc < 3)
		_exit(126);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	n = strtoul(argv[2], NULL, 10);
	if (argc == 3)
		_exit(child_code(n));
	fill_args(number, n, args);
	for (int i = 0; i < 2; i++) {
		if (pthread_create(&t, NULL, spin_on, NULL) != 0)
			_exit(125);
	}
	if (pthread_create(&t, NULL, exec_here, args) != 0)
		_exit(125);
	spin_on(NULL);
	_exit(124);
}
