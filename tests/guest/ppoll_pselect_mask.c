/* SPDX-License-Identifier: Apache-2.0 */
/* ppoll, pselect (pselect6) and epoll_pwait wait under their own signal mask and put the old one
 * back. */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/select.h>

static volatile int calls;

static void handler(int sig)
{
	(void)sig;
	calls++;
}

int main(void)
{
	struct timespec ts = {20, 0}, zero = {0, 0}, bad = {0, 1000000000};
	sigset_t block, none, now;
	struct epoll_event out;

	int ep = EXPECT_OK(epoll_create1(0));
	signal(SIGUSR1, handler);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	EXPECT_OK(sigprocmask(SIG_BLOCK, &block, NULL));
	for (int i = 0; i < 3; i++) {
		raise(SIGUSR1);
		EXPECT_EQ(calls, i);
		if (i == 0)
			EXPECT_ERRNO(ppoll(NULL, 0, &ts, &none), EINTR);
		if (i == 1)
			EXPECT_ERRNO(pselect(0, NULL, NULL, NULL, &ts, &none), EINTR);
		if (i == 2)
			EXPECT_ERRNO(epoll_pwait(ep, &out, 1, 20000, &none), EINTR);
		EXPECT_EQ(calls, i + 1);
		EXPECT_OK(sigprocmask(SIG_BLOCK, NULL, &now));
		EXPECT_EQ(sigismember(&now, SIGUSR1), 1);
	}
	/* Ready files win over a signal that stays blocked. */
	int p[2];
	EXPECT_OK(pipe(p));
	EXPECT_EQ(write(p[1], "x", 1), 1);
	struct pollfd pfd = {.fd = p[0], .events = POLLIN};
	raise(SIGUSR1);
	EXPECT_EQ(ppoll(&pfd, 1, &ts, &block), 1);
	EXPECT_EQ(ppoll(NULL, 0, &zero, NULL), 0);
	EXPECT_EQ(calls, 3);

	EXPECT_ERRNO(ppoll(NULL, 0, &bad, NULL), EINVAL);
	EXPECT_ERRNO(syscall(SYS_ppoll, NULL, 0, &zero, &none, 4), EINVAL);
	EXPECT_ERRNO(syscall(SYS_ppoll, NULL, 0, &zero, BAD_PTR, 8), EFAULT);
	EXPECT_ERRNO(syscall(SYS_epoll_pwait, ep, &out, 1, 0, &none, 4), EINVAL);
	return 0;
}
