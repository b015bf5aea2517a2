/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors of the host as open files of the guest: the stdio that `do` passes through. Pipes,
 * sockets, terminals, regular files: all are streams here, because offset and line discipline live
 * in the host's open file description, which the caller shares.
 *
 * A terminal's settings and size are the host's. Its foreground process group is the guest's own
 * affair: kept here, and asked by boot when the CLI forwards a signal from the keyboard.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct file;
struct hostfd;
struct inode;

/*
 * An open file on h (a reference is taken), access mode as the host's descriptor allows. Two
 * handles on one host file have the same st_dev and st_ino. Caller owns. -ENOMEM, -errno of fstat.
 */
MUST_CHECK int hostio_open(struct hostfd *h, struct file **ret);

/*
 * How /dev/tty opens: the first terminal that was passed through for reading and writing; -ENXIO
 * without one. Differs: a process that left the session with setsid(2) still reaches it.
 */
int hostio_open_tty(struct ctx *ctx, struct inode *inode, struct file *f);

/* The foreground process group of the terminals passed through; 0: none yet. */
int32_t hostio_foreground(void);
void hostio_set_foreground(int32_t pgrp);
