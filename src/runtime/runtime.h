/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs of the command line share: global options, the table of verbs, and how a person is
 * told of an error. Exit statuses of our own: 127 not found, 126 not executable, 125 our fault (and
 * usage), 124 the host refuses, 123 a limit of ours.
 */
#pragma once

#include <getopt.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "host/isolation.h"

#define EXIT_USAGE        125
#define EXIT_OUR_FAULT    125
#define EXIT_HOST_REFUSES 124

enum network_mode {
	NETWORK_NONE, /* AF_UNIX sockets only */
};

enum overlay_mode {
	OVERLAY_MEMORY, /* writes to the root are kept in memory and vanish at exit */
	OVERLAY_NONE,   /* writes to the root answer EROFS */
};

/* Options that stand before the verb; `do` takes them after it too. */
struct globals {
	const char *platform; /* NULL: default */
	enum network_mode network;
	enum overlay_mode overlay;
	bool strace;
	const char *strace_file; /* NULL: stderr of the CLI */
	const char *log_file;    /* NULL: no log */
	bool debug;
	enum isolation required; /* refuse to run below it */
};

/* The long options of struct globals as getopt_long(3) wants them, ending in an all-zero row. */
extern const struct option globals_options[];
#define GLOBALS_NOPTIONS 8
/* One parsed option `value` (from globals_options[].val) with its argument. 0, or EXIT_USAGE after
 * telling why. */
MUST_CHECK int globals_take(struct globals *g, int value, const char *arg);
/* Is value one of ours? */
bool globals_owns(int value);

/* A verb: argv[0] is its name. Returns the exit status of the process. */
typedef int (*verb_fn)(struct globals *g, int argc, char **argv);

int verb_do(struct globals *g, int argc, char **argv);
int verb_doctor(struct globals *g, int argc, char **argv);
int verb_host_surface(struct globals *g, int argc, char **argv);
int verb_syscalls(struct globals *g, int argc, char **argv);
int verb_help(struct globals *g, int argc, char **argv);
int verb_version(struct globals *g, int argc, char **argv);

/* "caisson: ..." on stderr, one line. */
void tell(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The same, followed by ": " and the errno in words. err is positive. */
void tell_errno(int err, const char *fmt, ...) PRINTF_LIKE(2, 3);
