/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host descriptors as streams. Nothing here sleeps in the host: data moves by hostfd_read_now and
 * hostfd_write_now, and a sleeper waits on the file's queue, which the notifier feeds.
 */
#include "sentry/fs/hostio/hostio.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "abi/poll.h"
#include "abi/stat.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/hostio/hostio_priv.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

#define HOSTIO_CHUNK 65536

static SLAB_DEFINE(hostio_slab, struct hostio);
static SLAB_DEFINE(inode_slab, struct hostio_inode);

static _Atomic(struct superblock *) hostio_sb;

/* Sleep until the stream may be ready. */
static int wait_ready(struct ctx *ctx, struct file *f)
{
	return file_nonblocking(f) ? -EAGAIN : ctx_block(ctx, CTX_FOREVER);
}

/* One chunk to the guest. 0: end of file. */
static ssize_t read_chunk(struct hostio *h, struct uio *dst, void *buf)
{
	ssize_t n = hostfd_read_now(h->host, buf, MIN(dst->resid, (size_t)HOSTIO_CHUNK));

	return n <= 0 ? n : uio_put(dst, buf, (size_t)n);
}

static ssize_t hostio_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos)
{
	struct hostio *h = f->priv;
	AUTO(arena_free) void *buf = arena_alloc(MIN(dst->resid, (size_t)HOSTIO_CHUNK));
	struct waiter w;
	ssize_t r = h->tty ? ctty_check_read(ctx, &h->tty->ctty) : 0;

	(void)pos;
	if (r < 0)
		return r;
	if (!buf)
		return -ENOMEM;
	waiter_init(&w, ctx, LX_POLLIN);
	waitq_add(&h->wq, &w);
	while ((r = read_chunk(h, dst, buf)) == -EAGAIN) {
		r = wait_ready(ctx, f);
		if (r < 0)
			break;
	}
	waitq_del(&w);
	return r;
}

/* Write what was fetched; sleeps when the host's buffer is full. Returns what was written, or an
 * error if nothing was. */
static ssize_t write_all(struct ctx *ctx, struct file *f, const char *buf, size_t n)
{
	struct hostio *h = f->priv;
	size_t done = 0;

	while (done < n) {
		ssize_t r = hostfd_write_now(h->host, buf + done, n - done);

		if (r == -EAGAIN)
			r = wait_ready(ctx, f);
		else if (r > 0)
			done += (size_t)r;
		if (r < 0)
			return done > 0 ? (ssize_t)done : r;
	}
	return (ssize_t)done;
}

static ssize_t write_chunks(struct ctx *ctx, struct file *f, struct uio *src, char *buf)
{
	ssize_t total = 0;

	do {
		ssize_t n = uio_get(src, buf, MIN(src->resid, (size_t)HOSTIO_CHUNK));
		ssize_t r = n < 0 ? n : write_all(ctx, f, buf, (size_t)n);

		if (r < 0)
			return total > 0 ? total : r;
		total += r;
		if (r < n) {
			uio_revert(src, (size_t)(n - r));
			return total;
		}
	} while (src->resid > 0);
	return total;
}

static ssize_t hostio_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	struct hostio *h = f->priv;
	AUTO(arena_free) char *buf = arena_alloc(MIN(src->resid, (size_t)HOSTIO_CHUNK));
	struct waiter w;
	ssize_t r = h->tty ? hostio_tty_check_write(ctx, h) : 0;

	(void)pos;
	if (r < 0)
		return r;
	if (!buf)
		return -ENOMEM;
	waiter_init(&w, ctx, LX_POLLOUT);
	waitq_add(&h->wq, &w);
	r = write_chunks(ctx, f, src, buf);
	waitq_del(&w);
	if (r == -EPIPE)
		ctx->ops->signal_self(ctx, 13);
	return r;
}

static int64_t hostio_lseek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	struct hostio *h = f->priv;

	(void)ctx;
	return hostio_host_seek(h->host, off, whence);
}

static uint32_t hostio_poll(struct file *f)
{
	struct hostio *h = f->priv;

	return hostfd_poll(h->host);
}

static struct waitq *hostio_waitq(struct file *f)
{
	struct hostio *h = f->priv;

	return &h->wq;
}

void hostio_stream_put(struct hostio *h)
{
	if (!h || !ref_put(&h->ref))
		return;
	hostfd_unwatch(h->host);
	hostfd_put(h->host);
	waitq_fini(&h->wq);
	slab_free(&hostio_slab, h);
}

static void hostio_release(struct file *f)
{
	hostio_stream_put(f->priv);
}

static const struct file_ops hostio_ops = {
	.read = hostio_read,
	.write = hostio_write,
	.seek = hostio_lseek,
	.poll = hostio_poll,
	.waitq = hostio_waitq,
	.ioctl = hostio_ioctl,
	.release = hostio_release,
};

void hostio_attach(struct hostio *h, struct file *f)
{
	ref_get(&h->ref);
	f->priv = h;
	f->kind = FILE_STREAM;
	f->ops = &hostio_ops;
}

/* ---- the inode: what fstat says of the host's file ---- */

static int hostio_getattr(struct ctx *ctx, struct inode *i, struct kstat *ret)
{
	struct hostio_inode *hi = container_of(i, struct hostio_inode, inode);
	int r;

	(void)ctx;
	inode_fill_stat(i, ret);
	r = hostio_host_stat(hi->host, ret);
	ret->dev = i->sb->dev;
	ret->ino = i->ino;
	return r;
}

/* ftruncate(1, n), and O_TRUNC of /dev/stdout. Owner, mode and times are for the host to change. */
static int hostio_setattr(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	struct hostio_inode *hi = container_of(i, struct hostio_inode, inode);

	(void)ctx;
	if (!(attr->valid & IATTR_SIZE)) /* set-id bits that a cut clears the host clears itself */
		return attr->valid ? -EPERM : 0;
	return hostio_host_truncate(hi->host, attr->size);
}

static void hostio_inode_release(struct inode *i)
{
	struct hostio_inode *hi = container_of(i, struct hostio_inode, inode);

	hostio_stream_put(hi->h);
	hostfd_put(hi->host);
	slab_free(&inode_slab, hi);
}

/*
 * By /proc/pid/fd, and so by /dev/stdout. The host's own description is all that there is, so it can
 * be opened for what that is open for. Differs: offset and O_APPEND stay those of the first opener.
 */
static int hostio_reopen(struct ctx *ctx, struct inode *i, struct file *f)
{
	struct hostio_inode *hi = container_of(i, struct hostio_inode, inode);
	unsigned flags, has, want = f->flags & LX_O_ACCMODE;
	int r = hostio_host_flags(hi->host, &flags);

	(void)ctx;
	if (r < 0)
		return r;
	has = flags & LX_O_ACCMODE;
	if (!hi->h || (has != LX_O_RDWR && has != want))
		return -EACCES;
	hostio_attach(hi->h, f);
	return 0;
}

static const struct inode_ops hostio_inode_ops = {
	.getattr = hostio_getattr,
	.setattr = hostio_setattr,
	.open = hostio_reopen,
	.release = hostio_inode_release,
};

static const struct fs_ops hostio_fs_ops = {.name = "hostio"};

/* One superblock for all, made by the first opener: boot opens stdio before there is a second
 * thread. */
static struct superblock *hostio_superblock(void)
{
	struct superblock *sb = atomic_load(&hostio_sb);

	if (!sb) {
		sb = superblock_new(&hostio_fs_ops, 0, NULL);
		atomic_store(&hostio_sb, sb);
	}
	return sb;
}

static int new_inode(struct hostfd *host, struct inode **ret)
{
	struct superblock *sb = hostio_superblock();
	struct hostio_inode *hi;
	struct kstat st = {0};
	int r = hostio_host_stat(host, &st);

	if (r < 0)
		return r;
	hi = sb ? slab_alloc(&inode_slab) : NULL;
	if (!hi)
		return -ENOMEM;
	hi->host = hostfd_get(host);
	inode_init(&hi->inode, sb, &hostio_inode_ops, hostio_ino(&st), st.mode, NULL);
	hi->inode.rdev = st.rdev;
	*ret = &hi->inode;
	return 0;
}

static struct hostio *new_stream(struct hostfd *host, unsigned flags)
{
	struct hostio *h = slab_alloc(&hostio_slab);

	if (!h)
		return NULL;
	ref_init(&h->ref);
	waitq_init(&h->wq);
	h->host = hostfd_get(host);
	if (hostio_tty_find(h, (flags & LX_O_ACCMODE) == LX_O_RDWR) < 0) {
		hostio_stream_put(h);
		return NULL;
	}
	return h;
}

int hostio_open(struct hostfd *host, struct file **ret)
{
	unsigned flags;
	AUTO(inode_put) struct inode *inode = NULL;
	struct hostio *h;
	struct file *f;
	int r = hostio_host_flags(host, &flags);

	if (r == 0)
		r = new_inode(host, &inode);
	if (r < 0)
		return r;
	h = new_stream(host, flags);
	if (!h)
		return -ENOMEM;
	r = file_new_anon("hostio", inode, &hostio_ops, FILE_STREAM, flags, h, &f);
	if (r < 0) {
		hostio_stream_put(h);
		return r;
	}
	ref_get(&h->ref);
	container_of(inode, struct hostio_inode, inode)->h = h;
	inode = NULL; /* the file has it */
	r = hostfd_watch(host, &h->wq);
	if (r < 0 && r != -EPERM) { /* EPERM: always ready */
		file_put(f);
		return r;
	}
	*ret = f;
	return 0;
}
