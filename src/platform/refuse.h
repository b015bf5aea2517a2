/* SPDX-License-Identifier: Apache-2.0 */
/* Why a platform cannot start, in words for a person. */
#pragma once

#include "base/compiler.h"

/* Sets *ret_why to the words and what err means; returns err. The text stays until the next call;
 * for platform_ops.init alone, which runs in a single thread. */
MUST_CHECK PRINTF_LIKE(3, 4) int plat_refuse(int err, const char **ret_why, const char *fmt, ...);
