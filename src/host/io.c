/* SPDX-License-Identifier: Apache-2.0 */
/* read(2), write(2) and their kin, poll(2), epoll(7). */
#include "host/io.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/time.h"

#define NSEC_IN_SEC 1000000000LL

/* Repeat a call that a signal cut short, and turn -1/errno around. */
#define RETRIED(call)                                                                              \
	__extension__({                                                                            \
		__typeof__(call) retried_r;                                                        \
		do {                                                                               \
			retried_r = (call);                                                        \
		} while (retried_r < 0 && errno == EINTR);                                         \
		retried_r < 0 ? -errno : retried_r;                                                \
	})

ssize_t host_pread(int fd, void *buf, size_t n, uint64_t off)
{
	return RETRIED(pread(fd, buf, n, (off_t)off));
}

ssize_t host_pwrite(int fd, const void *buf, size_t n, uint64_t off)
{
	return RETRIED(pwrite(fd, buf, n, (off_t)off));
}

ssize_t host_preadv(int fd, const struct iovec *iov, int niov, uint64_t off)
{
	return RETRIED(preadv(fd, iov, niov, (off_t)off));
}

ssize_t host_pwritev(int fd, const struct iovec *iov, int niov, uint64_t off)
{
	return RETRIED(pwritev(fd, iov, niov, (off_t)off));
}

ssize_t host_read(int fd, void *buf, size_t n)
{
	return RETRIED(read(fd, buf, n));
}

ssize_t host_write(int fd, const void *buf, size_t n)
{
	return RETRIED(write(fd, buf, n));
}

int host_read_all(int fd, void *buf, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t r = host_read(fd, (char *)buf + done, n - done);

		if (r <= 0)
			return r < 0 ? (int)r : -ENODATA;
		done += (size_t)r;
	}
	return 0;
}

int host_write_all(int fd, const void *buf, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t r = host_write(fd, (const char *)buf + done, n - done);

		if (r <= 0)
			return r < 0 ? (int)r : -EPIPE;
		done += (size_t)r;
	}
	return 0;
}

ssize_t host_read_nowait(int fd, void *buf, size_t n)
{
	struct iovec iov = {.iov_base = buf, .iov_len = n};

	return RETRIED(preadv2(fd, &iov, 1, -1, RWF_NOWAIT));
}

ssize_t host_write_nowait(int fd, const void *buf, size_t n)
{
	struct iovec iov = {.iov_len = n};

	__builtin_memcpy(&iov.iov_base, &buf, sizeof(buf));
	return RETRIED(pwritev2(fd, &iov, 1, -1, RWF_NOWAIT));
}

ssize_t host_recv_nowait(int fd, void *buf, size_t n)
{
	return RETRIED(recv(fd, buf, n, MSG_DONTWAIT));
}

ssize_t host_send_nowait(int fd, const void *buf, size_t n)
{
	return RETRIED(send(fd, buf, n, MSG_DONTWAIT | MSG_NOSIGNAL));
}

uint32_t host_poll_now(int fd, uint32_t events)
{
	struct pollfd p = {.fd = fd, .events = (short)events};
	struct timespec zero = {0, 0};
	int r = RETRIED(ppoll(&p, 1, &zero, NULL));

	return r > 0 ? (uint32_t)(unsigned short)p.revents : 0;
}

int host_poll_until(int fd, uint32_t events, int64_t deadline_ns)
{
	struct pollfd p = {.fd = fd, .events = (short)events};

	for (;;) {
		struct timespec ts, *timeout = NULL;
		int r;

		if (deadline_ns != INT64_MAX) {
			int64_t left = deadline_ns - host_monotonic_ns();

			left = left > 0 ? left : 0;
			ts = (struct timespec){.tv_sec = left / NSEC_IN_SEC,
					       .tv_nsec = left % NSEC_IN_SEC};
			timeout = &ts;
		}
		r = ppoll(&p, 1, timeout, NULL);
		if (r > 0)
			return (unsigned short)p.revents;
		if (r == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

int host_epoll_new(void)
{
	return RETRIED(epoll_create1(EPOLL_CLOEXEC));
}

static int epoll_change(int epfd, int op, int fd, uint32_t events, uint64_t token)
{
	struct epoll_event ev = {.events = events, .data.u64 = token};

	return RETRIED(epoll_ctl(epfd, op, fd, &ev));
}

int host_epoll_add(int epfd, int fd, uint32_t events, uint64_t token)
{
	return epoll_change(epfd, EPOLL_CTL_ADD, fd, events, token);
}

int host_epoll_modify(int epfd, int fd, uint32_t events, uint64_t token)
{
	return epoll_change(epfd, EPOLL_CTL_MOD, fd, events, token);
}

int host_epoll_remove(int epfd, int fd)
{
	return epoll_change(epfd, EPOLL_CTL_DEL, fd, 0, 0);
}

int host_epoll_wait(int epfd, struct epoll_event *events, int max)
{
	return RETRIED(epoll_wait(epfd, events, max, -1));
}
