/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System V semaphores take several steps at once or none, wait, undo at exit, and vanish under
 * waiters with EIDRM.
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

int main(void)
{
	id = EXPECT_OK(semget(IPC_PRIVATE, 3, IPC_CREAT | 0600));
	EXPECT_OK(semctl(id, 0, SETVAL, 2));
	EXPECT_EQ(semctl(id, 0, GETVAL), 2);
	EXPECT_OK(op(0, -1, 0));
	EXPECT_ERRNO(op(0, -2, IPC_NOWAIT), EAGAIN);
	EXPECT_ERRNO(op(0, 0, IPC_NOWAIT), EAGAIN); /* not zero */

	struct sembuf both[2] = {{0, -1, 0}, {1, -1, IPC_NOWAIT}};
	EXPECT_ERRNO(semop(id, both, 2), EAGAIN); /* all or nothing */
	EXPECT_EQ(semctl(id, 0, GETVAL), 1);
	EXPECT_EQ(semctl(id, 0, GETPID), getpid());

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(op(0, -1, SEM_UNDO));
		EXPECT_OK(op(1, 1, 0));
		_exit(0); /* gives semaphore 0 back */
	}
	EXPECT_OK(op(1, -1, 0)); /* waits for the child */
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(semctl(id, 0, GETVAL), 1);

	pid = guest_fork();
	if (pid == 0) {
		EXPECT_ERRNO(op(2, -1, 0), EIDRM);
		_exit(0);
	}
	while (semctl(id, 2, GETNCNT) != 1)
		guest_pause_ms(1);
	struct timespec ts = {0, 10000000};
	struct sembuf b = {2, -1, 0};
	EXPECT_ERRNO(semtimedop(id, &b, 1, &ts), EAGAIN);
	EXPECT_OK(semctl(id, 0, IPC_RMID));
	EXPECT_EXIT(pid, 0);
	EXPECT_ERRNO(op(0, 1, 0), EINVAL);
	EXPECT_ERRNO(semget(IPC_PRIVATE, 0, IPC_CREAT | 0600), EINVAL);
	EXPECT_ERRNO(semget(IPC_PRIVATE, 1 << 24, IPC_CREAT | 0600), EINVAL);

	id = EXPECT_OK(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
	EXPECT_ERRNO(op(5, 1, 0), EFBIG);
	EXPECT_ERRNO(semctl(id, 5, GETVAL), EINVAL);
	EXPECT_ERRNO(semctl(id, 0, SETVAL, 40000), ERANGE);
	EXPECT_ERRNO(semop(id, BAD_PTR, 1), EFAULT);
	EXPECT_ERRNO(semop(id, &b, 0), EINVAL);
	EXPECT_OK(semctl(id, 0, IPC_RMID));
	return 0;
}
