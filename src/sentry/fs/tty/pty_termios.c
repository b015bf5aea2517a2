/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings as programs hand them over: struct termios with and without speeds, struct termio of
 * old. Nothing is ever on its way from a pseudo-terminal, so waiting for output (TCSETSW) is over
 * at once.
 */
#include <errno.h>

#include "abi/ioctl.h"
#include "sentry/fs/tty/pty_priv.h"
#include "sentry/mm/uaccess.h"

static const uint32_t speeds[] = {0,   50,   75,   110,  134,  150,  200,   300,
				  600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
static const uint32_t high_speeds[] = {0,       57600,   115200,  230400,  460800,  500000,
				       576000,  921600,  1000000, 1152000, 1500000, 2000000,
				       2500000, 3000000, 3500000, 4000000};

/* The speed that the CBAUD bits of a c_cflag mean; other: what BOTHER means. */
static uint32_t speed(uint32_t bits, uint32_t other)
{
	if (bits == LX_BOTHER)
		return other;
	return bits & LX_CBAUDEX ? high_speeds[bits & 0xf] : speeds[bits & 0xf];
}

static void set_speeds(struct lx_termios2 *t)
{
	uint32_t in = t->c_cflag >> LX_IBSHIFT & LX_CBAUD;

	t->c_ospeed = speed(t->c_cflag & LX_CBAUD, t->c_ospeed);
	t->c_ispeed = in == LX_B0 ? t->c_ospeed : speed(in, t->c_ispeed);
}

/* ---- out ---- */

static struct lx_termios2 current(struct pty *p)
{
	GUARD(&p->lock);
	return p->ld.termios;
}

static long get_termio(struct mm *mm, const struct lx_termios2 *t, uint64_t arg)
{
	struct lx_termio old = {
		.c_iflag = (uint16_t)t->c_iflag,
		.c_oflag = (uint16_t)t->c_oflag,
		.c_cflag = (uint16_t)t->c_cflag,
		.c_lflag = (uint16_t)t->c_lflag,
		.c_line = t->c_line,
	};

	for (int i = 0; i < LX_NCC; i++)
		old.c_cc[i] = t->c_cc[i];
	return copy_out(mm, uaddr(arg), &old, sizeof(old));
}

/* ---- in ---- */

/* The halves that struct termio does not have stay. */
static uint32_t low_half(uint32_t was, uint16_t is)
{
	return (was & 0xffff0000u) | is;
}

static int read_termio(struct mm *mm, uint64_t arg, struct lx_termios2 *t)
{
	struct lx_termio old;
	int r = copy_in(mm, &old, uaddr(arg), sizeof(old));

	if (r < 0)
		return r;
	t->c_iflag = low_half(t->c_iflag, old.c_iflag);
	t->c_oflag = low_half(t->c_oflag, old.c_oflag);
	t->c_cflag = low_half(t->c_cflag, old.c_cflag);
	t->c_lflag = low_half(t->c_lflag, old.c_lflag);
	t->c_line = old.c_line;
	for (int i = 0; i < LX_NCC; i++)
		t->c_cc[i] = old.c_cc[i];
	return 0;
}

static int read_new(struct mm *mm, unsigned cmd, uint64_t arg, struct lx_termios2 *t)
{
	switch (cmd) {
	case LX_TCSETA:
	case LX_TCSETAW:
	case LX_TCSETAF:
		return read_termio(mm, arg, t);
	case LX_TCSETS2:
	case LX_TCSETSW2:
	case LX_TCSETSF2:
		return copy_in(mm, t, uaddr(arg), sizeof(*t));
	default: /* as struct termios, the beginning; the speeds stay */
		return copy_in(mm, t, uaddr(arg), sizeof(struct lx_termios));
	}
}

static bool flushes(unsigned cmd)
{
	return cmd == LX_TCSETSF || cmd == LX_TCSETSF2 || cmd == LX_TCSETAF;
}

static long set_termios(struct ctx *ctx, struct pty *p, struct mm *mm, unsigned cmd, uint64_t arg)
{
	struct lx_termios2 t = current(p);
	int r = ctty_check_change(ctx, &p->ctty);

	if (r == 0)
		r = read_new(mm, cmd, arg, &t);
	if (r < 0)
		return r;
	set_speeds(&t);
	GUARD(&p->lock);
	LOCK_ASSERT_HELD(&p->lock);
	if (flushes(cmd))
		ldisc_flush_input(&p->ld);
	ldisc_set_termios(&p->ld, &t);
	pty_pump(p);
	pty_wake_all(p);
	return 0;
}

long pty_termios_ioctl(struct ctx *ctx, struct pty *p, struct mm *mm, unsigned cmd, uint64_t arg)
{
	struct lx_termios2 t;

	switch (cmd) {
	case LX_TCGETS:
		t = current(p);
		return copy_out(mm, uaddr(arg), &t, sizeof(struct lx_termios));
	case LX_TCGETS2:
		t = current(p);
		return copy_out(mm, uaddr(arg), &t, sizeof(t));
	case LX_TCGETA:
		t = current(p);
		return get_termio(mm, &t, arg);
	case LX_TCSETS:
	case LX_TCSETSW:
	case LX_TCSETSF:
	case LX_TCSETS2:
	case LX_TCSETSW2:
	case LX_TCSETSF2:
	case LX_TCSETA:
	case LX_TCSETAW:
	case LX_TCSETAF:
		return set_termios(ctx, p, mm, cmd, arg);
	default:
		return CTTY_NOT_MINE;
	}
}
