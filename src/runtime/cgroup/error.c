/* SPDX-License-Identifier: Apache-2.0 */
/* One sentence about what went wrong with a control group. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"

int cgroup_fail(struct cgroup_error *err, int r, const char *fmt, ...)
{
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	if (r < 0 && n + 1 < sizeof(err->text))
		(void)snprintf(err->text + n, sizeof(err->text) - n, ": %s", strerror(-r));
	return r;
}
