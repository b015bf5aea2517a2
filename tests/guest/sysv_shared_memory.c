/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System V shared memory is made by key, attached by several processes, counted, and goes when the
 * last detaches.
 */
#include "guest.h"

#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
	struct shmid_ds ds;
	key_t key = 0x43414953 ^ getpid();

	int id = EXPECT_OK(shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0600));
	EXPECT_ERRNO(shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	EXPECT_EQ(shmget(key, 10000, 0), id);
	EXPECT_ERRNO(shmget(key, 20000, 0), EINVAL); /* larger than it is */
	char *p = shmat(id, NULL, 0);
	EXPECT(p != (void *)-1);
	EXPECT_EQ(p[0], 0);
	char *q = shmat(id, NULL, SHM_RDONLY);
	EXPECT(q != (void *)-1 && q != p);
	p[9999] = 7;
	EXPECT_EQ(q[9999], 7);
	EXPECT_OK(shmctl(id, IPC_STAT, &ds));
	EXPECT_EQ(ds.shm_segsz, 10000);
	EXPECT_EQ(ds.shm_nattch, 2);
	EXPECT_EQ(ds.shm_cpid, getpid());
	EXPECT_EQ(ds.shm_perm.mode & 0777, 0600);

	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(shmctl(id, IPC_STAT, &ds));
		EXPECT_EQ(ds.shm_nattch, 4); /* inherited */
		p[1] = 8;
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_EQ(p[1], 8);
	EXPECT_OK(shmdt(q));
	EXPECT_ERRNO(shmdt(q), EINVAL);
	EXPECT_OK(shmctl(id, IPC_RMID, NULL));
	EXPECT_EQ(p[1], 8); /* lives until detached */
	EXPECT_OK(shmctl(id, IPC_STAT, &ds));
	EXPECT_EQ(ds.shm_nattch, 1);
	EXPECT_OK(shmdt(p));
	EXPECT_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
	EXPECT_ERRNO(shmget(key, 100, 0), ENOENT);
	EXPECT_ERRNO(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600), EINVAL);
	EXPECT_ERRNO(shmat(-1, NULL, 0), EINVAL);
	return 0;
}
