/* SPDX-License-Identifier: Apache-2.0 */
/* sendmsg, recvmsg and their kin: headers, vectors, control messages. */
#include <string.h>

#include "abi/socket.h"
#include "abi/types.h"
#include "base/checked.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

#define CONTROL_MAX 1024 /* bytes of control messages that are decoded */

/* ---- control messages ---- */

static void put_rights(struct strbuf *sb, const uint8_t *data, size_t n)
{
	strbuf_adds(sb, ", cmsg_data=[");
	for (size_t i = 0; i + sizeof(int32_t) <= n; i += sizeof(int32_t)) {
		int32_t fd;

		memcpy(&fd, data + i, sizeof(fd));
		strbuf_addf(sb, i ? ", %d" : "%d", fd);
	}
	strbuf_addc(sb, ']');
}

static void put_control_data(struct strbuf *sb, const struct lx_cmsghdr *h, const uint8_t *data,
			     size_t n)
{
	struct lx_ucred cred;

	if (n == 0)
		return;
	if (h->cmsg_level == LX_SOL_SOCKET && h->cmsg_type == LX_SCM_RIGHTS) {
		put_rights(sb, data, n);
	} else if (h->cmsg_level == LX_SOL_SOCKET && h->cmsg_type == LX_SCM_CREDENTIALS &&
		   n == sizeof(cred)) {
		memcpy(&cred, data, sizeof(cred));
		strbuf_adds(sb, ", cmsg_data=");
		put_ucred(sb, &cred);
	} else {
		strbuf_adds(sb, ", cmsg_data=");
		put_cut(sb, data, n, QUOTE_HEX);
	}
}

static void put_control_header(struct strbuf *sb, const struct lx_cmsghdr *h)
{
	strbuf_addf(sb, "{cmsg_len=%llu, cmsg_level=", (unsigned long long)h->cmsg_len);
	put_enum(sb, names_get("sol"), (uint32_t)h->cmsg_level);
	strbuf_adds(sb, ", cmsg_type=");
	if (h->cmsg_level == LX_SOL_SOCKET)
		put_enum(sb, names_get("scm"), (uint32_t)h->cmsg_type);
	else
		put_hex(sb, (uint32_t)h->cmsg_type);
}

/* [{...}, {...}] of len bytes; all lengths in it are the guest's. */
static void put_control(struct scall *c, uint64_t addr, uint64_t len)
{
	uint8_t bytes[CONTROL_MAX];
	size_t n = MIN(len, (uint64_t)sizeof(bytes)), at = 0;
	struct lx_cmsghdr h;

	if (!addr || n < sizeof(h) || !scall_read(c, bytes, addr, n)) {
		put_addr(c->sb, addr);
		return;
	}
	strbuf_addc(c->sb, '[');
	while (n - at >= sizeof(h)) {
		size_t end;

		memcpy(&h, bytes + at, sizeof(h));
		strbuf_adds(c->sb, at ? ", " : "");
		put_control_header(c->sb, &h);
		end = at + MIN((size_t)h.cmsg_len, n - at);
		if (h.cmsg_len >= sizeof(h))
			put_control_data(c->sb, &h, bytes + at + sizeof(h), end - at - sizeof(h));
		strbuf_addc(c->sb, '}');
		if (h.cmsg_len < sizeof(h) || n - end < 8)
			break;
		at = (end + 7) & ~(size_t)7;
		if (at > n)
			break;
	}
	strbuf_addc(c->sb, ']');
}

/* ---- headers ---- */

/* Data of `filled` bytes in the vector. A name of the length given before the call is told as old
 * => new. */
static void put_msghdr(struct scall *c, const struct lx_msghdr *m, uint64_t filled,
		       const uint64_t *old_namelen)
{
	uint32_t namelen = (uint32_t)m->msg_namelen;

	strbuf_adds(c->sb, "{msg_name=");
	put_sockaddr(c, m->msg_name, old_namelen ? MIN((uint64_t)namelen, *old_namelen) : namelen);
	strbuf_adds(c->sb, ", msg_namelen=");
	if (old_namelen && *old_namelen != namelen)
		strbuf_addf(c->sb, "%d => ", (int)*old_namelen);
	strbuf_addf(c->sb, "%d, msg_iov=", m->msg_namelen);
	put_iovecs(c, m->msg_iov, m->msg_iovlen, filled);
	strbuf_addf(c->sb, ", msg_iovlen=%llu", (unsigned long long)m->msg_iovlen);
	if (m->msg_controllen) {
		strbuf_adds(c->sb, ", msg_control=");
		put_control(c, m->msg_control, m->msg_controllen);
	}
	strbuf_addf(c->sb,
		    ", msg_controllen=%llu, msg_flags=", (unsigned long long)m->msg_controllen);
	put_flags(c->sb, names_get("msg"), m->msg_flags);
	strbuf_addc(c->sb, '}');
}

static void put_sent(struct scall *c, const void *p)
{
	put_msghdr(c, p, UINT64_MAX, NULL);
}

/* recvmsg(2): what was received, or how much room there was for a name. */
static void print_received(struct scall *c, const struct sarg *a, uint64_t v)
{
	struct lx_msghdr m;

	if (!v || !scall_read(c, &m, v, sizeof(m)))
		put_addr(c->sb, v);
	else if (c->ret < 0)
		strbuf_addf(c->sb, "{msg_namelen=%d}", m.msg_namelen);
	else
		put_msghdr(c, &m, (uint64_t)c->ret, &c->saved[a->i]);
}

static void put_sent_many(struct scall *c, const void *p)
{
	const struct lx_mmsghdr *m = p;

	strbuf_adds(c->sb, "{msg_hdr=");
	put_msghdr(c, &m->msg_hdr, UINT64_MAX, NULL);
	if (c->exiting && c->ret > 0)
		strbuf_addf(c->sb, ", msg_len=%u", m->msg_len);
	strbuf_addc(c->sb, '}');
}

/* What was not sent is told as well. */
static void print_sent_many(struct scall *c, const struct sarg *a, uint64_t v)
{
	if (v)
		put_array(c, v, (uint32_t)scall_count(c, a), sizeof(struct lx_mmsghdr),
			  put_sent_many);
	else
		put_addr(c->sb, v);
}

static void put_received_many(struct scall *c, const void *p)
{
	const struct lx_mmsghdr *m = p;

	strbuf_adds(c->sb, "{msg_hdr=");
	put_msghdr(c, &m->msg_hdr, m->msg_len, NULL);
	strbuf_addf(c->sb, ", msg_len=%u}", m->msg_len);
}

const struct kind strace_message_kinds[] = {
	{.name = "sent", .put = put_sent, .size = sizeof(struct lx_msghdr)},
	{.name = "received", .print = print_received},
	{.name = "sent_many", .print = print_sent_many},
	{.name = "received_many", .put = put_received_many, .size = sizeof(struct lx_mmsghdr)},
	{0},
};
