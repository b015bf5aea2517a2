/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs of the command line share: global options, the table of verbs, and how a person is
 * told of an error. Exit statuses of `do`: 127 not found, 126 not executable, 125 our fault (and
 * usage), 124 the host refuses, 123 a limit of ours. The verbs that engines call answer as runc
 * does: 1, `exec` 255, and 3 for a verb that is not there.
 */
#pragma once

#include <getopt.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "host/isolation.h"

#define EXIT_USAGE        125
#define EXIT_OUR_FAULT    125
#define EXIT_HOST_REFUSES 124
#define EXIT_OCI          1
#define EXIT_OCI_EXEC     255
#define EXIT_NO_VERB      3

enum network_mode {
	NETWORK_NONE, /* AF_UNIX sockets only */
};

enum overlay_mode {
	OVERLAY_MEMORY, /* writes to the root are kept in memory and vanish at exit */
	OVERLAY_NONE,   /* writes to the root answer EROFS */
};

enum rootless_mode {
	ROOTLESS_AUTO, /* who is not root is rootless */
	ROOTLESS_YES,
	ROOTLESS_NO,
};

/* Options that stand before the verb; `do` takes them after it too. */
struct globals {
	const char *platform; /* NULL: default */
	enum network_mode network;
	enum overlay_mode overlay;
	bool overlay_given; /* else containers write to their root itself */
	bool strace;
	const char *strace_file; /* NULL: stderr of the CLI */
	const char *log_file;    /* NULL: no log */
	bool debug;
	enum isolation required; /* refuse to run below it */
	/* Of the verbs that engines call. */
	bool log_json;         /* the log is lines of JSON, and holds nothing but our messages */
	const char *debug_log; /* what our own processes say; NULL: nothing is kept */
	const char *root;      /* where containers are kept; NULL: the default */
	bool systemd_cgroup;
	enum rootless_mode rootless;
};

/* The long options of struct globals as getopt_long(3) wants them, ending in an all-zero row. */
extern const struct option globals_options[];
#define GLOBALS_NOPTIONS 14
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

int verb_checkpoint(struct globals *g, int argc, char **argv);
int verb_create(struct globals *g, int argc, char **argv);
int verb_delete(struct globals *g, int argc, char **argv);
int verb_events(struct globals *g, int argc, char **argv);
int verb_exec(struct globals *g, int argc, char **argv);
int verb_features(struct globals *g, int argc, char **argv);
int verb_kill(struct globals *g, int argc, char **argv);
int verb_list(struct globals *g, int argc, char **argv);
int verb_pause(struct globals *g, int argc, char **argv);
int verb_ps(struct globals *g, int argc, char **argv);
int verb_restore(struct globals *g, int argc, char **argv);
int verb_resume(struct globals *g, int argc, char **argv);
int verb_run(struct globals *g, int argc, char **argv);
int verb_spec(struct globals *g, int argc, char **argv);
int verb_start(struct globals *g, int argc, char **argv);
int verb_state(struct globals *g, int argc, char **argv);
int verb_update(struct globals *g, int argc, char **argv);
int verb_wait(struct globals *g, int argc, char **argv);

/* From now on every message goes to this file, too, as logrus writes it: JSON, or key=value.
 * Returns -errno. */
MUST_CHECK int tell_log_to(const char *path, bool json);
/* What stands before every message from now on, on stderr instead of "caisson: " and in the log. */
void tell_context(const char *context);
/* For the log alone: a warning. */
void tell_warning(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* "caisson: ..." on stderr, one line. */
void tell(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The same, followed by ": " and the errno in words. err is positive. */
void tell_errno(int err, const char *fmt, ...) PRINTF_LIKE(2, 3);
