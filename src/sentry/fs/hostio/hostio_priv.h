/* SPDX-License-Identifier: Apache-2.0 */
/* What hostio.c (files) and tty.c (the host's answers about one descriptor) share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "sentry/core/waitq.h"
#include "sentry/fs/tty/ctty.h"
#include "sentry/vfs/inode.h"

struct ctx;
struct file;
struct hostfd;
struct mm;

/*
 * A terminal of the host, found by its device number; all streams on it share one, which lives as
 * long as the sandbox. Key: [I]; [a] atomic
 */
struct hostio_tty {
	struct ctty ctty;
	uint64_t rdev;             /* [I] the host's */
	struct hostio *_Atomic rw; /* [a] the first stream that reads and writes, kept: what opens */
	struct hostio_tty *next;   /* [I] */
};

/* The stream, shared by all open files on it. Key: [I] */
struct hostio {
	struct ref ref;
	struct hostfd *host; /* [I] owned */
	struct waitq wq;
	struct hostio_tty *tty; /* [I] borrowed; NULL: no terminal */
};

struct hostio_inode {
	struct inode inode;
	struct hostfd *host; /* [I] owned */
	struct hostio *h;    /* [I] one reference; NULL: the stream could not be made */
};

/* f becomes one more open file on h. */
void hostio_attach(struct hostio *h, struct file *f);
void hostio_stream_put(struct hostio *h);
/* Fill in h->tty, if it is one. opens: this stream can open it anew. -ENOMEM. */
MUST_CHECK int hostio_tty_find(struct hostio *h, bool opens);
/* TOSTOP. 0, -EIO, -LX_ERESTARTSYS. */
MUST_CHECK int hostio_tty_check_write(struct ctx *ctx, struct hostio *h);
/* Access mode and O_APPEND of the host's description, as LX_O_ flags. */
MUST_CHECK int hostio_host_flags(struct hostfd *h, unsigned *ret);
/* Mode, size, times ... of the host's file; dev and ino too. */
MUST_CHECK int hostio_host_stat(struct hostfd *h, struct kstat *ret);
/* An inode number that differs for different host files, and names none of them. */
uint64_t hostio_ino(const struct kstat *st);
MUST_CHECK int hostio_host_truncate(struct hostfd *h, uint64_t size);
int64_t hostio_host_seek(struct hostfd *h, int64_t off, int whence);
/* Terminal ioctls, and FIONREAD. */
long hostio_ioctl(struct ctx *ctx, struct file *f, struct mm *mm, unsigned cmd, uint64_t arg);
