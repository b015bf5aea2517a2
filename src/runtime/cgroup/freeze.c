/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stopping everything in a group for a while. v2 says in cgroup.events when all have stopped. The
 * freezer of v1 stays FREEZING until all have, tells nobody, and may miss who is just being forked
 * unless it is asked again; so it is asked again at each look.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "host/time.h"
#include "runtime/cgroup/cgroup_priv.h"

static const struct cgroup_place *freezer_of(const struct cgroup *cg)
{
	const struct cgroup_place *u = cg_unified(cg);

	/* The one that tells; not there before Linux 5.2. */
	if (u && cg_exists(u->dir, "cgroup.freeze"))
		return u;
	for (size_t i = 0; i < cg->n; i++)
		if (!cg->p[i].unified && cg->p[i].controllers & CG_BIT(CG_FREEZER))
			return &cg->p[i];
	return NULL;
}

/* ---- v2 ---- */

static int set_v2(const char *dir, bool frozen, int64_t deadline_ns, struct cgroup_error *err)
{
	struct cg_events e;
	int r = cg_set(dir, "cgroup.freeze", frozen ? "1" : "0", err);

	if (r < 0)
		return r;
	r = cg_events_open(dir, "cgroup.events", &e);
	if (r < 0)
		return cgroup_fail(err, r, "opening %s/cgroup.events", dir);
	r = cg_events_wait(&e, "frozen", frozen, deadline_ns);
	cg_events_close(&e);
	if (r < 0)
		return cgroup_fail(err, r, "waiting for \"frozen %d\" in %s/cgroup.events", frozen,
				   dir);
	return 0;
}

/* ---- v1 ---- */

static int v1_state(const char *dir, struct strbuf *ret, struct cgroup_error *err)
{
	int r;

	strbuf_reset(ret);
	r = cg_read(dir, "freezer.state", ret);
	if (r < 0)
		return cgroup_fail(err, r, "reading %s/freezer.state", dir);
	strbuf_truncate(ret, strcspn(strbuf_str(ret), "\n"));
	return 0;
}

static pid_t some_process(const char *dir)
{
	AUTO(cg_pidlist_fini) struct cg_pidlist l = {NULL, 0, 0};
	struct cgroup_error ignored;

	return cg_pids_below(dir, &l, &ignored) == 0 && l.n > 0 ? l.v[0] : 0;
}

static int set_v1(const char *dir, const char *want, int64_t deadline_ns, struct cgroup_error *err)
{
	AUTO(strbuf_fini) struct strbuf state = STRBUF_INIT;

	for (;;) {
		int r = cg_set(dir, "freezer.state", want, err);

		if (r == 0)
			r = v1_state(dir, &state, err);
		if (r < 0)
			return r;
		if (strcmp(strbuf_str(&state), want) == 0)
			return 0;
		r = cg_wait_a_moment(some_process(dir), deadline_ns);
		if (r < 0)
			return cgroup_fail(err, r,
					   "waiting for %s in %s/freezer.state, which is %s", want,
					   dir, strbuf_str(&state));
	}
}

/* ---- both ---- */

static int set_frozen(struct cgroup *cg, enum cgroup_part part, bool frozen, int64_t deadline_ns,
		      struct cgroup_error *err)
{
	const struct cgroup_place *p = freezer_of(cg);
	AUTO(strbuf_fini) struct strbuf dir = STRBUF_INIT;
	int r;

	if (cgroup_is_none(cg))
		return 0;
	if (!p)
		return cgroup_fail(
			err, -EOPNOTSUPP,
			"this host has neither cgroup.freeze nor the freezer controller");
	r = cg_part_dir(p, part, &dir);
	if (r < 0)
		return cgroup_fail(err, r, "freezing %s", p->dir);
	if (!cg_exists(dir.s, "cgroup.procs"))
		return 0; /* a leaf that nobody joined */
	if (p->unified)
		return set_v2(dir.s, frozen, deadline_ns, err);
	return set_v1(dir.s, frozen ? "FROZEN" : "THAWED", deadline_ns, err);
}

int cgroup_freeze(struct cgroup *cg, enum cgroup_part part, int64_t deadline_ns,
		  struct cgroup_error *err)
{
	struct cgroup_error ignored;
	int r = set_frozen(cg, part, true, deadline_ns, err);

	if (r < 0 && cgroup_thaw(cg, part, &ignored) < 0)
		log_warn("cgroup: thawing after a freeze that failed: %s", ignored.text);
	return r;
}

#define THAW_NS 5000000000LL

int cgroup_thaw(struct cgroup *cg, enum cgroup_part part, struct cgroup_error *err)
{
	return set_frozen(cg, part, false, host_monotonic_ns() + THAW_NS, err);
}
