/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: global options, then one verb, each in a file of its own. */
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "runtime/runtime.h"

#ifndef CAISSON_VERSION
#define CAISSON_VERSION "0.1.0"
#endif

struct verb {
	const char *name;
	verb_fn fn;
	const char *what;
};

static const struct verb verbs[] = {
	{"do", verb_do,
	 "run a program of this host in a sandbox: caisson do [options] -- PROGRAM [ARG...]"},
	{"syscalls", verb_syscalls,
	 "print the system calls and how completely each is there [--json]"},
	{"doctor", verb_doctor,
	 "what this host allows, and what to change for better isolation [--json]"},
	{"host-surface", verb_host_surface,
	 "print the host calls that our own processes may make [--json]"},
	{"help", verb_help, "this text"},
	{"version", verb_version, "the version"},
};

int verb_help(struct globals *g, int argc, char **argv)
{
	(void)g;
	(void)argc;
	(void)argv;
	printf("caisson: runs untrusted programs on a Linux kernel of their own\n\n"
	       "usage: caisson [global options] VERB [options]\n\nverbs:\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		printf("  %-12s %s\n", verbs[i].name, verbs[i].what);
	printf("\nglobal options (`do` takes them after the verb, too):\n"
	       "  --platform=NAME        how guest code is run: ptrace\n"
	       "  --network=none         no network; this version has no other, nor a loopback\n"
	       "  --overlay=memory|none  writes to the root vanish at exit, or are refused\n"
	       "  --strace[=FILE]        log the program's system calls (default: to stderr)\n"
	       "  --require-isolation=LEVEL  refuse to run below process, landlock, namespaces or full\n"
	       "  --log=FILE             log of Caisson itself\n"
	       "  --debug                more of it\n"
	       "  --version, --help\n");
	return 0;
}

int verb_version(struct globals *g, int argc, char **argv)
{
	(void)g;
	(void)argc;
	(void)argv;
	printf("caisson version %s\n", CAISSON_VERSION);
	return 0;
}

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

enum main_option { OPT_HELP = 'h', OPT_VERSION = 'v' };

/* Global options up to the verb; -1: go on, else the exit status. */
static int parse_globals(struct globals *g, int argc, char **argv)
{
	struct option all[GLOBALS_NOPTIONS + 2] = {
		{"help", no_argument, NULL, OPT_HELP},
		{"version", no_argument, NULL, OPT_VERSION},
	};
	int c;

	memcpy(all + 2, globals_options, sizeof(struct option) * GLOBALS_NOPTIONS);
	while ((c = getopt_long_only(argc, argv, "+hv", all, NULL)) != -1) {
		if (c == OPT_HELP)
			return verb_help(g, 0, NULL);
		if (c == OPT_VERSION)
			return verb_version(g, 0, NULL);
		if (!globals_owns(c))
			return EXIT_USAGE; /* getopt has said why */
		c = globals_take(g, c, optarg);
		if (c != 0)
			return c;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct globals g = {0};
	const struct verb *v;
	int status = parse_globals(&g, argc, argv);

	if (status >= 0)
		return status;
	if (optind >= argc) {
		tell("no verb given; `caisson help` lists them");
		return EXIT_USAGE;
	}
	v = verb_find(argv[optind]);
	if (!v) {
		tell("unknown verb `%s`; `caisson help` lists them", argv[optind]);
		return EXIT_USAGE;
	}
	argc -= optind;
	argv += optind;
	optind = 0; /* glibc: start afresh */
	return v->fn(&g, argc, argv);
}
