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

#include "host/fd.h"
#include "host/io.h"
#include "wire/buf.h"

#define HEADER_SIZE 8

/* All n bytes, the descriptors with the first. */
static int send_all(int sock, const uint8_t *p, size_t n, const int *fds, size_t nfds)
{
	while (n > 0) {
		ssize_t r = host_send_fds(sock, p, n, fds, nfds, 0);

		if (r < 0)
			return (int)r;
		nfds = 0;
		p += r;
		n -= (size_t)r;
	}
	return 0;
}

int control_send(int sock, enum control_type type, const void *payload, size_t len, const int *fds,
		 size_t nfds)
{
	AUTO(free) uint8_t *bytes = NULL;
	struct wire_out o;

	if (len > CONTROL_MAX_PAYLOAD || nfds > CONTROL_MAX_FDS)
		return -E2BIG;
	bytes = malloc(HEADER_SIZE + len);
	if (!bytes)
		return -ENOMEM;
	wire_out_init(&o, bytes, HEADER_SIZE + len);
	wire_put_u32(&o, (uint32_t)len);
	wire_put_u16(&o, (uint16_t)type);
	wire_put_u16(&o, (uint16_t)nfds);
	wire_put_bytes(&o, payload, len);
	return send_all(sock, bytes, o.len, fds, nfds);
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

/* 1: the header is there, its descriptors in m; 0: closed before its first byte. */
static int recv_header(int sock, uint8_t *header, struct control_msg *m)
{
	size_t have = 0;

	while (have < HEADER_SIZE) {
		size_t nfds = 0;
		ssize_t r = host_recv_fds(sock, header + have, HEADER_SIZE - have, m->fds + m->nfds,
					  CONTROL_MAX_FDS - m->nfds, &nfds, 0);

		if (r < 0)
			return r == -ECONNRESET && have == 0 ? 0 : (int)r;
		if (r == 0)
			return have == 0 ? 0 : -EBADMSG;
		m->nfds += nfds;
		have += (size_t)r;
	}
	return 1;
}

static int recv_all(int sock, char *p, size_t n)
{
	while (n > 0) {
		ssize_t r = host_read(sock, p, n);

		if (r <= 0)
			return r < 0 ? (int)r : -EBADMSG;
		p += r;
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
	if (len > CONTROL_MAX_PAYLOAD || type < CONTROL_PLAN || type > CONTROL_LAST ||
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

int control_knock(int sock)
{
	AUTO(host_close_fd) int ours = -1;
	AUTO(host_close_fd) int theirs = -1;
	int pair[2];
	ssize_t r = host_socketpair(SOCK_STREAM, pair);

	if (r < 0)
		return (int)r;
	ours = pair[0];
	theirs = pair[1];
	r = host_send_fds(sock, "", 1, &theirs, 1, 0);
	return r < 0 ? (int)r : host_take_fd(&ours);
}

int control_admit(int door)
{
	int fds[CONTROL_MAX_FDS];
	size_t nfds = 0;
	char byte;
	ssize_t r = host_recv_fds(door, &byte, 1, fds, ARRAY_SIZE(fds), &nfds, 0);

	if (r == 1 && nfds == 1)
		return fds[0];
	for (size_t i = 0; i < nfds; i++)
		host_close(fds[i]);
	return r < 0 ? (int)r : -EBADMSG;
}

void control_msg_fini(struct control_msg *m)
{
	for (size_t i = 0; i < m->nfds; i++)
		if (m->fds[i] >= 0)
			host_close(m->fds[i]);
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
