/* SPDX-License-Identifier: Apache-2.0 */
/* Inside a pair. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/lock.h"
#include "base/ref.h"
#include "sentry/core/waitq.h"
#include "sentry/fs/tty/byteq.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/fs/tty/ldisc.h"
#include "sentry/fs/tty/pty.h"

struct mm;
struct uio;

#define PTY_TYPED_SIZE 8192u
/* Bytes that travel between guest memory and a pair in one step. */
#define PTY_CHUNK 4096u

enum pty_side { PTY_MASTER, PTY_SLAVE };

/*
 * Key: [I] immutable; [l] lock, RANK_FILE. Guest memory is not touched under it. Job control
 * (TASKLIST) is below it, but is asked without it.
 */
struct pty {
	struct ref ref; /* one per open file, per name in devpts, per session that it controls */
	struct lock lock;
	struct ctty ctty;
	uint32_t index;                  /* [I] */
	const struct pty_owner_ops *ops; /* [I] */
	void *owner;                     /* [I] until both sides are closed */
	struct waitq wq[2];              /* by side: its readers, writers and pollers */
	struct ctx *writer[2];  /* [l] whose write is under way on that side; compared only */
	bool master_open;       /* [l] */
	bool slave_left;        /* [l] the last slave was closed: the master reads -EIO */
	bool locked;            /* [l] TIOCSPTLCK */
	bool exclusive;         /* [l] TIOCEXCL of the slave */
	bool master_exclusive;  /* [l] TIOCEXCL of the master; told, of no effect */
	bool master_stopped;    /* [l] TCOOFF on the master */
	uint32_t nslaves;       /* [l] open files */
	uint32_t hangups;       /* [l] slaves that were opened before the last are hung up */
	struct lx_winsize size; /* [l] */
	struct byteq typed;     /* [l] written by the master, not taken by ld yet */
	struct ldisc ld;        /* [l] */
	uint8_t typed_buf[PTY_TYPED_SIZE];
};

/* The slave's f->priv. */
struct pty_slave {
	struct pty *pty;
	uint32_t hangups; /* [I] of the pair when it was opened */
};

extern const struct file_ops pty_master_ops;
extern const struct file_ops pty_slave_ops;
void pty_master_release(struct file *f);
void pty_slave_release(struct file *f);

/* Let the line discipline have what was typed, and wake who waited for that. */
void pty_pump(struct pty *p) REQUIRES(p->lock);
/* Something changed for everybody: settings, flushes. */
void pty_wake_all(struct pty *p) REQUIRES(p->lock);
/* vhangup(2): every open slave is at its end. No lock. */
void pty_hangup(struct pty *p);

/* One writer at a time on each side: 0 it is the caller's turn, -EAGAIN another's. */
MUST_CHECK int pty_write_begin(struct pty *p, enum pty_side side, struct ctx *ctx)
	REQUIRES(p->lock);
void pty_write_end(struct pty *p, enum pty_side side, struct ctx *ctx);

/*
 * Write all of src, sleeping where there is no room: `step` takes some bytes under the lock, 0 if
 * it has no room, or -errno.
 */
MUST_CHECK ssize_t pty_write(struct ctx *ctx, struct file *f, struct pty *p, enum pty_side side,
			     struct uio *src,
			     ssize_t (*step)(struct pty *p, struct file *f, const uint8_t *buf,
					     size_t n));

/* ---- pty_ioctl.c, pty_termios.c ---- */

long pty_ioctl(struct ctx *ctx, struct file *f, struct pty *p, enum pty_side side, struct mm *mm,
	       unsigned cmd, uint64_t arg);
/* TCGETS, TCSETS and their kin, which mean the slave's settings on both sides. CTTY_NOT_MINE. */
long pty_termios_ioctl(struct ctx *ctx, struct pty *p, struct mm *mm, unsigned cmd, uint64_t arg);
