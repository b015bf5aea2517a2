/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors over unix sockets, unix(7). What the peer says is not trusted: descriptors that do
 * not fit are closed, never leaked, and a message that lost some is an error as a whole.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"
#include "host/fd.h"

#define CONTROL_SIZE CMSG_SPACE(sizeof(int) * HOST_FDS_MAX)

union control {
	struct cmsghdr align;
	char bytes[CONTROL_SIZE];
};

ssize_t host_send_fds(int sock, const void *buf, size_t n, const int *fds, size_t nfds, int flags)
{
	union control control;
	struct iovec iov = {.iov_len = n};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t r;

	check(n > 0 && nfds <= HOST_FDS_MAX);
	memcpy(&iov.iov_base, &buf, sizeof(buf));
	if (nfds > 0) {
		size_t bytes = nfds * sizeof(*fds);

		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(bytes);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(bytes);
		memcpy(CMSG_DATA(&control.align), fds, bytes);
	}
	do {
		r = sendmsg(sock, &msg, flags | MSG_NOSIGNAL);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		host_close(fds[i]);
}

/* Move the descriptors of one control message to fds; surplus ones are closed. */
static int take_rights(struct cmsghdr *c, int *fds, size_t max, size_t *n)
{
	size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
		if (*n < max) {
			fds[(*n)++] = fd;
		} else {
			host_close(fd);
			r = -ETOOMANYREFS;
		}
	}
	return r;
}

ssize_t host_recv_fds(int sock, void *buf, size_t n, int *fds, size_t max, size_t *ret_nfds,
		      int flags)
{
	union control control;
	struct iovec iov = {.iov_base = buf, .iov_len = n};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	size_t nfds = 0;
	ssize_t r;
	int err = 0;

	do {
		r = recvmsg(sock, &msg, flags | MSG_CMSG_CLOEXEC);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		    take_rights(c, fds, max, &nfds) < 0)
			err = -ETOOMANYREFS;
	}
	/* CTRUNC without a surplus: our own table of descriptors is full. */
	if (err == 0 && msg.msg_flags & MSG_CTRUNC)
		err = -EMFILE;
	if (err == 0 && msg.msg_flags & MSG_TRUNC)
		err = -EMSGSIZE;
	if (err < 0) {
		close_all(fds, nfds);
		return err;
	}
	*ret_nfds = nfds;
	return r;
}
