/* SPDX-License-Identifier: Apache-2.0 */
/* Semaphores count between threads and processes, named and nameless, and time out. */
#include "guest.h"

#include <semaphore.h>

static sem_t sem;
static long counter;

static void *add(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5000; i++) {
		EXPECT_OK(sem_wait(&sem));
		counter++;
		EXPECT_OK(sem_post(&sem));
	}
	return NULL;
}

int main(void)
{
	struct timespec past = {1, 0};
	char name[64];
	pthread_t t[3];

	EXPECT_OK(sem_init(&sem, 0, 1));
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(pthread_create(&t[i], NULL, add, NULL), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(pthread_join(t[i], NULL), 0);
	EXPECT_EQ(counter, 15000);
	EXPECT_OK(sem_wait(&sem));
	EXPECT_ERRNO(sem_trywait(&sem), EAGAIN);
	EXPECT_ERRNO(sem_timedwait(&sem, &past), ETIMEDOUT);

	sem_t *shared = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	EXPECT_OK(sem_init(shared, 1, 0));
	pid_t pid = guest_fork();
	if (pid == 0) {
		guest_pause_ms(10);
		EXPECT_OK(sem_post(shared));
		_exit(0);
	}
	EXPECT_OK(sem_wait(shared));
	EXPECT_EXIT(pid, 0);

	if (access("/dev/shm", W_OK) == -1)
		SKIP("no /dev/shm for named semaphores");
	snprintf(name, sizeof(name), "/caisson-guest-%d", getpid());
	sem_t *named = sem_open(name, O_CREAT | O_EXCL, 0600, 2);
	EXPECT(named != SEM_FAILED);
	EXPECT(sem_open(name, O_CREAT | O_EXCL, 0600, 2) == SEM_FAILED);
	EXPECT_EQ(errno, EEXIST);
	pid = guest_fork();
	if (pid == 0) {
		sem_t *own = sem_open(name, 0);
		EXPECT(own != SEM_FAILED);
		EXPECT_OK(sem_wait(own));
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	int v;
	EXPECT_OK(sem_getvalue(named, &v));
	EXPECT_EQ(v, 1);
	EXPECT_OK(sem_unlink(name));
	EXPECT_ERRNO(sem_unlink(name), ENOENT);
	return 0;
}
