/* SPDX-License-Identifier: Apache-2.0 */
/* A child with two pipes, read until it closes them. See systemd_run.h. */
#include "runtime/cgroup/systemd_run.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "runtime/cgroup/cgroup_priv.h"

#define OUTPUT_MAX 65536

void systemd_args_addf(struct systemd_args *a, const char *fmt, ...)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&sb, fmt, ap);
	va_end(ap);
	if (a->n == SYSTEMD_ARGS_MAX || strbuf_result(&sb) < 0)
		a->failed = true;
	else
		a->v[a->n++] = strbuf_steal(&sb);
}

void systemd_args_fini(struct systemd_args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i]);
	*a = (struct systemd_args){0};
}

NORETURN static void become(const struct systemd_args *a, int out, int errors)
{
	if (host_dup_to(out, STDOUT_FILENO) >= 0 && host_dup_to(errors, STDERR_FILENO) >= 0)
		execv(a->v[0], a->v);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Both pipes to their ends. */
static int read_both(int out, struct strbuf *ret_out, int errors, struct strbuf *ret_errors)
{
	struct pollfd fds[] = {{.fd = out, .events = POLLIN}, {.fd = errors, .events = POLLIN}};
	struct strbuf *bufs[] = {ret_out, ret_errors};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < 2; i++) {
			char buf[1024];
			ssize_t n;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			n = host_read(fds[i].fd, buf, sizeof(buf));
			if (n < 0)
				return (int)n;
			if (n == 0)
				fds[i].fd = -1;
			else if (bufs[i]->len < OUTPUT_MAX)
				strbuf_add(bufs[i], buf, (size_t)n);
		}
	}
	return 0;
}

static int judge(const struct systemd_args *a, pid_t pid, struct strbuf *errors,
		 struct cgroup_error *err)
{
	struct host_exit how;
	int r = host_wait(pid, &how);

	if (r < 0)
		return cgroup_fail(err, r, "waiting for %s", a->v[0]);
	if (!how.signaled && how.code == 0)
		return 0;
	if (!how.signaled && how.code == 127)
		return cgroup_fail(err, -ENOENT, "running %s, which --systemd-cgroup needs",
				   a->v[0]);
	strbuf_truncate(errors, strcspn(strbuf_str(errors), "\n"));
	if (errors->len == 0)
		strbuf_addf(errors, "%s %d", how.signaled ? "ended by signal" : "exit status",
			    how.code);
	cgroup_fail(err, 0, "%s: %s", a->v[0], strbuf_str(errors));
	return -EIO;
}

int systemd_run(const struct systemd_args *a, struct strbuf *ret_out, struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf errors = STRBUF_INIT;
	int out[2] = {-1, -1}, bad[2] = {-1, -1};
	pid_t pid = -1;
	int r = a->failed ? -E2BIG : host_pipe(out);

	if (r == 0)
		r = host_pipe(bad);
	if (r == 0)
		r = pid = host_fork();
	if (pid == 0)
		become(a, out[1], bad[1]);
	host_close(out[1]);
	host_close(bad[1]);
	if (r > 0)
		r = read_both(out[0], ret_out, bad[0], &errors);
	host_close(out[0]);
	host_close(bad[0]);
	if (pid > 0) {
		int ended = judge(a, pid, &errors, err);

		return r < 0 ? cgroup_fail(err, r, "reading from %s", a->v[0]) : ended;
	}
	return cgroup_fail(err, r, "starting %s", a->n > 0 ? a->v[0] : "caisson-systemd");
}
