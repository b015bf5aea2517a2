/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At RLIMIT_NPROC fork and thread creation answer EAGAIN, and work again when one has gone; root
 * is exempt.
 */
#include "guest.h"

static void *thread(void *arg)
{
	(void)arg;
	return NULL;
}

int main(void)
{
	pid_t pid = guest_fork();

	if (pid == 0) {
		struct rlimit lim = {5, 5};
		pid_t kids[10];
		pthread_t t;
		int n = 0, p[2];

		EXPECT_OK(pipe(p));
		EXPECT_OK(setrlimit(RLIMIT_NPROC, &lim));
		uid_t uid = 100000 + (uid_t)getpid(); /* a user with no other process */
		EXPECT_OK(setresuid(uid, uid, uid));
		while (n < 10 && (kids[n] = fork()) >= 0) {
			if (kids[n] == 0) {
				char c;
				close(p[1]);
				_exit((int)read(p[0], &c, 1));
			}
			n++;
		}
		EXPECT_EQ(n, 4);
		EXPECT_EQ(errno, EAGAIN);
		EXPECT_EQ(pthread_create(&t, NULL, thread, NULL), EAGAIN);
		EXPECT_OK(kill(kids[0], SIGKILL));
		EXPECT_KILLED(kids[0], SIGKILL);
		EXPECT_EQ(pthread_create(&t, NULL, thread, NULL), 0);
		EXPECT_EQ(pthread_join(t, NULL), 0);
		EXPECT_OK(close(p[1]));
		for (int i = 1; i < 4; i++)
			EXPECT_EXIT(kids[i], 0);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	return 0;
}
