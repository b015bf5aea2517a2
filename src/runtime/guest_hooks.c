/* SPDX-License-Identifier: Apache-2.0 */
/* EXEC with the state on a memory file as stdin, and WAIT with a deadline. */
#include "runtime/guest_hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/file.h"
#include "host/io.h"
#include "host/time.h"
#include "runtime/blueprint.h"
#include "runtime/container.h"
#include "runtime/runtime.h"
#include "wire/request.h"

#define NS_PER_S 1000000000ll

enum { FD_STATE, FD_NULL, FD_COUNT };

/* The state, to be read from its beginning. */
static int state_file(const struct container *c)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(host_close_fd) int fd = host_memfd("state");
	struct oci_state state;
	int64_t r = fd;

	container_state(c, &state);
	state.status = OCI_CREATED;
	oci_state_encode(&state, &text);
	if (r >= 0)
		r = strbuf_result(&text);
	if (r == 0)
		r = host_write_all(fd, text.s, text.len);
	if (r == 0)
		r = host_seek(fd, 0, SEEK_SET);
	return r < 0 ? (int)r : host_take_fd(&fd);
}

/* Root of the container, with the rights that its program begins with. */
static int draw(const struct container *c, const struct oci_hook *h, struct blueprint *b,
		struct plan_process *ret)
{
	struct oci_process p = {.args = h->args, .env = h->env, .cwd = "/"};
	const struct process_request q = {.process = &p,
					  .default_caps = c->spec->process->capabilities,
					  .rootfs = c->record.rootfs};
	const char **argv = blueprint_alloc(b, 1, sizeof(*argv));

	if (!argv)
		return -ENOMEM;
	argv[0] = h->path;
	if (p.args.n == 0)
		p.args = (struct oci_strv){argv, 1};
	return blueprint_process(b, &q, ret);
}

/* The wait status of a process that this connection has started; -ETIMEDOUT. */
static int await(int conn, int32_t pid, const struct oci_hook *h, uint32_t *ret_status)
{
	AUTO(control_msg_fini) struct control_msg m = {0};
	AUTO(answer_fini) struct answer a = {0};
	struct request q = {.op = REQUEST_WAIT, .pid = pid};
	int64_t deadline = INT64_MAX;
	int r = request_send(conn, &q, NULL, 0);

	if (h->timeout.set && h->timeout.v < INT64_MAX / NS_PER_S / 2)
		deadline = host_monotonic_ns() + h->timeout.v * NS_PER_S;
	if (r == 0)
		r = host_poll_until(conn, POLLIN, deadline);
	if (r >= 0)
		r = control_recv(conn, &m);
	if (r == 1)
		r = m.type == CONTROL_ANSWER ? answer_decode(m.payload, m.len, &a) : -EBADMSG;
	else if (r == 0)
		r = -EPIPE;
	if (r < 0)
		return r;
	*ret_status = a.wait_status;
	return a.error;
}

/* 0: it ended well. A process that takes too long ends with the connection (PLAN_TIED). */
static int run_one(const struct container *c, const struct oci_hook *h, const int fds[FD_COUNT],
		   uint32_t *ret_status)
{
	AUTO(blueprint_fini) struct blueprint b = {0};
	AUTO(answer_fini) struct answer a = {0};
	AUTO(host_close_fd) int conn = container_connect(c);
	struct request q = {.op = REQUEST_EXEC};
	const int stdio[3] = {fds[FD_STATE], fds[FD_NULL], fds[FD_NULL]};
	int r = conn < 0 ? conn : draw(c, h, &b, &q.process);

	q.process.flags |= PLAN_TIED;
	if (r == 0)
		r = request_call(conn, &q, stdio, 3, &a);
	if (r == 0)
		r = a.error;
	return r < 0 ? r : await(conn, a.pid, h, ret_status);
}

int guest_hooks_run(struct container *c)
{
	const struct oci_hook_list *hooks = &c->spec->hooks.start_container;

	for (size_t i = 0; i < hooks->n; i++) {
		AUTO(host_close_fd) int state = state_file(c);
		AUTO(host_close_fd) int null = host_open(AT_FDCWD, "/dev/null", O_RDWR, 0);
		const int fds[FD_COUNT] = {state, null};
		uint32_t status = 0;
		int r = state < 0 ? state : null < 0 ? null : 0;

		if (r == 0)
			r = run_one(c, &hooks->v[i], fds, &status);
		if (r == 0 && status == 0)
			continue;
		if (r < 0)
			tell_errno(-r, "error running startContainer hook #%zu (%s)", i,
				   hooks->v[i].path);
		else
			tell("error running startContainer hook #%zu (%s): %s %d", i,
			     hooks->v[i].path, WIFSIGNALED((int)status) ? "signal" : "exit status",
			     WIFSIGNALED((int)status) ? WTERMSIG((int)status)
						      : WEXITSTATUS((int)status));
		return -EIO;
	}
	return 0;
}
