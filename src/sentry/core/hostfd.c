/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host descriptors as handles.
 *
 * A stream's description may be shared with processes outside (a shell's terminal), so O_NONBLOCK
 * is never set on it. Instead: sockets are asked with MSG_DONTWAIT, other streams with RWF_NOWAIT.
 * What has neither (terminals; pipes before Linux 6.4) is looked at with poll(2) first, and then
 * moved by a plain call, writes in pieces that fit what poll promised. Between the two a stranger
 * who shares the stream may take the bytes or the room, and the plain call sleeps until there are
 * others: the task cannot be interrupted so long. Whoever hands a stream in avoids that with
 * host_own_description (host/fd.h).
 *
 * A write to a stream without reader raises SIGPIPE in the Sentry: boot ignores it, -EPIPE is the
 * answer that counts.
 */
#include "sentry/core/hostfd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "abi/poll.h"
#include "base/check.h"
#include "host/fd.h"
#include "host/io.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd_priv.h"

#define READABLE (LX_POLLIN | LX_POLLRDNORM)
#define WRITABLE (LX_POLLOUT | LX_POLLWRNORM)
/*
 * poll(2) promises room for so much in a pipe. A terminal's room is not known: a small piece seldom
 * has to wait.
 */
#define POLLED_WRITE_MAX     ((size_t)PIPE_BUF)
#define POLLED_TTY_WRITE_MAX ((size_t)256)

SLAB_DEFINE(hostfd_slab, struct hostfd);

static enum hostfd_way way_of(int fd, enum hostfd_kind kind)
{
	mode_t mode;
	int flags;

	if (kind != HOSTFD_STREAM || host_file_type(fd, &mode) < 0)
		return WAY_PLAIN;
	if (S_ISSOCK(mode))
		return WAY_SOCKET;
	if (S_ISREG(mode) || S_ISBLK(mode) || S_ISDIR(mode))
		return WAY_PLAIN;
	flags = host_get_flags(fd);
	return flags >= 0 && flags & O_NONBLOCK ? WAY_PLAIN : WAY_NOWAIT;
}

struct hostfd *hostfd_new(int fd, enum hostfd_kind kind)
{
	struct hostfd *h = slab_alloc(&hostfd_slab);

	if (!h) {
		host_close(fd);
		return NULL;
	}
	ref_init(&h->ref);
	h->fd = fd;
	h->kind = kind;
	atomic_init(&h->way, way_of(fd, kind));
	return h;
}

int hostfd_new_memory(const char *name, uint64_t size, struct hostfd **ret)
{
	AUTO(host_close_fd) int fd = host_memfd(name);
	struct hostfd *h;
	int r;

	if (fd < 0)
		return fd;
	r = host_set_size(fd, size);
	if (r < 0)
		return r;
	h = hostfd_new(host_take_fd(&fd), HOSTFD_MEMORY);
	if (!h)
		return -ENOMEM;
	*ret = h;
	return 0;
}

struct hostfd *hostfd_get(struct hostfd *h)
{
	ref_get(&h->ref);
	return h;
}

void hostfd_put(struct hostfd *h)
{
	if (!h || !ref_put(&h->ref))
		return;
	hostfd_unwatch(h);
	host_close(h->fd);
	slab_free(&hostfd_slab, h);
}

int hostfd_fd(const struct hostfd *h)
{
	return h->fd;
}

ssize_t hostfd_pread(struct hostfd *h, void *buf, size_t n, uint64_t off)
{
	return host_pread(h->fd, buf, n, off);
}

ssize_t hostfd_pwrite(struct hostfd *h, const void *buf, size_t n, uint64_t off)
{
	return host_pwrite(h->fd, buf, n, off);
}

/* Does the host know RWF_NOWAIT for this file? If not, never ask again. */
static bool nowait_refused(struct hostfd *h, ssize_t r)
{
	if (r != -EOPNOTSUPP && r != -ENOSYS)
		return false;
	atomic_store_explicit(&h->way, WAY_POLL, memory_order_relaxed);
	return true;
}

static bool polls(struct hostfd *h, uint32_t events)
{
	return host_poll_now(h->fd, events) & (events | LX_POLLERR | LX_POLLHUP | LX_POLLNVAL);
}

static ssize_t read_polled(struct hostfd *h, void *buf, size_t n)
{
	return polls(h, READABLE) ? host_read(h->fd, buf, n) : -EAGAIN;
}

static ssize_t write_polled(struct hostfd *h, const void *buf, size_t n)
{
	size_t most = host_is_tty(h->fd) ? POLLED_TTY_WRITE_MAX : POLLED_WRITE_MAX;

	return polls(h, WRITABLE) ? host_write(h->fd, buf, MIN(n, most)) : -EAGAIN;
}

ssize_t hostfd_read_now(struct hostfd *h, void *buf, size_t n)
{
	ssize_t r;

	switch (atomic_load_explicit(&h->way, memory_order_relaxed)) {
	case WAY_PLAIN:
		return host_read(h->fd, buf, n);
	case WAY_SOCKET:
		return host_recv_nowait(h->fd, buf, n);
	case WAY_NOWAIT:
		r = host_read_nowait(h->fd, buf, n);
		return nowait_refused(h, r) ? read_polled(h, buf, n) : r;
	case WAY_POLL:
		return read_polled(h, buf, n);
	}
	panic("hostfd: bad way");
}

ssize_t hostfd_write_now(struct hostfd *h, const void *buf, size_t n)
{
	ssize_t r;

	switch (atomic_load_explicit(&h->way, memory_order_relaxed)) {
	case WAY_PLAIN:
		return host_write(h->fd, buf, n);
	case WAY_SOCKET:
		return host_send_nowait(h->fd, buf, n);
	case WAY_NOWAIT:
		r = host_write_nowait(h->fd, buf, n);
		return nowait_refused(h, r) ? write_polled(h, buf, n) : r;
	case WAY_POLL:
		return write_polled(h, buf, n);
	}
	panic("hostfd: bad way");
}

uint32_t hostfd_poll(struct hostfd *h)
{
	if (h->kind != HOSTFD_STREAM)
		return READABLE | WRITABLE;
	return host_poll_now(h->fd, READABLE | WRITABLE | LX_POLLPRI | LX_POLLRDHUP);
}
