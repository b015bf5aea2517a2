/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the levels. */
#include "host/isolation.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {
	[ISOLATION_PROCESS] = "process",
	[ISOLATION_LANDLOCK] = "landlock",
	[ISOLATION_NAMESPACES] = "namespaces",
	[ISOLATION_FULL] = "full",
};

const char *isolation_name(enum isolation level)
{
	return (size_t)level < ARRAY_SIZE(names) ? names[level] : "?";
}

int isolation_parse(const char *name, enum isolation *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*ret = (enum isolation)i;
			return 0;
		}
	}
	return -EINVAL;
}
