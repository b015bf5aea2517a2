/* SPDX-License-Identifier: Apache-2.0 */
/* The line discipline's settings, and reading from it. */
#include "sentry/fs/tty/ldisc.h"

#include <string.h>

#include "base/compiler.h"
#include "sentry/fs/tty/ldisc_priv.h"

static const struct lx_termios2 initial_termios = {
	.c_iflag = LX_ICRNL | LX_IXON,
	.c_oflag = LX_OPOST | LX_ONLCR,
	.c_cflag = LX_B38400 | LX_CS8 | LX_CREAD,
	.c_lflag = LX_ISIG | LX_ICANON | LX_ECHO | LX_ECHOE | LX_ECHOK | LX_ECHOCTL | LX_ECHOKE |
		   LX_IEXTEN,
	.c_cc = {[LX_VINTR] = 'C' - '@',
		 [LX_VQUIT] = '\\' - '@',
		 [LX_VERASE] = 0x7f,
		 [LX_VKILL] = 'U' - '@',
		 [LX_VEOF] = 'D' - '@',
		 [LX_VMIN] = 1,
		 [LX_VSTART] = 'Q' - '@',
		 [LX_VSTOP] = 'S' - '@',
		 [LX_VSUSP] = 'Z' - '@',
		 [LX_VREPRINT] = 'R' - '@',
		 [LX_VDISCARD] = 'O' - '@',
		 [LX_VWERASE] = 'W' - '@',
		 [LX_VLNEXT] = 'V' - '@'},
	.c_ispeed = 38400,
	.c_ospeed = 38400,
};

void ldisc_init(struct ldisc *l)
{
	memset(l, 0, offsetof(struct ldisc, in));
	l->termios = initial_termios;
	byteq_init(&l->echo, l->echo_buf, LDISC_ECHO_SIZE, LDISC_ECHO_SIZE);
	byteq_init(&l->out, l->out_buf, LDISC_OUT_SIZE, LDISC_OUT_LIMIT);
}

void ldisc_reset(struct ldisc *l)
{
	l->termios = initial_termios;
	input_clear(l);
	l->lnext = false;
	l->stopped = l->held = false;
	l->column = l->canon_column = 0;
	byteq_cut(&l->echo, 0);
}

void status_add(struct ldisc *l, unsigned bits, unsigned not )
{
	if (l->packet)
		l->status = (uint8_t)((l->status & ~not ) | bits);
}

void input_clear(struct ldisc *l)
{
	l->head = l->tail = l->canon_head = 0;
	memset(l->ends, 0, sizeof(l->ends));
	l->erasing = false;
}

void ldisc_flush_input(struct ldisc *l)
{
	input_clear(l);
	status_add(l, LX_TIOCPKT_FLUSHREAD, 0);
}

void ldisc_flush_output(struct ldisc *l)
{
	byteq_cut(&l->out, LDISC_OUT_TAKEN);
	status_add(l, LX_TIOCPKT_FLUSHWRITE, 0);
}

void ldisc_hold(struct ldisc *l, bool on)
{
	if (l->held == on)
		return;
	if (on)
		output_stop(l);
	l->held = on;
	if (!on)
		output_start(l);
}

/* ---- settings ---- */

/*
 * Between lines and bytes: what was typed so far is one line without an end for a reader of lines,
 * and no line at all for a reader of bytes.
 */
static void change_mode(struct ldisc *l)
{
	memset(l->ends, 0, sizeof(l->ends));
	l->canon_head = l->tail;
	if (lflag(l, LX_ICANON) && l->head != l->tail) {
		set_end(l, l->head - 1);
		l->canon_head = l->head;
	}
	l->erasing = false;
	l->lnext = false;
}

/* Does the terminal itself stop and go on with ^S and ^Q, as whoever is far away may do for it? */
static bool usual_flow(const struct lx_termios2 *t)
{
	return (t->c_iflag & LX_IXON) && t->c_cc[LX_VSTOP] == 'S' - '@' &&
	       t->c_cc[LX_VSTART] == 'Q' - '@';
}

static void tell_settings(struct ldisc *l, const struct lx_termios2 *old)
{
	bool flow = usual_flow(&l->termios);

	if (flow != usual_flow(old))
		status_add(l, flow ? LX_TIOCPKT_DOSTOP : LX_TIOCPKT_NOSTOP,
			   LX_TIOCPKT_DOSTOP | LX_TIOCPKT_NOSTOP);
	if ((old->c_lflag | l->termios.c_lflag) & LX_EXTPROC)
		status_add(l, LX_TIOCPKT_IOCTL, 0);
}

void ldisc_set_termios(struct ldisc *l, const struct lx_termios2 *t)
{
	struct lx_termios2 old = l->termios;

	l->termios = *t;
	l->termios.c_cflag &= ~(uint32_t)(LX_CSIZE | LX_PARENB);
	l->termios.c_cflag |= LX_CS8 | LX_CREAD;
	tell_settings(l, &old);
	if ((old.c_lflag ^ t->c_lflag) & (LX_ICANON | LX_EXTPROC))
		change_mode(l);
	/* Nobody could start again what was stopped by VSTOP. */
	if (!iflag(l, LX_IXON) && (old.c_iflag & LX_IXON) && !l->held)
		output_start(l);
}

/* ---- reading ---- */

bool ldisc_has_input(const struct ldisc *l)
{
	return ldisc_canonical(l) ? l->canon_head != l->tail : l->head != l->tail;
}

bool ldisc_poll_in(const struct ldisc *l)
{
	uint8_t least = l->termios.c_cc[LX_VMIN];

	if (ldisc_canonical(l) || l->termios.c_cc[LX_VTIME] || least == 0)
		return ldisc_has_input(l);
	return l->head - l->tail >= least;
}

size_t ldisc_available(const struct ldisc *l)
{
	size_t n = 0;

	if (!ldisc_canonical(l))
		return l->head - l->tail;
	for (uint32_t at = l->tail; at != l->canon_head; at++)
		n += !(is_end(l, at) && in_at(l, at) == LDISC_NO_CHAR);
	return n;
}

/* The reader has all that it asked for: an end of file right behind that is no line of its own. */
static void skip_end_of_file(struct ldisc *l)
{
	if (l->tail == l->canon_head || !is_end(l, l->tail) || in_at(l, l->tail) != LDISC_NO_CHAR)
		return;
	clear_end(l, l->tail);
	l->tail++;
}

static size_t read_line(struct ldisc *l, uint8_t *dst, size_t n)
{
	size_t done = 0;

	while (done < n && l->tail != l->canon_head) {
		uint8_t c = in_at(l, l->tail);
		bool end = is_end(l, l->tail);

		clear_end(l, l->tail);
		l->tail++;
		if (!end || c != LDISC_NO_CHAR)
			dst[done++] = c;
		if (end)
			return done;
	}
	skip_end_of_file(l);
	return done;
}

size_t ldisc_read(struct ldisc *l, uint8_t *dst, size_t n)
{
	size_t count = MIN(n, (size_t)(l->head - l->tail));

	if (ldisc_canonical(l))
		return read_line(l, dst, n);
	for (size_t i = 0; i < count; i++)
		dst[i] = in_at(l, l->tail + (uint32_t)i);
	l->tail += (uint32_t)count;
	/* Edited far away: a single VEOF is an end of file. */
	if (lflag(l, LX_ICANON) && count == 1 && dst[0] == l->termios.c_cc[LX_VEOF] &&
	    l->head == l->tail)
		return 0;
	return count;
}
