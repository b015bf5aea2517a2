/* SPDX-License-Identifier: Apache-2.0 */
/* Editing the line that is being typed, in canonical mode: VERASE, VWERASE, VKILL, VREPRINT. */
#include "sentry/fs/tty/ldisc.h"
#include "sentry/fs/tty/ldisc_priv.h"

enum erase { ERASE_CHAR, ERASE_WORD, ERASE_LINE };

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '_' || ldisc_lower(c) != c || ldisc_upper(c) != c ||
	       c == 0xdf || c == 0xff;
}

void edit_finish(struct ldisc *l)
{
	if (!l->erasing)
		return;
	l->erasing = false;
	echo_raw(l, '/');
}

void edit_reprint(struct ldisc *l, uint8_t c)
{
	edit_finish(l);
	echo_char(l, c);
	echo_raw(l, '\n');
	for (uint32_t at = l->canon_head; at != l->head; at++)
		echo_char(l, in_at(l, at));
}

/* The last character begins here; false: what is there is the middle of one, or nothing is. */
static bool last_char(const struct ldisc *l, uint32_t *ret)
{
	uint32_t at = l->head;

	if (at == l->canon_head)
		return false;
	do
		at--;
	while (is_inner(l, in_at(l, at)) && at != l->canon_head);
	*ret = at;
	return !is_inner(l, in_at(l, at));
}

/* ECHOPRT: what is erased is printed, between \ and /. */
static void print_erased(struct ldisc *l, uint32_t lo, uint32_t hi)
{
	if (!l->erasing) {
		echo_raw(l, '\\');
		l->erasing = true;
	}
	echo_char(l, in_at(l, lo));
	for (uint32_t at = lo + 1; at != hi; at++) {
		echo_raw(l, in_at(l, at));
		echo_step_back(l);
	}
}

/* Columns that the line shows before its end, back to its last tab. */
static void erase_tab(struct ldisc *l)
{
	uint32_t columns = 0, at = l->head;
	bool tab = false;

	while (at != l->canon_head && !tab) {
		uint8_t c = in_at(l, --at);

		if (c == '\t')
			tab = true;
		else if (is_control(c))
			columns += lflag(l, LX_ECHOCTL) ? 2 : 0;
		else if (!is_inner(l, c))
			columns++;
	}
	echo_erase_tab(l, columns, tab);
}

static void wipe(struct ldisc *l)
{
	echo_raw(l, '\b');
	echo_raw(l, ' ');
	echo_raw(l, '\b');
}

/* [lo, hi) was one character, and is gone from the queue. */
static void show_erased(struct ldisc *l, uint32_t lo, uint32_t hi, enum erase what)
{
	uint8_t c = in_at(l, lo);

	if (!lflag(l, LX_ECHO))
		return;
	if (lflag(l, LX_ECHOPRT)) {
		print_erased(l, lo, hi);
	} else if (what == ERASE_CHAR && !lflag(l, LX_ECHOE)) {
		echo_char(l, l->termios.c_cc[LX_VERASE]);
	} else if (c == '\t') {
		erase_tab(l);
	} else if (!is_control(c)) {
		wipe(l);
	} else if (lflag(l, LX_ECHOCTL)) {
		wipe(l);
		wipe(l);
	}
}

static void erase_chars(struct ldisc *l, enum erase what)
{
	bool in_word = false;
	uint32_t at;

	while (last_char(l, &at)) {
		uint32_t end = l->head;

		if (what == ERASE_WORD && !is_word(in_at(l, at)) && in_word)
			break;
		in_word |= is_word(in_at(l, at));
		l->head = at;
		show_erased(l, at, end, what);
		if (what == ERASE_CHAR)
			break;
	}
	if (l->head == l->canon_head && lflag(l, LX_ECHO))
		edit_finish(l);
}

/* VKILL where the line is not taken from the screen. */
static void forget_line(struct ldisc *l)
{
	l->head = l->canon_head;
	if (!lflag(l, LX_ECHO))
		return;
	edit_finish(l);
	echo_char(l, l->termios.c_cc[LX_VKILL]);
	if (lflag(l, LX_ECHOK))
		echo_raw(l, '\n');
}

static bool wipes_lines(const struct ldisc *l)
{
	const uint32_t all = LX_ECHO | LX_ECHOE | LX_ECHOK | LX_ECHOKE;

	return (l->termios.c_lflag & all) == all;
}

void edit_erase(struct ldisc *l, uint8_t c)
{
	if (l->head == l->canon_head)
		return;
	if (is_cc(l, LX_VERASE, c))
		erase_chars(l, ERASE_CHAR);
	else if (is_cc(l, LX_VWERASE, c))
		erase_chars(l, ERASE_WORD);
	else if (wipes_lines(l))
		erase_chars(l, ERASE_LINE);
	else
		forget_line(l);
}
