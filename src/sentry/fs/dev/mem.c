/* SPDX-License-Identifier: Apache-2.0 */
/*
 * null, zero, full, random and urandom. None has a state; lseek(2) answers 0 and pread(2) is as
 * read. Long reads look for a signal at each page, as Linux does, so that nobody is stuck behind a
 * gigabyte of zeroes.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/errno.h"
#include "abi/ioctl.h"
#include "abi/poll.h"
#include "host/rand.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uio.h"
#include "sentry/fs/dev/dev.h"
#include "sentry/fs/dev/dev_priv.h"
#include "sentry/mm/mappable.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

#define CHUNK 4096u
/* What /proc/sys/kernel/random/entropy_avail says of a pool that is ready. */
#define ENTROPY_BITS 256

/* ---- bytes ---- */

static ssize_t read_nothing(struct ctx *ctx UNUSED, struct file *f UNUSED, struct uio *dst UNUSED,
			    int64_t pos UNUSED)
{
	return 0;
}

/* Takes everything, and as Linux does not even look at the memory. */
static ssize_t write_nowhere(struct ctx *ctx UNUSED, struct file *f UNUSED, struct uio *src,
			     int64_t pos UNUSED)
{
	size_t n = src->resid;

	uio_advance(src, n);
	return (ssize_t)n;
}

static ssize_t write_full(struct ctx *ctx UNUSED, struct file *f UNUSED, struct uio *src UNUSED,
			  int64_t pos UNUSED)
{
	return -ENOSPC;
}

static ssize_t read_zeroes(struct ctx *ctx, struct file *f UNUSED, struct uio *dst,
			   int64_t pos UNUSED)
{
	ssize_t done = 0;

	while (dst->resid > 0) {
		size_t want = MIN(dst->resid, (size_t)CHUNK);
		ssize_t n = uio_put_zeroes(dst, want);

		if (n < 0)
			return done > 0 ? done : n;
		done += n;
		if ((size_t)n < want || ctx_interrupted(ctx))
			break;
	}
	return done;
}

ssize_t dev_random_read(struct ctx *ctx, struct uio *dst)
{
	char buf[CHUNK];
	ssize_t done = 0;

	while (dst->resid > 0) {
		size_t want = MIN(dst->resid, sizeof(buf));
		ssize_t n;

		host_random(buf, want);
		n = uio_put(dst, buf, want);
		if (n < 0 && done == 0)
			done = n;
		if (n > 0)
			done += n;
		if (n < (ssize_t)want || ctx_interrupted(ctx))
			break;
	}
	explicit_bzero(buf, sizeof(buf));
	return done;
}

static ssize_t random_read(struct ctx *ctx, struct file *f UNUSED, struct uio *dst,
			   int64_t pos UNUSED)
{
	return dev_random_read(ctx, dst);
}

/*
 * The bytes must be there, like Linux's.
 * Differs: they are not mixed into any pool; the pool is the host's, which needs no help and takes
 * none from a guest.
 */
static ssize_t random_write(struct ctx *ctx, struct file *f UNUSED, struct uio *src,
			    int64_t pos UNUSED)
{
	char buf[CHUNK];
	ssize_t done = 0;

	while (src->resid > 0) {
		size_t want = MIN(src->resid, sizeof(buf));
		ssize_t n = uio_get(src, buf, want);

		if (n < 0)
			return done > 0 ? done : n;
		done += n;
		if ((size_t)n < want || ctx_interrupted(ctx))
			break;
	}
	return done;
}

/* ---- the rest ---- */

static int64_t seek_nowhere(struct ctx *ctx UNUSED, struct file *f UNUSED, int64_t off UNUSED,
			    int whence UNUSED)
{
	return 0;
}

/* Always, but only files with this op can be given to epoll, and of these devices Linux has it for
 * random alone. */
static uint32_t random_poll(struct file *f UNUSED)
{
	return LX_POLLIN | LX_POLLRDNORM | LX_POLLOUT | LX_POLLWRNORM;
}

/* No object: mmap(2) of /dev/zero is anonymous memory, private or shared. */
static int zero_mappable(struct ctx *ctx UNUSED, struct file *f UNUSED, struct mappable **ret)
{
	*ret = NULL;
	return 0;
}

/* RNDADDENTROPY: struct rand_pool_info is { int entropy_count; int buf_size; bytes }. */
static long add_entropy(struct mm *mm, uint64_t arg)
{
	int32_t head[2];
	int r = copy_in(mm, head, uaddr(arg), sizeof(head));

	if (r < 0)
		return r;
	return head[0] < 0 || head[1] < 0 ? -EINVAL : 0;
}

static long add_to_count(struct mm *mm, uint64_t arg)
{
	int32_t bits;
	int r = copy_in(mm, &bits, uaddr(arg), sizeof(bits));

	if (r < 0)
		return r;
	return bits < 0 ? -EINVAL : 0;
}

/*
 * random(4). The pool is always full, so crediting, clearing and reseeding change nothing that a
 * program could see; who may ask is decided as in Linux.
 */
static long random_ioctl(struct ctx *ctx, struct file *f UNUSED, struct mm *mm, unsigned cmd,
			 uint64_t arg)
{
	bool privileged = cred_capable(ctx->cred, LX_CAP_SYS_ADMIN);
	int32_t bits = ENTROPY_BITS;

	switch (cmd) {
	case LX_RNDGETENTCNT:
		return copy_out(mm, uaddr(arg), &bits, sizeof(bits));
	case LX_RNDADDTOENTCNT:
		return privileged ? add_to_count(mm, arg) : -EPERM;
	case LX_RNDADDENTROPY:
		return privileged ? add_entropy(mm, arg) : -EPERM;
	case LX_RNDZAPENTCNT:
	case LX_RNDCLEARPOOL:
	case LX_RNDRESEEDCRNG:
		return privileged ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

static const struct file_ops null_ops = {
	.read = read_nothing,
	.write = write_nowhere,
	.seek = seek_nowhere,
};

static const struct file_ops zero_ops = {
	.read = read_zeroes,
	.write = write_nowhere,
	.seek = seek_nowhere,
	.mappable = zero_mappable,
};

static const struct file_ops full_ops = {
	.read = read_zeroes,
	.write = write_full,
	.seek = seek_nowhere,
};

static const struct file_ops random_ops = {
	.read = random_read,
	.write = random_write,
	.seek = seek_nowhere,
	.poll = random_poll,
	.ioctl = random_ioctl,
};

static const struct file_ops *ops_of(uint32_t minor)
{
	switch (minor) {
	case DEV_NULL:
		return &null_ops;
	case DEV_ZERO:
		return &zero_ops;
	case DEV_FULL:
		return &full_ops;
	case DEV_RANDOM:
	case DEV_URANDOM:
		return &random_ops;
	default:
		return NULL;
	}
}

int mem_open(struct ctx *ctx UNUSED, struct inode *inode, struct file *f)
{
	f->ops = ops_of(dev_minor(inode->rdev));
	return f->ops ? 0 : -ENXIO;
}
