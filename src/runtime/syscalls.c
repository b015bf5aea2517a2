/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson syscalls [--json]`: the support table, straight from the one that the kernel runs by. */
#include <getopt.h>
#include <stdio.h>

#include "runtime/runtime.h"
#include "sentry/boot/boot.h"

int verb_syscalls(struct globals *g, int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{NULL, 0, NULL, 0}};
	bool json = false;
	int c, r;

	(void)g;
	while ((c = getopt_long_only(argc, argv, "+", options, NULL)) != -1) {
		if (c != 'j')
			return EXIT_USAGE;
		json = true;
	}
	if (optind < argc) {
		tell("syscalls: unexpected argument `%s`; usage: caisson syscalls [--json]",
		     argv[optind]);
		return EXIT_USAGE;
	}
	r = sentry_print_syscalls(stdout, json);
	if (r < 0) {
		tell_errno(-r, "syscalls: writing the table");
		return EXIT_OUR_FAULT;
	}
	return 0;
}
