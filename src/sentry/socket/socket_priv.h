/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of this directory. */
#pragma once

#include "sentry/socket/socket.h"

/* What Linux starts a socket with: net.core.wmem_default, rmem_default and their limits. */
#define SOCK_BUF_DEFAULT 212992u
#define SOCK_BUF_LIMIT   212992u
#define SOCK_MIN_SNDBUF  4608u
#define SOCK_MIN_RCVBUF  2304u

void sock_options_init(struct sock_options *o);
