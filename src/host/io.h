/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving bytes and hearing of readiness. All return bytes (or 0) or -errno; EINTR is retried.
 * Events are the host's poll(2) and epoll(7) bits, which are also the guest's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/compiler.h"

MUST_CHECK ssize_t host_pread(int fd, void *buf, size_t n, uint64_t off);
MUST_CHECK ssize_t host_pwrite(int fd, const void *buf, size_t n, uint64_t off);
MUST_CHECK ssize_t host_preadv(int fd, const struct iovec *iov, int niov, uint64_t off);
MUST_CHECK ssize_t host_pwritev(int fd, const struct iovec *iov, int niov, uint64_t off);
/* These may sleep. */
MUST_CHECK ssize_t host_read(int fd, void *buf, size_t n);
MUST_CHECK ssize_t host_write(int fd, const void *buf, size_t n);
/* Until all is moved: 0; -EPIPE (write), -ENODATA (read: the end came early). */
MUST_CHECK int host_read_all(int fd, void *buf, size_t n);
MUST_CHECK int host_write_all(int fd, const void *buf, size_t n);
/*
 * At the file position, without sleeping, whatever O_NONBLOCK says: -EAGAIN; -EOPNOTSUPP: this file
 * cannot promise it.
 */
MUST_CHECK ssize_t host_read_nowait(int fd, void *buf, size_t n);
MUST_CHECK ssize_t host_write_nowait(int fd, const void *buf, size_t n);
/* The same of a socket, and no SIGPIPE. */
MUST_CHECK ssize_t host_recv_nowait(int fd, void *buf, size_t n);
MUST_CHECK ssize_t host_send_nowait(int fd, const void *buf, size_t n);

/* The poll(2) bits of `events`, ERR, HUP and NVAL that hold now. */
uint32_t host_poll_now(int fd, uint32_t events);
/*
 * Sleep until one of events holds; deadline on CLOCK_MONOTONIC (INT64_MAX: none). The bits, or
 * -ETIMEDOUT.
 */
MUST_CHECK int host_poll_until(int fd, uint32_t events, int64_t deadline_ns);

MUST_CHECK int host_epoll_new(void);
/* -EPERM: this file cannot be polled. */
MUST_CHECK int host_epoll_add(int epfd, int fd, uint32_t events, uint64_t token);
MUST_CHECK int host_epoll_modify(int epfd, int fd, uint32_t events, uint64_t token);
MUST_CHECK int host_epoll_remove(int epfd, int fd);
/* Sleeps for ever until at least one event came. */
MUST_CHECK int host_epoll_wait(int epfd, struct epoll_event *events, int max);
