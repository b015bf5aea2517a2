/* SPDX-License-Identifier: Apache-2.0 */
/* A Sentry that stops before the plan, and a domain that is entered by a child. */
#include "runtime/probe.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"
#include "host/landlock.h"
#include "host/ns.h"
#include "host/proc.h"
#include "runtime/runtime.h"
#include "runtime/spawn.h"
#include "sentry/boot/boot.h"

#define TEXT_MAX 2048

/* All that a child writes until its end, terminated. */
static void read_text(int fd, char *text, size_t size)
{
	size_t have = 0;

	while (have < size - 1) {
		ssize_t n = host_read(fd, text + have, size - 1 - have);

		if (n <= 0)
			break;
		have += (size_t)n;
	}
	text[have] = '\0';
}

/* Fields of a line are separated by tabs: the next one. */
static char *field(char **rest)
{
	return *rest ? strsep(rest, "\t") : NULL;
}

static void take_line(struct probe *p, char *line)
{
	const char *what = field(&line), *verdict = field(&line);
	const char *text = line ? line : "";

	if (!what || !verdict)
		return;
	if (strcmp(what, "isolation") == 0) {
		p->ran = isolation_parse(verdict, &p->reached.level) == 0;
		(void)snprintf(p->reached.why, sizeof(p->reached.why), "%s", text);
	} else if (strcmp(what, "platform") == 0) {
		p->works = strcmp(verdict, "works") == 0;
		(void)snprintf(p->text, sizeof(p->text), "%s", text);
	}
}

int probe_sentry(const char *platform, struct probe *ret)
{
	AUTO(host_close_fd) int in = -1;
	struct sentry_config config = {.platform = platform, .required = ISOLATION_PROCESS};
	char text[TEXT_MAX], *rest = text, *line;
	struct host_exit end;
	int pipe[2], r;
	pid_t pid;

	memset(ret, 0, sizeof(*ret));
	r = host_pipe(pipe);
	if (r < 0)
		return r;
	in = pipe[0];
	config.control_fd = pipe[1];
	pid = sentry_fork(&config, pipe[0], sentry_probe);
	host_close(pipe[1]);
	if (pid < 0)
		return pid;
	read_text(in, text, sizeof(text));
	r = host_wait(pid, &end);
	while ((line = strsep(&rest, "\n")))
		take_line(ret, line);
	if (!ret->works && ret->text[0] == '\0')
		(void)snprintf(ret->text, sizeof(ret->text), "it ended by %s %d without a word",
			       end.signaled ? "signal" : "exit", end.code);
	return r;
}

int probe_gofer(void)
{
	struct host_exit end;
	pid_t pid = host_fork();
	int r;

	if (pid < 0)
		return pid;
	if (pid == 0) {
		r = host_no_new_privs();
		r = r == 0 ? host_landlock_confine(NULL, 0) : r;
		_exit(r < 0 ? -r : 0);
	}
	r = host_wait(pid, &end);
	if (r < 0)
		return r;
	if (!end.signaled && end.code == 0)
		return 0;
	pid = host_fork_into(HOST_NS_GOFER);
	if (pid == 0)
		_exit(host_empty_root() < 0);
	if (pid > 0 && host_wait(pid, &end) == 0 && !end.signaled && end.code == 0)
		return 0;
	return -EOPNOTSUPP;
}

enum isolation probe_level(const struct probe *p, int gofer)
{
	return gofer == 0 ? p->reached.level : ISOLATION_PROCESS;
}

int probe_require(const char *platform, enum isolation required)
{
	struct probe p;
	int gofer, r;

	if (required == ISOLATION_PROCESS)
		return 0;
	r = probe_sentry(platform ? platform : sentry_platform_name(0), &p);
	if (r < 0) {
		tell_errno(-r, "--require-isolation: finding out what the host allows");
		return EXIT_HOST_REFUSES;
	}
	gofer = probe_gofer();
	if (probe_level(&p, gofer) >= required)
		return 0;
	tell("--require-isolation=%s: this host allows only level %s: %s; `caisson doctor` says what to change",
	     isolation_name(required), isolation_name(probe_level(&p, gofer)),
	     gofer == 0
		     ? p.reached.why
		     : "the file proxy (Gofer) can be confined neither by Landlock nor by mounts");
	return EXIT_HOST_REFUSES;
}
