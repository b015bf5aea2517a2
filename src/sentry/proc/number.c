/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that guests write into files. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "sentry/proc/proc_priv.h"

int proc_parse_int(const char *text, int64_t lo, int64_t hi, int64_t *ret)
{
	char *end;
	long long v;

	while (isspace((unsigned char)*text))
		text++;
	errno = 0;
	v = strtoll(text, &end, 0);
	if (end == text || errno == ERANGE)
		return -EINVAL;
	while (isspace((unsigned char)*end))
		end++;
	if (*end != '\0' || v < lo || v > hi)
		return -EINVAL;
	*ret = v;
	return 0;
}
