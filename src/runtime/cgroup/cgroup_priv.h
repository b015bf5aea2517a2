/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the control groups of the host: hierarchies, the directories that a container has in them,
 * and files of those directories.
 *
 *	struct cgroup_hierarchy   one mounted tree with its controllers
 *	struct cgroup_host        all of them
 *	struct cgroup_place       the container's directory in one hierarchy
 *	struct cgroup             all of them
 */
#pragma once

#include "oci/resources.h"
#include "runtime/cgroup/cgroup.h"

#define CGROUP_HIERARCHIES_MAX 24
#define CGROUP_FILE_MAX        ((size_t)1 << 20)

/* Controllers by their v1 names; v2 calls blkio "io" and has no cpuacct, devices, freezer. */
enum cgroup_controller {
	CG_CPU,
	CG_CPUACCT,
	CG_CPUSET,
	CG_MEMORY,
	CG_DEVICES,
	CG_FREEZER,
	CG_PIDS,
	CG_BLKIO,
	CG_HUGETLB,
	CG_NET_CLS,
	CG_NET_PRIO,
	CG_PERF_EVENT,
	CG_RDMA,
	CG_MISC,
	CG_COUNT
};
#define CG_BIT(c) (1u << (c))

/* Strings are malloc'd. */
struct cgroup_hierarchy {
	bool unified;
	char *key;   /* "cpu,cpuacct", "name=systemd", "" of the unified one */
	char *mount; /* where it is */
	char *own;   /* our own group below the mount: "/", "/user.slice/..." */
	uint32_t controllers;
};

struct cgroup_host {
	struct cgroup_hierarchy h[CGROUP_HIERARCHIES_MAX];
	size_t n;
};

struct cgroup_place {
	bool unified;
	bool rootless; /* device rules are not ours to set */
	bool made;     /* by us, just now */
	char *key;
	char *mount;
	char *dir; /* the container's directory: mount and path */
	uint32_t controllers;
};

struct cgroup {
	struct cgroup_place p[CGROUP_HIERARCHIES_MAX];
	size_t n;          /* 0: there is none */
	char *none_reason; /* NULL: not that */
	char *unit;        /* of systemd: its name; NULL: the files are ours */
	char *helper;      /* of systemd: the program */
	bool user_manager; /* of systemd: the user's, not the system's */
};

/* error.c */

/* Fills err: the sentence and, if r < 0, ": " and errno in words. Returns r. */
int cgroup_fail(struct cgroup_error *err, int r, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* file.c: one file of one directory. Nothing is created; `file` is a single name. */

/* The text, at most CGROUP_FILE_MAX bytes. */
MUST_CHECK int cg_read(const char *dir, const char *file, struct strbuf *ret);
/* The first number in it; "max" is UINT64_MAX. -EINVAL. */
MUST_CHECK int cg_read_u64(const char *dir, const char *file, uint64_t *ret);
MUST_CHECK int cg_write(const char *dir, const char *file, const char *value);
bool cg_exists(const char *dir, const char *file);
/* cg_write that fills err: 'writing "0-3" to /sys/.../cpuset.cpus: Invalid argument'. */
MUST_CHECK int cg_set(const char *dir, const char *file, const char *value,
		      struct cgroup_error *err);
/* Numbers as text; cg_set_limit writes `max` for -1 and below. */
MUST_CHECK int cg_set_u64(const char *dir, const char *file, uint64_t v, struct cgroup_error *err);
MUST_CHECK int cg_set_i64(const char *dir, const char *file, int64_t v, struct cgroup_error *err);
MUST_CHECK int cg_set_limit(const char *dir, const char *file, int64_t v, const char *max,
			    struct cgroup_error *err);
/* What r says of processors, memory nodes and huge pages; `limit` is how a limit's file ends. */
MUST_CHECK int cg_set_cpuset(const char *dir, const struct oci_cpu *c, struct cgroup_error *err);
MUST_CHECK int cg_set_hugetlb(const char *dir, const struct oci_resources *r, const char *limit,
			      struct cgroup_error *err);
/* The value is made by a format, for lines like "8:0 rbps=4096". */
MUST_CHECK int cg_setf(const char *dir, const char *file, struct cgroup_error *err, const char *fmt,
		       ...) PRINTF_LIKE(4, 5);
/* Call fn for each line of a text, without its newline, until it returns non-zero; what it last
 * returned. The text is cut up. */
int cg_for_each_line(char *text, int (*fn)(void *arg, char *line), void *arg);
/* Strict: digits only, nothing else. */
MUST_CHECK bool cg_parse_u64(const char *s, uint64_t *ret);

/* controllers.c */
const char *cg_controller_name(enum cgroup_controller c, bool unified);
/* Bits of the names in a list with separators `sep`; unknown names are skipped. */
uint32_t cg_controllers_parse(const char *list, char sep, bool unified);

/* path.c: pure */

/* Without "..", "." and double slashes, as an absolute path. -ENAMETOOLONG, -ENOMEM. */
MUST_CHECK int cg_path_clean(const char *path, struct strbuf *ret);
/* Where the container's group is below the mount of h. */
MUST_CHECK int cg_path_resolve(const struct cgroup_hierarchy *h, const char *path, const char *id,
			       struct strbuf *ret);

/* tree.c: directories */
/* Call fn for every ancestor of dir from (and without) mount on, and for dir itself, until it is
 * non-zero. */
int cg_for_each_step(const char *mount, const char *dir, int (*fn)(void *arg, const char *step),
		     void *arg);
MUST_CHECK int cg_mkdir(const char *dir, struct cgroup_error *err);
/* All components of `dir` below `mount` that are missing. *ret_made: how many were made. */
MUST_CHECK int cg_mkdir_all(const char *mount, const char *dir, struct cgroup_error *err);
/* Call fn for every directory below dir, deepest first, and for dir at last, until it is
 * non-zero. */
int cg_for_each_dir(const char *dir, int (*fn)(void *arg, const char *dir), void *arg);
/* Where processes of that part are: the leaf's directory, or the container's own. */
MUST_CHECK int cg_part_dir(const struct cgroup_place *p, enum cgroup_part part, struct strbuf *ret);
/* cgroup.subtree_control of every group from the mount down to `dir` itself gets all controllers of
 * `want` that can be had. Returns in *ret_have those that the last one has now. */
MUST_CHECK int cg_enable_all(const char *mount, const char *dir, uint32_t want, uint32_t *ret_have,
			     struct cgroup_error *err);

/* cgroup.c */
const struct cgroup_place *cg_place(const struct cgroup *cg, enum cgroup_controller c);
const struct cgroup_place *cg_unified(const struct cgroup *cg);
/* The hierarchy that knows all of our processes best: the unified one, or one with a controller. */
const struct cgroup_place *cg_any_place(const struct cgroup *cg);

/* create.c */
MUST_CHECK int cg_set_all(const struct cgroup *cg, const struct oci_resources *r,
			  struct cgroup_error *err);

/* events.c: waiting for what a group does */

/* A file of v2 that wakes who polls it (cgroup.events, memory.events). */
struct cg_events {
	int fd;
};
MUST_CHECK int cg_events_open(const char *dir, const char *file, struct cg_events *ret);
void cg_events_close(struct cg_events *e);
/* The number after `key`; -ENODATA: no such line, -ENODEV: the group is gone. */
MUST_CHECK int cg_events_get(const struct cg_events *e, const char *key, uint64_t *ret);
/* Until key has the value: 0, -ETIMEDOUT, -ENODEV: the group is gone. */
MUST_CHECK int cg_events_wait(const struct cg_events *e, const char *key, uint64_t value,
			      int64_t deadline_ns);
/* Until one of the processes in the group has ended, or a moment has passed, whatever comes first:
 * for what v1 tells nobody of. -ETIMEDOUT: the deadline is over. */
MUST_CHECK int cg_wait_a_moment(pid_t pid, int64_t deadline_ns);

/* pids.c: of one directory and all below; in rising order */
struct cg_pidlist {
	pid_t *v;
	size_t n, cap;
};
MUST_CHECK int cg_pids_below(const char *dir, struct cg_pidlist *ret, struct cgroup_error *err);
void cg_pidlist_fini(struct cg_pidlist *l);
DEFINE_AUTO_INPLACE(struct cg_pidlist, cg_pidlist_fini)

/* demand.c: what a struct oci_resources asks for; zero values ask for nothing */
uint32_t cg_demands(const struct oci_resources *r);
/* CG_ names in words, "memory, pids". */
void cg_name_all(uint32_t controllers, struct strbuf *ret);
bool cg_any_limit(const struct oci_resources *r);
static inline int64_t cg_i64(const struct oci_opt_i64 *o)
{
	return o->set ? o->v : 0;
}
static inline uint64_t cg_u64(const struct oci_opt_u64 *o)
{
	return o->set ? o->v : 0;
}

MUST_CHECK int cg_set_rdma(const char *dir, const struct oci_resources *r,
			   struct cgroup_error *err);

/* v1.c, v1_*.c, v2.c, v2_io.c: settings of one place; what its controllers do not cover is left
 * alone */
MUST_CHECK int cg_v1_set(const struct cgroup_place *p, const struct oci_resources *r,
			 struct cgroup_error *err);
MUST_CHECK int cg_v1_set_cpu(const char *dir, const struct oci_cpu *c, struct cgroup_error *err);
MUST_CHECK int cg_v1_set_blkio(const char *dir, const struct oci_block_io *b,
			       struct cgroup_error *err);
/* A new cpuset is empty, and nobody can join it: as its parent's, from the mount down. */
MUST_CHECK int cg_v1_inherit_cpuset(const char *mount, const char *dir, struct cgroup_error *err);
MUST_CHECK int cg_v2_set(const struct cgroup_place *p, const struct oci_resources *r,
			 struct cgroup_error *err);
MUST_CHECK int cg_v2_set_io(const char *dir, const struct oci_block_io *b,
			    struct cgroup_error *err);
/* What of the limits a leaf repeats, so that who looks at a process's own group sees them. */
void cg_v2_repeat_limits(const char *dir, const char *leaf);

/* convert.c: v1 values as v2 takes them; pure. runc's formulas, so that both say the same. */
uint64_t cg_shares_to_weight(uint64_t shares);
uint64_t cg_blkio_to_io_weight(uint64_t weight);
/* memory.swap.max from memory and memory+swap; 0: not said, -1: "max". -EINVAL and *ret_why. */
MUST_CHECK int cg_swap_to_v2(int64_t memory, int64_t memsw, int64_t *ret, const char **ret_why);

/* guest.c: "0-3,7" as 1024 bits. False: not such a list, or a number that does not fit. */
MUST_CHECK bool cg_parse_cpus(const char *list, uint64_t ret[16]);

/* devices.c, devices_bpf.c */
MUST_CHECK int cg_devices_v1(const char *dir, const struct oci_resources *r,
			     struct cgroup_error *err);
MUST_CHECK int cg_devices_v2(const char *dir, const struct oci_resources *r,
			     struct cgroup_error *err);

/* systemd.c: the slice, prefix and name of a unit; the group is made by the manager. */
struct cgroup_unit {
	char slice[256];
	char name[256]; /* of the unit: "docker-ID.scope" */
};
/* Start the scope with the request's process in it; the group's path below each mount. v2: only the
 * unified hierarchy is there. */
MUST_CHECK int cg_systemd_start(const struct cgroup_request *req, bool v2, struct cgroup *cg,
				struct strbuf *ret_path, struct cgroup_error *err);
MUST_CHECK int cg_systemd_set(const struct cgroup *cg, const struct oci_resources *r,
			      struct cgroup_error *err);
MUST_CHECK int cg_systemd_stop(const struct cgroup *cg, struct cgroup_error *err);
MUST_CHECK int cg_unit_parse(const char *path, const char *id, bool rootless,
			     struct cgroup_unit *ret, struct cgroup_error *err);
/* "a-b.slice" -> "/a.slice/a-b.slice". */
MUST_CHECK int cg_slice_expand(const char *slice, struct strbuf *ret, struct cgroup_error *err);
