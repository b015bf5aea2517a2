/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Job control: what terminals ask of the room that knows processes, groups and sessions. Terminals
 * are made below tasks, so they ask through this contract; task/ctty.c implements it, and fs/tty is
 * the only caller.
 *
 * A struct ctty is a terminal as a session sees it, embedded in whatever the terminal is. Whom it
 * controls is written by the implementation alone, under TASKLIST; anybody may look.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct ctty;
struct ctx;
struct file;
struct jobs;

/* What the terminal's own room does. */
struct ctty_ops {
	/* One reference more; any lock. One less; no lock. */
	void (*get)(struct ctty *c);
	void (*put)(struct ctty *c);
	/* How /dev/tty opens when this is the caller's: as inode_ops.open. */
	int (*open)(struct ctx *ctx, struct ctty *c, struct file *f);
	/* vhangup(2): who has it open is at the end. No lock. */
	void (*hangup)(struct ctty *c);
};

/* Key: [I] immutable; [a] atomic, written under TASKLIST */
struct ctty {
	const struct ctty_ops *ops; /* [I] */
	uint64_t rdev;              /* [I] its device number */
	struct jobs *_Atomic jobs;  /* [a] whose sessions; NULL: it never controlled one */
	_Atomic int32_t sid;        /* [a] the session that it controls; 0: none */
	_Atomic int32_t pgrp;       /* [a] the foreground group; 0: none */
};

enum ctty_claim {
	CTTY_BY_OPEN, /* open(2) without O_NOCTTY: silently nothing unless it can */
	CTTY_ASK,     /* TIOCSCTTY */
	CTTY_STEAL,   /* TIOCSCTTY with 1: from another session, with CAP_SYS_ADMIN */
};

/* FILE and what lies above may be held, but where it says no lock. */
struct jobs_ops {
	/* The caller's controlling terminal. Caller owns; NULL: none. */
	struct ctty *(*terminal)(struct ctx *ctx);
	/* Is it c? */
	bool (*is_terminal)(struct ctx *ctx, struct ctty *c);
	/* c becomes the terminal of the caller's session. -EPERM. */
	int (*claim)(struct ctx *ctx, struct ctty *c, enum ctty_claim how);
	/* TIOCNOTTY: the caller gives its terminal up; a leader for the whole session. No lock. */
	void (*leave)(struct ctx *ctx);
	/* TIOCSPGRP. -ENOTTY: not the caller's terminal; -ESRCH: no such group; -EPERM: of another
	 * session. */
	int (*set_foreground)(struct ctx *ctx, struct ctty *c, int32_t pgrp);
	/* Is the caller in the background of c, its own terminal? */
	bool (*in_background)(struct ctx *ctx, struct ctty *c);
	/*
	 * The caller wants to read (SIGTTIN) or to change c (SIGTTOU): 0 unless it is in the
	 * background of its own terminal. -LX_ERESTARTSYS: its group was sent the signal; -EIO: it
	 * does not want to hear, or its group is orphaned.
	 */
	int (*check_background)(struct ctx *ctx, struct ctty *c, int signo);
	/* To the foreground group of c, as from the keyboard. */
	void (*signal)(struct jobs *j, struct ctty *c, int signo);
	/* The terminal is gone: SIGHUP and SIGCONT to the session's leader, and nobody has it. No
	 * lock. */
	void (*hangup)(struct jobs *j, struct ctty *c);
};

struct jobs {
	const struct jobs_ops *ops; /* [I] */
};
