/* SPDX-License-Identifier: Apache-2.0 */
/* What hostio.c (files) and tty.c (the host's answers about one descriptor) share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "sentry/core/waitq.h"
#include "sentry/vfs/inode.h"

struct ctx;
struct file;
struct hostfd;
struct mm;

/* The stream, shared by all open files on it. Key: [I] */
struct hostio {
	struct ref ref;
	struct hostfd *host; /* [I] owned */
	struct waitq wq;
	bool tty; /* [I] */
};

struct hostio_inode {
	struct inode inode;
	struct hostfd *host; /* [I] owned */
	struct hostio *h;    /* [I] one reference; NULL: the stream could not be made */
};

bool hostio_host_is_tty(struct hostfd *h);
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
