/* SPDX-License-Identifier: Apache-2.0 */
/* Step 5 of making a container (launch.h): Gofer and Sentry, the plan, and how it went. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/fd.h"
#include "oci/oci.h"
#include "runtime/launch_priv.h"
#include "runtime/textfile.h"
#include "wire/control.h"

/* The pid, as we see it, of whom a pidfd is. 0: not to be told. */
static pid_t pidfd_pid(int pidfd)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	char path[64];
	const char *at;
	int64_t pid;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (textfile_read(AT_FDCWD, path, &text) < 0)
		return 0;
	at = strstr(strbuf_str(&text), "\nPid:\t");
	pid = at ? strtoll(at + 6, NULL, 10) : 0;
	return pid > 0 ? (pid_t)pid : 0;
}

static int spawn(struct launch *l)
{
	int fds[4], r = launch_command(l, KEEPER_SPAWN, fds, 4);

	if (r < 0)
		return r;
	l->control = fds[0];
	l->gofer = fds[1];
	if (process_identify(pidfd_pid(fds[2]), &l->c->record.sentry) < 0 ||
	    process_identify(pidfd_pid(fds[3]), &l->c->record.gofer) < 0)
		r = launch_tell_fork(-ESRCH, "the sandbox ended at once");
	host_close(fds[2]);
	host_close(fds[3]);
	return r;
}

int launch_stdio(const struct console *console, int ret[3])
{
	for (int i = 0; i < 3; i++) {
		if (console->slave >= 0) {
			ret[i] = host_dup(console->slave, 3);
		} else {
			ret[i] = host_own_description(i);
			if (ret[i] < 0)
				ret[i] = host_dup(i, 3);
		}
		if (ret[i] < 0) {
			int r = ret[i];

			while (i-- > 0)
				host_close(ret[i]);
			tell_errno(-r, "taking over standard input and output");
			return r;
		}
	}
	return 0;
}

static int open_trace(const struct launch *l)
{
	int fd;

	if (!l->g->strace)
		return -1;
	if (!l->g->strace_file) {
		tell("--strace: a container needs a file for it: --strace=FILE");
		return -EINVAL;
	}
	fd = host_open(AT_FDCWD, l->g->strace_file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	if (fd < 0)
		tell_errno(-fd, "--strace=%s: cannot write there", l->g->strace_file);
	return fd < 0 ? -EINVAL : fd;
}

/* The plan with everything that goes beside it. */
static int send_plan(struct launch *l)
{
	AUTO(host_close_fd) int listener = container_listen(l->c);
	AUTO(host_close_fd) int trace = open_trace(l);
	AUTO(free) void *bytes = NULL;
	struct plan *p = &l->blueprint.plan;
	int fds[CONTROL_MAX_FDS];
	size_t n = 3, len;
	int r = trace < -1 ? trace : launch_stdio(&l->console, fds);

	if (r < 0)
		return r;
	fds[n++] = l->gofer;
	if (trace >= 0) {
		p->flags |= PLAN_STRACE;
		fds[n++] = trace;
	}
	fds[n++] = listener;
	for (uint32_t i = 0; i < l->o->preserve_fds; i++)
		fds[n++] = (int)(3 + i);
	p->process.nfds = l->o->preserve_fds;
	if (listener < 0)
		r = listener;
	if (r == 0)
		r = plan_encode(p, &bytes, &len);
	if (r == 0)
		r = control_send(l->control, CONTROL_PLAN, bytes, len, fds, n);
	for (int i = 0; i < 3; i++)
		host_close(fds[i]);
	if (r < 0 && r != -EPIPE) /* then it has told why */
		tell_errno(-r, "sending the plan to the sandbox");
	return r == -EPIPE ? 0 : r;
}

void launch_tell_exec(uint32_t why, const char *text, const char *program)
{
	static const char context[] = "unable to start container process";

	if (why == CONTROL_NOT_FOUND && strchr(program, '/'))
		tell("%s: exec: \"%s\": stat %s: no such file or directory", context, program,
		     program);
	else if (why == CONTROL_NOT_FOUND)
		tell("%s: exec: \"%s\": executable file not found in $PATH", context, program);
	else if (why == CONTROL_NOT_EXECUTABLE && strstr(text, strerror(EACCES)))
		tell("%s: exec: \"%s\": permission denied", context, program);
	else if (why == CONTROL_NOT_EXECUTABLE && strstr(text, strerror(ENOEXEC)))
		tell("%s: exec %s: exec format error", context, program);
	else
		tell("%s: %s", context, text);
}

static int hear_sentry(struct launch *l)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	int r = control_recv(l->control, &m);
	uint32_t why;

	if (r == 1 && m.type == CONTROL_STARTED)
		return 0;
	if (r == 1 && m.type == CONTROL_FAILED && control_msg_u32(&m, &why) == 0)
		launch_tell_exec(why, (const char *)m.payload + 4, l->c->spec->process->args.v[0]);
	else
		tell("the sandbox's kernel ended without a word; --debug-log=FILE has more");
	return -EIO;
}

int launch_sandbox(struct launch *l)
{
	struct record *rec = &l->c->record;
	const pid_t *pids[] = {&rec->sentry.pid, &rec->gofer.pid, &rec->keeper.pid};
	int r = spawn(l);

	if (r == 0)
		r = send_plan(l);
	if (r == 0)
		r = hear_sentry(l);
	/* The first stub has been made where the guest belongs; its makers go where they belong. */
	for (size_t i = 0; i < ARRAY_SIZE(pids) && r == 0; i++)
		r = launch_join_cgroup(l, CGROUP_SENTRY, *pids[i]);
	return r;
}
