/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudo-terminals: pty(7). A pair of files: what is written to the master is typed on the
 * terminal, what programs write to the slave is read from the master. Between them stands the line
 * discipline. Names and numbers are devpts's.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctty;
struct ctx;
struct file;
struct pty;

/* Slaves are devices 136:index, and the first 256 of Linux end where ours go on. */
#define PTY_SLAVE_MAJOR 136u

/* Who gave the pair its number. Called without locks, each once. */
struct pty_owner_ops {
	void (*master_closed)(void *owner, struct pty *p); /* its name shall go */
	void (*closed)(void *owner, uint32_t index);       /* both sides: the number is free */
};

/* A pair of which neither side is open. Caller owns; NULL: out of memory. */
struct pty *pty_new(uint32_t index, const struct pty_owner_ops *ops, void *owner);
struct pty *pty_get(struct pty *p);
void pty_put(struct pty *p);
DEFINE_AUTO(struct pty *, pty_put)
uint32_t pty_index(const struct pty *p);
struct ctty *pty_ctty(struct pty *p);
/* unlockpt(3): TIOCSPTLCK with 0. */
void pty_unlock(struct pty *p);

/* f becomes the master: the first opening of a new pair, which is its only one. */
void pty_open_master(struct pty *p, struct file *f);
/*
 * As inode_ops.open. -EIO: no master, or the slave is locked; -EBUSY: TIOCEXCL; -ENOMEM. It becomes
 * the controlling terminal of a session leader that has none.
 */
MUST_CHECK int pty_open_slave(struct ctx *ctx, struct pty *p, struct file *f);
/* The pair of which f is the master. Caller owns; NULL: it is none. */
struct pty *pty_of_master(struct file *f);
