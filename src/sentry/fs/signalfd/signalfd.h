/* SPDX-License-Identifier: Apache-2.0 */
/* Pending signals as records: signalfd(2). */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct file;

/* For the signals of mask (bit signo-1; SIGKILL and SIGSTOP are left out). flags: LX_SFD_. Caller
 * owns. -EINVAL: flags; -ENOMEM. */
MUST_CHECK int signalfd_new(uint64_t mask, unsigned flags, struct file **ret);
/* Another mask for an open one. -EINVAL: f is none. */
MUST_CHECK int signalfd_set_mask(struct file *f, uint64_t mask);
