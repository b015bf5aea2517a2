/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pause, poll, select, nanosleep, epoll_wait and sigsuspend end with EINTR even if the handler has
 * SA_RESTART.
 */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/select.h>

static volatile int calls;

static void handler(int sig)
{
	(void)sig;
	calls++;
}

static int call(int which)
{
	struct timespec ts = {20, 0};
	struct timeval tv = {20, 0};
	struct epoll_event ev;
	sigset_t none;

	sigemptyset(&none);
	switch (which) {
	case 0:
		return pause();
	case 1:
		return poll(NULL, 0, 20000);
	case 2:
		return select(0, NULL, NULL, NULL, &tv);
	case 3:
		return nanosleep(&ts, NULL);
	case 4:
		return epoll_wait(EXPECT_OK(epoll_create1(0)), &ev, 1, 20000);
	case 5:
		return sigsuspend(&none);
	default:
		return ppoll(NULL, 0, &ts, &none);
	}
}

int main(void)
{
	for (int i = 0; i < 7; i++) {
		int done[2];
		char c;

		EXPECT_OK(pipe(done));
		pid_t pid = guest_fork();
		if (pid == 0) {
			struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};

			EXPECT_OK(sigaction(SIGUSR1, &sa, NULL));
			EXPECT_EQ(write(done[1], "r", 1), 1);
			EXPECT_ERRNO(call(i), EINTR);
			EXPECT(calls > 0);
			_exit(0);
		}
		EXPECT_EQ(read(done[0], &c, 1), 1);
		siginfo_t si;
		do {
			EXPECT_OK(kill(pid, SIGUSR1));
			guest_pause_ms(5);
			memset(&si, 0, sizeof(si));
			EXPECT_OK(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT));
		} while (si.si_pid == 0);
		EXPECT_EXIT(pid, 0);
		EXPECT_OK(close(done[0]));
		EXPECT_OK(close(done[1]));
	}
	return 0;
}
