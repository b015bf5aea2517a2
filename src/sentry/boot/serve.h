/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket of a running sandbox, served by a thread of its own until the CLI closes it;
 * then everything ends. */
#pragma once

#include "base/compiler.h"

struct kernel;

MUST_CHECK int serve_start(struct kernel *k, int control_fd);
