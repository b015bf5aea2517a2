/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: global options, then one verb, each in a file of its own. */
#include <fcntl.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oci/oci.h"
#include "runtime/runtime.h"

#ifndef CAISSON_VERSION
#define CAISSON_VERSION "0.1.0"
#endif

enum verb_kind {
	VERB_OURS,
	VERB_OCI, /* called by engines: --log is theirs, in their form */
};

struct verb {
	const char *name;
	verb_fn fn;
	const char *what;
	enum verb_kind kind;
};

static const struct verb verbs[] = {
	{"do", verb_do,
	 "run a program of this host in a sandbox: caisson do [options] -- PROGRAM [ARG...]",
	 VERB_OURS},
	{"syscalls", verb_syscalls,
	 "print the system calls and how completely each is there [--json]", VERB_OURS},
	{"doctor", verb_doctor,
	 "what this host allows, and what to change for better isolation [--json]", VERB_OURS},
	{"host-surface", verb_host_surface,
	 "print the host calls that our own processes may make [--json]", VERB_OURS},
	{"create", verb_create, "make a container: create [options] ID", VERB_OCI},
	{"start", verb_start, "run what was created: start ID", VERB_OCI},
	{"run", verb_run, "create and start, and wait for its end: run [options] ID", VERB_OCI},
	{"state", verb_state, "what is known of a container, as JSON: state ID", VERB_OCI},
	{"kill", verb_kill, "send a signal: kill [--all] ID [SIGNAL]", VERB_OCI},
	{"delete", verb_delete, "remove a container: delete [--force] ID", VERB_OCI},
	{"exec", verb_exec, "run one more process: exec [options] ID PROGRAM [ARG...]", VERB_OCI},
	{"ps", verb_ps, "its processes: ps [--format json|table] ID [PS OPTIONS]", VERB_OCI},
	{"pause", verb_pause, "stop all its processes: pause ID", VERB_OCI},
	{"resume", verb_resume, "let them go on: resume ID", VERB_OCI},
	{"update", verb_update, "change its limits: update [--resources FILE] [options] ID",
	 VERB_OCI},
	{"events", verb_events, "what it uses: events [--stats] [--interval TIME] ID", VERB_OCI},
	{"wait", verb_wait, "wait for its end: wait ID", VERB_OCI},
	{"list", verb_list, "all containers: list [--format json|table] [--quiet]", VERB_OCI},
	{"spec", verb_spec, "write a config.json to start from: spec [--bundle DIR]", VERB_OCI},
	{"features", verb_features, "what of the OCI specification is there, as JSON", VERB_OCI},
	{"checkpoint", verb_checkpoint, "not there: answers so", VERB_OCI},
	{"restore", verb_restore, "not there: answers so", VERB_OCI},
	{"help", verb_help, "this text", VERB_OURS},
	{"version", verb_version, "the version", VERB_OURS},
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
	       "  --platform=NAME        how guest code is run: unotify, ptrace\n"
	       "  --network=none         no network; this version has no other, nor a loopback\n"
	       "  --overlay=memory|none  writes to the root vanish at exit, or are refused\n"
	       "  --strace[=FILE]        log the program's system calls (default: to stderr)\n"
	       "  --require-isolation=LEVEL  refuse to run below process, landlock, namespaces or full\n"
	       "  --tier1=auto|off|always  answer getpid and its kin in place: when hot, never, at once\n"
	       "  --log=FILE             log of Caisson itself\n"
	       "  --debug                more of it\n"
	       "global options of the verbs of an OCI runtime, from `create` on:\n"
	       "  --root=DIR             where containers are kept (/run/caisson, $XDG_RUNTIME_DIR/caisson)\n"
	       "  --log=FILE, --log-format=text|json  messages go there, too\n"
	       "  --debug-log=FILE       what Caisson's own processes have to say\n"
	       "  --systemd-cgroup       control groups are made by systemd\n"
	       "  --rootless=auto|true|false\n"
	       "  --version, --help\n");
	return 0;
}

int verb_version(struct globals *g, int argc, char **argv)
{
	(void)g;
	(void)argc;
	(void)argv;
	printf("caisson version %s\nspec: %s\n", CAISSON_VERSION, OCI_VERSION);
	return 0;
}

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* As a program of Go finds them: closed ones lead to /dev/null, and never to a file of ours. */
static void fill_stdio(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int run_verb(const struct verb *v, struct globals *g, int argc, char **argv)
{
	int r;

	if (v->kind == VERB_OURS)
		return v->fn(g, argc, argv);
	fill_stdio();
	r = g->log_file ? tell_log_to(g->log_file, g->log_json) : 0;
	if (r < 0) {
		tell_errno(-r, "--log=%s: cannot write there", g->log_file);
		return EXIT_OCI;
	}
	return v->fn(g, argc, argv);
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
		return EXIT_NO_VERB;
	}
	argc -= optind;
	argv += optind;
	optind = 0; /* glibc: start afresh */
	return run_verb(v, &g, argc, argv);
}
