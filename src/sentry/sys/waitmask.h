/* SPDX-License-Identifier: Apache-2.0 */
/* The signal mask that ppoll, pselect6 and epoll_pwait wait under. */
#pragma once

#include <stddef.h>

#include "base/compiler.h"
#include "sentry/core/uaddr.h"

struct task;

/*
 * From now to the end of the call t's mask is the one in guest memory; NULL: no change. The trap
 * loop puts the old one back, after the handler of the signal that ended the wait was chosen.
 * -EINVAL: size; -EFAULT.
 */
MUST_CHECK int waitmask_set(struct task *t, uaddr_t mask, size_t size);
