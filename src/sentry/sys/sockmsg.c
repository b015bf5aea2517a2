/* SPDX-License-Identifier: Apache-2.0 */
/* Messages through sockets: sendto(2), recvfrom(2), sendmsg(2), recvmsg(2) and their many-fold kin.
 */
#include <errno.h>

#include "abi/errno.h"
#include "abi/types.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/mm/uaccess.h"
#include "sentry/socket/socket.h"
#include "sentry/sys/sock.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

/* What only the kernel itself may say. */
#define INTERNAL_FLAGS ((unsigned)(LX_MSG_SENDPAGE_NOPOLICY | LX_MSG_BATCH))

static unsigned with_nonblock(struct file *f, unsigned flags)
{
	return file_nonblocking(f) ? flags | (unsigned)LX_MSG_DONTWAIT : flags;
}

/* ---- one buffer ---- */

long sys_sendto(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	struct sock_msg m = {.fs = t->fs};
	struct socket *s;
	struct uio src;
	int r = uio_user(&src, t->mm, arg_uaddr(a, 1), arg_size(a, 2));

	if (r == 0)
		r = sock_get(t, arg_int(a, 0), &f, &s);
	if (r == 0 && !uaddr_is_null(arg_uaddr(a, 4)))
		r = sock_addr_in(t, arg_uaddr(a, 4), arg_int(a, 5), &m.addr);
	if (r < 0)
		return r;
	m.flags = with_nonblock(f, arg_uint(a, 3) & ~INTERNAL_FLAGS);
	return s->ops->send ? s->ops->send(&t->ctx, s, &m, &src) : -EOPNOTSUPP;
}

long sys_recvfrom(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	struct sock_msg m = {.fs = t->fs};
	uaddr_t addr = arg_uaddr(a, 4);
	struct socket *s;
	struct uio dst;
	ssize_t n;
	int r = uio_user(&dst, t->mm, arg_uaddr(a, 1), arg_size(a, 2));

	if (r == 0)
		r = sock_get(t, arg_int(a, 0), &f, &s);
	if (r < 0)
		return r;
	m.flags = with_nonblock(f, arg_uint(a, 3));
	n = s->ops->recv ? s->ops->recv(&t->ctx, s, &m, &dst) : -EOPNOTSUPP;
	sock_control_fini(&m.control); /* files that came along have nowhere to go */
	if (n >= 0 && !uaddr_is_null(addr)) {
		r = sock_addr_out(t, &m.addr, addr, arg_uaddr(a, 5));
		n = r < 0 ? r : n;
	}
	return n;
}

/* ---- a header of the guest ---- */

/* h, and a uio over its buffers; uio_user_fini after success. */
static int get_header(struct task *t, uaddr_t at, struct lx_msghdr *h, struct uio *u)
{
	int r = copy_in(t->mm, h, at, sizeof(*h));

	if (r < 0)
		return r;
	if (h->msg_name == 0)
		h->msg_namelen = 0;
	if (h->msg_namelen < 0)
		return -EINVAL;
	h->msg_namelen = MIN(h->msg_namelen, (int32_t)sizeof(struct lx_sockaddr_storage));
	if (h->msg_iovlen > UACCESS_IOV_MAX)
		return -EMSGSIZE;
	return uio_user_iov(u, t->mm, uaddr(h->msg_iov), h->msg_iovlen);
}

/* A process that credentials name must exist. */
static int check_pid(struct task *t, const struct sock_control *c)
{
	AUTO(task_put) struct task *named = NULL;

	if (!(c->has & CONTROL_HAS_CRED) || c->cred.pid == t->ctx.tgid)
		return 0;
	named = task_find(t->kernel, c->cred.pid);
	return named ? 0 : -ESRCH;
}

static int get_control(struct task *t, struct socket *s, const struct lx_msghdr *h,
		       struct sock_control *ret)
{
	AUTO(arena_free) void *buf = NULL;
	int r;

	if (h->msg_controllen == 0)
		return 0;
	if (h->msg_controllen > CONTROL_MAX)
		return -ENOBUFS;
	buf = arena_alloc(h->msg_controllen);
	if (!buf)
		return -ENOBUFS;
	r = copy_in(t->mm, buf, uaddr(h->msg_control), h->msg_controllen);
	if (r == 0)
		r = sock_control_parse(&t->ctx, t->fds, s->family, buf, h->msg_controllen, ret);
	return r < 0 ? r : check_pid(t, ret);
}

/* ---- send ---- */

static long send_header(struct task *t, struct file *f, uaddr_t at, unsigned flags)
{
	struct socket *s = socket_of(f);
	struct sock_msg m = {.fs = t->fs, .flags = with_nonblock(f, flags & ~INTERNAL_FLAGS)};
	struct lx_msghdr h;
	struct uio src;
	ssize_t n = get_header(t, at, &h, &src);

	if (n < 0)
		return n;
	n = sock_addr_in(t, uaddr(h.msg_name), h.msg_namelen, &m.addr);
	if (n == 0)
		n = get_control(t, s, &h, &m.control);
	if (n == 0)
		n = s->ops->send ? s->ops->send(&t->ctx, s, &m, &src) : -EOPNOTSUPP;
	sock_control_fini(&m.control);
	uio_user_fini(&src);
	return n;
}

long sys_sendmsg(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	unsigned flags = arg_uint(a, 2);
	struct socket *s;
	int r;

	if (flags & LX_MSG_CMSG_COMPAT)
		return -EINVAL;
	r = sock_get(t, arg_int(a, 0), &f, &s);
	return r < 0 ? r : send_header(t, f, arg_uaddr(a, 1), flags);
}

/* The i-th of an array of struct lx_mmsghdr, whose address is checked when it is used. */
static uaddr_t many_at(uaddr_t vec, unsigned i)
{
	return uaddr(vec.va + i * sizeof(struct lx_mmsghdr));
}

static int tell_length(struct task *t, uaddr_t entry, long n)
{
	uint32_t len = (uint32_t)n;

	return copy_out(t->mm, uaddr(entry.va + offsetof(struct lx_mmsghdr, msg_len)), &len,
			sizeof(len));
}

long sys_sendmmsg(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	unsigned n = MIN(arg_uint(a, 2), (unsigned)UACCESS_IOV_MAX), done = 0;
	unsigned flags = arg_uint(a, 3);
	struct socket *s;
	long r;

	if (flags & LX_MSG_CMSG_COMPAT)
		return -EINVAL;
	r = sock_get(t, arg_int(a, 0), &f, &s);
	for (; r >= 0 && done < n; done++) {
		uaddr_t entry = many_at(arg_uaddr(a, 1), done);

		r = send_header(t, f, entry, flags);
		if (r >= 0)
			r = tell_length(t, entry, r);
		if (r < 0)
			break;
	}
	return done > 0 ? (long)done : r;
}

/* ---- receive ---- */

static int put_control(struct task *t, const struct lx_msghdr *h, uaddr_t at, struct sock_msg *m)
{
	struct control_room room = {
		.mm = t->mm,
		.fds = t->fds,
		.at = uaddr(h->msg_control),
		.left = h->msg_control ? h->msg_controllen : 0,
		.cloexec = (m->flags & LX_MSG_CMSG_CLOEXEC) != 0,
	};
	uint32_t flags;
	uint64_t used;
	int r;

	sock_control_put(&t->ctx, &m->control, &room, &m->out_flags);
	flags = m->out_flags | (m->flags & (unsigned)LX_MSG_CMSG_CLOEXEC);
	r = copy_out(t->mm, uaddr(at.va + offsetof(struct lx_msghdr, msg_flags)), &flags,
		     sizeof(flags));
	used = h->msg_control ? room.at.va - h->msg_control : 0;
	if (r == 0)
		r = copy_out(t->mm, uaddr(at.va + offsetof(struct lx_msghdr, msg_controllen)),
			     &used, sizeof(used));
	return r;
}

static long recv_header(struct task *t, struct file *f, uaddr_t at, unsigned flags)
{
	struct socket *s = socket_of(f);
	struct sock_msg m = {.fs = t->fs, .flags = with_nonblock(f, flags)};
	struct lx_msghdr h;
	struct uio dst;
	ssize_t n = get_header(t, at, &h, &dst);
	int r = 0;

	if (n < 0)
		return n;
	n = s->ops->recv ? s->ops->recv(&t->ctx, s, &m, &dst) : -EOPNOTSUPP;
	uio_user_fini(&dst);
	if (n >= 0) {
		r = put_control(t, &h, at, &m);
		if (r == 0 && h.msg_name)
			r = sock_addr_out(t, &m.addr, uaddr(h.msg_name),
					  uaddr(at.va + offsetof(struct lx_msghdr, msg_namelen)));
	}
	sock_control_fini(&m.control);
	return r < 0 ? r : n;
}

long sys_recvmsg(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	unsigned flags = arg_uint(a, 2);
	struct socket *s;
	int r;

	if (flags & LX_MSG_CMSG_COMPAT)
		return -EINVAL;
	r = sock_get(t, arg_int(a, 0), &f, &s);
	return r < 0 ? r : recv_header(t, f, arg_uaddr(a, 1), flags);
}

/* An error after messages that did come is kept for the next call, unless that would find it anew. */
static void keep_error(struct socket *s, long r)
{
	if (r < 0 && r != -EAGAIN && r != -EINTR && r > -LX_ERESTARTSYS)
		s->error = (int)-r;
}

/* Messages until n, an error, or the end of time, which is looked at after each. *ret: how many. */
static long recv_many(struct task *t, const struct sysargs *a, struct file *f, int64_t deadline,
		      unsigned *ret)
{
	unsigned n = MIN(arg_uint(a, 2), (unsigned)UACCESS_IOV_MAX), flags = arg_uint(a, 3);
	long r = 0;

	for (*ret = 0; *ret < n;) {
		uaddr_t entry = many_at(arg_uaddr(a, 1), *ret);

		r = recv_header(t, f, entry, flags & ~(unsigned)LX_MSG_WAITFORONE);
		if (r >= 0)
			r = tell_length(t, entry, r);
		if (r < 0)
			break;
		++*ret;
		if (flags & LX_MSG_WAITFORONE)
			flags |= LX_MSG_DONTWAIT;
		if (clock_monotonic_ns() >= deadline)
			break;
	}
	return r;
}

static int get_deadline(struct task *t, uaddr_t at, int64_t *ret)
{
	struct lx_timespec ts;
	int64_t ns;
	int r;

	*ret = INT64_MAX;
	if (uaddr_is_null(at))
		return 0;
	r = copy_in(t->mm, &ts, at, sizeof(ts));
	if (r == 0)
		r = timespec_to_ns(&ts, &ns);
	if (r == 0 && !add_ok(clock_monotonic_ns(), ns, ret))
		*ret = INT64_MAX;
	return r;
}

static int tell_left(struct task *t, uaddr_t at, int64_t deadline)
{
	struct lx_timespec ts;

	if (uaddr_is_null(at))
		return 0;
	ts = ns_to_timespec(MAX(deadline - clock_monotonic_ns(), (int64_t)0));
	return copy_out(t->mm, at, &ts, sizeof(ts));
}

long sys_recvmmsg(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	struct socket *s;
	int64_t deadline;
	unsigned done;
	long r;

	if (arg_uint(a, 3) & LX_MSG_CMSG_COMPAT)
		return -EINVAL;
	r = get_deadline(t, arg_uaddr(a, 4), &deadline);
	if (r == 0)
		r = sock_get(t, arg_int(a, 0), &f, &s);
	if (r == 0)
		r = socket_take_error(s);
	if (r < 0)
		return r;
	r = recv_many(t, a, f, deadline, &done);
	if (done == 0)
		return r;
	keep_error(s, r);
	r = tell_left(t, arg_uaddr(a, 4), deadline);
	return r < 0 ? r : (long)done;
}
