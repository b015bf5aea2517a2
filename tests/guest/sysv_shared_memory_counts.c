/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_nattch counts mappings: a split counts twice, exec, munmap and mmap over it take away;
 * shmat's flags choose place and rights, and a segment that was removed can be attached by id until
 * it goes.
 */
#include "guest.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#define PAGE 4096ul

static int id;

static unsigned long attached(void)
{
	struct shmid_ds ds;

	EXPECT_OK(shmctl(id, IPC_STAT, &ds));
	return ds.shm_nattch;
}

static void mappings_are_counted(char *p)
{
	EXPECT_OK(mprotect(p + PAGE, PAGE, PROT_READ));
	EXPECT_EQ(attached(), 3);
	EXPECT_OK(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(attached(), 3); /* Linux never joins what it counts */
	EXPECT_OK(munmap(p + PAGE, PAGE));
	EXPECT_EQ(attached(), 2);
	EXPECT(mmap(p + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	       p + PAGE);
	EXPECT_OK(shmdt(p)); /* both rests, and not what lies between */
	EXPECT_EQ(attached(), 0);
	EXPECT_EQ(p[PAGE], 0);
	EXPECT_OK(munmap(p + PAGE, PAGE));
	EXPECT_ERRNO(shmdt(p), EINVAL);
}

static void exec_detaches(void)
{
	pid_t pid = guest_fork();
	char arg[16];

	if (pid == 0) {
		EXPECT(shmat(id, NULL, 0) != (void *)-1);
		EXPECT_EQ(attached(), 1);
		snprintf(arg, sizeof(arg), "%d", id);
		execl(guest_self(), guest_self(), arg, NULL);
		DIE("execl");
	}
	EXPECT_EXIT(pid, 7);
}

static void places_and_rights(void)
{
	char *p = shmat(id, NULL, SHM_RDONLY);
	struct shmid_ds ds;
	pid_t pid;

	EXPECT(p != (void *)-1);
	EXPECT_ERRNO(mprotect(p, PAGE, PROT_READ | PROT_WRITE), EACCES);
	pid = guest_fork();
	if (pid == 0) {
		*(volatile char *)p = 1;
		_exit(0);
	}
	EXPECT_KILLED(pid, SIGSEGV);
	EXPECT_ERRNO((long)shmat(id, p, 0), EINVAL);            /* something is there */
	EXPECT_ERRNO((long)shmat(id, p + 1, 0), EINVAL);        /* not aligned */
	EXPECT_ERRNO((long)shmat(id, NULL, SHM_REMAP), EINVAL); /* over what? */
	EXPECT(shmat(id, p + 1, SHM_RND | SHM_REMAP) == p);
	EXPECT_EQ(attached(), 1);
	p[0] = 5;
	EXPECT_OK(shmdt(p));
	EXPECT(shmat(id, p, 0) == p);
	EXPECT_EQ(p[0], 5);

	EXPECT_OK(shmctl(id, IPC_STAT, &ds));
	ds.shm_perm.mode = 0640;
	EXPECT_OK(shmctl(id, IPC_SET, &ds));
	EXPECT_OK(shmctl(id, IPC_STAT, &ds));
	EXPECT_EQ(ds.shm_perm.mode & 0777, 0640);
	EXPECT(ds.shm_atime > 0 && ds.shm_dtime > 0 && ds.shm_ctime > 0);
	EXPECT_EQ(ds.shm_lpid, getpid());
	EXPECT_OK(shmctl(id, IPC_RMID, NULL));
	EXPECT_OK(shmctl(id, IPC_STAT, &ds));
	EXPECT(ds.shm_perm.mode & SHM_DEST);
	char *q = shmat(id, NULL, 0);
	EXPECT(q != (void *)-1);
	EXPECT_EQ(q[0], 5);
	EXPECT_OK(shmdt(p));
	EXPECT_OK(munmap(q, 3 * PAGE)); /* the last goes without shmdt */
	EXPECT_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
}

static void others_may_not(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct shmid_ds ds;

		EXPECT_OK(setuid(12345));
		EXPECT_ERRNO((long)shmat(id, NULL, 0), EACCES);
		EXPECT_ERRNO(shmctl(id, IPC_STAT, &ds), EACCES);
		EXPECT_ERRNO(shmctl(id, IPC_RMID, NULL), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		id = atoi(argv[1]);
		EXPECT_EQ(attached(), 0);
		return 7;
	}
	guest_self();
	id = EXPECT_OK(shmget(IPC_PRIVATE, 3 * PAGE, IPC_CREAT | 0600));
	char *p = shmat(id, NULL, 0);
	EXPECT(p != (void *)-1);
	EXPECT_EQ(attached(), 1);
	mappings_are_counted(p);
	exec_detaches();
	EXPECT_EQ(attached(), 0);
	if (geteuid() == 0)
		others_may_not();
	places_and_rights();
	return 0;
}
