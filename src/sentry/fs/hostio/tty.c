/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host says of a descriptor, and the terminal ioctls that go through to it: settings,
 * window size, flushing. Each copies the argument in, hands the copy to the host, and copies the
 * answer out; commands not listed are ENOTTY. Sessions and process groups are the guest's own:
 * fs/tty/ctty.c answers, and the host never hears of them.
 *
 * Differs: waiting for output to drain (TCSBRK, TCSETSW, TCSETSF) sleeps in the host, where no
 * signal of the guest ends it; a terminal that its user stopped holds the caller until it goes on.
 */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/ioctl.h"
#include "base/compiler.h"
#include "base/hash.h"
#include "host/fd.h"
#include "host/file.h"
#include "host/ioctl.h"
#include "host/stat.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/core/hostfd.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/hostio/hostio.h"
#include "sentry/fs/hostio/hostio_priv.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/file.h"

/* All that were met: only added to, newest first. */
static struct hostio_tty *_Atomic ttys;
static struct lock ttys_lock = LOCK_INIT(RANK_FILE, "host terminals");
static SLAB_DEFINE(tty_slab, struct hostio_tty);

/* ---- as a controlling terminal ---- */

/* They live for ever. */
static void tty_ref(struct ctty *c UNUSED)
{
}

/* The stream that opens it, with a reference; NULL: dropped. */
static struct hostio *rw_get(struct ctty *c)
{
	struct hostio *h;

	GUARD(&ttys_lock);
	h = atomic_load(&container_of(c, struct hostio_tty, ctty)->rw);
	if (h)
		ref_get(&h->ref);
	return h;
}

static int tty_open(struct ctx *ctx, struct ctty *c, struct file *f)
{
	struct hostio *h = rw_get(c);

	if (!h)
		return -ENXIO;
	hostio_attach(h, f);
	hostio_stream_put(h); /* the file has its own */
	ctty_opened(ctx, c, f);
	return 0;
}

static const struct ctty_ops hostio_ctty_ops = {
	.get = tty_ref,
	.put = tty_ref,
	.open = tty_open,
	/* Differs: the session loses it, but who has it open goes on; it is the caller's. */
	.hangup = ctty_hangup,
};

static struct hostio_tty *find(uint64_t rdev)
{
	struct hostio_tty *t = atomic_load(&ttys);

	while (t && t->rdev != rdev)
		t = t->next;
	return t;
}

static struct hostio_tty *find_or_make(uint64_t rdev)
{
	struct hostio_tty *t;

	GUARD(&ttys_lock);
	t = find(rdev);
	if (!t)
		t = slab_alloc(&tty_slab);
	if (!t || t->ctty.ops)
		return t;
	ctty_init(&t->ctty, &hostio_ctty_ops, rdev);
	t->rdev = rdev;
	t->next = atomic_load(&ttys);
	atomic_store(&ttys, t);
	return t;
}

int hostio_tty_find(struct hostio *h, bool opens)
{
	struct hostio *none = NULL;
	struct kstat st = {0};
	int r;

	if (!host_is_tty(hostfd_fd(h->host)))
		return 0;
	r = hostio_host_stat(h->host, &st);
	if (r < 0)
		return r;
	h->tty = find_or_make(st.rdev);
	if (!h->tty)
		return -ENOMEM;
	if (!opens)
		return 0;
	ref_get(&h->ref);
	if (!atomic_compare_exchange_strong(&h->tty->rw, &none, h))
		hostio_stream_put(h);
	return 0;
}

struct ctty *hostio_terminal(struct file *f)
{
	struct hostio *h = f->priv;

	return h->tty && atomic_load(&h->tty->rw) ? &h->tty->ctty : NULL;
}

void hostio_terminal_drop(struct ctty *c)
{
	struct hostio *h;

	lock_acquire(&ttys_lock);
	h = atomic_exchange(&container_of(c, struct hostio_tty, ctty)->rw, NULL);
	lock_release(&ttys_lock);
	hostio_stream_put(h);
}

int hostio_terminal_resize(struct ctty *c, uint16_t rows, uint16_t cols)
{
	struct lx_winsize w = {.ws_row = rows, .ws_col = cols};
	struct hostio *h = rw_get(c);
	int r;

	if (!h)
		return -ENXIO;
	r = host_ioctl(hostfd_fd(h->host), LX_TIOCSWINSZ, &w);
	hostio_stream_put(h);
	return r;
}

int32_t hostio_foreground(void)
{
	int32_t pgrp = 0;

	for (struct hostio_tty *t = atomic_load(&ttys); t && pgrp == 0; t = t->next)
		pgrp = atomic_load(&t->ctty.pgrp);
	return pgrp;
}

int hostio_tty_check_write(struct ctx *ctx, struct hostio *h)
{
	struct lx_termios t;

	if (!ctty_in_background(ctx, &h->tty->ctty))
		return 0;
	if (host_ioctl(hostfd_fd(h->host), LX_TCGETS, &t) < 0 || !(t.c_lflag & LX_TOSTOP))
		return 0;
	return ctty_check_change(ctx, &h->tty->ctty);
}

/* ---- what the host says ---- */

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

/* Who is in the background of its own terminal does not change it. */
static bool changes(unsigned cmd)
{
	switch (cmd) {
	case LX_TCSETS:
	case LX_TCSETSW:
	case LX_TCSETSF:
	case LX_TCSETS2:
	case LX_TCSETSW2:
	case LX_TCSETSF2:
	case LX_TCSBRK:
	case LX_TCXONC:
	case LX_TCFLSH:
		return true;
	default:
		return false;
	}
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
	default:
		return -ENOTTY;
	}
}

long hostio_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg)
{
	struct hostio *h = f->priv;
	int32_t n;
	long r;

	if (cmd == LX_FIONREAD)
		return ioctl_read(h->host, mm, cmd, arg, &n, sizeof(n));
	if (!h->tty)
		return -ENOTTY;
	r = ctty_ioctl(ctx, &h->tty->ctty, CTTY_TERMINAL, f, mm, cmd, arg);
	if (r != CTTY_NOT_MINE)
		return r;
	r = changes(cmd) ? ctty_check_change(ctx, &h->tty->ctty) : 0;
	return r < 0 ? r : tty_ioctl(h->host, mm, cmd, arg);
}
