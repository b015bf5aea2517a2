/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control messages over a stream socketpair. A message is given to the kernel in one piece, so that
 * short ones of several threads never mix. The descriptors travel with the first byte of the header,
 * so a reader that takes the header by one recvmsg per attempt gets them before the payload.
 */
#include "wire/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/buf.h"

#define HEADER_SIZE 8

union fd_cmsg {
	char buf[CMSG_SPACE(sizeof(int) * CONTROL_MAX_FDS)];
	struct cmsghdr align;
};

static int send_all(int sock, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t r = send(sock, at, n, MSG_NOSIGNAL);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		at += r;
		n -= (size_t)r;
	}
	return 0;
}

/* The header, with the descriptors on its first byte, and as much of the payload as the socket
 * takes at once. */
static int send_message(int sock, void *header, void *payload, size_t len, const int *fds,
			size_t nfds)
{
	union fd_cmsg control = {0};
	struct iovec iov[2] = {{.iov_base = header, .iov_len = HEADER_SIZE},
			       {.iov_base = payload, .iov_len = len}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = len > 0 ? 2 : 1};
	size_t sent;
	ssize_t r;

	if (nfds > 0) {
		struct cmsghdr *c = &control.align;

		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * nfds);
	}
	do
		r = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	sent = (size_t)r;
	if (sent < HEADER_SIZE) {
		int e = send_all(sock, (char *)header + sent, HEADER_SIZE - sent);

		return e < 0 ? e : send_all(sock, payload, len);
	}
	sent -= HEADER_SIZE;
	return send_all(sock, len > 0 ? (char *)payload + sent : NULL, len - sent);
}

int control_send(int sock, enum control_type type, const void *payload, size_t len, const int *fds,
		 size_t nfds)
{
	uint8_t header[HEADER_SIZE];
	struct wire_out o;
	void *from;

	if (len > CONTROL_MAX_PAYLOAD || nfds > CONTROL_MAX_FDS)
		return -E2BIG;
	wire_out_init(&o, header, sizeof(header));
	wire_put_u32(&o, (uint32_t)len);
	wire_put_u16(&o, (uint16_t)type);
	wire_put_u16(&o, (uint16_t)nfds);
	memcpy(&from, &payload, sizeof(from)); /* an iovec is not const */
	return send_message(sock, header, from, len, fds, nfds);
}

int control_send_u32(int sock, enum control_type type, uint32_t value)
{
	uint8_t payload[4];
	struct wire_out o;

	wire_out_init(&o, payload, sizeof(payload));
	wire_put_u32(&o, value);
	return control_send(sock, type, payload, o.len, NULL, 0);
}

int control_send_failure(int sock, enum control_failure why, const char *text)
{
	uint8_t payload[4096];
	struct wire_out o;
	size_t n = strlen(text);

	wire_out_init(&o, payload, sizeof(payload));
	wire_put_u32(&o, why);
	wire_put_bytes(&o, text, n < sizeof(payload) - 4 ? n : sizeof(payload) - 4);
	return control_send(sock, CONTROL_FAILED, payload, o.len, NULL, 0);
}

/* Keep the descriptors of one recvmsg; too many of them, or a cut list, is an error (all are closed
 * by the caller). */
static int take_fds(struct msghdr *msg, struct control_msg *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (m->nfds < CONTROL_MAX_FDS)
				m->fds[m->nfds++] = fd;
			else
				close(fd);
		}
	}
	return msg->msg_flags & MSG_CTRUNC ? -EBADMSG : 0;
}

/* 1: the header is there; 0: closed before its first byte. */
static int recv_header(int sock, uint8_t *header, struct control_msg *m)
{
	size_t have = 0;

	while (have < HEADER_SIZE) {
		union fd_cmsg control;
		struct iovec iov = {.iov_base = header + have, .iov_len = HEADER_SIZE - have};
		struct msghdr msg = {.msg_iov = &iov,
				     .msg_iovlen = 1,
				     .msg_control = control.buf,
				     .msg_controllen = sizeof(control.buf)};
		ssize_t r = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
		int e;

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return errno == ECONNRESET && have == 0 ? 0 : -errno;
		if (r == 0)
			return have == 0 ? 0 : -EBADMSG;
		e = take_fds(&msg, m);
		if (e < 0)
			return e;
		have += (size_t)r;
	}
	return 1;
}

static int recv_all(int sock, void *p, size_t n)
{
	char *at = p;

	while (n > 0) {
		ssize_t r = recv(sock, at, n, 0);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			return -EBADMSG;
		at += r;
		n -= (size_t)r;
	}
	return 0;
}

static int recv_into(int sock, struct control_msg *m)
{
	uint8_t header[HEADER_SIZE];
	struct wire_in in;
	uint32_t len;
	uint16_t type, nfds;
	int r = recv_header(sock, header, m);

	if (r <= 0)
		return r;
	wire_in_init(&in, header, sizeof(header));
	len = wire_get_u32(&in);
	type = wire_get_u16(&in);
	nfds = wire_get_u16(&in);
	if (len > CONTROL_MAX_PAYLOAD || type < CONTROL_PLAN || type > CONTROL_EXITED ||
	    nfds != m->nfds)
		return -EBADMSG;
	m->type = (enum control_type)type;
	m->payload = malloc((size_t)len + 1);
	if (!m->payload)
		return -ENOMEM;
	((char *)m->payload)[len] = 0;
	m->len = len;
	r = recv_all(sock, m->payload, len);
	return r < 0 ? r : 1;
}

int control_recv(int sock, struct control_msg *ret)
{
	struct control_msg m = {0};
	int r = recv_into(sock, &m);

	if (r <= 0)
		control_msg_fini(&m);
	else
		*ret = m;
	return r;
}

void control_msg_fini(struct control_msg *m)
{
	for (size_t i = 0; i < m->nfds; i++)
		if (m->fds[i] >= 0)
			close(m->fds[i]);
	free(m->payload);
	*m = (struct control_msg){0};
}

int control_msg_u32(const struct control_msg *m, uint32_t *ret)
{
	struct wire_in in;

	wire_in_init(&in, m->payload, m->len);
	*ret = wire_get_u32(&in);
	return in.failed ? -EBADMSG : 0;
}
