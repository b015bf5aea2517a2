/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals that rain on a process while it clones, executes and exits neither stop nor break it:
 * every child ends with the status that it chose, or of the signal where a signal was deadly at
 * that moment.
 */
#include "guest.h"

#include <stdatomic.h>

#define ROUNDS         25
#define SIGRTMIN_FIXED 40

static atomic_int *target;

static void ignore(int sig)
{
	(void)sig;
}

static void rain(void)
{
	static const int drops[] = {SIGUSR1, SIGUSR2, SIGCHLD,       SIGWINCH,
				    SIGCONT, SIGURG,  SIGRTMIN_FIXED};

	for (unsigned int i = 0;; i++) {
		pid_t pid = *target;

		if (pid < 0)
			_exit(0);
		if (pid > 0)
			kill(pid, drops[i % ARRAY_SIZE(drops)]);
		if (i % 4 == 0) /* fork starts anew at each signal: leave it a chance */
			nanosleep(&(struct timespec){0, 1000000}, NULL);
	}
}

static void *nothing(void *arg)
{
	return arg;
}

/* Threads, children and an exec under rain. The mask of caught signals is put back before exec,
 * where they would kill. */
static void suffer(const char *self)
{
	char *argv[] = {(char *)(uintptr_t)self, (char *)(uintptr_t) "again", NULL};
	sigset_t all;
	pthread_t t;

	for (int i = 0; i < 4; i++) {
		if (pthread_create(&t, NULL, nothing, NULL) == 0)
			pthread_join(t, NULL);
		pid_t pid = fork();
		if (pid == 0)
			_exit(7);
		int status = 0;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (pid > 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 7))
			_exit(8);
	}
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	execv(self, argv);
	_exit(9);
}

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = ignore};
	const char *self = guest_self();

	(void)argv;
	if (argc > 1)
		_exit(11);
	target = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	sigaction(SIGRTMIN_FIXED, &sa, NULL);
	pid_t clouds[2];
	for (int i = 0; i < 2; i++) {
		clouds[i] = guest_fork();
		if (clouds[i] == 0)
			rain();
	}
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = guest_fork();
		if (pid == 0)
			suffer(self);
		*target = pid;
		int status = guest_wait(pid);
		*target = 0;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 11)
			FAIL("expected the child to exit with 11, got wait status %#x", status);
	}
	*target = -1;
	EXPECT_EXIT(clouds[0], 0);
	EXPECT_EXIT(clouds[1], 0);
	return 0;
}
