/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The platforms that can run guests, in the order in which they are tried. platform_fake is not
 * among them: tests name it themselves.
 */
#include "platform/platform.h"

#include <string.h>

const struct platform_ops *const platform_list[] = {
	&platform_unotify,
	&platform_ptrace,
	NULL,
};

const char *platform_options;

const struct platform_ops *platform_find(const char *name)
{
	size_t len = strcspn(name, ":");

	for (size_t i = 0; platform_list[i]; i++) {
		if (strlen(platform_list[i]->name) == len &&
		    strncmp(platform_list[i]->name, name, len) == 0)
			return platform_list[i];
	}
	return NULL;
}
