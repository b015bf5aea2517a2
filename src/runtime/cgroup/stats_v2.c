/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of cgroup v2, in the shape of v1's as runc gives them: microseconds as nanoseconds, swap
 * as memory+swap, "max" as it reads from a v1 file without a limit.
 */
#include <stdio.h>
#include <string.h>

#include "runtime/cgroup/stats_priv.h"

/* ---- pressure ---- */

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0" */
static int pressure_line(void *arg, char *line)
{
	static const char *const names[] = {"avg10", "avg60", "avg300"};
	struct json *j = arg;
	char *gap = strchr(line, ' ');
	const char *total;
	uint64_t v = 0;

	if (!gap || (strncmp(line, "some ", 5) != 0 && strncmp(line, "full ", 5) != 0))
		return 0;
	*gap = 0;
	json_open(j, line, '{');
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n = strlen(names[i]);
		const char *s = strstr(gap + 1, names[i]);

		if (s && s[n] == '=')
			json_decimal(j, names[i], s + n + 1, strcspn(s + n + 1, " "));
	}
	total = strstr(gap + 1, "total=");
	if (total && cg_parse_u64(total + 6, &v))
		json_u64(j, "total", v);
	json_close(j, '}');
	return 0;
}

static void add_pressure(struct json *j, const char *dir, const char *file)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	/* Switched off: -EOPNOTSUPP. */
	if (cg_read(dir, file, &sb) < 0 || sb.len == 0)
		return;
	json_open(j, "psi", '{');
	(void)cg_for_each_line(sb.s, pressure_line, j);
	json_close(j, '}');
}

/* ---- sections ---- */

static void add_cpu(struct json *j, const char *dir)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	const char *text;

	(void)!cg_read(dir, "cpu.stat", &sb);
	text = strbuf_str(&sb);
	json_open(j, "usage", '{');
	json_u64_nz(j, "total", cg_stat_key(text, "usage_usec") * 1000);
	json_u64(j, "kernel", cg_stat_key(text, "system_usec") * 1000);
	json_u64(j, "user", cg_stat_key(text, "user_usec") * 1000);
	json_close(j, '}');
	json_open(j, "throttling", '{');
	json_u64_nz(j, "periods", cg_stat_key(text, "nr_periods"));
	json_u64_nz(j, "throttledPeriods", cg_stat_key(text, "nr_throttled"));
	json_u64_nz(j, "throttledTime", cg_stat_key(text, "throttled_usec") * 1000);
	json_close(j, '}');
	add_pressure(j, dir, "cpu.pressure");
}

static void add_cpuset(struct json *j, const char *dir)
{
	static const char *const zero[] = {"cpu_exclusive",           "mem_hardwall",
					   "mem_exclusive",           "memory_migrate",
					   "memory_spread_page",      "memory_spread_slab",
					   "memory_pressure",         "sched_load_balance",
					   "sched_relax_domain_level"};

	cg_stat_list(j, "cpus", dir, "cpuset.cpus.effective");
	cg_stat_list(j, "mems", dir, "cpuset.mems.effective");
	for (size_t i = 0; i < ARRAY_SIZE(zero); i++)
		json_u64(j, zero[i], 0);
}

static void add_entry(struct json *j, const char *key, uint64_t limit, uint64_t usage, uint64_t max,
		      uint64_t failcnt)
{
	json_open(j, key, '{');
	json_u64(j, "limit", limit);
	json_u64_nz(j, "usage", usage);
	json_u64_nz(j, "max", max);
	json_u64(j, "failcnt", failcnt);
	json_close(j, '}');
}

static uint64_t sum_limit(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return a == UINT64_MAX || b == UINT64_MAX || __builtin_add_overflow(a, b, &sum) ? UINT64_MAX
											: sum;
}

static void add_memory(struct json *j, const char *dir)
{
	AUTO(strbuf_fini) struct strbuf stat = STRBUF_INIT, events = STRBUF_INIT;
	uint64_t limit = cg_stat_file(dir, "memory.max");
	uint64_t usage = cg_stat_file(dir, "memory.current");
	uint64_t swap_limit = cg_stat_file(dir, "memory.swap.max");
	uint64_t swap = cg_stat_file(dir, "memory.swap.current");

	(void)!cg_read(dir, "memory.stat", &stat);
	(void)!cg_read(dir, "memory.events", &events);
	json_u64_nz(j, "cache", cg_stat_key(strbuf_str(&stat), "file"));
	add_entry(j, "usage", limit, usage, cg_stat_file(dir, "memory.peak"),
		  cg_stat_key(strbuf_str(&events), "max"));
	add_entry(j, "swap", sum_limit(limit, swap_limit), usage + swap, 0, 0);
	add_entry(j, "kernel", 0, cg_stat_key(strbuf_str(&stat), "kernel"), 0, 0);
	add_entry(j, "kernelTCP", 0, cg_stat_key(strbuf_str(&stat), "sock"), 0, 0);
	cg_stat_map(j, "raw", dir, "memory.stat");
	add_pressure(j, dir, "memory.pressure");
}

struct io_key {
	const char *name, *op;
};

struct io_walk {
	struct cg_io_list list;
	const struct io_key *keys; /* three of them */
};

/* "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6" */
static int io_line(void *arg, char *line)
{
	struct io_walk *w = arg;
	unsigned long long major, minor;
	char gap;

	if (sscanf(line, "%llu:%llu%c", &major, &minor, &gap) != 3 || gap != ' ')
		return 0;
	for (int i = 0; i < 3; i++) {
		size_t n = strlen(w->keys[i].name);
		const char *s = strstr(line, w->keys[i].name);
		unsigned long long v;

		if (s && s[n] == '=' && sscanf(s + n + 1, "%llu", &v) == 1)
			cg_io_add(&w->list, major, minor, w->keys[i].op, v);
	}
	return 0;
}

static void add_io(struct json *j, const char *dir)
{
	static const struct io_key bytes[] = {
		{" rbytes", "Read"}, {" wbytes", "Write"}, {" dbytes", "Discard"}};
	static const struct io_key ops[] = {
		{" rios", "Read"}, {" wios", "Write"}, {" dios", "Discard"}};
	struct io_walk walks[] = {
		{{.j = j, .key = "ioServiceBytesRecursive"}, bytes},
		{{.j = j, .key = "ioServicedRecursive"}, ops},
	};

	for (size_t i = 0; i < ARRAY_SIZE(walks); i++) {
		AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

		if (cg_read(dir, "io.stat", &sb) == 0)
			(void)cg_for_each_line(sb.s, io_line, &walks[i]);
		cg_io_end(&walks[i].list);
	}
	add_pressure(j, dir, "io.pressure");
}

struct huge {
	struct json *j;
	const char *dir;
};

static void huge_size(void *arg, const char *size)
{
	AUTO(strbuf_fini) struct strbuf events = STRBUF_INIT;
	struct huge *h = arg;
	char file[64];

	json_open(h->j, size, '{');
	(void)snprintf(file, sizeof(file), "hugetlb.%s.current", size);
	json_u64_nz(h->j, "usage", cg_stat_file(h->dir, file));
	(void)snprintf(file, sizeof(file), "hugetlb.%s.events", size);
	(void)!cg_read(h->dir, file, &events);
	json_u64(h->j, "failcnt", cg_stat_key(strbuf_str(&events), "max"));
	json_close(h->j, '}');
}

static void add_pids(struct json *j, const char *dir)
{
	uint64_t max = cg_stat_file(dir, "pids.max");

	json_u64_nz(j, "current", cg_stat_file(dir, "pids.current"));
	json_u64_nz(j, "limit", max == UINT64_MAX ? 0 : max);
}

void cg_stats_v2(struct json *j, const struct cgroup_place *p, enum cgroup_controller c)
{
	struct huge h = {j, p->dir};

	if (c == CG_CPU)
		add_cpu(j, p->dir);
	else if (c == CG_CPUSET)
		add_cpuset(j, p->dir);
	else if (c == CG_MEMORY)
		add_memory(j, p->dir);
	else if (c == CG_PIDS)
		add_pids(j, p->dir);
	else if (c == CG_BLKIO)
		add_io(j, p->dir);
	else if (c == CG_HUGETLB)
		cg_stat_hugepages(p->dir, "current", huge_size, &h);
}
