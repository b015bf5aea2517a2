/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for many files: poll, select, epoll. What came of it stands behind the result. */
#include <errno.h>
#include <string.h>

#include "abi/aio.h"
#include "abi/epoll.h"
#include "abi/futex.h"
#include "abi/poll.h"
#include "abi/types.h"
#include "base/compiler.h"
#include "sentry/sys/strace_priv.h"

#define FDSET_MAX 1024 /* fds of a set that are shown */

static void put_pollfd(struct scall *c, const void *p)
{
	const struct lx_pollfd *f = p;

	strbuf_addf(c->sb, "{fd=%d", f->fd);
	if (f->fd >= 0) {
		strbuf_adds(c->sb, ", events=");
		put_flags(c->sb, names_get("poll"), (uint16_t)f->events);
	}
	strbuf_addc(c->sb, '}');
}

/* ([{fd=5, revents=POLLIN}]): those that something holds of. */
void put_poll_result(struct scall *c, uint64_t addr, uint64_t n)
{
	struct lx_pollfd f;
	unsigned shown = 0;

	strbuf_adds(c->sb, "([");
	for (uint64_t i = 0; i < n && scall_read(c, &f, addr + i * sizeof(f), sizeof(f)); i++) {
		if (!f.revents)
			continue;
		strbuf_adds(c->sb, shown ? ", " : "");
		if (shown++ == STRACE_SHOWN) {
			strbuf_adds(c->sb, "...");
			break;
		}
		strbuf_addf(c->sb, "{fd=%d, revents=", f.fd);
		put_flags(c->sb, names_get("poll"), (uint16_t)f.revents);
		strbuf_addc(c->sb, '}');
	}
	strbuf_addc(c->sb, ']');
}

/* ---- select ---- */

/* How many fds the call looks at, of those that are shown. */
static unsigned set_size(const struct scall *c)
{
	int nfds = (int)(uint32_t)c->v[0];

	return nfds < 0 ? 0 : MIN((unsigned)nfds, (unsigned)FDSET_MAX);
}

/* How many fds there were; -EFAULT, and nothing printed. */
static int put_fdset(struct scall *c, uint64_t addr)
{
	uint64_t words[FDSET_MAX / 64];
	unsigned n = set_size(c);
	int shown = 0;

	if (!addr || !scall_read(c, words, addr, (n + 63) / 64 * sizeof(*words)))
		return -EFAULT;
	strbuf_addc(c->sb, '[');
	for (unsigned fd = 0; fd < n; fd++) {
		if (words[fd / 64] >> (fd % 64) & 1)
			strbuf_addf(c->sb, shown++ ? " %u" : "%u", fd);
	}
	strbuf_addc(c->sb, ']');
	return shown;
}

static void print_fdset(struct scall *c, const struct sarg *a UNUSED, uint64_t v)
{
	if (put_fdset(c, v) < 0)
		put_addr(c->sb, v);
}

/* (in [3], out [4], left {...}) without what is empty. */
const char *put_select_result(struct scall *c)
{
	static const char *const names[] = {"in ", "out ", "except "};
	const char *sep = "(";

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		size_t before = c->sb->len;

		strbuf_adds(c->sb, sep);
		strbuf_adds(c->sb, names[i]);
		if (put_fdset(c, c->v[i + 1]) <= 0)
			strbuf_truncate(c->sb, before);
		else
			sep = ", ";
	}
	return sep;
}

/* ---- epoll, aio, futex_waitv ---- */

static void put_epoll_event(struct scall *c, const void *p)
{
	struct lx_epoll_event ev;

	memcpy(&ev, p, sizeof(ev));
	strbuf_adds(c->sb, "{events=");
	put_flags(c->sb, names_get("epoll"), ev.events);
	strbuf_addf(c->sb, ", data={u32=%u, u64=%llu}}", (uint32_t)ev.data,
		    (unsigned long long)ev.data);
}

static void put_io_event(struct scall *c, const void *p)
{
	const struct lx_io_event *ev = p;

	strbuf_addf(c->sb, "{data=%#llx, obj=%#llx, res=%lld, res2=%lld}",
		    (unsigned long long)ev->data, (unsigned long long)ev->obj, (long long)ev->res,
		    (long long)ev->res2);
}

static void put_iocb(struct scall *c, const struct lx_iocb *cb)
{
	bool buf = cb->aio_lio_opcode == LX_IOCB_CMD_PWRITE;

	strbuf_adds(c->sb, "{aio_data=");
	put_hex(c->sb, cb->aio_data);
	if (cb->aio_key)
		strbuf_addf(c->sb, ", aio_key=%u", cb->aio_key);
	if (cb->aio_rw_flags) {
		strbuf_adds(c->sb, ", aio_rw_flags=");
		put_flags(c->sb, names_get("rwf"), cb->aio_rw_flags);
	}
	strbuf_adds(c->sb, ", aio_lio_opcode=");
	put_enum(c->sb, names_get("iocb"), cb->aio_lio_opcode);
	if (cb->aio_reqprio)
		strbuf_addf(c->sb, ", aio_reqprio=%d", cb->aio_reqprio);
	strbuf_addf(c->sb, ", aio_fildes=%d", (int)cb->aio_fildes);
	if (cb->aio_buf) {
		strbuf_adds(c->sb, ", aio_buf=");
		if (buf)
			put_guest_bytes(c, cb->aio_buf, cb->aio_nbytes, QUOTE_OCTAL);
		else
			put_addr(c->sb, cb->aio_buf);
		strbuf_addf(c->sb, ", aio_nbytes=%llu, aio_offset=%lld",
			    (unsigned long long)cb->aio_nbytes, (long long)cb->aio_offset);
	}
	if (cb->aio_flags) {
		strbuf_adds(c->sb, ", aio_flags=");
		put_flags(c->sb, names_get("iocb_flags"), cb->aio_flags);
		strbuf_addf(c->sb, ", aio_resfd=%d", (int)cb->aio_resfd);
	}
	strbuf_addc(c->sb, '}');
}

static void put_iocb_struct(struct scall *c, const void *p)
{
	put_iocb(c, p);
}

/* io_submit(2): addresses of them. */
static void put_piocb(struct scall *c, const void *p)
{
	struct lx_iocb cb;
	uint64_t addr;

	memcpy(&addr, p, sizeof(addr));
	if (addr && scall_read(c, &cb, addr, sizeof(cb)))
		put_iocb(c, &cb);
	else
		put_addr(c->sb, addr);
}

static void put_futex_waitv(struct scall *c, const void *p)
{
	const struct lx_futex_waitv *w = p;

	strbuf_adds(c->sb, "{val=");
	put_hex(c->sb, w->val);
	strbuf_adds(c->sb, ", uaddr=");
	put_addr(c->sb, w->uaddr);
	strbuf_adds(c->sb, ", flags=");
	put_flags(c->sb, names_get("futex_waitv"), w->flags);
	if (w->reserved)
		strbuf_addf(c->sb, ", __reserved=%#x", w->reserved);
	strbuf_addc(c->sb, '}');
}

const struct kind strace_poll_kinds[] = {
	{.name = "pollfd", .put = put_pollfd, .size = sizeof(struct lx_pollfd)},
	{.name = "fdset", .print = print_fdset},
	{.name = "epoll_event", .put = put_epoll_event, .size = sizeof(struct lx_epoll_event)},
	{.name = "io_event", .put = put_io_event, .size = sizeof(struct lx_io_event)},
	{.name = "iocb", .put = put_iocb_struct, .size = sizeof(struct lx_iocb)},
	{.name = "piocb", .put = put_piocb, .size = sizeof(uint64_t)},
	{.name = "futex_waitv", .put = put_futex_waitv, .size = sizeof(struct lx_futex_waitv)},
	{0},
};
