/* SPDX-License-Identifier: Apache-2.0 */
/* Timers as files: timerfd_create(2). */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct file;

/* In ns; value 0: disarmed. */
struct timerfd_setting {
	int64_t value_ns, interval_ns;
};

/* clock: LX_CLOCK_, flags: LX_TFD_ of timerfd_create. Caller owns. -EINVAL; -EPERM: an alarm clock
 * without CAP_WAKE_ALARM; -ENOMEM. */
MUST_CHECK int timerfd_new(struct ctx *ctx, int clock, unsigned flags, struct file **ret);
/* timerfd_settime(2); flags: LX_TFD_TIMER_. -EINVAL: flags, or f is no timer; -EPERM as above. */
MUST_CHECK int timerfd_set(struct ctx *ctx, struct file *f, unsigned flags,
			   const struct timerfd_setting *s, struct timerfd_setting *ret_old);
/* timerfd_gettime(2): what is left. -EINVAL: f is no timer. */
MUST_CHECK int timerfd_get(struct file *f, struct timerfd_setting *ret);
