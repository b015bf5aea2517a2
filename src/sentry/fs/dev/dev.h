/* SPDX-License-Identifier: Apache-2.0 */
/* /dev: a tmpfs filled with the nodes that every program expects, and the character devices behind
 * them. */
#pragma once

#include <sys/types.h>

#include "base/compiler.h"
#include "sentry/vfs/special.h"

struct ctx;
struct superblock;
struct uio;

/*
 * A fresh /dev: null, zero, full, random, urandom, tty, ptmx, the links to /proc/self/fd, and the
 * directories shm, mqueue and pts. The first call registers the devices with the vfs. At bring-up
 * only. Caller owns. -ENOMEM.
 */
MUST_CHECK int devfs_new(struct superblock **ret);

/* The devices that a /dev has, before anything opens them: devfs_new does it too. -ENOSPC. */
MUST_CHECK int dev_register(void);

/* How /dev/tty, the controlling terminal of the caller's session, opens; set at bring-up. NULL, as
 * at the start: -ENXIO. */
extern vfs_open_fn dev_tty_open;

/* Fill dst with random bytes: /dev/random, getrandom(2). All of it, less if a signal comes in
 * between. -EFAULT. */
MUST_CHECK ssize_t dev_random_read(struct ctx *ctx, struct uio *dst);
