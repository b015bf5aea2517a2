/* SPDX-License-Identifier: Apache-2.0 */
/* `caisson update`: other limits for a container, from a file of JSON (`-`: stdin) or by options. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "oci/oci.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/textfile.h"
#include "runtime/launch.h"
#include "runtime/options.h"
#include "runtime/runtime.h"
#include "wire/request.h"

/* Options become properties of the same JSON that engines send. */
struct update_args {
	const char *resources;
	const char *cpuset_cpus, *cpuset_mems;
	const char *memory, *memory_reservation, *memory_swap;
	struct option_i64 cpu_period, cpu_quota, cpu_burst, cpu_share, rt_period, rt_runtime, idle;
	struct option_i64 blkio_weight, pids;
};

/* "512m" as bytes, as runc takes it; -1: no limit. */
static bool parse_bytes(const char *s, int64_t *ret)
{
	static const char units[] = "bkmgt";
	char *end;
	long long v;
	const char *u;
	int64_t scale = 1;

	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno != 0 || end == s || v < -1)
		return false;
	if (*end) {
		u = strchr(units, *end | 0x20);
		if (!u ||
		    (end[1] && strcasecmp(end + 1, "b") != 0 && strcasecmp(end + 1, "ib") != 0))
			return false;
		for (; u > units; u--)
			scale *= 1024;
	}
	return !__builtin_mul_overflow((int64_t)v, scale, ret);
}

struct json_text {
	struct strbuf sb;
	bool comma;
};

static void add_key(struct json_text *j, const char *key)
{
	strbuf_addf(&j->sb, "%s\"%s\":", j->comma ? "," : "", key);
	j->comma = true;
}

static void add_number(struct json_text *j, const char *key, const struct option_i64 *o)
{
	if (!o->set)
		return;
	add_key(j, key);
	strbuf_addf(&j->sb, "%lld", (long long)o->v);
}

/* Lists of numbers only: nothing in them needs an escape. */
static int add_list(struct json_text *j, const char *key, const char *value)
{
	if (!value)
		return 0;
	if (value[strspn(value, "0123456789-,")] != 0) {
		tell("update: %s: not a list like 0-3,7: %s", key, value);
		return -EINVAL;
	}
	add_key(j, key);
	strbuf_addf(&j->sb, "\"%s\"", value);
	return 0;
}

static int add_bytes(struct json_text *j, const char *key, const char *value)
{
	struct option_i64 o = {.set = value != NULL};

	if (value && !parse_bytes(value, &o.v)) {
		tell("invalid value for %s: %s", key, value);
		return -EINVAL;
	}
	add_number(j, key, &o);
	return 0;
}

static void open_object(struct json_text *j, const char *key)
{
	add_key(j, key);
	strbuf_addc(&j->sb, '{');
	j->comma = false;
}

static void close_object(struct json_text *j)
{
	strbuf_addc(&j->sb, '}');
	j->comma = true;
}

static int write_options(const struct update_args *a, struct json_text *j)
{
	int r;

	strbuf_addc(&j->sb, '{');
	open_object(j, "cpu");
	add_number(j, "shares", &a->cpu_share);
	add_number(j, "quota", &a->cpu_quota);
	add_number(j, "burst", &a->cpu_burst);
	add_number(j, "period", &a->cpu_period);
	add_number(j, "realtimeRuntime", &a->rt_runtime);
	add_number(j, "realtimePeriod", &a->rt_period);
	add_number(j, "idle", &a->idle);
	r = add_list(j, "cpus", a->cpuset_cpus);
	if (r == 0)
		r = add_list(j, "mems", a->cpuset_mems);
	close_object(j);
	open_object(j, "memory");
	if (r == 0)
		r = add_bytes(j, "limit", a->memory);
	if (r == 0)
		r = add_bytes(j, "reservation", a->memory_reservation);
	if (r == 0)
		r = add_bytes(j, "swap", a->memory_swap);
	close_object(j);
	open_object(j, "blockIO");
	add_number(j, "weight", &a->blkio_weight);
	close_object(j);
	if (a->pids.set) {
		open_object(j, "pids");
		add_number(j, "limit", &a->pids);
		close_object(j);
	}
	strbuf_addc(&j->sb, '}');
	return r;
}

static int read_limits(const struct update_args *a, struct oci_resources_doc **ret)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	struct json_text j = {.sb = STRBUF_INIT};
	int r;

	strbuf_init_max(&j.sb, OCI_TEXT_MAX);
	if (!a->resources)
		r = write_options(a, &j);
	else if (strcmp(a->resources, "-") == 0)
		r = textfile_read_fd(STDIN_FILENO, &j.sb);
	else
		r = textfile_read(AT_FDCWD, a->resources, &j.sb);
	if (r < 0 && r != -EINVAL)
		tell_errno(-r, "reading the limits from %s", a->resources);
	if (r == 0) {
		r = oci_resources_parse(strbuf_str(&j.sb), j.sb.len, ret, &why);
		if (r < 0)
			tell("the new limits: %s", strbuf_str(&why));
	}
	strbuf_fini(&j.sb);
	return r;
}

/* The guest's kernel shows them, and keeps to those that no group of the host does. */
static int tell_sentry(struct container *c, struct cgroup *cg, const struct oci_resources *res)
{
	AUTO(answer_fini) struct answer a = {0};
	AUTO(host_close_fd) int conn = container_connect(c);
	struct cgroup_error error = {.text = ""};
	struct request q = {.op = REQUEST_UPDATE};
	int r;

	plan_limits_none(&q.limits);
	r = cg ? cgroup_guest_limits(cg, res, &q.limits, &error) : 0;
	if (r < 0) {
		tell("the new limits: %s", error.text);
		return r;
	}
	r = conn < 0 ? conn : request_call(conn, &q, NULL, 0, &a);
	if (r == 0)
		r = a.error;
	if (r < 0)
		tell_errno(-r, "telling container %s of its new limits", c->record.id);
	return r;
}

static int update(struct container *c, const struct oci_resources *res)
{
	AUTO(cgroup_free) struct cgroup *cg = NULL;
	struct cgroup_error error = {.text = ""};
	int r = launch_cgroup(c, &cg);

	if (r == 0 && cg) {
		r = cgroup_set(cg, res, &error);
		if (r < 0)
			tell("control groups: %s", error.text);
	}
	return r < 0 ? r : tell_sentry(c, cg, res);
}

static int run(const struct globals *g, const char *id, const struct update_args *a)
{
	AUTO(container_fini) struct container c = {.dirfd = -1};
	AUTO(oci_resources_free) struct oci_resources_doc *doc = NULL;

	if (container_open(g, id, CONTAINER_CHANGE, &c) < 0)
		return EXIT_OCI;
	if (container_status(&c) == OCI_STOPPED) {
		tell("container not running");
		return EXIT_OCI;
	}
	if (read_limits(a, &doc) < 0)
		return EXIT_OCI;
	return update(&c, &doc->resources) < 0 ? EXIT_OCI : 0;
}

int verb_update(struct globals *g, int argc, char **argv)
{
	struct update_args a = {0};
	const struct verb_option options[] = {
		{"resources", 'r', OPTION_STRING, &a.resources},
		{"blkio-weight", 0, OPTION_I64, &a.blkio_weight},
		{"cpu-period", 0, OPTION_I64, &a.cpu_period},
		{"cpu-quota", 0, OPTION_I64, &a.cpu_quota},
		{"cpu-burst", 0, OPTION_I64, &a.cpu_burst},
		{"cpu-share", 0, OPTION_I64, &a.cpu_share},
		{"cpu-rt-period", 0, OPTION_I64, &a.rt_period},
		{"cpu-rt-runtime", 0, OPTION_I64, &a.rt_runtime},
		{"cpu-idle", 0, OPTION_I64, &a.idle},
		{"cpuset-cpus", 0, OPTION_STRING, &a.cpuset_cpus},
		{"cpuset-mems", 0, OPTION_STRING, &a.cpuset_mems},
		{"kernel-memory", 0, OPTION_STRING, NULL},     /* as runc: taken, and nothing */
		{"kernel-memory-tcp", 0, OPTION_STRING, NULL}, /* the same */
		{"memory", 0, OPTION_STRING, &a.memory},
		{"memory-reservation", 0, OPTION_STRING, &a.memory_reservation},
		{"memory-swap", 0, OPTION_STRING, &a.memory_swap},
		{"pids-limit", 0, OPTION_I64, &a.pids},
	};
	const struct verb_args args = {
		.verb = "update", .options = options, .n = ARRAY_SIZE(options), .min = 1, .max = 1};
	char **id;
	int r = options_parse(&args, argc, argv, &argc, &id);

	if (r != 0)
		return r < 0 ? EXIT_OCI : 0;
	return run(g, id[0], &a);
}
