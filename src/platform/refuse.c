/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/refuse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char why_text[512];

int plat_refuse(int err, const char **ret_why, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(why_text, sizeof(why_text), fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < sizeof(why_text))
		snprintf(why_text + len, sizeof(why_text) - (size_t)len, " (%s)", strerror(-err));
	*ret_why = why_text;
	return err;
}
