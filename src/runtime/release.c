/* SPDX-License-Identifier: Apache-2.0 */
/* From "created" to "running", and from there to nothing (launch.h). */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "host/time.h"
#include "oci/oci.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/guest_hooks.h"
#include "runtime/hooks.h"
#include "runtime/launch.h"
#include "runtime/runtime.h"
#include "wire/request.h"

#define NS_PER_S   1000000000ll
#define PATIENCE_S 10

/* ---- start ---- */

static int ask_to_start(struct container *c)
{
	AUTO(answer_fini) struct answer a = {0};
	AUTO(host_close_fd) int conn = container_connect(c);
	struct request q = {.op = REQUEST_START};
	int r = conn < 0 ? conn : request_call(conn, &q, NULL, 0, &a);

	if (r < 0) {
		tell_errno(-r, "the sandbox of container %s does not answer", c->record.id);
		return r;
	}
	if (a.error < 0) {
		tell("starting container %s: %s", c->record.id,
		     a.text ? a.text : strerror(-a.error));
		return a.error;
	}
	return 0;
}

int launch_start(struct container *c)
{
	struct oci_state state;
	int r = container_read_config(c);

	if (r == 0)
		r = guest_hooks_run(c);
	if (r == 0)
		r = ask_to_start(c);
	if (r < 0) {
		launch_kill(c);
		return r;
	}
	c->record.phase = RECORD_RUNNING;
	r = container_save(c);
	if (r == 0 && c->spec->hooks.poststart.n > 0) {
		container_state(c, &state);
		state.status = OCI_RUNNING;
		hooks_run_all(&c->spec->hooks.poststart, "poststart", &state);
	}
	return r;
}

/* ---- the end ---- */

int launch_cgroup(const struct container *c, struct cgroup **ret)
{
	struct cgroup_error error = {.text = ""};
	int r;

	*ret = NULL;
	if (!c->record.cgroup)
		return 0;
	r = cgroup_load(c->record.cgroup, ret, &error);
	if (r < 0)
		tell("control groups: %s", error.text);
	return r;
}

/* Until a process that is not ours to reap is gone. */
static void await(const struct process_id *p)
{
	AUTO(host_close_fd) int pidfd = -1;

	if (!process_lives(p))
		return;
	pidfd = host_pidfd_open(p->pid);
	if (pidfd < 0 || !process_lives(p))
		return;
	if (host_poll_until(pidfd, POLLIN, host_monotonic_ns() + PATIENCE_S * NS_PER_S) < 0)
		tell_warning("process %d does not end", p->pid);
}

static void kill_one(const struct process_id *p)
{
	int r = process_signal(p, SIGKILL);

	if (r < 0 && r != -ESRCH)
		tell_warning("killing process %d: %s", p->pid, strerror(-r));
}

/* Init first: its end is what engines wait for, and it shall say how: by a signal. */
void launch_kill(struct container *c)
{
	const struct record *r = &c->record;

	kill_one(&r->init);
	kill_one(&r->keeper);
	kill_one(&r->sentry);
	kill_one(&r->gofer);
	await(&r->init);
	await(&r->keeper);
	await(&r->sentry);
	await(&r->gofer);
}

/* The group of a container whose making was cut short before it was recorded: by the same rules. */
static void find_cgroup_again(struct container *c, struct cgroup **ret)
{
	AUTO(cgroup_host_free) struct cgroup_host *host = NULL;
	struct cgroup_error error;
	struct cgroup_request q = {.id = c->record.id, .rootless = c->record.rootless};

	if (c->record.phase != RECORD_CREATING || !c->spec || !c->record.id)
		return;
	q.path = c->spec->lx.cgroups_path;
	if (q.path && strchr(q.path, ':'))
		return; /* systemd's: it ends with its processes */
	if (cgroup_host_get(&host, &error) < 0 || cgroup_create(host, &q, ret, &error) < 0)
		*ret = NULL;
}

static int remove_cgroup(struct container *c)
{
	AUTO(cgroup_free) struct cgroup *cg = NULL;
	struct cgroup_error error = {.text = ""};
	int64_t deadline = host_monotonic_ns() + PATIENCE_S * NS_PER_S;
	int r = launch_cgroup(c, &cg);

	if (!cg && r == 0)
		find_cgroup_again(c, &cg);
	if (!cg)
		return 0; /* or a text that nobody understands: nothing that we could remove */
	if (c->record.paused && cgroup_thaw(cg, CGROUP_ALL, &error) < 0)
		tell_warning("control groups: %s", error.text);
	r = cgroup_kill(cg, CGROUP_ALL, deadline, &error);
	if (r == 0)
		r = cgroup_delete(cg, deadline, &error);
	if (r < 0)
		tell("control groups: %s", error.text);
	return r;
}

int launch_remove(struct container *c)
{
	struct oci_state state;
	int r;

	launch_kill(c);
	r = remove_cgroup(c);
	if (c->spec && c->record.id && c->spec->hooks.poststop.n > 0) {
		container_state(c, &state);
		state.status = OCI_STOPPED;
		state.pid = 0;
		hooks_run_all(&c->spec->hooks.poststop, "poststop", &state);
	}
	if (container_remove(c) < 0)
		r = -EIO;
	return r;
}
