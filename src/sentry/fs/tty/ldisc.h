/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line discipline N_TTY: termios(3) as a state machine. What is typed goes in, what programs
 * read and what the screen shows come out, and signals are wanted by value; it knows no files, no
 * tasks and no clock. Who embeds it holds one lock around all calls.
 *
 *	typed --ldisc_input--> [in: editing] --ldisc_read--> the program
 *	                            | echo
 *	screen <-- [out] <----------+------ ldisc_write <---- the program
 *
 * Invariants:
 *	1. tail <= canon_head <= head; in canonical mode complete lines are [tail, canon_head), and
 *	   the line that is being edited is [canon_head, head).
 *	2. A bit of `ends` is set for the last byte of each complete line. Such a byte that is 0 is
 *	   an end of file, unless it was typed so as VEOL.
 *	3. What waits in `echo` is older than whatever a program will write: nothing is written
 *	   before it is gone.
 *
 * Breaks and parity errors do not exist on pseudo-terminals, so IGNBRK, BRKINT, IGNPAR and INPCK
 * are kept without effect, as on Linux; so are IXOFF, IMAXBEL and the delays of output.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/ioctl.h"
#include "sentry/fs/tty/byteq.h"

#define LDISC_IN_SIZE   4096u
#define LDISC_ECHO_SIZE 4096u
#define LDISC_OUT_SIZE  16384u
/* What the other side has taken already, as far as flushing is concerned; the rest of `out`. */
#define LDISC_OUT_TAKEN 4095u
#define LDISC_OUT_LIMIT (LDISC_OUT_TAKEN + 8192u)

struct ldisc {
	struct lx_termios2 termios;
	uint32_t head, tail, canon_head; /* positions in `in`, which run on */
	uint64_t ends[LDISC_IN_SIZE / 64];
	bool lnext;                    /* the next byte is taken as it is */
	bool erasing;                  /* ECHOPRT: a backslash was shown */
	bool stopped;                  /* VSTOP was typed, or held */
	bool held;                     /* TCOOFF: only TCOON ends it */
	bool packet;                   /* the other side wants to know: `status` is kept */
	uint8_t status;                /* LX_TIOCPKT_ bits since the other side looked */
	uint32_t column, canon_column; /* of the cursor; where the line being edited begins */
	struct byteq echo, out;
	uint8_t in[LDISC_IN_SIZE];
	uint8_t echo_buf[LDISC_ECHO_SIZE];
	uint8_t out_buf[LDISC_OUT_SIZE];
};

/* As a terminal that nobody has opened yet. */
void ldisc_init(struct ldisc *l);
/* Settings and state of a new one, and nothing in its queues but what the screen still has to show.
 */
void ldisc_reset(struct ldisc *l);

/*
 * Bytes that were typed: how many were taken. Fewer if the queue is full, or behind one that asks
 * for a signal: *ret_signo is that, else 0.
 */
size_t ldisc_input(struct ldisc *l, const uint8_t *p, size_t n, int *ret_signo);
/* Bytes that a program writes: how many were taken; fewer while `out` is full or stopped. */
size_t ldisc_write(struct ldisc *l, const uint8_t *p, size_t n);
/* Would it take a byte? */
bool ldisc_may_write(const struct ldisc *l);
/* Let echoes that did not fit go on; after room was made in `out`. */
void ldisc_show_echo(struct ldisc *l);

/*
 * Is there something to read (a line, or an end of file, in canonical mode)? ldisc_poll_in: as
 * poll(2) says it, which looks at VMIN.
 */
bool ldisc_has_input(const struct ldisc *l);
bool ldisc_poll_in(const struct ldisc *l);
/* Read at most n bytes, in canonical mode of one line; 0 if n > 0 and there is input: end of file. */
size_t ldisc_read(struct ldisc *l, uint8_t *dst, size_t n);
/* What FIONREAD says. */
size_t ldisc_available(const struct ldisc *l);
static inline bool ldisc_canonical(const struct ldisc *l)
{
	return (l->termios.c_lflag & (LX_ICANON | LX_EXTPROC)) == LX_ICANON;
}

/* TCSETS: new settings; t's speeds are taken as they are. */
void ldisc_set_termios(struct ldisc *l, const struct lx_termios2 *t);
/* TCFLSH. */
void ldisc_flush_input(struct ldisc *l);
void ldisc_flush_output(struct ldisc *l);
/* TCXONC: TCOOFF and TCOON. */
void ldisc_hold(struct ldisc *l, bool on);
