/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SEM_UNDO is a process's debt: kept over exec, shared by threads until the last ends, forgiven by
 * SETVAL, clamped where it cannot be paid; and what a call could not do it has not done.
 */
#include "guest.h"

#include <sys/ipc.h>
#include <sys/sem.h>

static int id;

static int op(unsigned short n, short by, short flags)
{
	struct sembuf b = {n, by, flags};

	return semop(id, &b, 1);
}

static int value(int n)
{
	return EXPECT_OK(semctl(id, n, GETVAL));
}

static void *add_with_undo(void *arg)
{
	(void)arg;
	EXPECT_OK(op(0, 2, SEM_UNDO));
	return NULL;
}

static void threads_share(void)
{
	pid_t pid = guest_fork();
	pthread_t th;

	if (pid == 0) {
		EXPECT_EQ(pthread_create(&th, NULL, add_with_undo, NULL), 0);
		pthread_join(th, NULL);
		EXPECT_EQ(value(0), 2); /* the thread's end pays nothing */
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(value(0), 0);
}

static void exec_keeps(void)
{
	char arg[16];
	pid_t pid;

	snprintf(arg, sizeof(arg), "%d", id);
	pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(op(0, 3, SEM_UNDO));
		execl(guest_self(), guest_self(), arg, NULL);
		DIE("execl");
	}
	EXPECT_EXIT(pid, 7);
	EXPECT_EQ(value(0), 0);
}

static void fork_does_not_share(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(op(0, 4, SEM_UNDO));
		pid_t child = guest_fork();
		if (child == 0)
			_exit(0);
		EXPECT_EXIT(child, 0);
		EXPECT_EQ(value(0), 4);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(value(0), 0);
}

static void forgiven_and_clamped(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		EXPECT_OK(op(0, 5, SEM_UNDO));
		EXPECT_OK(semctl(id, 0, SETVAL, 9));
		EXPECT_OK(op(1, 5, SEM_UNDO));
		EXPECT_OK(op(1, -3, 0)); /* 2 are left, 5 are owed */
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(value(0), 9);
	EXPECT_EQ(value(1), 0);
	EXPECT_EQ(semctl(id, 1, GETPID), pid);
	EXPECT_OK(semctl(id, 0, SETVAL, 0));
}

static void all_or_nothing(void)
{
	struct sembuf ops[3] = {{0, 1, SEM_UNDO}, {1, 1, SEM_UNDO}, {2, -1, IPC_NOWAIT}};
	struct sembuf same[3] = {{0, 2, 0}, {0, -1, 0}, {0, -1, 0}};
	unsigned short values[3] = {9, 9, 9}, too_big[3] = {1, 40000, 1};

	EXPECT_ERRNO(semop(id, ops, 3), EAGAIN);
	EXPECT_OK(semctl(id, 0, GETALL, values));
	EXPECT(values[0] == 0 && values[1] == 0 && values[2] == 0);
	EXPECT_OK(semop(id, same, 3)); /* one after the other */
	EXPECT_EQ(value(0), 0);
	EXPECT_OK(semctl(id, 0, SETVAL, 32767));
	EXPECT_ERRNO(op(0, 1, 0), ERANGE);
	EXPECT_ERRNO(semctl(id, 0, SETALL, too_big), ERANGE);
	values[2] = 1;
	EXPECT_OK(semctl(id, 0, SETALL, values));
	EXPECT_EQ(value(2), 1);
}

/* A signal ends the wait with EINTR even under SA_RESTART. */
static void handler(int sig)
{
	(void)sig;
}

static void interrupted(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
	pid_t pid;

	EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
	pid = guest_fork();
	if (pid == 0) {
		EXPECT_ERRNO(op(0, -1, 0), EINTR);
		_exit(0);
	}
	while (semctl(id, 0, GETNCNT) != 1)
		guest_pause_ms(1);
	EXPECT_OK(kill(pid, SIGUSR1));
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(semctl(id, 0, GETNCNT), 0);
}

int main(int argc, char **argv)
{
	struct semid_ds ds;

	if (argc > 1) {
		id = atoi(argv[1]);
		EXPECT_EQ(value(0), 3);
		return 7;
	}
	guest_self();
	id = EXPECT_OK(semget(IPC_PRIVATE, 3, IPC_CREAT | 0600));
	EXPECT_OK(semctl(id, 0, IPC_STAT, &ds));
	EXPECT_EQ(ds.sem_otime, 0);
	EXPECT_EQ(ds.sem_nsems, 3);
	threads_share();
	exec_keeps();
	fork_does_not_share();
	forgiven_and_clamped();
	all_or_nothing();
	EXPECT_OK(semctl(id, 0, SETVAL, 0));
	interrupted();
	EXPECT_OK(semctl(id, 0, IPC_STAT, &ds));
	EXPECT(ds.sem_otime > 0);
	EXPECT_OK(semctl(id, 0, IPC_RMID));
	return 0;
}
