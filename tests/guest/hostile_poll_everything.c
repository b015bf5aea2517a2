/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll, select and epoll take every kind of descriptor, thousands of them and the same one again
 * and again, and epolls in a ring are refused.
 */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#define MOST 40

static int fds[MOST];
static int n;

static void add(int fd)
{
	if (fd >= 0 && n < MOST)
		fds[n++] = fd;
}

static void one_of_each(void)
{
	sigset_t set;
	int p[2];

	sigemptyset(&set);
	EXPECT_OK(pipe(p));
	add(p[0]);
	add(p[1]);
	for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++)
		if (socketpair(AF_UNIX, type, 0, p) == 0) {
			add(p[0]);
			add(p[1]);
		}
	add(socket(AF_UNIX, SOCK_STREAM, 0));
	add(socket(AF_INET, SOCK_STREAM, 0));
	add(socket(AF_INET6, SOCK_DGRAM, 0));
	add(open("f", O_RDWR | O_CREAT, 0600));
	add(open(".", O_RDONLY));
	add(open("f", O_PATH));
	add(open("/dev/null", O_RDWR));
	add(open("/dev/zero", O_RDWR));
	add(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	add(open("/proc/self/status", O_RDONLY));
	add(open("/proc/self/mounts", O_RDONLY));
	add(eventfd(0, 0));
	add(timerfd_create(CLOCK_MONOTONIC, 0));
	add(signalfd(-1, &set, 0));
	add(inotify_init1(0));
	add(epoll_create1(0));
	add((int)syscall(SYS_memfd_create, "m", 0));
	add((int)syscall(SYS_pidfd_open, getpid(), 0));
}

int main(void)
{
	static struct pollfd p[2000];
	static struct epoll_event ev[256];
	int ring[8];

	guest_tmpdir();
	one_of_each();
	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = (struct pollfd){fds[i % (size_t)n], (short)(i * 7919), 0};
	struct rlimit l = {4096, 4096};
	if (setrlimit(RLIMIT_NOFILE, &l))
		SKIP("the limit of descriptors cannot be raised");
	for (int i = 0; i < 50; i++)
		EXPECT_OK(poll(p, ARRAY_SIZE(p), 0));
	EXPECT_ERRNO(syscall(SYS_poll, p, 5000, 0), EINVAL);
	fd_set r, w, x;
	memset(&r, 0xff, sizeof(r));
	w = x = r;
	EXPECT_ERRNO(select(1024, &r, &w, &x, &(struct timeval){0, 0}), EBADF);
	FD_ZERO(&r);
	for (int i = 0; i < n; i++)
		if (!(fcntl(fds[i], F_GETFL) & O_PATH))
			FD_SET(fds[i], &r);
	w = x = r;
	EXPECT_OK(select(1024, &r, &w, &x, &(struct timeval){0, 0}));

	int ep = EXPECT_OK(epoll_create1(0));
	for (int i = 0; i < n; i++) {
		ev[0] = (struct epoll_event){.events = 0xffffffff &
						       ~(uint32_t)(EPOLLEXCLUSIVE | EPOLLONESHOT),
					     .data.fd = i};
		if (epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], ev))
			EXPECT(errno == EPERM || errno == EBADF);
		else
			EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], ev), EEXIST);
	}
	EXPECT_OK(epoll_wait(ep, ev, 256, 0));
	EXPECT_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, ep, ev), EINVAL);
	EXPECT_ERRNO(syscall(SYS_epoll_wait, ep, ev, INT32_MAX, 0), EINVAL);
	EXPECT_ERRNO(epoll_wait(ep, ev, 0, 0), EINVAL);

	for (int i = 0; i < 8; i++)
		ring[i] = EXPECT_OK(epoll_create1(0));
	ev[0] = (struct epoll_event){.events = EPOLLIN};
	int depth = 0;
	for (int i = 0; i < 7; i++)
		if (epoll_ctl(ring[i], EPOLL_CTL_ADD, ring[i + 1], ev) == 0)
			depth++;
		else
			EXPECT(errno == EINVAL || errno == ELOOP);
	EXPECT(depth >= 4 && depth <= 6);
	EXPECT_ERRNO(epoll_ctl(ring[2], EPOLL_CTL_ADD, ring[0], ev), ELOOP);
	EXPECT_ERRNO(epoll_ctl(ring[1], EPOLL_CTL_ADD, ring[0], ev), ELOOP);
	for (int i = 0; i < n; i++)
		close(fds[i]); /* with epolls still watching */
	EXPECT_OK(epoll_wait(ep, ev, 256, 0));
	return 0;
}
