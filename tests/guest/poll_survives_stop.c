/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that is stopped and continued while it sleeps in poll, select or ppoll sleeps on to its
 * first deadline; epoll_wait and a handler end the sleep with EINTR.
 */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>

enum { POLL, PPOLL, SELECT, EPOLL, KINDS };

static void handler(int sig)
{
	(void)sig;
}

static int sleep_in(int kind, int fd, int ms)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	struct epoll_event ev = {.events = EPOLLIN};
	fd_set set;

	switch (kind) {
	case POLL:
		return poll(&pfd, 1, ms);
	case PPOLL:
		return ppoll(&pfd, 1, &ts, NULL);
	case SELECT:
		FD_ZERO(&set);
		FD_SET(fd, &set);
		return select(fd + 1, &set, NULL, NULL, &tv);
	default: {
		int ep = EXPECT_OK(epoll_create1(0));
		EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
		return epoll_wait(ep, &ev, 1, ms);
	}
	}
}

int main(void)
{
	int p[2], status;

	EXPECT_OK(pipe(p));
	for (int kind = 0; kind < KINDS; kind++) {
		pid_t pid = guest_fork();
		if (pid == 0) {
			int64_t start = guest_now_ns();
			int r = sleep_in(kind, p[0], 300);
			if (kind == EPOLL && r == -1 && errno == EINTR)
				_exit(0);
			EXPECT_EQ(r, 0);
			EXPECT(guest_now_ns() - start >= 300000000);
			_exit(0);
		}
		guest_pause_ms(50);
		EXPECT_OK(kill(pid, SIGSTOP));
		EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
		EXPECT(WIFSTOPPED(status));
		EXPECT_OK(kill(pid, SIGCONT));
		EXPECT_EXIT(pid, 0);
	}

	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
	EXPECT_OK(sigaction(SIGALRM, &sa, NULL));
	for (int kind = 0; kind < KINDS; kind++) {
		struct itimerval it = {.it_value = {0, 20000}, .it_interval = {0, 20000}};
		EXPECT_OK(setitimer(ITIMER_REAL, &it, NULL));
		EXPECT_ERRNO(sleep_in(kind, p[0], 20000), EINTR); /* SA_RESTART or not */
		memset(&it, 0, sizeof(it));
		EXPECT_OK(setitimer(ITIMER_REAL, &it, NULL));
	}
	return 0;
}
