/* SPDX-License-Identifier: Apache-2.0 */
/* Memory commands, looked at before they are carried out. */
#pragma once

#include "base/compiler.h"
#include "platform/platform.h"

/* 0, or -EINVAL for a command that must not reach the host. */
MUST_CHECK int plat_cmd_check(const struct plat_cmd *c);
