/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terminals and sessions: the rules of termios(3), "Job control", and of ioctl_tty(2) that are the
 * same for every terminal, whoever draws its screen. Of a ctx without sessions (tests, the kernel's
 * own work) nothing is asked, and it gets none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "sentry/core/jobs.h"

struct ctx;
struct file;
struct inode;
struct mm;

void ctty_init(struct ctty *c, const struct ctty_ops *ops, uint64_t rdev);

/* Before reading; before writing with TOSTOP, or changing anything. 0, -EIO, -LX_ERESTARTSYS. */
MUST_CHECK int ctty_check_read(struct ctx *ctx, struct ctty *c);
MUST_CHECK int ctty_check_change(struct ctx *ctx, struct ctty *c);
/* Is the caller in the background of c, its own terminal? */
bool ctty_in_background(struct ctx *ctx, struct ctty *c);

/* A file on c was opened: it may become the controlling terminal. */
void ctty_opened(struct ctx *ctx, struct ctty *c, struct file *f);
/* A vfs_open_fn: /dev/tty. -ENXIO: the caller's session has no terminal. */
int ctty_open_current(struct ctx *ctx, struct inode *inode, struct file *f);

/* A signal from the keyboard, or SIGWINCH, to the foreground. */
void ctty_signal(struct ctty *c, int signo);
/* vhangup(2): the caller's terminal, if it has one. -EPERM. */
MUST_CHECK int ctty_vhangup(struct ctx *ctx);
/* The terminal is gone. No lock held. */
void ctty_hangup(struct ctty *c);

enum ctty_side {
	CTTY_TERMINAL, /* what the session has */
	CTTY_MASTER,   /* the other side of it, which may ask too */
};

/*
 * TIOCSCTTY, TIOCNOTTY, TIOCGPGRP, TIOCSPGRP, TIOCGSID, TIOCGDEV. -ENOIOCTLCMD of Linux here is
 * CTTY_NOT_MINE: some other command. No lock held.
 */
#define CTTY_NOT_MINE (-515L)
long ctty_ioctl(struct ctx *ctx, struct ctty *c, enum ctty_side side, struct file *f, struct mm *mm,
		unsigned cmd, uint64_t arg);
