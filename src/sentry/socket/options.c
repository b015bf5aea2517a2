/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setsockopt(2) and getsockopt(2) at SOL_SOCKET, as socket(7): what every family keeps the same
 * way. Flags that are kept here do what the family makes of them, which for AF_UNIX is often
 * nothing, as in Linux. What is not here is asked of the family.
 */
#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/poll.h"
#include "abi/types.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/socket/socket_priv.h"

enum { PRIORITY_FREE_MAX = 6 }; /* above it CAP_NET_ADMIN is asked for */

/* Options that are on or off. */
static const struct {
	int name;
	enum sock_on bit;
} on_off[] = {
	{LX_SO_DEBUG, SOCK_ON_DEBUG},           {LX_SO_REUSEADDR, SOCK_ON_REUSEADDR},
	{LX_SO_DONTROUTE, SOCK_ON_DONTROUTE},   {LX_SO_BROADCAST, SOCK_ON_BROADCAST},
	{LX_SO_KEEPALIVE, SOCK_ON_KEEPALIVE},   {LX_SO_OOBINLINE, SOCK_ON_OOBINLINE},
	{LX_SO_NO_CHECK, SOCK_ON_NO_CHECK},     {LX_SO_REUSEPORT, SOCK_ON_REUSEPORT},
	{LX_SO_PASSCRED, SOCK_ON_PASSCRED},     {LX_SO_PASSSEC, SOCK_ON_PASSSEC},
	{LX_SO_TIMESTAMP, SOCK_ON_TIMESTAMP},   {LX_SO_TIMESTAMPNS, SOCK_ON_TIMESTAMPNS},
	{LX_SO_PASSRIGHTS, SOCK_ON_PASSRIGHTS}, {LX_SO_RXQ_OVFL, SOCK_ON_RXQ_OVFL},
};

void sock_options_init(struct sock_options *o)
{
	o->sndbuf = SOCK_BUF_DEFAULT;
	o->rcvbuf = SOCK_BUF_DEFAULT;
	o->rcvlowat = 1;
	o->rcv_timeout = INT64_MAX;
	o->snd_timeout = INT64_MAX;
	o->on = SOCK_ON_PASSRIGHTS;
	o->peek_off = -1;
}

/* 0: no such option. */
static unsigned bit_of(int name)
{
	for (size_t i = 0; i < ARRAY_SIZE(on_off); i++) {
		if (on_off[i].name == name)
			return (unsigned)on_off[i].bit;
	}
	return 0;
}

static bool is_inet(const struct socket *s)
{
	return s->family == LX_AF_INET || s->family == LX_AF_INET6;
}

/* ---- set ---- */

static int set_on_off(struct ctx *ctx, struct socket *s, unsigned bit, bool on)
{
	const unsigned unix_only = SOCK_ON_PASSRIGHTS;
	const unsigned times = SOCK_ON_TIMESTAMP | SOCK_ON_TIMESTAMPNS;

	if (bit == SOCK_ON_DEBUG && on && !cred_capable(ctx->cred, LX_CAP_NET_ADMIN))
		return -EACCES;
	if (bit == SOCK_ON_REUSEPORT && on && !is_inet(s))
		return -EOPNOTSUPP;
	if ((bit & (SOCK_ON_PASSCRED | SOCK_ON_PASSSEC)) && is_inet(s))
		return -EOPNOTSUPP;
	if ((bit & unix_only) && s->family != LX_AF_UNIX)
		return -EOPNOTSUPP;
	if (bit & times)
		atomic_fetch_and(&s->opt.on, ~times);
	if (on)
		atomic_fetch_or(&s->opt.on, bit);
	else
		atomic_fetch_and(&s->opt.on, ~bit);
	return 0;
}

/* The bytes asked for, doubled for what a message costs beside its bytes: socket(7). */
static uint32_t buffer_size(uint32_t asked, uint32_t limit, uint32_t least)
{
	return MAX(2 * MIN(asked, limit), least);
}

static int set_buffer(struct ctx *ctx, struct socket *s, int name, int32_t value)
{
	bool force = name == LX_SO_SNDBUFFORCE || name == LX_SO_RCVBUFFORCE;
	bool send = name == LX_SO_SNDBUF || name == LX_SO_SNDBUFFORCE;
	uint32_t limit = force ? INT32_MAX / 2 : SOCK_BUF_LIMIT;
	uint32_t asked = force && value < 0 ? 0 : (uint32_t)value;

	if (force && !cred_capable(ctx->cred, LX_CAP_NET_ADMIN))
		return -EPERM;
	if (send) {
		s->opt.sndbuf = buffer_size(asked, limit, SOCK_MIN_SNDBUF);
		atomic_fetch_or(&s->opt.buf_locked, LX_SOCK_SNDBUF_LOCK);
		waitq_wake(&s->wq, LX_POLLOUT);
	} else {
		s->opt.rcvbuf = buffer_size(asked, limit, SOCK_MIN_RCVBUF);
		atomic_fetch_or(&s->opt.buf_locked, LX_SOCK_RCVBUF_LOCK);
	}
	return 0;
}

static int set_timeout(_Atomic int64_t *timeout, const void *val, size_t len)
{
	struct lx_timeval tv;
	int64_t ns;

	if (len < sizeof(tv))
		return -EINVAL;
	memcpy(&tv, val, sizeof(tv));
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	if (tv.tv_sec < 0)
		ns = 0; /* every wait is over before it begins */
	else if (tv.tv_sec == 0 && tv.tv_usec == 0)
		ns = INT64_MAX;
	else if (!mul_ok(tv.tv_sec, NSEC_PER_SEC, &ns) || !add_ok(ns, tv.tv_usec * 1000, &ns))
		ns = INT64_MAX;
	*timeout = ns;
	return 0;
}

static int set_linger(struct socket *s, const void *val, size_t len)
{
	struct lx_linger l;

	if (len < sizeof(l))
		return -EINVAL;
	memcpy(&l, val, sizeof(l));
	s->opt.linger_on = l.l_onoff != 0;
	if (l.l_onoff)
		s->opt.linger_s = l.l_linger;
	return 0;
}

static int set_priority(struct ctx *ctx, struct socket *s, int32_t value)
{
	if ((value < 0 || value > PRIORITY_FREE_MAX) &&
	    !cred_capable(ctx->cred, LX_CAP_NET_ADMIN) && !cred_capable(ctx->cred, LX_CAP_NET_RAW))
		return -EPERM;
	s->opt.priority = value;
	return 0;
}

static int set_mark(struct ctx *ctx, struct socket *s, int32_t value)
{
	if (!cred_capable(ctx->cred, LX_CAP_NET_ADMIN) && !cred_capable(ctx->cred, LX_CAP_NET_RAW))
		return -EPERM;
	s->opt.mark = (uint32_t)value;
	return 0;
}

/* Which sizes stay as they are when the kernel would choose better ones, which ours never does. */
static int set_buf_lock(struct socket *s, int32_t value)
{
	if (value & ~(LX_SOCK_SNDBUF_LOCK | LX_SOCK_RCVBUF_LOCK))
		return -EINVAL;
	s->opt.buf_locked = value;
	return 0;
}

static int set_lowat(struct socket *s, int32_t value)
{
	if (value < 0)
		value = INT32_MAX;
	s->opt.rcvlowat = value ? value : 1;
	return 0;
}

static int set_general(struct ctx *ctx, struct socket *s, int name, const void *val, size_t len)
{
	int32_t value;

	memcpy(&value, val, sizeof(value));
	if (bit_of(name))
		return set_on_off(ctx, s, bit_of(name), value != 0);
	switch (name) {
	case LX_SO_SNDBUF:
	case LX_SO_SNDBUFFORCE:
	case LX_SO_RCVBUF:
	case LX_SO_RCVBUFFORCE:
		return set_buffer(ctx, s, name, value);
	case LX_SO_RCVTIMEO:
	case LX_SO_RCVTIMEO_NEW:
		return set_timeout(&s->opt.rcv_timeout, val, len);
	case LX_SO_SNDTIMEO:
	case LX_SO_SNDTIMEO_NEW:
		return set_timeout(&s->opt.snd_timeout, val, len);
	case LX_SO_LINGER:
		return set_linger(s, val, len);
	case LX_SO_PRIORITY:
		return set_priority(ctx, s, value);
	case LX_SO_MARK:
		return set_mark(ctx, s, value);
	case LX_SO_RCVLOWAT:
		return set_lowat(s, value);
	case LX_SO_BUF_LOCK:
		return set_buf_lock(s, value);
	case LX_SO_BSDCOMPAT:
		return 0; /* obsolete: Linux warns, and does nothing */
	default:
		break;
	}
	if (s->ops->setsockopt)
		return s->ops->setsockopt(ctx, s, LX_SOL_SOCKET, name, val, len);
	return -ENOPROTOOPT;
}

int socket_setsockopt(struct ctx *ctx, struct socket *s, int level, int name, const void *val,
		      size_t len)
{
	if (level == LX_SOL_SOCKET)
		return len < sizeof(int32_t) ? -EINVAL : set_general(ctx, s, name, val, len);
	if (!s->ops->setsockopt)
		return -EOPNOTSUPP;
	return s->ops->setsockopt(ctx, s, level, name, val, len);
}

/* ---- get ---- */

/* A value of n bytes into room for len. */
static int give(void *val, size_t len, size_t *ret_len, const void *from, size_t n)
{
	memcpy(val, from, MIN(len, n));
	*ret_len = n;
	return 0;
}

static int give_timeout(void *val, size_t len, size_t *ret_len, int64_t ns)
{
	struct lx_timespec ts = {0};
	struct lx_timeval tv;

	if (ns != INT64_MAX)
		ts = ns_to_timespec(ns);
	tv = (struct lx_timeval){.tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / 1000};
	return give(val, len, ret_len, &tv, sizeof(tv));
}

/* Options whose value is an int. False: it is none. */
static bool get_int(struct socket *s, int name, int32_t *ret)
{
	if (bit_of(name)) {
		*ret = (s->opt.on & bit_of(name)) != 0;
		return true;
	}
	switch (name) {
	case LX_SO_TYPE:
		*ret = s->type;
		return true;
	case LX_SO_DOMAIN:
		*ret = s->family;
		return true;
	case LX_SO_PROTOCOL:
		*ret = s->protocol;
		return true;
	case LX_SO_ERROR:
		*ret = -socket_take_error(s);
		return true;
	case LX_SO_ACCEPTCONN:
		*ret = s->listening;
		return true;
	case LX_SO_SNDBUF:
		*ret = (int32_t)s->opt.sndbuf;
		return true;
	case LX_SO_RCVBUF:
		*ret = (int32_t)s->opt.rcvbuf;
		return true;
	case LX_SO_RCVLOWAT:
		*ret = s->opt.rcvlowat;
		return true;
	case LX_SO_SNDLOWAT:
		*ret = 1;
		return true;
	case LX_SO_PRIORITY:
		*ret = s->opt.priority;
		return true;
	case LX_SO_MARK:
		*ret = (int32_t)s->opt.mark;
		return true;
	case LX_SO_BUF_LOCK:
		*ret = s->opt.buf_locked;
		return true;
	case LX_SO_BSDCOMPAT:
		*ret = 0;
		return true;
	default:
		return false;
	}
}

static int get_peername(struct socket *s, void *val, size_t len, size_t *ret_len)
{
	struct sock_addr a;
	int r = s->ops->getname ? s->ops->getname(s, SOCK_SIDE_PEER, &a) : -EOPNOTSUPP;

	if (r < 0)
		return -ENOTCONN;
	return a.len < len ? -EINVAL : give(val, len, ret_len, a.bytes, len);
}

static int get_general(struct ctx *ctx, struct socket *s, int name, void *val, size_t len,
		       size_t *ret_len)
{
	struct lx_linger l = {s->opt.linger_on, s->opt.linger_s};
	int32_t value;

	if (get_int(s, name, &value))
		return give(val, len, ret_len, &value, sizeof(value));
	switch (name) {
	case LX_SO_LINGER:
		return give(val, len, ret_len, &l, sizeof(l));
	case LX_SO_RCVTIMEO:
	case LX_SO_RCVTIMEO_NEW:
		return give_timeout(val, len, ret_len, s->opt.rcv_timeout);
	case LX_SO_SNDTIMEO:
	case LX_SO_SNDTIMEO_NEW:
		return give_timeout(val, len, ret_len, s->opt.snd_timeout);
	case LX_SO_PEERNAME:
		return get_peername(s, val, len, ret_len);
	default:
		break;
	}
	if (s->ops->getsockopt)
		return s->ops->getsockopt(ctx, s, LX_SOL_SOCKET, name, val, len, ret_len);
	return -ENOPROTOOPT;
}

int socket_getsockopt(struct ctx *ctx, struct socket *s, int level, int name, void *val, size_t len,
		      size_t *ret_len)
{
	if (level == LX_SOL_SOCKET)
		return get_general(ctx, s, name, val, len, ret_len);
	if (!s->ops->getsockopt)
		return -EOPNOTSUPP;
	return s->ops->getsockopt(ctx, s, level, name, val, len, ret_len);
}
