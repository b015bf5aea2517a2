/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the screen shows: output processing of termios(3), and echo. Echo is processed when it
 * arises and waits in `echo`, already processed, for as long as there is no room or output is
 * stopped.
 */
#include <string.h>

#include "base/compiler.h"
#include "sentry/fs/tty/ldisc.h"
#include "sentry/fs/tty/ldisc_priv.h"

#define TAB_COLUMNS 8u

uint8_t ldisc_upper(uint8_t c)
{
	bool lower = (c >= 'a' && c <= 'z') || (c >= 0xe0 && c != 0xf7 && c != 0xff);

	return lower ? (uint8_t)(c - 0x20) : c;
}

uint8_t ldisc_lower(uint8_t c)
{
	bool upper = (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);

	return upper ? (uint8_t)(c + 0x20) : c;
}

/* ---- one byte of output ---- */

static void to_column_zero(struct ldisc *l)
{
	l->column = l->canon_column = 0;
}

static size_t show_newline(struct ldisc *l, uint8_t ret[TAB_COLUMNS])
{
	if (oflag(l, LX_ONLRET))
		l->column = 0;
	if (oflag(l, LX_ONLCR)) {
		to_column_zero(l);
		memcpy(ret, "\r\n", 2);
		return 2;
	}
	l->canon_column = l->column;
	ret[0] = '\n';
	return 1;
}

static size_t show_return(struct ldisc *l, uint8_t ret[TAB_COLUMNS])
{
	if (oflag(l, LX_ONOCR) && l->column == 0)
		return 0;
	ret[0] = oflag(l, LX_OCRNL) ? '\n' : '\r';
	if (ret[0] == '\r' || oflag(l, LX_ONLRET))
		to_column_zero(l);
	return 1;
}

static size_t show_tab(struct ldisc *l, uint8_t ret[TAB_COLUMNS])
{
	uint32_t n = TAB_COLUMNS - l->column % TAB_COLUMNS;

	l->column += n;
	if ((l->termios.c_oflag & LX_TABDLY) == LX_XTABS) {
		memset(ret, ' ', n);
		return n;
	}
	ret[0] = '\t';
	return 1;
}

/* What c becomes on the screen, at most TAB_COLUMNS bytes; the cursor moves. */
static size_t show(struct ldisc *l, uint8_t c, uint8_t ret[TAB_COLUMNS])
{
	switch (c) {
	case '\n':
		return show_newline(l, ret);
	case '\r':
		return show_return(l, ret);
	case '\t':
		return show_tab(l, ret);
	case '\b':
		if (l->column > 0)
			l->column--;
		break;
	default:
		if (is_control(c))
			break;
		if (oflag(l, LX_OLCUC))
			c = ldisc_upper(c);
		if (!is_inner(l, c))
			l->column++;
		break;
	}
	ret[0] = c;
	return 1;
}

/* ---- programs write ---- */

static size_t write_processed(struct ldisc *l, const uint8_t *p, size_t n)
{
	uint8_t shown[TAB_COLUMNS];
	size_t done;

	/* A byte is shown whole or not at all: room for the longest is asked first. */
	for (done = 0; done < n && byteq_room(&l->out) >= sizeof(shown); done++)
		byteq_put(&l->out, shown, show(l, p[done], shown));
	return done;
}

bool ldisc_may_write(const struct ldisc *l)
{
	return !l->stopped && byteq_len(&l->echo) == 0 && byteq_room(&l->out) >= TAB_COLUMNS;
}

size_t ldisc_write(struct ldisc *l, const uint8_t *p, size_t n)
{
	ldisc_show_echo(l);
	if (l->stopped || byteq_len(&l->echo) > 0)
		return 0;
	return oflag(l, LX_OPOST) ? write_processed(l, p, n) : byteq_put(&l->out, p, n);
}

/* ---- echo ---- */

void ldisc_show_echo(struct ldisc *l)
{
	uint8_t buf[256];
	size_t n;

	while (!l->stopped && (n = byteq_peek(&l->echo, buf, sizeof(buf))) > 0) {
		n = byteq_put(&l->out, buf, n);
		if (n == 0)
			break;
		byteq_skip(&l->echo, n);
	}
}

/* The oldest makes room: nobody has looked at the screen for long. */
static void echo_bytes(struct ldisc *l, const uint8_t *p, size_t n)
{
	if (byteq_room(&l->echo) < n)
		ldisc_show_echo(l);
	if (byteq_room(&l->echo) < n)
		byteq_skip(&l->echo, n - byteq_room(&l->echo));
	byteq_put(&l->echo, p, n);
}

void echo_raw(struct ldisc *l, uint8_t c)
{
	uint8_t shown[TAB_COLUMNS] = {c};

	echo_bytes(l, shown, oflag(l, LX_OPOST) ? show(l, c, shown) : 1);
}

void echo_char(struct ldisc *l, uint8_t c)
{
	if (c == 0xff) { /* never processed, as Linux has it */
		l->column++;
		echo_bytes(l, &c, 1);
	} else if (lflag(l, LX_ECHOCTL) && is_control(c) && c != '\t') {
		l->column += 2;
		echo_bytes(l, (uint8_t[]){'^', c ^ 0100}, 2);
	} else {
		echo_raw(l, c);
	}
}

void echo_erase_tab(struct ldisc *l, uint32_t columns, bool after_tab)
{
	uint32_t n;

	if (!after_tab)
		columns += l->canon_column;
	n = TAB_COLUMNS - columns % TAB_COLUMNS;
	l->column -= MIN(n, l->column);
	echo_bytes(l, (const uint8_t *)"\b\b\b\b\b\b\b\b", n);
}

void echo_step_back(struct ldisc *l)
{
	if (l->column > 0)
		l->column--;
}

/* ---- stop and go ---- */

void output_start(struct ldisc *l)
{
	if (!l->stopped || l->held)
		return;
	l->stopped = false;
	status_add(l, LX_TIOCPKT_START, LX_TIOCPKT_STOP);
	ldisc_show_echo(l);
}

void output_stop(struct ldisc *l)
{
	if (l->stopped)
		return;
	l->stopped = true;
	status_add(l, LX_TIOCPKT_STOP, LX_TIOCPKT_START);
}
