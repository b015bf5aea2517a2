/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epoll_wait in a thread wakes for an event, for a file added meanwhile, and not before its
 * timeout.
 */
#include "guest.h"

#include <sys/epoll.h>

static int ep;

static void *waiter(void *arg)
{
	struct epoll_event out;

	(void)arg;
	int n = epoll_wait(ep, &out, 1, 20000);
	EXPECT_EQ(n, 1);
	return (void *)(uintptr_t)out.data.u64;
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 11};
	pthread_t t;
	int p[2];
	void *got;

	ep = EXPECT_OK(epoll_create1(0));
	EXPECT_OK(pipe(p));
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	EXPECT_EQ(pthread_create(&t, NULL, waiter, NULL), 0);
	guest_pause_ms(20);
	EXPECT_EQ(write(p[1], "x", 1), 1);
	EXPECT_EQ(pthread_join(t, &got), 0);
	EXPECT_EQ((uintptr_t)got, 11);
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));

	EXPECT_EQ(pthread_create(&t, NULL, waiter, NULL), 0);
	guest_pause_ms(20);
	ev.data.u64 = 12;
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev)); /* readable already */
	EXPECT_EQ(pthread_join(t, &got), 0);
	EXPECT_EQ((uintptr_t)got, 12);

	int64_t start = guest_now_ns();
	struct epoll_event out;
	EXPECT_OK(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));
	EXPECT_EQ(epoll_wait(ep, &out, 1, 30), 0);
	EXPECT(guest_now_ns() - start >= 29000000);
	return 0;
}
