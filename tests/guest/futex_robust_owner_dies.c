/* SPDX-License-Identifier: Apache-2.0 */
/* A robust mutex whose owner died, thread or process, goes to the next one with EOWNERDEAD. */
#include "guest.h"

static pthread_mutex_t *mutex;

static void *lock_and_die(void *arg)
{
	(void)arg;
	EXPECT_EQ(pthread_mutex_lock(mutex), 0);
	return NULL;
}

int main(void)
{
	pthread_mutexattr_t attr;
	pthread_t t;

	mutex = EXPECT_OK(
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	EXPECT_EQ(pthread_mutexattr_init(&attr), 0);
	EXPECT_EQ(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST), 0);
	EXPECT_EQ(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED), 0);
	EXPECT_EQ(pthread_mutex_init(mutex, &attr), 0);

	EXPECT_EQ(pthread_create(&t, NULL, lock_and_die, NULL), 0);
	EXPECT_EQ(pthread_join(t, NULL), 0);
	EXPECT_EQ(pthread_mutex_lock(mutex), EOWNERDEAD);
	EXPECT_EQ(pthread_mutex_consistent(mutex), 0);
	EXPECT_EQ(pthread_mutex_unlock(mutex), 0);

	int p[2];
	char c;
	EXPECT_OK(pipe(p));
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_EQ(pthread_mutex_lock(mutex), 0);
		EXPECT_EQ(write(p[1], "l", 1), 1);
		for (;;)
			pause();
	}
	EXPECT_EQ(read(p[0], &c, 1), 1);
	EXPECT_EQ(pthread_mutex_trylock(mutex), EBUSY);
	pid_t killer = guest_fork();
	if (killer == 0) {
		guest_pause_ms(20);
		EXPECT_OK(kill(pid, SIGKILL));
		_exit(0);
	}
	EXPECT_EQ(pthread_mutex_lock(mutex), EOWNERDEAD); /* woken by the death */
	EXPECT_KILLED(pid, SIGKILL);
	EXPECT_EXIT(killer, 0);
	EXPECT_EQ(pthread_mutex_consistent(mutex), 0);
	EXPECT_EQ(pthread_mutex_unlock(mutex), 0);

	EXPECT_ERRNO(syscall(SYS_set_robust_list, mutex, 7), EINVAL);
	void *head;
	size_t len;
	EXPECT_OK(syscall(SYS_get_robust_list, 0, &head, &len));
	EXPECT_EQ(len, 24);
	return 0;
}
