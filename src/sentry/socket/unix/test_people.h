/* SPDX-License-Identifier: Apache-2.0 */
/* Threads with sockets, over the Sentry's own memory, for the tests of this room. */
#pragma once

#include <errno.h>

#include "base/test.h"
#include "abi/errno.h"
#include "abi/poll.h"
#include "abi/signal.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/limits.h"
#include "sentry/core/uio.h"
#include "sentry/socket/unix/unix.h"
#include "sentry/socket/unix/unix_priv.h"
#include "sentry/vfs/file.h"

struct fs_info;

/* Who calls: its ctx, and which signal it got, or is waiting for it. */
struct person {
	struct ctx ctx; /* first */
	struct limits limits;
	_Atomic int got_signal;   /* by signal_self */
	_Atomic bool interrupted; /* a signal waits */
	struct fs_info *fs;       /* where paths start; NULL: nowhere */
};

/* uid 0 has all capabilities. tgid is pid. */
void person_init(struct person *p, uint32_t uid, int32_t pid);
void person_fini(struct person *p);
/* A signal comes that is not blocked. */
void person_interrupt(struct person *p);

/* Everything that a test took was given back, but what the first socket ever leaves for ever. */
void begin(void);
void end(void);

struct file *new_socket(struct person *p, int type);
void new_pair(struct person *p, int type, struct file *ret[2]);
struct socket *sock(struct file *f);
/* An abstract name, or with a '/' a path. */
struct sock_addr name(const char *text);
struct file *new_listener(struct person *p, int type, const char *at, uint32_t backlog);
int connect_to(struct person *p, struct file *f, const char *to, bool nonblock);
/* Caller owns *ret; NULL on failure. */
int accept_from(struct person *p, struct file *l, bool nonblock, struct file **ret);

ssize_t send_bytes(struct person *p, struct file *f, const void *buf, size_t n, unsigned flags);
ssize_t send_text(struct person *p, struct file *f, const char *text);
ssize_t send_text_to(struct person *p, struct file *f, const char *text, const char *to);
ssize_t recv_bytes(struct person *p, struct file *f, void *buf, size_t n, unsigned flags);
/* One byte with files. */
ssize_t send_files(struct person *p, struct file *f, struct file *const files[], uint32_t n);
/* One message; what came with it. Caller calls sock_control_fini. */
ssize_t recv_control(struct person *p, struct file *f, unsigned flags, struct sock_control *ret);
uint32_t poll_of(struct file *f);
