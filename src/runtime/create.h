/* SPDX-License-Identifier: Apache-2.0 */
/* What `create`, `run` and `exec` say alike on the command line. */
#pragma once

#include "runtime/launch.h"
#include "runtime/options.h"

#define PRESERVE_MAX 200u

/* --preserve-fds, and those that systemd has handed us by sd_listen_fds(3), which come first:
 * descriptors from 3 on, which must be open. Tells; -1. */
MUST_CHECK int create_extra_fds(uint32_t preserve, uint32_t *ret_all, uint32_t *ret_listen);
