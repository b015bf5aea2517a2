/* SPDX-License-Identifier: Apache-2.0 */
/* What the socket calls have in common: a descriptor that is a socket, and addresses of the guest. */
#pragma once

#include "base/compiler.h"
#include "sentry/core/uaddr.h"

struct file;
struct sock_addr;
struct socket;
struct task;

/* The file of a descriptor that is a socket; caller owns it, *ret_s is borrowed. -EBADF, -ENOTSOCK.
 */
MUST_CHECK int sock_get(struct task *t, int fd, struct file **ret, struct socket **ret_s);
/* An address of len bytes. -EINVAL, -EFAULT. */
MUST_CHECK int sock_addr_in(struct task *t, uaddr_t at, int32_t len, struct sock_addr *ret);
/*
 * As much of a as the guest has room for, which it says at len_at; there its whole length is
 * written.
 */
MUST_CHECK int sock_addr_out(struct task *t, const struct sock_addr *a, uaddr_t at, uaddr_t len_at);
