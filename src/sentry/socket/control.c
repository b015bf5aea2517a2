/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control messages: the guest's bytes to files and credentials, and back. What a guest states is
 * parsed from one copy; what it is told is cut to its room, and MSG_CTRUNC says so.
 */
#include "sentry/socket/control.h"

#include <errno.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/time.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

/* ---- files on their way ---- */

struct sock_rights *sock_rights_new(uint32_t n)
{
	struct sock_rights *r;

	return arena_alloc(sizeof(*r) + n * sizeof(r->files[0]));
}

struct sock_rights *sock_rights_dup(const struct sock_rights *r)
{
	struct sock_rights *copy = sock_rights_new(r->n);

	if (!copy)
		return NULL;
	for (uint32_t i = 0; i < r->n; i++)
		copy->files[i] = file_get(r->files[i]);
	copy->n = r->n;
	return copy;
}

static void let_go(struct sock_rights *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		file_put(r->files[i]);
	arena_free(r);
}

/* What waits while this thread lets go of others, last come first served. */
static _Thread_local struct sock_rights *waiting;
static _Thread_local bool dropping;

void sock_rights_drop(struct sock_rights *r)
{
	if (!r)
		return;
	r->next = waiting;
	waiting = r;
	if (dropping)
		return;
	dropping = true;
	while (waiting) {
		r = waiting;
		waiting = r->next;
		let_go(r);
	}
	dropping = false;
}

void sock_control_fini(struct sock_control *c)
{
	sock_rights_drop(TAKE(c->rights));
	c->has = 0;
}

/* ---- from the guest ---- */

struct cursor {
	const char *at;
	size_t left;
};

/* The next message of the buffer: 1 and its data, 0: there is none, -EINVAL: it lies about itself. */
static int next_message(struct cursor *c, struct lx_cmsghdr *ret, const char **ret_data)
{
	size_t step;

	if (c->left < sizeof(*ret))
		return 0;
	memcpy(ret, c->at, sizeof(*ret));
	if (ret->cmsg_len < sizeof(*ret) || ret->cmsg_len > c->left)
		return -EINVAL;
	*ret_data = c->at + sizeof(*ret);
	step = MIN((size_t)LX_CMSG_ALIGN(ret->cmsg_len), c->left);
	c->at += step;
	c->left -= step;
	return 1;
}

static size_t data_len(const struct lx_cmsghdr *h)
{
	return h->cmsg_len - sizeof(*h);
}

/* Are they ids of the caller, or may it speak for others? unix(7), SCM_CREDENTIALS. */
static int check_cred(struct ctx *ctx, const struct lx_ucred *u)
{
	const struct cred *c = ctx->cred;
	bool uid_ok = u->uid == c->uid || u->uid == c->euid || u->uid == c->suid;
	bool gid_ok = u->gid == c->gid || u->gid == c->egid || u->gid == c->sgid;

	if (u->uid == UINT32_MAX || u->gid == UINT32_MAX)
		return -EINVAL;
	if (u->pid != ctx->tgid && !cred_capable(c, LX_CAP_SYS_ADMIN))
		return -EPERM;
	if (!uid_ok && !cred_capable(c, LX_CAP_SETUID))
		return -EPERM;
	return gid_ok || cred_capable(c, LX_CAP_SETGID) ? 0 : -EPERM;
}

static int parse_cred(struct ctx *ctx, const struct lx_cmsghdr *h, const char *data,
		      struct sock_control *ret)
{
	if (h->cmsg_len != LX_CMSG_LEN(sizeof(ret->cred)))
		return -EINVAL;
	memcpy(&ret->cred, data, sizeof(ret->cred));
	ret->has |= CONTROL_HAS_CRED;
	return check_cred(ctx, &ret->cred);
}

static int add_rights(struct fdtable *fds, const struct lx_cmsghdr *h, const char *data,
		      struct sock_rights *to)
{
	for (size_t i = 0; i < data_len(h) / sizeof(int32_t); i++) {
		struct file *f;
		int32_t fd;

		memcpy(&fd, data + i * sizeof(fd), sizeof(fd));
		f = fdtable_get(fds, fd);
		if (!f)
			return -EBADF;
		to->files[to->n++] = f;
	}
	return 0;
}

static bool is_rights(const struct lx_cmsghdr *h)
{
	return h->cmsg_level == LX_SOL_SOCKET && h->cmsg_type == LX_SCM_RIGHTS;
}

/* How many files the messages name; -EINVAL: more than may be, or a message is wrong. */
static int count_rights(struct cursor c, uint32_t *ret)
{
	struct lx_cmsghdr h;
	const char *data;
	size_t n = 0;
	int r;

	while ((r = next_message(&c, &h, &data)) > 0) {
		if (is_rights(&h))
			n += data_len(&h) / sizeof(int32_t);
		if (n > LX_SCM_MAX_FD)
			return -EINVAL;
	}
	*ret = (uint32_t)n;
	return r;
}

/* Levels of other protocols are theirs to read; here they mean nothing. */
static int parse_message(struct ctx *ctx, struct fdtable *fds, int family, struct lx_cmsghdr *h,
			 const char *data, struct sock_control *ret)
{
	if (h->cmsg_level != LX_SOL_SOCKET)
		return 0;
	switch (h->cmsg_type) {
	case LX_SCM_RIGHTS:
		if (family != LX_AF_UNIX)
			return -EINVAL;
		return ret->rights ? add_rights(fds, h, data, ret->rights) : 0;
	case LX_SCM_CREDENTIALS:
		return parse_cred(ctx, h, data, ret);
	default:
		return -EINVAL;
	}
}

int sock_control_parse(struct ctx *ctx, struct fdtable *fds, int family, const void *buf,
		       size_t len, struct sock_control *ret)
{
	struct cursor c = {buf, len};
	struct lx_cmsghdr h;
	const char *data;
	uint32_t n;
	int r = count_rights(c, &n);

	if (r == 0 && n > 0) {
		ret->rights = sock_rights_new(n);
		r = ret->rights ? 0 : -ENOMEM;
	}
	while (r == 0 && (r = next_message(&c, &h, &data)) > 0)
		r = parse_message(ctx, fds, family, &h, data, ret);
	if (r < 0)
		sock_control_fini(ret);
	return r;
}

/* ---- to the guest ---- */

/* Write a header and its data, both cut to the room; a bad address loses the message, as in Linux. */
static void put_message(struct control_room *room, int type, const void *data, size_t n,
			unsigned *out_flags)
{
	struct lx_cmsghdr h = {.cmsg_level = LX_SOL_SOCKET, .cmsg_type = type};
	uint64_t len = LX_CMSG_LEN(n), space;
	uaddr_t after;

	if (room->left < sizeof(h)) {
		*out_flags |= LX_MSG_CTRUNC;
		return;
	}
	if (room->left < len) {
		*out_flags |= LX_MSG_CTRUNC;
		len = room->left;
	}
	h.cmsg_len = len;
	if (!uaddr_add_ok(room->at, sizeof(h), &after) ||
	    copy_out(room->mm, room->at, &h, sizeof(h)) < 0 ||
	    copy_out(room->mm, after, data, len - sizeof(h)) < 0)
		return;
	space = MIN((uint64_t)LX_CMSG_SPACE(n), room->left);
	room->at.va += space;
	room->left -= space;
}

/* One file becomes a descriptor whose number stands at `at`. It is the guest's only if it was told.
 */
static int put_file(struct ctx *ctx, struct control_room *room, struct file *f, uaddr_t at)
{
	int32_t fd;
	int r = fdtable_reserve(room->fds, ctx, 0, room->cloexec, &fd);

	if (r < 0)
		return r;
	r = copy_out(room->mm, at, &fd, sizeof(fd));
	if (r < 0)
		fdtable_unreserve(room->fds, fd);
	else
		fdtable_fill(room->fds, fd, file_get(f));
	return r;
}

static void put_rights(struct ctx *ctx, const struct sock_rights *rights, struct control_room *room,
		       unsigned *out_flags)
{
	struct lx_cmsghdr h = {.cmsg_level = LX_SOL_SOCKET, .cmsg_type = LX_SCM_RIGHTS};
	uint64_t fit = room->left < sizeof(h) ? 0 : (room->left - sizeof(h)) / sizeof(int32_t);
	uint64_t space;
	uint32_t i;

	fit = MIN(fit, (uint64_t)rights->n);
	for (i = 0; i < fit; i++) {
		uaddr_t at;

		if (!uaddr_add_ok(room->at, sizeof(h) + i * sizeof(int32_t), &at) ||
		    put_file(ctx, room, rights->files[i], at) < 0)
			break;
	}
	if (i < rights->n)
		*out_flags |= LX_MSG_CTRUNC;
	if (i == 0)
		return;
	h.cmsg_len = LX_CMSG_LEN(i * sizeof(int32_t));
	if (copy_out(room->mm, room->at, &h, sizeof(h)) < 0)
		return;
	space = MIN((uint64_t)LX_CMSG_SPACE(i * sizeof(int32_t)), room->left);
	room->at.va += space;
	room->left -= space;
}

static void put_time(const struct sock_control *c, struct control_room *room, unsigned *out_flags)
{
	struct lx_timespec ts = ns_to_timespec(c->time_ns);
	struct lx_timeval tv = {.tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / 1000};

	if (c->has & CONTROL_HAS_TIMESTAMPNS)
		put_message(room, LX_SCM_TIMESTAMPNS, &ts, sizeof(ts), out_flags);
	else if (c->has & CONTROL_HAS_TIMESTAMP)
		put_message(room, LX_SCM_TIMESTAMP, &tv, sizeof(tv), out_flags);
}

void sock_control_put(struct ctx *ctx, struct sock_control *c, struct control_room *room,
		      unsigned *out_flags)
{
	put_time(c, room, out_flags);
	if (c->has & CONTROL_HAS_CRED)
		put_message(room, LX_SCM_CREDENTIALS, &c->cred, sizeof(c->cred), out_flags);
	if (c->rights)
		put_rights(ctx, c->rights, room, out_flags);
	sock_control_fini(c);
}
