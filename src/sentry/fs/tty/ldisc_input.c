/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is typed, byte by byte. Each goes through the sieves in the order of termios(3): as it is
 * after VLNEXT; flow; signals; end-of-line flags; editing. What passes all is data.
 */
#include "abi/signal.h"
#include "base/compiler.h"
#include "sentry/fs/tty/ldisc.h"
#include "sentry/fs/tty/ldisc_priv.h"

/* ---- data ---- */

static void put(struct ldisc *l, uint8_t c)
{
	if (l->head - l->tail >= LDISC_IN_SIZE)
		return; /* PARMRK doubled the byte for which there was room */
	l->in[l->head % LDISC_IN_SIZE] = c;
	l->head++;
}

/* PARMRK: a byte that looks like the mark comes twice. */
static void put_data(struct ldisc *l, uint8_t c)
{
	if (c == 0xff && iflag(l, LX_PARMRK))
		put(l, c);
	put(l, c);
}

static void put_end(struct ldisc *l, uint8_t c)
{
	put(l, c);
	set_end(l, l->head - 1);
	l->canon_head = l->head;
}

static void echo_data(struct ldisc *l, uint8_t c)
{
	if (l->canon_head == l->head)
		l->canon_column = l->column;
	echo_char(l, c);
}

/* IXANY: whatever is typed starts output again. */
static void start_by_any(struct ldisc *l)
{
	if (iflag(l, LX_IXON) && iflag(l, LX_IXANY))
		output_start(l);
}

static void take_data(struct ldisc *l, uint8_t c)
{
	if (lflag(l, LX_ECHO)) {
		edit_finish(l);
		echo_data(l, c);
	}
	put_data(l, c);
}

/* ---- characters that mean something ---- */

static bool take_flow(struct ldisc *l, uint8_t c)
{
	if (!iflag(l, LX_IXON))
		return false;
	if (is_cc(l, LX_VSTART, c))
		output_start(l);
	else if (is_cc(l, LX_VSTOP, c))
		output_stop(l);
	else
		return false;
	return true;
}

static int wanted_signal(const struct ldisc *l, uint8_t c)
{
	if (!lflag(l, LX_ISIG))
		return 0;
	if (is_cc(l, LX_VINTR, c))
		return LX_SIGINT;
	if (is_cc(l, LX_VQUIT, c))
		return LX_SIGQUIT;
	return is_cc(l, LX_VSUSP, c) ? LX_SIGTSTP : 0;
}

static void take_signal(struct ldisc *l, uint8_t c)
{
	if (!lflag(l, LX_NOFLSH)) {
		byteq_cut(&l->echo, 0);
		ldisc_flush_output(l);
		ldisc_flush_input(l);
	}
	if (iflag(l, LX_IXON))
		output_start(l);
	if (lflag(l, LX_ECHO))
		echo_char(l, c);
}

static bool is_eraser(const struct ldisc *l, uint8_t c)
{
	return is_cc(l, LX_VERASE, c) || is_cc(l, LX_VKILL, c) ||
	       (is_cc(l, LX_VWERASE, c) && lflag(l, LX_IEXTEN));
}

static void take_lnext(struct ldisc *l)
{
	l->lnext = true;
	if (!lflag(l, LX_ECHO))
		return;
	edit_finish(l);
	if (lflag(l, LX_ECHOCTL)) {
		echo_raw(l, '^');
		echo_raw(l, '\b');
	}
}

/* The line is complete? */
static bool take_end(struct ldisc *l, uint8_t c)
{
	if (c == '\n') {
		if (lflag(l, LX_ECHO | LX_ECHONL))
			echo_raw(l, c);
		put_end(l, c);
	} else if (is_cc(l, LX_VEOF, c)) {
		put_end(l, LDISC_NO_CHAR);
	} else if (is_cc(l, LX_VEOL, c) || (is_cc(l, LX_VEOL2, c) && lflag(l, LX_IEXTEN))) {
		if (lflag(l, LX_ECHO))
			echo_data(l, c);
		if (c == 0xff && iflag(l, LX_PARMRK))
			put(l, c);
		put_end(l, c);
	} else {
		return false;
	}
	return true;
}

static bool take_canonical(struct ldisc *l, uint8_t c)
{
	if (is_eraser(l, c))
		edit_erase(l, c);
	else if (is_cc(l, LX_VLNEXT, c) && lflag(l, LX_IEXTEN))
		take_lnext(l);
	else if (is_cc(l, LX_VREPRINT, c) && lflag(l, LX_ECHO) && lflag(l, LX_IEXTEN))
		edit_reprint(l, c);
	else
		return take_end(l, c);
	return true;
}

/* '\n' and what became of '\r' are shown as they are. */
static void take_newline(struct ldisc *l)
{
	if (lflag(l, LX_ECHO)) {
		edit_finish(l);
		echo_raw(l, '\n');
	}
	put_data(l, '\n');
}

/* ---- the sieves ---- */

/* ICRNL, INLCR, IGNCR. False: the byte is dropped. */
static bool translate(const struct ldisc *l, uint8_t *c)
{
	if (*c == '\r' && iflag(l, LX_IGNCR))
		return false;
	if (*c == '\r' && iflag(l, LX_ICRNL))
		*c = '\n';
	else if (*c == '\n' && iflag(l, LX_INLCR))
		*c = '\r';
	return true;
}

static uint8_t strip(const struct ldisc *l, uint8_t c)
{
	if (iflag(l, LX_ISTRIP))
		c &= 0x7f;
	return iflag(l, LX_IUCLC) && lflag(l, LX_IEXTEN) ? ldisc_lower(c) : c;
}

/* One byte, for which there is room. Returns the signal that it asks for, or 0. */
static int take(struct ldisc *l, uint8_t c)
{
	uint8_t typed = c = strip(l, c);
	int signo;

	if (l->lnext) {
		l->lnext = false;
		start_by_any(l);
		take_data(l, c);
		return 0;
	}
	if (lflag(l, LX_EXTPROC)) {
		put(l, c);
		return 0;
	}
	if (take_flow(l, c))
		return 0;
	signo = wanted_signal(l, c);
	if (signo) {
		take_signal(l, c);
		return signo;
	}
	start_by_any(l);
	if (!translate(l, &c) || (lflag(l, LX_ICANON) && take_canonical(l, c)))
		return 0;
	if (c == '\n' && typed != c)
		take_newline(l);
	else
		take_data(l, c);
	return 0;
}

/*
 * Is there room for one more byte? A line that is too long is still taken, so that its end, or an
 * eraser, may come: its last byte is replaced.
 */
static bool make_room(struct ldisc *l)
{
	uint32_t free = LDISC_IN_SIZE - (l->head - l->tail);

	if (iflag(l, LX_PARMRK))
		free = (free + 2) / 3;
	if (free > 1)
		return true;
	if (!lflag(l, LX_ICANON) || l->canon_head != l->tail)
		return false;
	if (free == 0)
		l->head--;
	return true;
}

size_t ldisc_input(struct ldisc *l, const uint8_t *p, size_t n, int *ret_signo)
{
	size_t done = 0;

	*ret_signo = 0;
	while (done < n && *ret_signo == 0 && make_room(l))
		*ret_signo = take(l, p[done++]);
	ldisc_show_echo(l);
	return done;
}
