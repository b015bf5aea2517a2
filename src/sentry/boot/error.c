/* SPDX-License-Identifier: Apache-2.0 */
/* Failures of bring-up as one sentence: what, on what, why. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "sentry/boot/boot_priv.h"

int boot_fail(struct boot_error *e, enum control_failure why, int err, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	if (err != 0)
		snprintf(e->text + n, sizeof(e->text) - n, ": %s", strerror(-err));
	e->why = why;
	log_error("boot: %s", e->text);
	return err;
}
