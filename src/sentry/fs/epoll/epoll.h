/* SPDX-License-Identifier: Apache-2.0 */
/* Interest lists as files: epoll(7). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "abi/epoll.h"
#include "base/compiler.h"

struct ctx;
struct file;
struct uio;

/* flags: LX_EPOLL_CLOEXEC, which is the descriptor's. Caller owns. -EINVAL: unknown flags; -ENOMEM.
 */
MUST_CHECK int epoll_new(unsigned flags, struct file **ret);
bool epoll_is(struct file *f);

/*
 * epoll_ctl(2). The interest belongs to (f, fd): the same file under another number is another one.
 * what ev says is ignored by LX_EPOLL_CTL_DEL. It ends by itself when f's last reference goes; it
 * holds none. -EPERM: f cannot be polled; -EINVAL, -EEXIST, -ENOENT, -ELOOP, -ENOMEM.
 */
MUST_CHECK int epoll_control(struct ctx *ctx, struct file *ep, int op, struct file *f, int fd,
			     const struct lx_epoll_event *ev);

/* Do not sleep. CTX_FOREVER: no end. */
#define EPOLL_NOW 0

/*
 * epoll_wait(2): put up to max events (max > 0) to dst as struct lx_epoll_event, sleeping until
 * there is one or until the monotonic deadline. The number of events, 0 after the deadline; -EINTR,
 * -EFAULT, -EINVAL: ep is no epoll.
 */
MUST_CHECK long epoll_collect(struct ctx *ctx, struct file *ep, struct uio *dst, size_t max,
			      int64_t deadline_ns);
