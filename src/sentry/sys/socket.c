/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: making, naming and connecting them, and their options. sys/sockmsg.c moves messages. */
#include "sentry/socket/socket.h"

#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sock.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

_Static_assert(LX_SOCK_NONBLOCK == LX_O_NONBLOCK && LX_SOCK_CLOEXEC == LX_O_CLOEXEC,
	       "the flags of socket(2) are open(2)'s");

#define SOCK_FLAGS ((unsigned)(LX_SOCK_NONBLOCK | LX_SOCK_CLOEXEC))

/* ---- what they have in common ---- */

int sock_get(struct task *t, int fd, struct file **ret, struct socket **ret_s)
{
	struct file *f = fdtable_get_nopath(t->fds, fd);

	if (!f)
		return -EBADF;
	*ret_s = socket_of(f);
	if (!*ret_s) {
		file_put(f);
		return -ENOTSOCK;
	}
	*ret = f;
	return 0;
}

int sock_addr_in(struct task *t, uaddr_t at, int32_t len, struct sock_addr *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (len < 0 || (size_t)len > sizeof(ret->bytes))
		return -EINVAL;
	ret->len = (uint32_t)len;
	return len == 0 ? 0 : copy_in(t->mm, ret->bytes, at, (size_t)len);
}

int sock_addr_out(struct task *t, const struct sock_addr *a, uaddr_t at, uaddr_t len_at)
{
	int32_t room, len = (int32_t)a->len;
	int r = copy_in(t->mm, &room, len_at, sizeof(room));

	if (r == 0 && room < 0)
		r = -EINVAL;
	if (r == 0)
		r = copy_out(t->mm, at, a->bytes, (size_t)MIN(room, len));
	return r < 0 ? r : copy_out(t->mm, len_at, &len, sizeof(len));
}

/* ---- making ---- */

static int new_file(struct task *t, int domain, unsigned type, int protocol, struct file **ret)
{
	AUTO(socket_put) struct socket *s = NULL;
	int r = socket_create(&t->ctx, domain, (int)(type & LX_SOCK_TYPE_MASK), protocol, &s);

	if (r == 0)
		r = socket_file_new(&t->ctx, s, type & LX_SOCK_NONBLOCK, ret);
	if (r == 0)
		(void)TAKE(s);
	return r;
}

long sys_socket(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	unsigned type = arg_uint(a, 1);
	int fd, r;

	if ((type & ~(unsigned)LX_SOCK_TYPE_MASK) & ~SOCK_FLAGS)
		return -EINVAL;
	r = new_file(t, arg_int(a, 0), type, arg_int(a, 2), &f);
	if (r == 0)
		r = fdtable_install(t->fds, &t->ctx, f, 0, (type & LX_SOCK_CLOEXEC) != 0, &fd);
	if (r < 0)
		return r;
	(void)TAKE(f);
	return fd;
}

static int reserve_two(struct task *t, uaddr_t dst, bool cloexec, int ret_fds[2])
{
	int r = fdtable_reserve(t->fds, &t->ctx, 0, cloexec, &ret_fds[0]);

	if (r < 0)
		return r;
	r = fdtable_reserve(t->fds, &t->ctx, 0, cloexec, &ret_fds[1]);
	if (r < 0) {
		fdtable_unreserve(t->fds, ret_fds[0]);
		return r;
	}
	r = copy_out(t->mm, dst, ret_fds, 2 * sizeof(int));
	if (r < 0) {
		fdtable_unreserve(t->fds, ret_fds[0]);
		fdtable_unreserve(t->fds, ret_fds[1]);
	}
	return r;
}

static int new_pair(struct task *t, const struct sysargs *a, struct file *ret[2])
{
	int domain = arg_int(a, 0), protocol = arg_int(a, 2);
	unsigned type = arg_uint(a, 1);
	struct socket *s;
	int r;

	if (domain == LX_AF_INET || domain == LX_AF_INET6)
		return -EOPNOTSUPP; /* no internet family has pairs */
	r = new_file(t, domain, type, protocol, &ret[0]);
	if (r == 0)
		r = new_file(t, domain, type, protocol, &ret[1]);
	if (r < 0)
		return r;
	s = socket_of(ret[0]);
	return s->ops->pair ? s->ops->pair(&t->ctx, s, socket_of(ret[1])) : -EOPNOTSUPP;
}

long sys_socketpair(struct task *t, const struct sysargs *a)
{
	unsigned type = arg_uint(a, 1);
	struct file *f[2] = {NULL, NULL};
	int fds[2], r;

	if ((type & ~(unsigned)LX_SOCK_TYPE_MASK) & ~SOCK_FLAGS)
		return -EINVAL;
	r = reserve_two(t, arg_uaddr(a, 3), (type & LX_SOCK_CLOEXEC) != 0, fds);
	if (r < 0)
		return r;
	r = new_pair(t, a, f);
	for (int i = 0; i < 2; i++) {
		if (r == 0) {
			fdtable_fill(t->fds, fds[i], f[i]);
			continue;
		}
		fdtable_unreserve(t->fds, fds[i]);
		file_put(f[i]);
	}
	return r;
}

/* ---- naming and connecting ---- */

long sys_bind(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	struct sock_addr addr;
	struct socket *s;
	int r = sock_get(t, arg_int(a, 0), &f, &s);

	if (r == 0)
		r = sock_addr_in(t, arg_uaddr(a, 1), arg_int(a, 2), &addr);
	if (r < 0)
		return r;
	return s->ops->bind ? s->ops->bind(&t->ctx, s, &addr, t->fs) : -EOPNOTSUPP;
}

long sys_connect(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	struct sock_addr addr;
	struct socket *s;
	int r = sock_get(t, arg_int(a, 0), &f, &s);

	if (r == 0)
		r = sock_addr_in(t, arg_uaddr(a, 1), arg_int(a, 2), &addr);
	if (r < 0)
		return r;
	if (!s->ops->connect)
		return -EOPNOTSUPP;
	return s->ops->connect(&t->ctx, s, &addr, t->fs, file_nonblocking(f));
}

long sys_listen(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	struct socket *s;
	int r = sock_get(t, arg_int(a, 0), &f, &s);

	if (r < 0)
		return r;
	if (!s->ops->listen)
		return -EOPNOTSUPP;
	return s->ops->listen(&t->ctx, s, MIN(arg_uint(a, 1), (unsigned)LX_SOMAXCONN));
}

/* The connection as a file. */
static int accept_file(struct task *t, struct file *listener, unsigned flags, struct file **ret)
{
	AUTO(socket_put) struct socket *in = NULL;
	struct socket *s = socket_of(listener);
	int r = -EOPNOTSUPP;

	if (s->ops->accept)
		r = s->ops->accept(&t->ctx, s, file_nonblocking(listener), &in);
	if (r < 0)
		return r;
	r = socket_file_new(&t->ctx, in, flags & LX_SOCK_NONBLOCK, ret);
	if (r < 0)
		in->ops->close(in); /* there is no file to do it */
	else
		(void)TAKE(in);
	return r;
}

static int tell_peer_name(struct task *t, struct file *f, uaddr_t at, uaddr_t len_at)
{
	struct socket *s = socket_of(f);
	struct sock_addr addr;

	if (uaddr_is_null(at))
		return 0;
	if (!s->ops->getname || s->ops->getname(s, SOCK_SIDE_PEER, &addr) < 0)
		return -ECONNABORTED;
	return sock_addr_out(t, &addr, at, len_at);
}

static long do_accept(struct task *t, const struct sysargs *a, unsigned flags)
{
	AUTO(file_put) struct file *listener = NULL;
	AUTO(file_put) struct file *f = NULL;
	struct socket *s;
	int fd, r;

	if (flags & ~SOCK_FLAGS)
		return -EINVAL;
	r = sock_get(t, arg_int(a, 0), &listener, &s);
	if (r == 0)
		r = fdtable_reserve(t->fds, &t->ctx, 0, (flags & LX_SOCK_CLOEXEC) != 0, &fd);
	if (r < 0)
		return r;
	r = accept_file(t, listener, flags, &f);
	if (r == 0)
		r = tell_peer_name(t, f, arg_uaddr(a, 1), arg_uaddr(a, 2));
	if (r < 0) {
		fdtable_unreserve(t->fds, fd);
		return r;
	}
	fdtable_fill(t->fds, fd, TAKE(f));
	return fd;
}

long sys_accept(struct task *t, const struct sysargs *a)
{
	return do_accept(t, a, 0);
}

long sys_accept4(struct task *t, const struct sysargs *a)
{
	return do_accept(t, a, arg_uint(a, 3));
}

static long tell_name(struct task *t, const struct sysargs *a, enum sock_side side)
{
	AUTO(file_put) struct file *f = NULL;
	struct sock_addr addr;
	struct socket *s;
	int r = sock_get(t, arg_int(a, 0), &f, &s);

	if (r == 0)
		r = s->ops->getname ? s->ops->getname(s, side, &addr) : -EOPNOTSUPP;
	return r < 0 ? r : sock_addr_out(t, &addr, arg_uaddr(a, 1), arg_uaddr(a, 2));
}

long sys_getsockname(struct task *t, const struct sysargs *a)
{
	return tell_name(t, a, SOCK_SIDE_OWN);
}

long sys_getpeername(struct task *t, const struct sysargs *a)
{
	return tell_name(t, a, SOCK_SIDE_PEER);
}

long sys_shutdown(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	int how = arg_int(a, 1);
	struct socket *s;
	int r = sock_get(t, arg_int(a, 0), &f, &s);

	if (r < 0)
		return r;
	if (!s->ops->shutdown)
		return -EOPNOTSUPP;
	if (how < LX_SHUT_RD || how > LX_SHUT_RDWR)
		return -EINVAL;
	return s->ops->shutdown(&t->ctx, s, (unsigned)how + 1); /* SHUT_RDWR is both bits */
}

_Static_assert(LX_SHUT_RD + 1 == SOCK_SHUT_RD && LX_SHUT_WR + 1 == SOCK_SHUT_WR &&
		       LX_SHUT_RDWR + 1 == SOCK_SHUT_BOTH,
	       "what shutdown(2) is asked, as bits");

/* ---- options ---- */

long sys_setsockopt(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	int32_t len = arg_int(a, 4);
	uint64_t val[SOCKOPT_MAX / sizeof(uint64_t)];
	struct socket *s;
	int r;

	if (len < 0)
		return -EINVAL;
	r = sock_get(t, arg_int(a, 0), &f, &s);
	if (r < 0)
		return r;
	if (arg_int(a, 1) == LX_SOL_SOCKET && (size_t)len < sizeof(int32_t))
		return -EINVAL;
	len = MIN(len, (int32_t)sizeof(val));
	r = copy_in(t->mm, val, arg_uaddr(a, 3), (size_t)len);
	if (r < 0)
		return r;
	return socket_setsockopt(&t->ctx, s, arg_int(a, 1), arg_int(a, 2), val, (size_t)len);
}

long sys_getsockopt(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	uaddr_t len_at = arg_uaddr(a, 4);
	uint64_t val[SOCKOPT_MAX / sizeof(uint64_t)];
	size_t len = 0, n;
	struct socket *s;
	int32_t room;
	int r = sock_get(t, arg_int(a, 0), &f, &s);

	if (r == 0)
		r = copy_in(t->mm, &room, len_at, sizeof(room));
	if (r == 0 && room < 0)
		r = -EINVAL;
	if (r < 0)
		return r;
	n = MIN((size_t)room, sizeof(val));
	memset(val, 0, n);
	r = socket_getsockopt(&t->ctx, s, arg_int(a, 1), arg_int(a, 2), val, n, &len);
	if (r < 0 && r != -ERANGE)
		return r;
	/* -ERANGE tells how much room it takes. */
	room = (int32_t)(r == -ERANGE ? len : MIN(len, n));
	if (r == 0)
		r = copy_out(t->mm, arg_uaddr(a, 3), val, (size_t)room);
	if (r == 0 || r == -ERANGE) {
		int put = copy_out(t->mm, len_at, &room, sizeof(room));

		r = put < 0 ? put : r;
	}
	return r;
}
