/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as files: eventfd(2). */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct file;

/* flags: LX_EFD_. Caller owns. -EINVAL: unknown flags; -ENOMEM. */
MUST_CHECK int eventfd_new(uint32_t count, unsigned flags, struct file **ret);
