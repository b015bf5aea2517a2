/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host says of a descriptor, and the terminal ioctls that go through to it: settings,
 * window size, flushing. Each copies the argument in, hands the copy to the host, and copies the
 * answer out; commands not listed are ENOTTY. Process groups are the guest's own: TIOCGPGRP and
 * TIOCSPGRP never reach the host.
 *
 * Differs: waiting for output to drain (TCSBRK, TCSETSW, TCSETSF) sleeps in the host, where no
 * signal of the guest ends it; a terminal that its user stopped holds the caller until it goes on.
 */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/ioctl.h"
#include "base/hash.h"
#include "host/fd.h"
#include "host/file.h"
#include "host/ioctl.h"
#include "host/stat.h"
#include "sentry/core/ctx.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/hostio/hostio.h"
#include "sentry/fs/hostio/hostio_priv.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/file.h"

bool hostio_host_is_tty(struct hostfd *h)
{
	return host_is_tty(hostfd_fd(h));
}

int hostio_host_flags(struct hostfd *h, unsigned *ret)
{
	int flags = host_get_flags(hostfd_fd(h));

	if (flags < 0)
		return flags;
	/* O_NONBLOCK may be of our own making */
	*ret = (unsigned)flags & (LX_O_ACCMODE | LX_O_APPEND);
	return 0;
}

int hostio_host_stat(struct hostfd *h, struct kstat *ret)
{
	struct host_stat st;
	int r = host_fstat(hostfd_fd(h), &st);

	if (r < 0)
		return r;
	ret->dev = st.dev;
	ret->ino = st.ino;
	ret->rdev = st.rdev;
	ret->mode = st.mode;
	ret->nlink = st.nlink;
	ret->uid = st.uid;
	ret->gid = st.gid;
	ret->size = st.size;
	ret->blocks = st.blocks;
	ret->blksize = st.blksize;
	ret->atime = st.atime;
	ret->mtime = st.mtime;
	ret->ctime = st.ctime;
	return 0;
}

uint64_t hostio_ino(const struct kstat *st)
{
	return hash_u64(hash_u64(0x63616973736f6eULL, st->dev), st->ino) >> 12 | 1;
}

int hostio_host_truncate(struct hostfd *h, uint64_t size)
{
	return size > INT64_MAX ? -EFBIG : host_set_size(hostfd_fd(h), size);
}

int64_t hostio_host_seek(struct hostfd *h, int64_t off, int whence)
{
	return host_seek(hostfd_fd(h), off, whence);
}

/* The host fills `size` bytes of an answer; they go to the guest. */
static long ioctl_read(struct hostfd *h, struct mm *mm, unsigned cmd, uint64_t arg, void *buf,
		       size_t size)
{
	int r = host_ioctl(hostfd_fd(h), cmd, buf);

	return r < 0 ? r : copy_out(mm, uaddr(arg), buf, size);
}

static long ioctl_write(struct hostfd *h, struct mm *mm, unsigned cmd, uint64_t arg, void *buf,
			size_t size)
{
	int r = copy_in(mm, buf, uaddr(arg), size);

	return r < 0 ? r : host_ioctl(hostfd_fd(h), cmd, buf);
}

static long get_pgrp(struct mm *mm, uint64_t arg)
{
	int32_t pgrp = hostio_foreground();

	return copy_out(mm, uaddr(arg), &pgrp, sizeof(pgrp));
}

/* Differs: any positive number is taken; Linux asks that it be a group of the caller's session. */
static long set_pgrp(struct mm *mm, uint64_t arg)
{
	int32_t pgrp;
	int r = copy_in(mm, &pgrp, uaddr(arg), sizeof(pgrp));

	if (r < 0)
		return r;
	if (pgrp <= 0)
		return -EINVAL;
	hostio_set_foreground(pgrp);
	return 0;
}

static long tty_ioctl(struct hostfd *h, struct mm *mm, unsigned cmd, uint64_t arg)
{
	union {
		struct lx_termios t;
		struct lx_termios2 t2;
		struct lx_winsize w;
		int32_t i;
	} buf;

	switch (cmd) {
	case LX_TCGETS:
		return ioctl_read(h, mm, cmd, arg, &buf.t, sizeof(buf.t));
	case LX_TCGETS2:
		return ioctl_read(h, mm, cmd, arg, &buf.t2, sizeof(buf.t2));
	case LX_TCSETS:
	case LX_TCSETSW:
	case LX_TCSETSF:
		return ioctl_write(h, mm, cmd, arg, &buf.t, sizeof(buf.t));
	case LX_TCSETS2:
	case LX_TCSETSW2:
	case LX_TCSETSF2:
		return ioctl_write(h, mm, cmd, arg, &buf.t2, sizeof(buf.t2));
	case LX_TIOCGWINSZ:
		return ioctl_read(h, mm, cmd, arg, &buf.w, sizeof(buf.w));
	case LX_TIOCSWINSZ:
		return ioctl_write(h, mm, cmd, arg, &buf.w, sizeof(buf.w));
	case LX_TIOCOUTQ:
		return ioctl_read(h, mm, cmd, arg, &buf.i, sizeof(buf.i));
	case LX_TCSBRK:
	case LX_TCXONC:
	case LX_TCFLSH:
		return host_ioctl_value(hostfd_fd(h), cmd, (int)arg);
	case LX_TIOCGPGRP:
		return get_pgrp(mm, arg);
	case LX_TIOCSPGRP:
		return set_pgrp(mm, arg);
	default:
		return -ENOTTY;
	}
}

long hostio_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg)
{
	struct hostio *h = f->priv;
	int32_t n;

	(void)ctx;
	if (cmd == LX_FIONREAD)
		return ioctl_read(h->host, mm, cmd, arg, &n, sizeof(n));
	return h->tty ? tty_ioctl(h->host, mm, cmd, arg) : -ENOTTY;
}
