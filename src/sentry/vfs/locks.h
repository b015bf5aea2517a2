/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advisory locks: flock(2), the record locks of fcntl(2) that belong to a process (a file
 * descriptor table), and those that belong to an open file description (OFD). They hold inside the
 * sandbox only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct fdtable;
struct file;
struct inode;
struct lx_flock;

enum lock_wait {
	LOCK_NOWAIT, /* -EAGAIN if somebody else has it */
	LOCK_WAIT,
};

/* flock(2): op is LX_LOCK_. -EINVAL, -EAGAIN (LX_LOCK_NB), -LX_ERESTARTSYS, -ENOMEM. */
MUST_CHECK int file_flock(struct ctx *ctx, struct file *f, int op);

/*
 * F_SETLK, F_SETLKW (fds: whose the lock is), F_OFD_SETLK, F_OFD_SETLKW (fds NULL). -EBADF: not
 * open for that; -EINVAL, -EOVERFLOW: a bad range; -EAGAIN, -EDEADLK, -LX_ERESTARTSYS, -ENOLCK.
 */
MUST_CHECK int file_lock_set(struct ctx *ctx, struct file *f, struct fdtable *fds,
			     const struct lx_flock *fl, enum lock_wait wait);
/* F_GETLK, F_OFD_GETLK: who would be in the way, or LX_F_UNLCK in l_type and the rest unchanged. */
MUST_CHECK int file_lock_get(struct ctx *ctx, struct file *f, struct fdtable *fds,
			     struct lx_flock *fl);

/* A process closed a descriptor of f: all its record locks on the inode go, as POSIX wants it. */
void file_locks_close(struct file *f, const struct fdtable *fds);
/* The last reference to f goes: its flock and OFD locks. */
void file_locks_release(struct file *f);
/* The inode dies; inode.c only. */
void file_locks_drop(struct inode *inode);
