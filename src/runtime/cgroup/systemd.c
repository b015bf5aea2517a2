/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --systemd-cgroup: the group is the scope of a unit that systemd makes for us. cgroupsPath is
 * "slice:prefix:name" there (docker, containerd, CRI-O), and what was asked for is told to systemd
 * as properties too, or its next reload would undo what we write. The talking is done by a program
 * of its own, caisson-systemd (src/systemd), since this binary is static and links no D-Bus.
 *
 * The scope is delegated to us: leaves below it are ours to make.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/cgroup/cgroup_priv.h"
#include "runtime/cgroup/systemd_run.h"

#define PREFIX_DEFAULT "caisson"
#define SLICE_SUFFIX   ".slice"

/* ---- names ---- */

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

/* systemd.unit(5): letters, digits and :-_.\@ */
static bool is_unit_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n < 256 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@") ==
		       n;
}

/* The parts of a:b:c; false: not three. */
static bool split_path(char *path, char *parts[3])
{
	for (int i = 0; i < 3; i++) {
		char *colon = strchr(path, ':');

		parts[i] = path;
		if ((i < 2) != (colon != NULL))
			return false;
		if (colon) {
			*colon = 0;
			path = colon + 1;
		}
	}
	return true;
}

static int fill_unit(const char *slice, const char *prefix, const char *name,
		     struct cgroup_unit *ret)
{
	int n;

	if (ends_with(name, SLICE_SUFFIX))
		n = snprintf(ret->name, sizeof(ret->name), "%s", name);
	else
		n = snprintf(ret->name, sizeof(ret->name), "%s%s%s.scope", prefix,
			     prefix[0] ? "-" : "", name);
	if (n < 0 || (size_t)n >= sizeof(ret->name) || strlen(slice) >= sizeof(ret->slice))
		return -ENAMETOOLONG;
	(void)snprintf(ret->slice, sizeof(ret->slice), "%s", slice);
	return is_unit_name(ret->name) ? 0 : -EINVAL;
}

int cg_unit_parse(const char *path, const char *id, bool rootless, struct cgroup_unit *ret,
		  struct cgroup_error *err)
{
	AUTO(free) char *copy = strdup(path ? path : "");
	const char *slice = rootless ? "user.slice" : "system.slice";
	char *parts[3];
	int r;

	if (!copy)
		return cgroup_fail(err, -ENOMEM, "cgroupsPath");
	if (copy[0] == 0) {
		r = fill_unit(slice, PREFIX_DEFAULT, id, ret);
	} else if (!split_path(copy, parts) || parts[2][0] == 0) {
		return cgroup_fail(
			err, -EINVAL,
			"cgroupsPath \"%s\" is not slice:prefix:name, as --systemd-cgroup "
			"needs it",
			path);
	} else {
		AUTO(strbuf_fini) struct strbuf expanded = STRBUF_INIT;

		if (parts[0][0])
			slice = parts[0];
		r = strcmp(slice, "-.slice") == 0 ? 0 : cg_slice_expand(slice, &expanded, err);
		if (r < 0)
			return r;
		r = fill_unit(slice, parts[1], parts[2], ret);
	}
	return r < 0 ? cgroup_fail(err, r, "cgroupsPath \"%s\": the unit's name", path ? path : "")
		     : 0;
}

/* A dash in a slice's name is a level of the tree: systemd.slice(5). */
int cg_slice_expand(const char *slice, struct strbuf *ret, struct cgroup_error *err)
{
	size_t n = strlen(slice) - (ends_with(slice, SLICE_SUFFIX) ? strlen(SLICE_SUFFIX) : 0);

	if (strcmp(slice, "-.slice") == 0)
		return 0;
	if (n == strlen(slice) || strchr(slice, '/') || !is_unit_name(slice) || slice[0] == '-' ||
	    slice[n - 1] == '-' || strstr(slice, "--"))
		return cgroup_fail(err, -EINVAL, "\"%s\" is not the name of a slice", slice);
	for (size_t i = 1; i <= n; i++) {
		if (slice[i] != '-' && i != n)
			continue;
		strbuf_addc(ret, '/');
		strbuf_add(ret, slice, i);
		strbuf_adds(ret, SLICE_SUFFIX);
	}
	return strbuf_result(ret) < 0 ? cgroup_fail(err, -ENOMEM, "%s", slice) : 0;
}

/* ---- properties ---- */

static void add_u64(struct systemd_args *a, const char *name, uint64_t v)
{
	systemd_args_addf(a, "%s=t:%llu", name, (unsigned long long)v);
}

/* -1, no limit, is the largest number there. */
static void add_limit(struct systemd_args *a, const char *name, int64_t v)
{
	if (v != 0)
		add_u64(a, name, v < 0 ? UINT64_MAX : (uint64_t)v);
}

static void add_memory(struct systemd_args *a, const struct oci_memory *m, bool v2)
{
	const char *why;
	int64_t swap;

	if (!m)
		return;
	add_limit(a, v2 ? "MemoryMax" : "MemoryLimit", cg_i64(&m->limit));
	if (!v2)
		return;
	add_limit(a, "MemoryLow", cg_i64(&m->reservation));
	if (cg_swap_to_v2(cg_i64(&m->limit), cg_i64(&m->swap), &swap, &why) < 0)
		return; /* told when the files are written */
	if (swap == 0 && cg_i64(&m->swap) > 0)
		add_u64(a, "MemorySwapMax", 0);
	else
		add_limit(a, "MemorySwapMax", swap);
}

/*
 * systemd keeps whole percents of a processor, so a fraction is rounded up: the files that we write
 * then fit below it.
 */
static void add_quota(struct systemd_args *a, const struct oci_cpu *c)
{
	uint64_t period = cg_u64(&c->period), quota, per_sec;

	if (period != 0)
		add_u64(a, "CPUQuotaPeriodUSec", period);
	if (cg_i64(&c->quota) < 0)
		add_u64(a, "CPUQuotaPerSecUSec", UINT64_MAX);
	if (cg_i64(&c->quota) <= 0)
		return;
	quota = (uint64_t)c->quota.v;
	if (__builtin_mul_overflow(quota, 1000000u, &per_sec))
		return;
	per_sec /= period ? period : 100000;
	add_u64(a, "CPUQuotaPerSecUSec", (per_sec + 9999) / 10000 * 10000);
}

/* "0-3,7" as bytes of a bit set, in hexadecimal. */
static void add_set(struct systemd_args *a, const char *name, const char *list)
{
	uint8_t set[128] = {0};
	AUTO(strbuf_fini) struct strbuf hex = STRBUF_INIT;
	size_t n = 0;

	if (!list || !list[0])
		return;
	while (*list >= '0' && *list <= '9') {
		char *end;
		unsigned long lo = strtoul(list, &end, 10), hi = lo;

		if (*end == '-')
			hi = strtoul(end + 1, &end, 10);
		for (; lo <= hi && lo < sizeof(set) * 8; lo++) {
			set[lo / 8] |= (uint8_t)(1u << (lo % 8));
			n = MAX(n, (size_t)(lo / 8 + 1));
		}
		list = end + (*end == ',');
	}
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&hex, "%02x", set[i]);
	if (n > 0)
		systemd_args_addf(a, "%s=ay:%s", name, strbuf_str(&hex));
}

static void add_cpu(struct systemd_args *a, const struct oci_cpu *c, bool v2)
{
	if (!c)
		return;
	if (cg_u64(&c->shares) != 0 && v2)
		add_u64(a, "CPUWeight", cg_shares_to_weight(c->shares.v));
	else if (cg_u64(&c->shares) != 0)
		add_u64(a, "CPUShares", c->shares.v);
	add_quota(a, c);
	if (v2) {
		add_set(a, "AllowedCPUs", c->cpus);
		add_set(a, "AllowedMemoryNodes", c->mems);
	}
}

static void add_properties(struct systemd_args *a, const struct oci_resources *r, bool v2)
{
	if (!r)
		return;
	add_memory(a, r->memory, v2);
	add_cpu(a, r->cpu, v2);
	if (r->pids)
		add_limit(a, "TasksMax", cg_i64(&r->pids->limit));
	if (r->block_io && r->block_io->weight.set && r->block_io->weight.v != 0)
		add_u64(a, v2 ? "IOWeight" : "BlockIOWeight",
			v2 ? cg_blkio_to_io_weight(r->block_io->weight.v) : r->block_io->weight.v);
}

/* ---- the three verbs ---- */

static void begin(struct systemd_args *a, const struct cgroup *cg, const char *verb)
{
	systemd_args_addf(a, "%s", cg->helper);
	if (cg->user_manager)
		systemd_args_addf(a, "--user");
	systemd_args_addf(a, "%s", verb);
	systemd_args_addf(a, "%s", cg->unit);
}

int cg_systemd_start(const struct cgroup_request *req, bool v2, struct cgroup *cg,
		     struct strbuf *ret_path, struct cgroup_error *err)
{
	AUTO(systemd_args_fini) struct systemd_args a = {0};
	struct cgroup_unit u;
	int r = cg_unit_parse(req->path, req->id, req->rootless, &u, err);

	if (r < 0)
		return r;
	if (!req->helper || req->first <= 0)
		return cgroup_fail(err, -EINVAL, "--systemd-cgroup needs caisson-systemd");
	cg->user_manager = req->rootless;
	cg->helper = strdup(req->helper);
	cg->unit = strdup(u.name);
	if (!cg->helper || !cg->unit)
		return cgroup_fail(err, -ENOMEM, "starting the unit %s", u.name);
	begin(&a, cg, "start");
	systemd_args_addf(&a, "%s", u.slice);
	systemd_args_addf(&a, "%d", (int)req->first);
	systemd_args_addf(&a, "Description=s:Caisson container %s", req->id);
	add_properties(&a, req->resources, v2);
	r = systemd_run(&a, ret_path, err);
	if (r < 0) {
		free(TAKE(cg->unit)); /* there is nothing to stop */
		return r;
	}
	strbuf_truncate(ret_path, strcspn(strbuf_str(ret_path), "\n"));
	if (strbuf_str(ret_path)[0] != '/')
		return cgroup_fail(err, -EBADMSG, "%s did not tell the control group of %s",
				   req->helper, u.name);
	return 0;
}

int cg_systemd_set(const struct cgroup *cg, const struct oci_resources *r, struct cgroup_error *err)
{
	AUTO(systemd_args_fini) struct systemd_args a = {0};
	AUTO(strbuf_fini) struct strbuf out = STRBUF_INIT;
	size_t before;

	begin(&a, cg, "set");
	before = a.n;
	add_properties(&a, r, cg->n == 1 && cg->p[0].unified);
	return a.n == before ? 0 : systemd_run(&a, &out, err);
}

int cg_systemd_stop(const struct cgroup *cg, struct cgroup_error *err)
{
	AUTO(systemd_args_fini) struct systemd_args a = {0};
	AUTO(strbuf_fini) struct strbuf out = STRBUF_INIT;

	begin(&a, cg, "stop");
	return systemd_run(&a, &out, err);
}
