/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `caisson ps [--format json|table] ID [PS OPTIONS]`: the container's processes as the host has
 * them: the stand-in of init, and those that run the guest's code. The table is what ps(1) says of
 * them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/proc.h"
#include "oci/oci.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/textfile.h"
#include "runtime/launch.h"
#include "runtime/options.h"
#include "runtime/runtime.h"

struct pids {
	pid_t *v;
	size_t n;
};

/* Without a group there is only init's that we can name. */
static int find_pids(const struct container *c, struct pids *ret)
{
	AUTO(cgroup_free) struct cgroup *cg = NULL;
	struct cgroup_error error = {.text = ""};
	int r = launch_cgroup(c, &cg);

	if (r < 0)
		return r;
	if (cg && !cgroup_is_none(cg)) {
		r = cgroup_pids(cg, CGROUP_GUEST, &ret->v, &ret->n, &error);
		if (r < 0)
			tell("control groups: %s", error.text);
		return r;
	}
	ret->v = calloc(1, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	if (process_lives(&c->record.init))
		ret->v[ret->n++] = c->record.init.pid;
	return 0;
}

static void print_json(const struct pids *pids)
{
	printf(pids->n == 0 ? "null" : "[");
	for (size_t i = 0; i < pids->n; i++)
		printf("%s%d", i > 0 ? "," : "", pids->v[i]);
	printf(pids->n == 0 ? "" : "]");
}

/* What ps prints, by a pipe. */
static int run_ps(char **argv, struct strbuf *ret)
{
	int p[2] = {-1, -1}, r = host_pipe(p);
	struct host_exit end;
	pid_t pid = r < 0 ? r : host_fork();

	if (pid == 0) {
		if (host_dup_to(p[1], 1) == 0)
			execvp("ps", argv);
		_exit(127);
	}
	host_close(p[1]);
	r = pid < 0 ? pid : textfile_read_fd(p[0], ret);
	host_close(p[0]);
	if (pid > 0 && host_wait(pid, &end) == 0 && r == 0 && (end.signaled || end.code != 0))
		r = -ENOENT;
	return r;
}

static bool is_ours(const struct pids *pids, long pid)
{
	for (size_t i = 0; i < pids->n; i++)
		if (pids->v[i] == pid)
			return true;
	return false;
}

/* The word number `column` of a line as a pid; -1. */
static long pid_of(const char *line, size_t column)
{
	for (size_t i = 0;; i++) {
		line += strspn(line, " \t");
		if (*line == 0 || *line == '\n')
			return -1;
		if (i == column)
			return strtol(line, NULL, 10);
		line += strcspn(line, " \t\n");
	}
}

/* Which column of the header is PID; -1. */
static int pid_column(const char *header)
{
	for (int i = 0;; i++) {
		size_t n;

		header += strspn(header, " \t");
		n = strcspn(header, " \t\n");
		if (n == 0)
			return -1;
		if (n == 3 && memcmp(header, "PID", 3) == 0)
			return i;
		header += n;
	}
}

static int print_table(const struct pids *pids, char **options, int n)
{
	static char ps[] = "ps", ef[] = "-ef";
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(free) char **argv = calloc((size_t)n + 3, sizeof(*argv));
	const char *line;
	int column, r;

	if (!argv)
		return -ENOMEM;
	argv[0] = ps;
	argv[1] = ef;
	for (int i = 0; i < n; i++)
		argv[i + 1] = options[i];
	r = run_ps(argv, &text);
	if (r < 0) {
		tell("ps: running ps(1) of the host failed");
		return r;
	}
	line = strbuf_str(&text);
	column = pid_column(line);
	if (column < 0) {
		tell("couldn't find PID field in ps output");
		return -EINVAL;
	}
	for (bool header = true; *line; header = false) {
		size_t len = strcspn(line, "\n");

		if (header || is_ours(pids, pid_of(line, (size_t)column)))
			printf("%.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
	return 0;
}

int verb_ps(struct globals *g, int argc, char **argv)
{
	const char *format = "table";
	const struct verb_option options[] = {{"format", 'f', OPTION_STRING, &format}};
	const struct verb_args args = {.verb = "ps",
				       .options = options,
				       .n = 1,
				       .order = OPTIONS_FIRST,
				       .min = 1,
				       .max = OPTIONS_MANY};
	AUTO(container_fini) struct container c = {.dirfd = -1};
	struct pids pids = {0};
	char **rest;
	int r = options_parse(&args, argc, argv, &argc, &rest);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	if (container_open(g, rest[0], CONTAINER_LOOK, &c) < 0)
		return EXIT_OCI;
	r = find_pids(&c, &pids);
	if (r < 0)
		return EXIT_OCI;
	if (strcmp(format, "json") == 0) {
		print_json(&pids);
	} else if (strcmp(format, "table") == 0) {
		r = print_table(&pids, rest + 1, argc - 1);
	} else {
		tell("invalid format option");
		r = -EINVAL;
	}
	free(pids.v);
	return r < 0 || fflush(stdout) != 0 ? EXIT_OCI : 0;
}
