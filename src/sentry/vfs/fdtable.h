/* SPDX-License-Identifier: Apache-2.0 */
/* The fd -> file map of one process (shared by CLONE_FILES). Lowest free number first, as POSIX
 * demands. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct fdtable;
struct file;

struct fdtable *fdtable_new(void); /* caller owns; NULL: out of memory */
/* A copy with the same files up to and including fd `max`, as fork(2) (max: UINT32_MAX) or
 * close_range(2) UNSHARE. */
MUST_CHECK int fdtable_copy(struct fdtable *t, uint32_t max, struct fdtable **ret);
struct fdtable *fdtable_share(struct fdtable *t);
/* Drops one user; the last one closes every file (posix locks of `ctx` go too). ctx may be NULL at
 * shutdown. */
void fdtable_put(struct fdtable *t, struct ctx *ctx);
bool fdtable_is_shared(struct fdtable *t);

struct file *fdtable_get(struct fdtable *t, int fd); /* caller owns; NULL: closed */
struct file *fdtable_get_nopath(struct fdtable *t,
				int fd); /* as fdtable_get, but NULL for O_PATH files too */
/* Takes over f on success. min: the lowest number allowed. -EMFILE past RLIMIT_NOFILE of ctx
 * (-EINVAL if min is). */
MUST_CHECK int fdtable_install(struct fdtable *t, struct ctx *ctx, struct file *f, int min,
			       bool cloexec, int *ret_fd);
/* dup2: put f at fd exactly, closing what was there; takes over f on success. */
MUST_CHECK int fdtable_install_at(struct fdtable *t, struct ctx *ctx, struct file *f, int fd,
				  bool cloexec);
MUST_CHECK int fdtable_close(struct fdtable *t, struct ctx *ctx, int fd);
/* [lo, hi] inclusive; cloexec_only: mark instead of close. */
void fdtable_close_range(struct fdtable *t, struct ctx *ctx, uint32_t lo, uint32_t hi,
			 bool cloexec_only);
void fdtable_close_on_exec(struct fdtable *t, struct ctx *ctx);
MUST_CHECK int fdtable_get_cloexec(struct fdtable *t, int fd);
MUST_CHECK int fdtable_set_cloexec(struct fdtable *t, int fd, bool on);
/* The flags of an open file, without a reference that somebody would have to drop: for
 * /proc/pid/fd. False: closed. */
bool fdtable_peek(struct fdtable *t, int fd, unsigned *ret_flags);
/* The lowest open fd >= from, or -1. For /proc/pid/fd. */
int fdtable_next(struct fdtable *t, int from);
/* For calls that make several files and may still fail (pipe, socketpair): a reserved number reads
 * as closed until it is filled. */
MUST_CHECK int fdtable_reserve(struct fdtable *t, struct ctx *ctx, int min, bool cloexec,
			       int *ret_fd);
void fdtable_fill(struct fdtable *t, int fd, struct file *f); /* takes over f */
void fdtable_unreserve(struct fdtable *t, int fd);
uint32_t fdtable_capacity(struct fdtable *t); /* FDSize of /proc/pid/status */
