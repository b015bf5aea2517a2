/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many threads that execute a program at the same moment: one wins, the others vanish, the process
 * goes on under its own pid with one thread. Threads that are being cloned meanwhile, and
 * exit_group against exec, change nothing.
 */
#include "guest.h"

#include <dirent.h>
#include <stdatomic.h>

#define THREADS 20
#define ROUNDS  30

static const char *self;
static pthread_barrier_t line;
static bool with_exit;

static void *run(void *arg)
{
	char pid[16];
	char *args[] = {(char *)(uintptr_t)self, pid, NULL};

	snprintf(pid, sizeof(pid), "%d", getpid());
	pthread_barrier_wait(&line);
	if (with_exit && arg)
		_exit(31);
	execv(self, args);
	_exit(9);
}

/* Threads that make threads, three hundred at most (root has no RLIMIT_NPROC). */
static void *breed(void *arg)
{
	static atomic_int bred;
	pthread_t t;

	while (atomic_fetch_add(&bred, 1) < 300)
		if (pthread_create(&t, NULL, breed, NULL) == 0)
			pthread_detach(t);
	pause();
	return arg;
}

static void race(bool breeding)
{
	pthread_t t;

	pthread_barrier_init(&line, NULL, THREADS + 1);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&t, NULL, run, (void *)(i == 7 ? 1UL : 0)))
			_exit(8);
	if (breeding && pthread_create(&t, NULL, breed, NULL))
		_exit(7);
	run(NULL);
}

/* The winner: same pid, alone. */
static void after(const char *pid)
{
	int n = 0;
	DIR *d = opendir("/proc/self/task");

	if (!d || strtol(pid, NULL, 10) != getpid() || syscall(SYS_gettid) != getpid())
		_exit(6);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		n += e->d_name[0] != '.';
	_exit(n == 1 ? 30 : 5);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		after(argv[1]);
	self = guest_self();
	for (int i = 0; i < ROUNDS; i++) {
		with_exit = i % 3 == 2;
		pid_t pid = guest_fork();
		if (pid == 0)
			race(i % 10 == 9);
		int status = guest_wait(pid);
		if (!WIFEXITED(status) ||
		    (WEXITSTATUS(status) != 30 && !(with_exit && WEXITSTATUS(status) == 31)))
			FAIL("round %d: expected exit status 30, got wait status %#x", i, status);
	}
	return 0;
}
