/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets as files: the families, the life of a struct socket, and the file that a descriptor
 * names. Each file has an inode of its own on sockfs, a filesystem that is never mounted. What a
 * call does is the family's.
 */
#include "sentry/socket/socket.h"

#include <errno.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/ctx.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/mm/uaccess.h"
#include "sentry/socket/socket_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

static SLAB_DEFINE(socket_inode_slab, struct inode);

/* ---- families ---- */

static const struct sock_family *_Atomic families[LX_AF_MAX];

void sock_family_register(const struct sock_family *family)
{
	families[family->domain] = family;
}

int socket_create(struct ctx *ctx, int domain, int type, int protocol, struct socket **ret)
{
	const struct sock_family *family;

	if (domain < 0 || domain >= LX_AF_MAX)
		return -EAFNOSUPPORT;
	if (type < 0 || type >= LX_SOCK_MAX)
		return -EINVAL;
	if (domain == LX_AF_INET && type == LX_SOCK_PACKET)
		domain = LX_AF_PACKET; /* as programs of old say it */
	family = families[domain];
	return family ? family->create(ctx, type, protocol, ret) : -EAFNOSUPPORT;
}

/* ---- life ---- */

void socket_init(struct socket *s, const struct sock_ops *ops, int domain, int type, int protocol)
{
	s->ops = ops;
	ref_init(&s->ref);
	s->family = domain;
	s->type = type;
	s->protocol = protocol;
	lock_init(&s->lock, RANK_SOCKET, "socket");
	waitq_init(&s->wq);
	sock_options_init(&s->opt);
}

void socket_fini(struct socket *s)
{
	waitq_fini(&s->wq);
	lock_fini(&s->lock);
}

struct socket *socket_get(struct socket *s)
{
	ref_get(&s->ref);
	return s;
}

void socket_put(struct socket *s)
{
	if (s && ref_put(&s->ref))
		s->ops->free(s);
}

int socket_take_error(struct socket *s)
{
	return s->error == 0 ? 0 : -atomic_exchange(&s->error, 0);
}

/* ---- sleeping ---- */

#define DEADLINE_NOW INT64_MIN

int64_t socket_deadline(int64_t timeout_ns, bool nonblock)
{
	int64_t deadline;

	if (nonblock || timeout_ns == 0)
		return DEADLINE_NOW;
	if (timeout_ns == INT64_MAX || !add_ok(clock_monotonic_ns(), timeout_ns, &deadline))
		return CTX_FOREVER;
	return deadline;
}

int socket_sleep(struct ctx *ctx, int64_t deadline)
{
	int r;

	if (deadline == DEADLINE_NOW)
		return -EAGAIN;
	r = ctx_block(ctx, deadline);
	if (r == -ETIMEDOUT)
		return -EAGAIN;
	return r == -LX_ERESTARTSYS && deadline != CTX_FOREVER ? -EINTR : r;
}

/* ---- the file ---- */

static struct socket *socket_in(struct file *f)
{
	return f->priv;
}

static ssize_t socket_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos UNUSED)
{
	struct socket *s = socket_in(f);
	struct sock_msg m = {.flags = file_nonblocking(f) ? LX_MSG_DONTWAIT : 0};
	ssize_t n;

	if (dst->resid == 0)
		return 0;
	if (!s->ops->recv)
		return -EOPNOTSUPP;
	n = s->ops->recv(ctx, s, &m, dst);
	sock_control_fini(&m.control); /* files that came along have nowhere to go */
	return n;
}

static ssize_t socket_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos UNUSED)
{
	struct socket *s = socket_in(f);
	struct sock_msg m = {.flags = file_nonblocking(f) ? LX_MSG_DONTWAIT : 0};
	ssize_t n;

	if (s->type == LX_SOCK_SEQPACKET)
		m.flags |= LX_MSG_EOR;
	if (!s->ops->send)
		return -EOPNOTSUPP;
	n = s->ops->send(ctx, s, &m, src);
	sock_control_fini(&m.control);
	return n;
}

static uint32_t socket_poll(struct file *f)
{
	struct socket *s = socket_in(f);

	return s->ops->poll(s);
}

static struct waitq *socket_waitq(struct file *f)
{
	return &socket_in(f)->wq;
}

static long get_owner(struct file *f, struct mm *mm, uint64_t arg)
{
	int32_t pid = f->owner_pid;

	return copy_out(mm, uaddr(arg), &pid, sizeof(pid));
}

static long set_owner(struct file *f, struct mm *mm, uint64_t arg)
{
	int32_t pid;
	int r = copy_in(mm, &pid, uaddr(arg), sizeof(pid));

	if (r == 0 && pid == INT32_MIN)
		r = -EINVAL;
	if (r == 0)
		f->owner_pid = pid;
	return r;
}

static long socket_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg)
{
	struct socket *s = socket_in(f);

	switch (cmd) {
	case LX_FIOSETOWN:
	case LX_SIOCSPGRP:
		return set_owner(f, mm, arg);
	case LX_FIOGETOWN:
	case LX_SIOCGPGRP:
		return get_owner(f, mm, arg);
	default:
		return s->ops->ioctl ? s->ops->ioctl(ctx, s, mm, cmd, arg) : -ENOTTY;
	}
}

static void socket_release(struct file *f)
{
	struct socket *s = socket_in(f);

	s->ops->close(s);
	s->inode = NULL;
	socket_put(s);
}

static const struct file_ops socket_file_ops = {
	.read = socket_read,
	.write = socket_write,
	.poll = socket_poll,
	.waitq = socket_waitq,
	.ioctl = socket_ioctl,
	.release = socket_release,
};

struct socket *socket_of(struct file *f)
{
	return f->ops == &socket_file_ops && !f->opath ? socket_in(f) : NULL;
}

/* ---- sockfs ---- */

static void socket_inode_release(struct inode *i)
{
	slab_free(&socket_inode_slab, i);
}

static const struct inode_ops socket_inode_ops = {.release = socket_inode_release};
static const struct fs_ops sockfs_ops = {.name = "sockfs"};
static struct superblock *_Atomic sockfs; /* made on first use, for ever */
static _Atomic uint64_t last_ino;

static struct superblock *need_sockfs(void)
{
	struct superblock *sb = sockfs, *none = NULL;

	if (sb)
		return sb;
	sb = superblock_new(&sockfs_ops, LX_SOCKFS_MAGIC, NULL);
	if (sb && !atomic_compare_exchange_strong(&sockfs, &none, sb)) {
		superblock_put(sb);
		sb = none;
	}
	return sb;
}

static struct inode *new_inode(struct ctx *ctx)
{
	struct superblock *sb = need_sockfs();
	struct inode *i = sb ? slab_alloc(&socket_inode_slab) : NULL;

	if (i)
		inode_init(i, sb, &socket_inode_ops, atomic_fetch_add(&last_ino, 1) + 1,
			   LX_S_IFSOCK | 0777, ctx);
	return i;
}

int socket_file_new(struct ctx *ctx, struct socket *s, unsigned flags, struct file **ret)
{
	struct inode *i = new_inode(ctx);
	int r;

	if (!i)
		return -ENOMEM;
	s->ino = i->ino;
	r = file_new_anon("socket", i, &socket_file_ops, FILE_STREAM, LX_O_RDWR | flags, s, ret);
	if (r < 0)
		inode_put(i);
	else
		s->inode = i;
	return r;
}
