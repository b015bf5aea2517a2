/* SPDX-License-Identifier: Apache-2.0 */
/* The names of this build's platforms, for the command line. */
#include <stdio.h>
#include <string.h>

#include "platform/platform.h"
#include "sentry/boot/boot.h"
#include "sentry/run/fast.h"

bool sentry_platform_known(const char *name)
{
	return platform_find(name) != NULL;
}

bool sentry_set_tier1(const char *how)
{
	if (strcmp(how, "auto") == 0)
		run_fast_set_mode(RUN_FAST_AUTO);
	else if (strcmp(how, "off") == 0)
		run_fast_set_mode(RUN_FAST_OFF);
	else if (strcmp(how, "always") == 0)
		run_fast_set_mode(RUN_FAST_ALWAYS);
	else
		return false;
	return true;
}

const char *sentry_platforms(void)
{
	static char names[128];

	names[0] = 0;
	for (size_t i = 0; platform_list[i]; i++) {
		size_t n = strlen(names);

		snprintf(names + n, sizeof(names) - n, "%s%s", i > 0 ? ", " : "",
			 platform_list[i]->name);
	}
	return names;
}
