/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hearing of memory that ran out. v1: an eventfd that the kernel is given by way of
 * cgroup.event_control, which it also signals when the group is removed. v2: memory.events, whose
 * oom_kill counts processes that were killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

#include "host/fd.h"
#include "host/io.h"
#include "runtime/cgroup/cgroup_priv.h"

static int open_v1(const char *dir, struct cgroup_oom *ret, struct cgroup_error *err)
{
	AUTO(host_close_fd) int event = host_eventfd(), control = -1;
	AUTO(strbuf_fini) struct strbuf path = STRBUF_INIT;
	int r;

	strbuf_addf(&path, "%s/memory.oom_control", dir);
	if (event < 0 || strbuf_result(&path) < 0)
		return cgroup_fail(err, event < 0 ? event : -ENOMEM, "making an eventfd");
	control = host_open(AT_FDCWD, path.s, O_RDONLY | O_CLOEXEC, 0);
	if (control < 0)
		return cgroup_fail(err, control, "opening %s", path.s);
	r = cg_setf(dir, "cgroup.event_control", err, "%d %d", event, control);
	if (r < 0)
		return r;
	*ret = (struct cgroup_oom){.fd = host_take_fd(&event),
				   .source_fd = host_take_fd(&control),
				   .events = EPOLLIN,
				   .v1 = true};
	return 0;
}

static int open_v2(const char *dir, struct cgroup_oom *ret, struct cgroup_error *err)
{
	struct cg_events e;
	uint64_t seen;
	int r = cg_events_open(dir, "memory.events", &e);

	if (r == 0) {
		r = cg_events_get(&e, "oom_kill", &seen);
		if (r < 0)
			cg_events_close(&e);
	}
	if (r < 0)
		return cgroup_fail(err, r, "reading %s/memory.events", dir);
	*ret = (struct cgroup_oom){.fd = e.fd, .source_fd = -1, .events = EPOLLPRI, .seen = seen};
	return 0;
}

int cgroup_oom_open(struct cgroup *cg, struct cgroup_oom *ret, struct cgroup_error *err)
{
	const struct cgroup_place *p = cg_place(cg, CG_MEMORY);

	if (!p)
		return cgroup_fail(err, -ENOENT, "no hierarchy has the memory controller");
	return p->unified ? open_v2(p->dir, ret, err) : open_v1(p->dir, ret, err);
}

static uint64_t take_v1(struct cgroup_oom *o, bool *ret_gone)
{
	uint64_t n = 0;
	char byte;

	if (host_read(o->fd, &n, sizeof(n)) != (ssize_t)sizeof(n))
		return 0;
	/* The removal signals too; then the file's group is no more. */
	if (host_pread(o->source_fd, &byte, 1, 0) < 0) {
		*ret_gone = true;
		return 0;
	}
	return n;
}

uint64_t cgroup_oom_take(struct cgroup_oom *o, bool *ret_gone)
{
	struct cg_events e = {o->fd};
	uint64_t now, n;

	*ret_gone = false;
	if (o->v1)
		return take_v1(o, ret_gone);
	if (cg_events_get(&e, "oom_kill", &now) < 0) {
		*ret_gone = true;
		return 0;
	}
	n = now > o->seen ? now - o->seen : 0;
	o->seen = now;
	return n;
}

void cgroup_oom_close(struct cgroup_oom *o)
{
	host_close(o->fd);
	host_close(o->source_fd);
	o->fd = o->source_fd = -1;
}
