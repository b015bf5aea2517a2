/* SPDX-License-Identifier: Apache-2.0 */
/* fork, execve, a pipe for the state and one for stderr, and a deadline on the pidfd. */
#include "runtime/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "host/time.h"
#include "runtime/namespaces.h"
#include "runtime/runtime.h"

#define HOOK_STDERR_MAX 4096
#define NS_PER_S        1000000000ll

/* argv and envp as execve takes them; caller frees. */
static char **vector(const struct oci_strv *v, const char *first)
{
	size_t n = v->n > 0 ? v->n : first ? 1 : 0;
	char **out = calloc(n + 1, sizeof(*out));

	for (size_t i = 0; out && i < n; i++) {
		const char *s = v->n > 0 ? v->v[i] : first;

		memcpy(&out[i], &s, sizeof(s));
	}
	return out;
}

static NORETURN void become(const struct oci_hook *h, const struct oci_state *state,
			    enum hooks_where where, int in, int err)
{
	char **argv = vector(&h->args, h->path), **envp = vector(&h->env, NULL);
	sigset_t none;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (where == HOOKS_CONTAINER && namespaces_enter((pid_t)state->pid) < 0)
		_exit(125);
	if (!argv || !envp || null < 0 || dup2(in, 0) < 0 || dup2(null, 1) < 0 || dup2(err, 2) < 0)
		_exit(125);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (host_close_all_but((int[]){0, 1, 2}, 3) < 0)
		_exit(125);
	execve(h->path, argv, envp);
	dprintf(2, "executing it: %s", strerror(errno));
	_exit(127);
}

struct run {
	const struct oci_hook *hook;
	pid_t pid;
	int pidfd, in, err;
	const char *text; /* what is still to be written */
	size_t left;
	char said[HOOK_STDERR_MAX + 1];
	size_t nsaid;
};

static int start(struct run *run, const struct oci_state *state, enum hooks_where where)
{
	int in[2] = {-1, -1}, err[2] = {-1, -1};
	int r = host_pipe(in);

	if (r == 0)
		r = host_pipe(err);
	if (r == 0)
		run->pid = r = host_fork_pidfd(&run->pidfd);
	if (r == 0)
		become(run->hook, state, where, in[0], err[1]);
	host_close(in[0]);
	host_close(err[1]);
	run->in = in[1];
	run->err = err[0];
	if (r < 0) {
		host_close(in[1]);
		host_close(err[0]);
		return r;
	}
	(void)fcntl(run->in, F_SETFL, O_NONBLOCK);
	(void)fcntl(run->err, F_SETFL, O_NONBLOCK);
	return 0;
}

/* A hook need not read what it is given. */
static void feed(struct run *run)
{
	ssize_t n = write(run->in, run->text, run->left);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		run->text += n;
		run->left -= (size_t)n;
	}
	if (n <= 0 || run->left == 0) {
		host_close(run->in);
		run->in = -1;
	}
}

static void hear(struct run *run)
{
	char rest[512];
	size_t room = HOOK_STDERR_MAX - run->nsaid;
	ssize_t n = room > 0 ? read(run->err, run->said + run->nsaid, room)
			     : read(run->err, rest, sizeof(rest));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		host_close(run->err);
		run->err = -1;
	} else if (room > 0) {
		run->nsaid += (size_t)n;
	}
}

/* Until it has ended: 0; -ETIMEDOUT. */
static int attend(struct run *run)
{
	int64_t deadline = INT64_MAX;

	if (run->hook->timeout.set && run->hook->timeout.v < INT64_MAX / NS_PER_S / 2)
		deadline = host_monotonic_ns() + run->hook->timeout.v * NS_PER_S;
	for (;;) {
		struct pollfd p[] = {{.fd = run->pidfd, .events = POLLIN},
				     {.fd = run->in, .events = POLLOUT},
				     {.fd = run->err, .events = POLLIN}};
		int64_t left = deadline - host_monotonic_ns();
		int ms = deadline == INT64_MAX ? -1
					       : (int)MIN(left / 1000000 + 1, (int64_t)1000000);

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(p, ARRAY_SIZE(p), ms) < 0)
			continue;
		if (p[1].revents)
			feed(run);
		if (p[2].revents)
			hear(run);
		if (p[0].revents) {
			if (run->err >= 0)
				hear(run);
			return 0;
		}
	}
}

static void describe(const struct run *run, const char *what, size_t i, const char *how,
		     struct strbuf *ret)
{
	size_t n = run->nsaid;

	while (n > 0 && (run->said[n - 1] == '\n' || run->said[n - 1] == ' '))
		n--;
	strbuf_addf(ret, "error running %s hook #%zu (%s): %s", what, i, run->hook->path, how);
	if (n > 0)
		strbuf_addf(ret, ", stdout: , stderr: %.*s", (int)n, run->said);
}

/* 0, or -EIO and why. */
static int run_one(const struct oci_hook *h, const char *what, size_t i,
		   const struct oci_state *state, enum hooks_where where, struct strbuf *why)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	struct run run = {.hook = h, .pidfd = -1, .in = -1, .err = -1};
	struct host_exit end;
	char how[64];
	int r;

	oci_state_encode(state, &text);
	r = strbuf_result(&text);
	if (r == 0) {
		run.text = text.s;
		run.left = text.len;
		r = start(&run, state, where);
	}
	if (r < 0) {
		describe(&run, what, i, strerror(-r), why);
		return -EIO;
	}
	r = attend(&run);
	if ((r < 0 && host_pidfd_kill(run.pidfd, SIGKILL) < 0) || host_wait(run.pid, &end) < 0)
		end = (struct host_exit){.code = 255};
	host_close(run.pidfd);
	host_close(run.in);
	host_close(run.err);
	if (r == 0 && !end.signaled && end.code == 0)
		return 0;
	(void)snprintf(how, sizeof(how),
		       r < 0          ? "timed out"
		       : end.signaled ? "signal: %d"
				      : "exit status %d",
		       end.code);
	describe(&run, what, i, how, why);
	return -EIO;
}

int hooks_run(const struct oci_hook_list *hooks, const char *what, const struct oci_state *state,
	      enum hooks_where where)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;

	for (size_t i = 0; i < hooks->n; i++)
		if (run_one(&hooks->v[i], what, i, state, where, &why) < 0) {
			tell("%s", strbuf_str(&why));
			return -EIO;
		}
	return 0;
}

void hooks_run_all(const struct oci_hook_list *hooks, const char *what,
		   const struct oci_state *state)
{
	for (size_t i = 0; i < hooks->n; i++) {
		AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;

		if (run_one(&hooks->v[i], what, i, state, HOOKS_HERE, &why) < 0)
			tell_warning("%s", strbuf_str(&why));
	}
}
