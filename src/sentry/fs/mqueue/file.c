/* SPDX-License-Identifier: Apache-2.0 */
/* A queue as an open file: mq_send(3), mq_receive(3), mq_notify(3), mq_getattr(3), poll(2), and
 * read(2), which tells its state. */
#include <errno.h>
#include <string.h>

#include "abi/poll.h"
#include "base/strbuf.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/mqueue/mqueue_priv.h"
#include "sentry/vfs/file.h"

/* FILENT_SIZE of Linux: the longest that a status line may be. */
#define STATUS_MAX 80

static struct mq *mq_of(struct file *f)
{
	return &mq_node_of(f->inode)->q;
}

static void touch(struct file *f)
{
	inode_touch_atime(f->inode);
	inode_touch_mtime(f->inode);
}

/* ---- messages ---- */

int mqueue_send(struct ctx *ctx, struct file *f, struct mq_message *m, int64_t deadline_ns)
{
	struct mq_listener *told;
	int r = mq_send(ctx, mq_of(f), m, !file_nonblocking(f), deadline_ns, &told);

	if (r < 0)
		return r;
	touch(f);
	if (told) {
		told->tell(told, ctx->tgid, ctx->cred->uid);
		told->drop(told);
	}
	return 0;
}

int mqueue_receive(struct ctx *ctx, struct file *f, int64_t deadline_ns, struct mq_message **ret)
{
	int r = mq_receive(ctx, mq_of(f), !file_nonblocking(f), deadline_ns, ret);

	if (r == 0)
		touch(f);
	return r;
}

uint64_t mqueue_message_size(struct file *f)
{
	return mq_of(f)->msgsize;
}

void mqueue_attr(struct file *f, struct lx_mq_attr *ret)
{
	struct mq *q = mq_of(f);

	GUARD(&q->lock);
	*ret = (struct lx_mq_attr){
		.mq_flags = f->flags & LX_O_NONBLOCK,
		.mq_maxmsg = (int64_t)q->maxmsg,
		.mq_msgsize = (int64_t)q->msgsize,
		.mq_curmsgs = (int64_t)q->count,
	};
}

/* ---- being told ---- */

int mqueue_listen(struct file *f, struct mq_listener *l)
{
	struct mq *q = mq_of(f);

	GUARD(&q->lock);
	if (q->listener)
		return -EBUSY;
	q->listener = l;
	inode_touch_atime(f->inode);
	return 0;
}

void mqueue_unlisten(struct file *f, int32_t owner)
{
	struct mq_listener *gone = NULL;
	struct mq *q = mq_of(f);

	lock_acquire(&q->lock);
	if (q->listener && q->listener->owner == owner)
		gone = TAKE(q->listener);
	lock_release(&q->lock);
	if (gone)
		gone->drop(gone);
}

/* ---- the file ---- */

static ssize_t mq_file_read(struct ctx *ctx UNUSED, struct file *f, struct uio *dst, int64_t pos)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	struct mq *q = mq_of(f);

	lock_acquire(&q->lock);
	strbuf_addf(&sb, "QSIZE:%-10llu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
		    (unsigned long long)q->bytes, q->listener ? q->listener->notify : 0,
		    q->listener ? q->listener->signo : 0, q->listener ? q->listener->owner : 0);
	lock_release(&q->lock);
	if (strbuf_result(&sb) < 0)
		return -ENOMEM;
	inode_touch_atime(f->inode);
	if (pos < 0 || (size_t)pos >= sb.len)
		return 0;
	return uio_put(dst, sb.s + pos, MIN(sb.len - (size_t)pos, dst->resid));
}

static int64_t mq_file_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	return file_seek_generic(ctx, f, off, whence, STATUS_MAX);
}

static uint32_t mq_file_poll(struct file *f)
{
	struct mq *q = mq_of(f);

	GUARD(&q->lock);
	return (q->count > 0 ? LX_POLLIN | LX_POLLRDNORM : 0u) |
	       (q->count < q->maxmsg ? LX_POLLOUT | LX_POLLWRNORM : 0u);
}

static struct waitq *mq_file_waitq(struct file *f)
{
	return &mq_of(f)->wq;
}

static int mq_file_flush(struct ctx *ctx, struct file *f)
{
	if (ctx)
		mqueue_unlisten(f, ctx->tgid);
	return 0;
}

static const struct file_ops mq_file_ops = {
	.read = mq_file_read,
	.seek = mq_file_seek,
	.poll = mq_file_poll,
	.waitq = mq_file_waitq,
	.flush = mq_file_flush,
};

int mq_file_open(struct ctx *ctx UNUSED, struct inode *i UNUSED, struct file *f)
{
	f->ops = &mq_file_ops;
	return 0;
}

bool mqueue_is(struct file *f)
{
	return f->ops == &mq_file_ops;
}
