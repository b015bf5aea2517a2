/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ending everything in a group, and removing it.
 *
 * cgroup.kill (Linux 5.14) takes all at once, those who are being forked included. Elsewhere the
 * group is frozen if it can be, so that nobody forks away from the list, each gets SIGKILL, and it
 * is thawed, since on v1 the frozen do not die; that is repeated until the list is empty.
 *
 * A process is met by pidfd, opened after the list was read and used after it was read again, so
 * that a number which somebody else has got meanwhile is never killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/fd.h"
#include "host/path.h"
#include "host/proc.h"
#include "host/time.h"
#include "runtime/cgroup/cgroup_priv.h"

#define BATCH 64

/* ---- killing ---- */

static bool in_list(const struct cg_pidlist *l, pid_t pid)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (l->v[mid] == pid)
			return true;
		if (l->v[mid] < pid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* At most BATCH of them: pidfds, then the list again, then the signals. */
static int kill_batch(const char *dir, const pid_t *pids, size_t n, struct cgroup_error *err)
{
	AUTO(cg_pidlist_fini) struct cg_pidlist again = {NULL, 0, 0};
	int fds[BATCH], r;

	for (size_t i = 0; i < n; i++)
		fds[i] = host_pidfd_open(pids[i]);
	r = cg_pids_below(dir, &again, err);
	for (size_t i = 0; i < n; i++) {
		int killed = fds[i] < 0 ? fds[i] : 0;

		if (r == 0 && fds[i] >= 0 && in_list(&again, pids[i]))
			killed = host_pidfd_kill(fds[i], SIGKILL);
		if (r == 0 && killed < 0 && killed != -ESRCH)
			r = cgroup_fail(err, killed, "killing process %d of %s", (int)pids[i], dir);
		host_close(fds[i]);
	}
	return r;
}

static int kill_round(struct cgroup *cg, enum cgroup_part part, const char *dir,
		      const struct cg_pidlist *l, int64_t deadline_ns, struct cgroup_error *err)
{
	struct cgroup_error ignored;
	int r = 0;

	if (cgroup_freeze(cg, part, deadline_ns, &ignored) < 0)
		log_debug("cgroup: killing without freezing: %s", ignored.text);
	for (size_t i = 0; i < l->n && r == 0; i += BATCH)
		r = kill_batch(dir, l->v + i, MIN(l->n - i, (size_t)BATCH), err);
	if (cgroup_thaw(cg, part, &ignored) < 0)
		log_debug("cgroup: %s", ignored.text);
	return r;
}

static int kill_by_list(struct cgroup *cg, enum cgroup_part part, const char *dir,
			int64_t deadline_ns, struct cgroup_error *err)
{
	for (;;) {
		AUTO(cg_pidlist_fini) struct cg_pidlist l = {NULL, 0, 0};
		int r = cg_pids_below(dir, &l, err);

		if (r < 0 || l.n == 0)
			return r;
		r = kill_round(cg, part, dir, &l, deadline_ns, err);
		if (r < 0)
			return r;
		r = cg_wait_a_moment(l.v[0], deadline_ns);
		if (r < 0)
			return cgroup_fail(err, r, "waiting for the end of process %d in %s",
					   (int)l.v[0], dir);
	}
}

static int kill_at_once(const char *dir, int64_t deadline_ns, struct cgroup_error *err)
{
	struct cg_events e;
	int r = cg_set(dir, "cgroup.kill", "1", err);

	if (r < 0)
		return r;
	r = cg_events_open(dir, "cgroup.events", &e);
	if (r == 0) {
		r = cg_events_wait(&e, "populated", 0, deadline_ns);
		cg_events_close(&e);
	}
	if (r < 0 && r != -ENOENT && r != -ENODEV)
		return cgroup_fail(err, r, "waiting for \"populated 0\" in %s/cgroup.events", dir);
	return 0;
}

int cgroup_kill(struct cgroup *cg, enum cgroup_part part, int64_t deadline_ns,
		struct cgroup_error *err)
{
	const struct cgroup_place *p = cg_any_place(cg);
	AUTO(strbuf_fini) struct strbuf dir = STRBUF_INIT;
	int r;

	if (!p)
		return 0;
	r = cg_part_dir(p, part, &dir);
	if (r < 0)
		return cgroup_fail(err, r, "killing all in %s", p->dir);
	if (p->unified && cg_exists(dir.s, "cgroup.kill"))
		return kill_at_once(dir.s, deadline_ns, err);
	return kill_by_list(cg, part, dir.s, deadline_ns, err);
}

/* ---- removing ---- */

struct removal {
	int64_t deadline_ns;
	struct cgroup_error *err;
};

/* Until the last process has left: told on v2, else looked at again. */
static int wait_empty(const char *dir, int64_t deadline_ns)
{
	AUTO(cg_pidlist_fini) struct cg_pidlist l = {NULL, 0, 0};
	struct cgroup_error ignored;
	struct cg_events e;
	uint64_t populated;
	int r = cg_events_open(dir, "cgroup.events", &e);

	if (r == 0) {
		r = cg_events_get(&e, "populated", &populated);
		if (r == 0 && populated) {
			r = cg_events_wait(&e, "populated", 0, deadline_ns);
			cg_events_close(&e);
			return r;
		}
		cg_events_close(&e);
	}
	/* Nobody is in it and it is busy all the same: the kernel has not tidied up yet. */
	if (cg_pids_below(dir, &l, &ignored) < 0)
		return 0;
	return cg_wait_a_moment(l.n > 0 ? l.v[0] : 0, deadline_ns);
}

static int remove_dir(void *arg, const char *dir)
{
	struct removal *m = arg;

	for (;;) {
		int r = host_unlink_at(AT_FDCWD, dir, AT_REMOVEDIR);

		if (r == 0 || r == -ENOENT)
			return 0;
		if (r != -EBUSY)
			return cgroup_fail(m->err, r, "removing the control group %s", dir);
		r = wait_empty(dir, m->deadline_ns);
		if (r == -ETIMEDOUT)
			return cgroup_fail(
				m->err, -EBUSY,
				"removing the control group %s: processes are left in it", dir);
		if (r < 0 && r != -ENODEV)
			return cgroup_fail(m->err, r, "waiting until %s is empty", dir);
	}
}

int cgroup_delete(struct cgroup *cg, int64_t deadline_ns, struct cgroup_error *err)
{
	struct removal m = {deadline_ns, err};
	int first = 0;

	if (cg->unit) {
		struct cgroup_error told;

		if (cg_systemd_stop(cg, &told) < 0)
			log_warn("cgroup: %s", told.text);
	}
	for (size_t i = 0; i < cg->n; i++) {
		struct cgroup_error mine;
		int r;

		m.err = first < 0 ? &mine : err;
		r = cg_for_each_dir(cg->p[i].dir, remove_dir, &m);
		if (r < 0 && r != -ENOENT && first == 0)
			first = r;
	}
	return first;
}
