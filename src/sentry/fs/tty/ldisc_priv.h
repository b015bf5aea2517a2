/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the line discipline share: flags by name, the queue of input, echoing. */
#pragma once

#include "sentry/fs/tty/ldisc.h"

/* A control character that is none: _POSIX_VDISABLE. */
#define LDISC_NO_CHAR LX__POSIX_VDISABLE

static inline bool lflag(const struct ldisc *l, uint32_t bits)
{
	return (l->termios.c_lflag & bits) != 0;
}
static inline bool iflag(const struct ldisc *l, uint32_t bits)
{
	return (l->termios.c_iflag & bits) != 0;
}
static inline bool oflag(const struct ldisc *l, uint32_t bits)
{
	return (l->termios.c_oflag & bits) != 0;
}
/* Is c the control character `which`, a V number? */
static inline bool is_cc(const struct ldisc *l, unsigned which, uint8_t c)
{
	return c != LDISC_NO_CHAR && l->termios.c_cc[which] == c;
}

static inline uint8_t in_at(const struct ldisc *l, uint32_t pos)
{
	return l->in[pos % LDISC_IN_SIZE];
}
static inline bool is_end(const struct ldisc *l, uint32_t pos)
{
	return l->ends[pos % LDISC_IN_SIZE / 64] >> (pos % 64) & 1;
}
static inline void set_end(struct ldisc *l, uint32_t pos)
{
	l->ends[pos % LDISC_IN_SIZE / 64] |= 1ULL << (pos % 64);
}
static inline void clear_end(struct ldisc *l, uint32_t pos)
{
	l->ends[pos % LDISC_IN_SIZE / 64] &= ~(1ULL << (pos % 64));
}

/* As Linux's ctype, which knows ISO 8859-1. */
static inline bool is_control(uint8_t c)
{
	return c < 0x20 || c == 0x7f;
}
/* A byte within a character of UTF-8 that is not its first. */
static inline bool is_inner(const struct ldisc *l, uint8_t c)
{
	return iflag(l, LX_IUTF8) && (c & 0xc0) == 0x80;
}
uint8_t ldisc_upper(uint8_t c);
uint8_t ldisc_lower(uint8_t c);

/* ---- ldisc_output.c ---- */

/* Show c as output is shown; or as it is, where control characters are ^X if ECHOCTL wants it. */
void echo_raw(struct ldisc *l, uint8_t c);
void echo_char(struct ldisc *l, uint8_t c);
/* Step back over a tab; the line before it shows `columns` since its beginning or since the tab
 * before (after_tab). */
void echo_erase_tab(struct ldisc *l, uint32_t columns, bool after_tab);
/* The cursor is one column less to the right than the bytes shown make believe. */
void echo_step_back(struct ldisc *l);
/* Output goes on, or stops: VSTART, VSTOP, TCXONC. */
void output_start(struct ldisc *l);
void output_stop(struct ldisc *l);

/* ---- ldisc_edit.c ---- */

/* VERASE, VWERASE or VKILL was typed. */
void edit_erase(struct ldisc *l, uint8_t c);
/* End what ECHOPRT shows between backslash and slash. */
void edit_finish(struct ldisc *l);
/* VREPRINT: the line once more. */
void edit_reprint(struct ldisc *l, uint8_t c);

/* ---- ldisc.c ---- */

/* Something happened that packet mode tells; `not` is what it makes untrue. */
void status_add(struct ldisc *l, unsigned bits, unsigned not );
void input_clear(struct ldisc *l);
