/* SPDX-License-Identifier: Apache-2.0 */
/* ioctl(2) on descriptors of the host, for terminals that are passed through. -errno. */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

/* arg points to what the command reads or fills, which the caller knows to be large enough. */
MUST_CHECK int host_ioctl(int fd, unsigned long cmd, void *arg);
/* For commands whose argument is a number. May sleep until a terminal's output has drained. */
MUST_CHECK int host_ioctl_value(int fd, unsigned long cmd, int value);
