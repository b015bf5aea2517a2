/* SPDX-License-Identifier: Apache-2.0 */
/* exit of one thread ends all others wherever they block: read, futex, sleep, poll, wait, pause. */
#include "guest.h"

#include <linux/futex.h>

static int word;
static int p[2];
static int ready;

static void *block(void *arg)
{
	struct timespec ts = {1000, 0};
	struct pollfd pfd = {.fd = p[0], .events = POLLIN};
	char c;

	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	switch ((uintptr_t)arg) {
	case 0:
		EXPECT_EQ(read(p[0], &c, 1), 1);
		break;
	case 1:
		syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL);
		break;
	case 2:
		nanosleep(&ts, NULL);
		break;
	case 3:
		poll(&pfd, 1, -1);
		break;
	case 4:
		pause();
		break;
	case 5:
		for (;;)
			;
	default:
		waitpid(-1, NULL, 0);
		pause();
	}
	return NULL;
}

int main(void)
{
	EXPECT_OK(pipe(p));
	for (int how = 0; how < 2; how++) {
		pid_t pid = guest_fork();
		if (pid == 0) {
			pthread_t t;

			for (uintptr_t i = 0; i < 7; i++)
				EXPECT_EQ(pthread_create(&t, NULL, block, (void *)i), 0);
			while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < 7)
				sched_yield();
			guest_pause_ms(20);
			if (how == 0)
				_exit(19);
			for (;;)
				pause();
		}
		if (how == 1) {
			guest_pause_ms(100);
			EXPECT_OK(kill(pid, SIGKILL));
			EXPECT_KILLED(pid, SIGKILL);
		} else {
			EXPECT_EXIT(pid, 19);
		}
	}
	return 0;
}
