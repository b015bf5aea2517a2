/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes and FIFOs, pipe(7), fifo(7): a ring of pages between readers and writers. */
#pragma once

#include "base/compiler.h"

struct ctx;
struct file;

/* Both ends of a new pipe; flags: LX_O_NONBLOCK, LX_O_DIRECT. Caller owns both. -ENOMEM. */
MUST_CHECK int pipe_new(struct ctx *ctx, unsigned flags, struct file **ret_read,
			struct file **ret_write);
/* Is f one end of a pipe or FIFO? */
int pipe_is(struct file *f);
/* Let FIFOs of every filesystem open; at bring-up. */
void pipe_register(void);

/*
 * tee(2): copy up to len bytes that wait in `from` to `to` without taking them. Bytes; -EAGAIN
 * (LX_SPLICE_F_NONBLOCK), -EINVAL if one is no pipe or both are one, -EPIPE with SIGPIPE.
 */
MUST_CHECK long pipe_tee(struct ctx *ctx, struct file *from, struct file *to, size_t len,
			 unsigned splice_flags);
