/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From file to file without the guest's memory: sendfile(2), copy_file_range(2), splice(2),
 * vmsplice(2). The bytes pass through one buffer of the Sentry. Only what the target took counts as
 * read: from a file with an offset by advancing it by that much, from a pipe by taking no more than
 * the target has been seen ready for.
 */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/poll.h"
#include "abi/stat.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/core/waitq.h"
#include "sentry/fs/pipe/pipe.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

enum {
	COPY_CHUNK = 64 * 1024,
	PIPE_CHUNK = LX_PIPE_BUF, /* what a writable pipe takes without sleeping */
};

/* One side. pos: where, if the call has a place of its own; else the file's offset is used. */
struct end {
	struct file *f;
	uaddr_t pos_at; /* where the guest keeps pos; NULL: the file's own */
	int64_t pos;
};

static int end_init(struct task *t, struct end *e, struct file *f, uaddr_t pos_at)
{
	*e = (struct end){.f = f, .pos_at = pos_at};
	if (uaddr_is_null(pos_at)) {
		e->pos = f->kind == FILE_SEEKABLE ? f->pos : 0;
		return 0;
	}
	if (f->kind == FILE_STREAM)
		return -ESPIPE;
	if (copy_in(t->mm, &e->pos, pos_at, sizeof(e->pos)) < 0)
		return -EFAULT;
	return e->pos < 0 ? -EINVAL : 0;
}

/* Say how far it came. */
static int end_fini(struct task *t, struct end *e)
{
	int64_t r;

	if (!uaddr_is_null(e->pos_at))
		return copy_out(t->mm, e->pos_at, &e->pos, sizeof(e->pos));
	if (e->f->kind == FILE_STREAM)
		return 0;
	r = file_seek(&t->ctx, e->f, e->pos, LX_SEEK_SET);
	return r < 0 ? (int)r : 0;
}

static ssize_t end_read(struct task *t, struct end *e, char *buf, size_t n)
{
	struct uio u;

	uio_kernel(&u, buf, n);
	if (e->f->kind == FILE_STREAM)
		return file_read(&t->ctx, e->f, &u);
	return file_pread(&t->ctx, e->f, &u, e->pos);
}

static ssize_t end_write(struct task *t, struct end *e, char *buf, size_t n)
{
	struct uio u;

	uio_kernel(&u, buf, n);
	if (e->f->kind == FILE_STREAM)
		return file_write(&t->ctx, e->f, &u);
	return file_pwrite(&t->ctx, e->f, &u, e->pos);
}

/* Sleep until f can do one of `events`. -EAGAIN: it cannot, and nobody shall wait. */
static int wait_ready(struct task *t, struct file *f, uint32_t events, bool nonblock)
{
	struct waitq *q = file_waitq(f);
	struct waiter w;
	int r = 0;

	events |= LX_POLLERR | LX_POLLHUP;
	if ((file_poll(f) & events) || !q)
		return 0;
	if (nonblock)
		return -EAGAIN;
	waiter_init(&w, &t->ctx, events);
	waitq_add(q, &w);
	while (r == 0 && !(file_poll(f) & events))
		r = ctx_block(&t->ctx, CTX_FOREVER);
	waitq_del(&w);
	return r;
}

/*
 * All n bytes, which are out of their source already: a target that does not block is waited for,
 * and only death ends it. What could not be written: *ret_left.
 */
static ssize_t write_all(struct task *t, struct end *out, char *buf, size_t n)
{
	size_t done = 0;
	ssize_t w = 0;

	while (done < n) {
		w = end_write(t, out, buf + done, n - done);
		if (w == -EAGAIN && wait_ready(t, out->f, LX_POLLOUT, false) == 0)
			continue;
		if (w <= 0)
			break;
		done += (size_t)w;
		out->pos += w;
	}
	return done > 0 ? (ssize_t)done : w;
}

/* One round: bytes, 0 at the end, -errno. */
static ssize_t copy_chunk(struct task *t, struct end *in, struct end *out, char *buf, size_t n)
{
	ssize_t got = end_read(t, in, buf, n), put;

	if (got <= 0)
		return got;
	if (in->f->kind == FILE_STREAM)
		return write_all(t, out, buf, (size_t)got);
	put = end_write(t, out, buf, (size_t)got);
	if (put > 0) {
		in->pos += put;
		out->pos += put;
	}
	return put;
}

/* Until len bytes, the end, or a target that takes no more. */
static ssize_t copy_all(struct task *t, struct end *in, struct end *out, size_t len)
{
	char *buf = arena_alloc(MIN(len, (size_t)COPY_CHUNK));
	size_t done = 0;
	ssize_t n = 0;

	if (!buf)
		return -ENOMEM;
	while (done < len) {
		size_t want = MIN(len - done, (size_t)COPY_CHUNK);

		n = copy_chunk(t, in, out, buf, want);
		if (n <= 0)
			break;
		done += (size_t)n;
		if ((size_t)n < want || ctx_interrupted(&t->ctx))
			break;
	}
	arena_free(buf);
	return done > 0 ? (ssize_t)done : n;
}

/* --- sendfile --- */

long sys_sendfile(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *out = fdtable_get_nopath(t->fds, arg_int(a, 0));
	AUTO(file_put) struct file *in = fdtable_get_nopath(t->fds, arg_int(a, 1));
	size_t len = MIN(arg_size(a, 3), (size_t)UACCESS_MAX_RW);
	struct end from, to;
	ssize_t n;
	int r;

	if (!in || !file_readable(in) || !out || !file_writable(out))
		return -EBADF;
	r = end_init(t, &from, in, arg_uaddr(a, 2));
	if (r == 0)
		r = end_init(t, &to, out, uaddr(0));
	if (r < 0)
		return r;
	if (in->kind == FILE_STREAM || !in->ops->read || (out->flags & LX_O_APPEND))
		return -EINVAL;
	if (len == 0)
		return 0;
	n = copy_all(t, &from, &to, len);
	if (n <= 0)
		return n;
	r = end_fini(t, &to);
	if (r == 0)
		r = end_fini(t, &from);
	return r < 0 ? r : n;
}

/* --- copy_file_range --- */

static int check_range_ends(const struct end *in, const struct end *out, size_t len)
{
	uint32_t in_type = inode_type(in->f->inode), out_type = inode_type(out->f->inode);
	int64_t in_hi, out_hi;

	if (in_type == LX_S_IFDIR || out_type == LX_S_IFDIR)
		return -EISDIR;
	if (in_type != LX_S_IFREG || out_type != LX_S_IFREG)
		return -EINVAL;
	if (!file_readable(in->f) || !file_writable(out->f) || (out->f->flags & LX_O_APPEND))
		return -EBADF;
	if (!add_ok(in->pos, len, &in_hi) || !add_ok(out->pos, len, &out_hi))
		return -EOVERFLOW;
	if (in->f->inode == out->f->inode && in->pos < out_hi && out->pos < in_hi)
		return -EINVAL;
	return 0;
}

/* As Linux, the length is cut to the source before overlap is looked at. */
static int cut_to_source(struct task *t, const struct end *in, size_t *len)
{
	struct kstat k;
	int r = inode_getattr(&t->ctx, in->f->inode, &k);

	if (r < 0)
		return r;
	*len = (uint64_t)in->pos >= k.size ? 0 : MIN(*len, (size_t)(k.size - (uint64_t)in->pos));
	return 0;
}

long sys_copy_file_range(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *in = fdtable_get_nopath(t->fds, arg_int(a, 0));
	AUTO(file_put) struct file *out = fdtable_get_nopath(t->fds, arg_int(a, 2));
	size_t len = MIN(arg_size(a, 4), (size_t)UACCESS_MAX_RW);
	struct end from, to;
	ssize_t n;
	int r;

	if (!in || !out)
		return -EBADF;
	r = end_init(t, &from, in, arg_uaddr(a, 1));
	if (r == 0)
		r = end_init(t, &to, out, arg_uaddr(a, 3));
	if (r == 0 && arg_uint(a, 5) != 0)
		r = -EINVAL;
	if (r == 0 && inode_type(in->inode) == LX_S_IFREG)
		r = cut_to_source(t, &from, &len);
	if (r == 0)
		r = check_range_ends(&from, &to, len);
	if (r < 0 || len == 0)
		return r;
	n = copy_all(t, &from, &to, len);
	if (n <= 0)
		return n;
	r = end_fini(t, &to);
	if (r == 0)
		r = end_fini(t, &from);
	return r < 0 ? r : n;
}

/* --- splice --- */

#define SPLICE_FLAGS                                                                               \
	((unsigned)(LX_SPLICE_F_MOVE | LX_SPLICE_F_NONBLOCK | LX_SPLICE_F_MORE | LX_SPLICE_F_GIFT))

/* Once both are ready: as much as moves without sleeping on the pipe, then what is there at once. */
static ssize_t splice_move(struct task *t, struct end *in, struct end *out, size_t len,
			   unsigned flags)
{
	bool nonblock = (flags & LX_SPLICE_F_NONBLOCK) != 0;
	char *buf = arena_alloc(PIPE_CHUNK);
	size_t done = 0;
	ssize_t n = 0;

	if (!buf)
		return -ENOMEM;
	while (done < len) {
		bool wait_not = done > 0;

		n = wait_ready(t, out->f, LX_POLLOUT,
			       wait_not || nonblock || file_nonblocking(out->f));
		if (n == 0)
			n = wait_ready(t, in->f, LX_POLLIN,
				       wait_not || nonblock || file_nonblocking(in->f));
		if (n == 0)
			n = copy_chunk(t, in, out, buf, MIN(len - done, (size_t)PIPE_CHUNK));
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	arena_free(buf);
	return done > 0 ? (ssize_t)done : n;
}

static int check_splice(struct file *in, struct file *out, const struct sysargs *a)
{
	if (!file_readable(in) || !file_writable(out))
		return -EBADF;
	if (!pipe_is(in) && !pipe_is(out))
		return -EINVAL;
	if ((pipe_is(in) && arg_ulong(a, 1)) || (pipe_is(out) && arg_ulong(a, 3)))
		return -ESPIPE;
	if (in->inode == out->inode || (out->flags & LX_O_APPEND))
		return -EINVAL;
	return in->ops->read && out->ops->write ? 0 : -EINVAL;
}

long sys_splice(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *in = NULL;
	AUTO(file_put) struct file *out = NULL;
	size_t len = MIN(arg_size(a, 4), (size_t)UACCESS_MAX_RW);
	unsigned flags = arg_uint(a, 5);
	struct end from, to;
	ssize_t n;
	int r;

	if (len == 0)
		return 0;
	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	in = fdtable_get_nopath(t->fds, arg_int(a, 0));
	out = fdtable_get_nopath(t->fds, arg_int(a, 2));
	if (!in || !out)
		return -EBADF;
	r = check_splice(in, out, a);
	if (r == 0)
		r = end_init(t, &from, in, arg_uaddr(a, 1));
	if (r == 0)
		r = end_init(t, &to, out, arg_uaddr(a, 3));
	if (r < 0)
		return r;
	n = splice_move(t, &from, &to, len, flags);
	if (n <= 0)
		return n;
	r = end_fini(t, &to);
	if (r == 0)
		r = end_fini(t, &from);
	return r < 0 ? r : n;
}

/* vmsplice(2): copies; a page is never shared with the pipe. */
long sys_vmsplice(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	unsigned flags = arg_uint(a, 3);
	struct uio u;
	long n;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	if (!f || !pipe_is(f))
		return -EBADF;
	n = uio_user_iov(&u, t->mm, arg_uaddr(a, 1), arg_ulong(a, 2));
	if (n < 0)
		return n;
	if (u.resid > 0) {
		n = wait_ready(t, f, file_writable(f) ? LX_POLLOUT : LX_POLLIN,
			       (flags & LX_SPLICE_F_NONBLOCK) || file_nonblocking(f));
		if (n == 0)
			n = file_writable(f) ? file_write(&t->ctx, f, &u)
					     : file_read(&t->ctx, f, &u);
	}
	uio_user_fini(&u);
	return n;
}
