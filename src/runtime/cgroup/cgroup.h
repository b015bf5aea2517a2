/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's control groups, cgroups(7), for one container: where they are, making them, their
 * settings, who is in them, freezing, killing, counting and removing. Works on v1 hierarchies, on
 * the unified one (v2), and on any mixture: each controller is served by the hierarchy that has it.
 *
 * The container's group lies where linux.cgroupsPath says (path.c has the rules, which are runc's).
 * Below it our processes sit in leaves: "guest" (stubs, and the process that stands for init on the
 * host) and "sentry". On v2 both are needed, since a group with controllers for its children may
 * hold no processes itself; on v1 the container's own group is the guest's leaf, so that who looks
 * at the group of the container's process finds its limits there, but for the freezer, where the
 * guest can be frozen without the Sentry.
 *
 * What the group shall be like is decided at cgroup_create, in this order: directories, controllers
 * for children, settings, leaves. Processes join afterwards. A stub is born where its parent is, so
 * the Sentry joins the guest's leaf first, makes its first stub there, and then moves to its own.
 *
 * Every failure fills a struct cgroup_error with one sentence: what, on which file, with what
 * value, and why. All functions return 0 (or what their comment says) or -errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/strbuf.h"

struct cgroup;
struct cgroup_host;
struct oci_resources;
struct plan_limits;

struct cgroup_error {
	char text[768];
};

/* ---- the host ---- */

/* What this process sees: /proc/self/mountinfo and /proc/self/cgroup. Caller owns. -ENOENT: no
 * hierarchy is mounted. */
MUST_CHECK int cgroup_host_get(struct cgroup_host **ret, struct cgroup_error *err);
/* The same from given texts, for tests. */
MUST_CHECK int cgroup_host_parse(const char *mountinfo, const char *self_cgroup,
				 struct cgroup_host **ret, struct cgroup_error *err);
void cgroup_host_free(struct cgroup_host *h);
DEFINE_AUTO(struct cgroup_host *, cgroup_host_free)
/* Is there but the unified hierarchy? / Is it there at all? For `features` and `doctor`. */
bool cgroup_host_is_v2(const struct cgroup_host *h);
bool cgroup_host_has_v2(const struct cgroup_host *h);

/* ---- a container's group ---- */

struct cgroup_request {
	const char *path; /* linux.cgroupsPath; NULL or "": none */
	const char *id;   /* the container's */
	bool rootless;
	bool systemd;       /* --systemd-cgroup: path is slice:prefix:name */
	const char *helper; /* of systemd: the program caisson-systemd */
	pid_t first;        /* of systemd: the process that the scope begins with */
	const struct oci_resources *resources; /* may be NULL */
};

/*
 * Make the container's group with its settings. Groups that already exist are used. When the host
 * refuses (rootless, read-only hierarchies) and neither a path nor a limit was asked for, *ret is a
 * group that is nowhere: every function below does nothing on it and cgroup_is_none says so. Caller
 * owns the object; the groups stay until cgroup_delete.
 */
MUST_CHECK int cgroup_create(const struct cgroup_host *h, const struct cgroup_request *req,
			     struct cgroup **ret, struct cgroup_error *err);
/* Forgets the object only. */
void cgroup_free(struct cgroup *cg);
DEFINE_AUTO(struct cgroup *, cgroup_free)
bool cgroup_is_none(const struct cgroup *cg);
/* Why there is none, for the log and `state`; "" if there is one. */
const char *cgroup_none_reason(const struct cgroup *cg);

/* As text for the state directory, and back. -EBADMSG: not such a text. */
void cgroup_save(const struct cgroup *cg, struct strbuf *sb);
MUST_CHECK int cgroup_load(const char *text, struct cgroup **ret, struct cgroup_error *err);
/* The group's directory in the hierarchy that has the controller ("memory", "pids", ...; "" for the
 * unified one). NULL: none has it. */
const char *cgroup_dir(const struct cgroup *cg, const char *controller);

enum cgroup_part {
	CGROUP_GUEST,
	CGROUP_SENTRY,
	CGROUP_ALL, /* not for joining */
};

/* Move a process with all its threads into a leaf, which is made if need be. */
MUST_CHECK int cgroup_join(struct cgroup *cg, enum cgroup_part part, pid_t pid,
			   struct cgroup_error *err);

/*
 * Change what `r` says and leave the rest: `update`. Values of zero mean "not said", as from
 * Docker. On v1 memory and memory+swap are written in the order that keeps one below the other.
 */
MUST_CHECK int cgroup_set(struct cgroup *cg, const struct oci_resources *r,
			  struct cgroup_error *err);

/*
 * Freeze: returns when every process has stopped, or -ETIMEDOUT (and thaws again) at deadline_ns of
 * the monotonic clock. On v1 the freezer is asked to take the part, v2 cgroup.freeze.
 */
MUST_CHECK int cgroup_freeze(struct cgroup *cg, enum cgroup_part part, int64_t deadline_ns,
			     struct cgroup_error *err);
MUST_CHECK int cgroup_thaw(struct cgroup *cg, enum cgroup_part part, struct cgroup_error *err);

/* SIGKILL to all, those who fork meanwhile included; returns when none is left (zombies aside).
 * -ETIMEDOUT. */
MUST_CHECK int cgroup_kill(struct cgroup *cg, enum cgroup_part part, int64_t deadline_ns,
			   struct cgroup_error *err);

/* The processes of the group and of all below it, in rising order. *ret is malloc'd, caller owns. */
MUST_CHECK int cgroup_pids(struct cgroup *cg, enum cgroup_part part, pid_t **ret, size_t *ret_n,
			   struct cgroup_error *err);

/* Remove the group and all below it. Waits while the last processes leave; groups that are gone
 * already are fine. -EBUSY at the deadline. */
MUST_CHECK int cgroup_delete(struct cgroup *cg, int64_t deadline_ns, struct cgroup_error *err);

/* What the guest is told of these limits, and whether the Sentry must keep to them itself (no
 * memory controller was had). r may be NULL. -EINVAL: limits that contradict each other. */
MUST_CHECK int cgroup_guest_limits(const struct cgroup *cg, const struct oci_resources *r,
				   struct plan_limits *ret, struct cgroup_error *err);

/* ---- out of memory ---- */

/* poll(2) fd for `events`; then cgroup_oom_take. Key: the caller's thread. */
struct cgroup_oom {
	int fd, source_fd;
	uint32_t events; /* EPOLLIN of an eventfd, EPOLLPRI of memory.events */
	uint64_t seen;
	bool v1;
};
/* -ENOENT: no hierarchy has the memory controller. */
MUST_CHECK int cgroup_oom_open(struct cgroup *cg, struct cgroup_oom *ret, struct cgroup_error *err);
/* How often memory ran out since the last look; 0: the wake-up was for something else, or the group
 * is gone (*ret_gone). */
uint64_t cgroup_oom_take(struct cgroup_oom *o, bool *ret_gone);
void cgroup_oom_close(struct cgroup_oom *o);

/* ---- numbers ---- */

/* Append {"type":"stats","id":ID,"data":{...}}, as `events --stats` of runc, without a newline. */
MUST_CHECK int cgroup_stats_json(struct cgroup *cg, const char *id, struct strbuf *sb,
				 struct cgroup_error *err);
