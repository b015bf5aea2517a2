/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two ends of a pipe as files, and FIFOs as one file for both. Each description counts in
 * readers, writers or both; when the last of a side goes, the other side is told.
 */
#include "sentry/fs/pipe/pipe.h"

#include <errno.h>

#include "abi/capability.h"
#include "abi/fcntl.h"
#include "abi/ioctl.h"
#include "abi/poll.h"
#include "abi/signal.h"
#include "abi/stat.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/pipe/pipe_priv.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

static SLAB_DEFINE(inode_slab, struct inode);

static struct pipe *pipe_of(struct file *f)
{
	return f->priv;
}

/* ---- reading and writing ---- */

/* 0 and *ret_end false: nothing there now. */
static ssize_t try_read(struct pipe *p, struct uio *dst, bool *ret_end)
{
	ssize_t n;

	GUARD(&p->lock);
	n = pipe_ring_take(p, dst);
	*ret_end = n == 0 && p->writers == 0;
	return n;
}

static ssize_t pipe_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos)
{
	struct pipe *p = pipe_of(f);
	struct waiter w;
	bool end = false;
	ssize_t r;

	(void)pos;
	if (dst->resid == 0)
		return 0;
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&p->wq, &w);
	while ((r = try_read(p, dst, &end)) == 0 && !end) {
		r = file_nonblocking(f) ? -EAGAIN : ctx_block(ctx, CTX_FOREVER);
		if (r < 0)
			break;
	}
	waitq_del(&w);
	if (r > 0)
		waitq_wake(&p->wq, LX_POLLOUT);
	return r;
}

/* Bytes written now; -EPIPE: nobody will read. */
static ssize_t try_write(struct pipe *p, struct file *f, struct uio *src)
{
	GUARD(&p->lock);
	if (p->readers == 0)
		return -EPIPE;
	return pipe_ring_put_bytes(p, src, (f->flags & LX_O_DIRECT) != 0);
}

/* All of src, sleeping while the ring is full. A first error counts only if nothing was written. */
static ssize_t write_all(struct ctx *ctx, struct file *f, struct pipe *p, struct uio *src)
{
	ssize_t total = 0;

	for (;;) {
		ssize_t r = try_write(p, f, src);

		if (r > 0) {
			total += r;
			waitq_wake(&p->wq, LX_POLLIN);
		}
		if (r >= 0 && src->resid == 0)
			return total;
		if (r == 0)
			r = file_nonblocking(f) ? -EAGAIN : ctx_block(ctx, CTX_FOREVER);
		if (r < 0)
			return total > 0 && r != -EPIPE ? total : r;
	}
}

static ssize_t pipe_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	struct pipe *p = pipe_of(f);
	struct waiter w;
	ssize_t r;

	(void)pos;
	if (src->resid == 0)
		return 0;
	waiter_init(&w, ctx, LX_POLLOUT);
	waitq_add(&p->wq, &w);
	r = write_all(ctx, f, p, src);
	waitq_del(&w);
	if (r == -EPIPE) {
		ctx->ops->signal_self(ctx, LX_SIGPIPE);
		if (uio_moved(src) > 0)
			r = (ssize_t)uio_moved(src);
	}
	return r;
}

static uint32_t pipe_poll(struct file *f)
{
	struct pipe *p = pipe_of(f);
	uint32_t ev = 0;

	GUARD(&p->lock);
	if (file_readable(f)) {
		if (p->used > 0)
			ev |= LX_POLLIN | LX_POLLRDNORM;
		if (p->writers == 0 && pipe_had_writer(p, f))
			ev |= LX_POLLHUP;
	}
	if (file_writable(f)) {
		if (p->used < p->nslots)
			ev |= LX_POLLOUT | LX_POLLWRNORM;
		if (p->readers == 0)
			ev |= LX_POLLERR;
	}
	return ev;
}

static struct waitq *pipe_waitq(struct file *f)
{
	return &pipe_of(f)->wq;
}

static long pipe_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg)
{
	struct pipe *p = pipe_of(f);
	int32_t n;

	(void)ctx;
	if (cmd != LX_FIONREAD)
		return -ENOTTY;
	lock_acquire(&p->lock);
	n = (int32_t)pipe_ring_bytes(p);
	lock_release(&p->lock);
	return copy_out(mm, uaddr(arg), &n, sizeof(n));
}

static long pipe_fcntl(struct ctx *ctx, struct file *f, int cmd, uint64_t arg)
{
	struct pipe *p = pipe_of(f);
	long r;

	if (cmd != LX_F_SETPIPE_SZ && cmd != LX_F_GETPIPE_SZ)
		return -EINVAL;
	lock_acquire(&p->lock);
	r = cmd == LX_F_GETPIPE_SZ ? (long)p->nslots * PIPE_BUF_SIZE
				   : pipe_ring_resize(p, (uint32_t)arg,
						      cred_capable(ctx->cred, LX_CAP_SYS_RESOURCE));
	lock_release(&p->lock);
	if (cmd == LX_F_SETPIPE_SZ && r > 0)
		waitq_wake(&p->wq, LX_POLLOUT);
	return r;
}

static void pipe_release(struct file *f)
{
	struct pipe *p = pipe_of(f);
	uint32_t ev;

	lock_acquire(&p->lock);
	ev = pipe_count_out(p, f);
	lock_release(&p->lock);
	if (ev)
		waitq_wake(&p->wq, ev);
	pipe_ring_put(p);
}

const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.waitq = pipe_waitq,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.release = pipe_release,
};

int pipe_is(struct file *f)
{
	return f->ops &&
	       f->ops->read == pipe_read; /* a FIFO's table differs in its release alone */
}

/* ---- pipe(2) ---- */

/* The inode keeps the ring, so that it can be opened again. */
static void pipe_inode_release(struct inode *i)
{
	if (i->fifo)
		pipe_ring_put(i->fifo);
	slab_free(&inode_slab, i);
}

/* By /proc/pid/fd: nobody is waited for, unlike with a FIFO. */
static int pipe_reopen(struct ctx *ctx, struct inode *i, struct file *f)
{
	struct pipe *p = i->fifo;

	(void)ctx;
	ref_get(&p->ref);
	f->priv = p;
	f->kind = FILE_STREAM;
	f->ops = &pipe_ops;
	GUARD(&p->lock);
	pipe_count_in(p, f);
	return 0;
}

static const struct inode_ops pipe_inode_ops = {.open = pipe_reopen, .release = pipe_inode_release};
static const struct fs_ops pipefs_ops = {.name = "pipefs"};
static _Atomic(struct superblock *) pipefs;
static _Atomic uint64_t last_ino;

void pipe_make_fs(void)
{
	if (!atomic_load(&pipefs))
		atomic_store(&pipefs, superblock_new(&pipefs_ops, LX_PIPEFS_MAGIC, NULL));
}

static struct inode *new_inode(struct ctx *ctx)
{
	struct superblock *sb = atomic_load(&pipefs);
	struct inode *i = sb ? slab_alloc(&inode_slab) : NULL;

	if (i) {
		inode_init(i, sb, &pipe_inode_ops, atomic_fetch_add(&last_ino, 1) + 1,
			   LX_S_IFIFO | 0600, ctx);
		i->nlink = 1;
	}
	return i;
}

/* One end on inode i; takes a reference to both. The count goes up before the file exists, down in
 * its release. */
static int open_end(struct pipe *p, struct inode *i, unsigned flags, struct file **ret)
{
	struct inode *owned = inode_get(i);
	int r;

	ref_get(&p->ref);
	r = file_new_anon("pipe", owned, &pipe_ops, FILE_STREAM, flags, p, ret);
	if (r < 0) {
		inode_put(owned);
		pipe_ring_put(p);
		return r;
	}
	GUARD(&p->lock);
	pipe_count_in(p, *ret);
	return 0;
}

int pipe_new(struct ctx *ctx, unsigned flags, struct file **ret_read, struct file **ret_write)
{
	AUTO(inode_put) struct inode *i = new_inode(ctx);
	struct pipe *p = i ? pipe_ring_new() : NULL;
	struct file *rd;
	int r;

	if (!p)
		return -ENOMEM;
	ref_get(&p->ref);
	i->fifo = p;
	r = open_end(p, i, LX_O_RDONLY | flags, &rd);
	if (r == 0) {
		r = open_end(p, i, LX_O_WRONLY | flags, ret_write);
		if (r < 0)
			file_put(rd);
		else
			*ret_read = rd;
	}
	pipe_ring_put(p);
	return r;
}

/* ---- tee(2) ---- */

static long try_tee(struct pipe *from, struct pipe *to, size_t len, bool *ret_end)
{
	long n;

	pipe_lock_two(from, to);
	n = to->readers == 0 ? -EPIPE : pipe_ring_copy(from, to, len);
	*ret_end = n == 0 && from->used == 0 && from->writers == 0;
	pipe_unlock_two(from, to);
	return n;
}

long pipe_tee(struct ctx *ctx, struct file *from_file, struct file *to_file, size_t len,
	      unsigned splice_flags)
{
	struct pipe *from = pipe_of(from_file), *to = pipe_of(to_file);
	struct waiter in, out;
	bool end = false;
	long r;

	if (!pipe_is(from_file) || !pipe_is(to_file) || from == to)
		return -EINVAL;
	waiter_init(&in, ctx, LX_POLLIN);
	waiter_init(&out, ctx, LX_POLLOUT);
	waitq_add(&from->wq, &in);
	waitq_add(&to->wq, &out);
	while ((r = try_tee(from, to, len, &end)) == 0 && !end) {
		r = splice_flags & LX_SPLICE_F_NONBLOCK ? -EAGAIN : ctx_block(ctx, CTX_FOREVER);
		if (r < 0)
			break;
	}
	waitq_del(&in);
	waitq_del(&out);
	if (r > 0)
		waitq_wake(&to->wq, LX_POLLIN);
	if (r == -EPIPE)
		ctx->ops->signal_self(ctx, LX_SIGPIPE);
	return r;
}
