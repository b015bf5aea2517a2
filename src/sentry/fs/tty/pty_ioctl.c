/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ioctl_tty(2) of a pair. Most mean the terminal whichever side asks; flow control and queues mean
 * the side's own. TIOCGPTPEER makes a descriptor, so the system call carries it out (sys/io.c).
 *
 * Differs: TIOCSTI needs CAP_SYS_ADMIN, as on a Linux with dev.tty.legacy_tiocsti = 0. TIOCCONS,
 * locked settings and other line disciplines are not there.
 */
#include <errno.h>

#include "abi/capability.h"
#include "abi/ioctl.h"
#include "abi/signal.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/tty/pty_priv.h"
#include "sentry/mm/uaccess.h"
#include "sentry/vfs/file.h"

static long put_int(struct mm *mm, uint64_t arg, int32_t n)
{
	return copy_out(mm, uaddr(arg), &n, sizeof(n));
}

static bool is_admin(struct ctx *ctx)
{
	return cred_capable(ctx->cred, LX_CAP_SYS_ADMIN);
}

/* ---- window size ---- */

static long get_size(struct pty *p, struct mm *mm, uint64_t arg)
{
	struct lx_winsize size;

	lock_acquire(&p->lock);
	size = p->size;
	lock_release(&p->lock);
	return copy_out(mm, uaddr(arg), &size, sizeof(size));
}

static bool same_size(const struct lx_winsize *a, const struct lx_winsize *b)
{
	return a->ws_row == b->ws_row && a->ws_col == b->ws_col && a->ws_xpixel == b->ws_xpixel &&
	       a->ws_ypixel == b->ws_ypixel;
}

static long set_size(struct pty *p, struct mm *mm, uint64_t arg)
{
	struct lx_winsize size;
	int r = copy_in(mm, &size, uaddr(arg), sizeof(size));

	if (r < 0)
		return r;
	GUARD(&p->lock);
	if (same_size(&size, &p->size))
		return 0;
	p->size = size;
	ctty_signal(&p->ctty, LX_SIGWINCH);
	return 0;
}

/* ---- queues and flow ---- */

static long get_available(struct pty *p, enum pty_side side, struct mm *mm, uint64_t arg)
{
	size_t n;

	lock_acquire(&p->lock);
	n = side == PTY_SLAVE ? ldisc_available(&p->ld)
			      : MIN(byteq_len(&p->ld.out), (size_t)LDISC_OUT_TAKEN);
	lock_release(&p->lock);
	return put_int(mm, arg, (int32_t)n);
}

static void flush_in(struct pty *p, enum pty_side side) REQUIRES(p->lock);
static void flush_in(struct pty *p, enum pty_side side)
{
	if (side == PTY_SLAVE)
		ldisc_flush_input(&p->ld);
	else
		byteq_skip(&p->ld.out, MIN(byteq_len(&p->ld.out), (size_t)LDISC_OUT_TAKEN));
}

static void flush_out(struct pty *p, enum pty_side side) REQUIRES(p->lock);
static void flush_out(struct pty *p, enum pty_side side)
{
	if (side == PTY_SLAVE)
		ldisc_flush_output(&p->ld);
	else
		byteq_cut(&p->typed, 0);
}

static long flush(struct ctx *ctx, struct pty *p, enum pty_side side, uint64_t arg)
{
	int r = side == PTY_SLAVE ? ctty_check_change(ctx, &p->ctty) : 0;

	if (r < 0)
		return r;
	if (arg > LX_TCIOFLUSH)
		return -EINVAL;
	GUARD(&p->lock);
	LOCK_ASSERT_HELD(&p->lock);
	if (arg != LX_TCOFLUSH)
		flush_in(p, side);
	if (arg != LX_TCIFLUSH)
		flush_out(p, side);
	pty_pump(p);
	pty_wake_all(p);
	return 0;
}

/* TCIOFF, TCION: the other side is asked to stop, or to go on, by the character for it. */
static void ask_flow(struct pty *p, enum pty_side side, unsigned which) REQUIRES(p->lock);
static void ask_flow(struct pty *p, enum pty_side side, unsigned which)
{
	/* The master's own settings are those of a new terminal. */
	uint8_t c = side == PTY_SLAVE   ? p->ld.termios.c_cc[which]
		    : which == LX_VSTOP ? 'S' - '@'
					: 'Q' - '@';

	if (c != LX__POSIX_VDISABLE)
		byteq_put(side == PTY_SLAVE ? &p->ld.out : &p->typed, &c, 1);
}

static long flow(struct ctx *ctx, struct pty *p, enum pty_side side, uint64_t arg)
{
	int r = side == PTY_SLAVE ? ctty_check_change(ctx, &p->ctty) : 0;

	if (r < 0)
		return r;
	if (arg > LX_TCION)
		return -EINVAL;
	GUARD(&p->lock);
	LOCK_ASSERT_HELD(&p->lock);
	if (arg == LX_TCIOFF || arg == LX_TCION)
		ask_flow(p, side, arg == LX_TCIOFF ? LX_VSTOP : LX_VSTART);
	else if (side == PTY_SLAVE)
		ldisc_hold(&p->ld, arg == LX_TCOOFF);
	else
		p->master_stopped = arg == LX_TCOOFF;
	pty_pump(p);
	pty_wake_all(p);
	return 0;
}

/* Breaks do not travel, and output is never waited for. */
static long send_break(struct ctx *ctx, struct pty *p, enum pty_side side)
{
	return side == PTY_SLAVE ? ctty_check_change(ctx, &p->ctty) : 0;
}

/* A byte as if it was typed. On the master, as if a program had written it to the slave. */
static long insert(struct ctx *ctx, struct pty *p, enum pty_side side, struct mm *mm, uint64_t arg)
{
	uint8_t c;
	int r;

	if (!is_admin(ctx))
		return -EIO;
	r = copy_in(mm, &c, uaddr(arg), 1);
	if (r < 0)
		return r;
	GUARD(&p->lock);
	LOCK_ASSERT_HELD(&p->lock);
	byteq_put(side == PTY_SLAVE ? &p->typed : &p->ld.out, &c, 1);
	pty_pump(p);
	return 0;
}

/* ---- the rest of both sides ---- */

static long set_exclusive(struct pty *p, enum pty_side side, bool on)
{
	GUARD(&p->lock);
	if (side == PTY_SLAVE)
		p->exclusive = on;
	else
		p->master_exclusive = on;
	return 0;
}

static long set_discipline(struct mm *mm, uint64_t arg)
{
	int32_t n;
	int r = copy_in(mm, &n, uaddr(arg), sizeof(n));

	if (r < 0)
		return r;
	return n == LX_N_TTY ? 0 : -EINVAL;
}

static long soft_carrier(struct pty *p, struct mm *mm, unsigned cmd, uint64_t arg)
{
	int32_t on;
	int r;

	if (cmd == LX_TIOCGSOFTCAR) {
		lock_acquire(&p->lock);
		on = (p->ld.termios.c_cflag & LX_CLOCAL) != 0;
		lock_release(&p->lock);
		return put_int(mm, arg, on);
	}
	r = copy_in(mm, &on, uaddr(arg), sizeof(on));
	if (r < 0)
		return r;
	GUARD(&p->lock);
	p->ld.termios.c_cflag &= ~(uint32_t)LX_CLOCAL;
	p->ld.termios.c_cflag |= on ? LX_CLOCAL : 0;
	return 0;
}

static long hangup(struct ctx *ctx, struct pty *p, enum pty_side side)
{
	if (!is_admin(ctx))
		return -EPERM;
	/* Differs: a master cannot be hung up from inside; it is closed for that. */
	if (side == PTY_MASTER)
		return -EINVAL;
	pty_hangup(p);
	return 0;
}

/* ---- the master alone ---- */

static long set_lock(struct pty *p, struct mm *mm, uint64_t arg)
{
	int32_t on;
	int r = copy_in(mm, &on, uaddr(arg), sizeof(on));

	if (r < 0)
		return r;
	GUARD(&p->lock);
	p->locked = on != 0;
	return 0;
}

static long set_packet(struct pty *p, struct mm *mm, uint64_t arg)
{
	int32_t on;
	int r = copy_in(mm, &on, uaddr(arg), sizeof(on));

	if (r < 0)
		return r;
	GUARD(&p->lock);
	if (on && !p->ld.packet)
		p->ld.status = 0;
	p->ld.packet = on != 0;
	return 0;
}

static long signal_foreground(struct pty *p, uint64_t arg)
{
	int signo = (int)arg;

	if (signo != LX_SIGINT && signo != LX_SIGQUIT && signo != LX_SIGTSTP)
		return -EINVAL;
	ctty_signal(&p->ctty, signo);
	return 0;
}

static long get_flag(struct pty *p, struct mm *mm, const bool *flag, uint64_t arg)
{
	bool on;

	lock_acquire(&p->lock);
	on = *flag;
	lock_release(&p->lock);
	return put_int(mm, arg, on);
}

static long master_ioctl(struct pty *p, struct mm *mm, unsigned cmd, uint64_t arg)
{
	switch (cmd) {
	case LX_TIOCGPTN:
		return put_int(mm, arg, (int32_t)p->index);
	case LX_TIOCSPTLCK:
		return set_lock(p, mm, arg);
	case LX_TIOCGPTLCK:
		return get_flag(p, mm, &p->locked, arg);
	case LX_TIOCPKT:
		return set_packet(p, mm, arg);
	case LX_TIOCGPKT:
		return get_flag(p, mm, &p->ld.packet, arg);
	case LX_TIOCSIG:
		return signal_foreground(p, arg);
	default:
		return CTTY_NOT_MINE;
	}
}

static long common_ioctl(struct ctx *ctx, struct pty *p, enum pty_side side, struct mm *mm,
			 unsigned cmd, uint64_t arg)
{
	switch (cmd) {
	case LX_TIOCGWINSZ:
		return get_size(p, mm, arg);
	case LX_TIOCSWINSZ:
		return set_size(p, mm, arg);
	case LX_FIONREAD: /* TIOCINQ */
		return get_available(p, side, mm, arg);
	case LX_TIOCOUTQ:
		return put_int(mm, arg, 0);
	case LX_TCFLSH:
		return flush(ctx, p, side, arg);
	case LX_TCXONC:
		return flow(ctx, p, side, arg);
	case LX_TCSBRK:
	case LX_TCSBRKP:
	case LX_TIOCSBRK:
	case LX_TIOCCBRK:
		return send_break(ctx, p, side);
	case LX_TIOCSTI:
		return insert(ctx, p, side, mm, arg);
	case LX_TIOCEXCL:
	case LX_TIOCNXCL:
		return set_exclusive(p, side, cmd == LX_TIOCEXCL);
	case LX_TIOCGEXCL:
		return get_flag(p, mm, side == PTY_SLAVE ? &p->exclusive : &p->master_exclusive,
				arg);
	case LX_TIOCGETD:
		return put_int(mm, arg, LX_N_TTY);
	case LX_TIOCSETD:
		return set_discipline(mm, arg);
	case LX_TIOCGSOFTCAR:
	case LX_TIOCSSOFTCAR:
		return soft_carrier(p, mm, cmd, arg);
	case LX_TIOCGPTPEER: /* a master's never gets here */
		return -EIO;
	case LX_TIOCVHANGUP:
		return hangup(ctx, p, side);
	default:
		return -ENOTTY;
	}
}

long pty_ioctl(struct ctx *ctx, struct file *f, struct pty *p, enum pty_side side, struct mm *mm,
	       unsigned cmd, uint64_t arg)
{
	enum ctty_side who = side == PTY_MASTER ? CTTY_MASTER : CTTY_TERMINAL;
	long r = ctty_ioctl(ctx, &p->ctty, who, f, mm, cmd, arg);

	if (r == CTTY_NOT_MINE)
		r = pty_termios_ioctl(ctx, p, mm, cmd, arg);
	if (r == CTTY_NOT_MINE && side == PTY_MASTER)
		r = master_ioctl(p, mm, cmd, arg);
	return r == CTTY_NOT_MINE ? common_ioctl(ctx, p, side, mm, cmd, arg) : r;
}
