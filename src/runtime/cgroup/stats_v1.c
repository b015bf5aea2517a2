/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of cgroup v1: one section per controller. */
#include <stdio.h>
#include <string.h>

#include "runtime/cgroup/stats_priv.h"

#define TICK_NS 10000000ULL /* cpuacct.stat counts in USER_HZ */

static const char *dir_of(const struct cgroup *cg, enum cgroup_controller c)
{
	const struct cgroup_place *p = cg_place(cg, c);

	return p && !p->unified ? p->dir : NULL;
}

/* ---- cpu ---- */

/* cpuacct.usage_percpu, or one column of cpuacct.usage_all: "cpu user system". */
static void add_percpu(struct json *j, const char *key, const char *dir, int column)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	char *save = NULL, *line;

	if (cg_read(dir, column ? "cpuacct.usage_all" : "cpuacct.usage_percpu", &sb) < 0 || !sb.s)
		return;
	json_open(j, key, '[');
	for (line = strtok_r(sb.s, column ? "\n" : " \n", &save); line;
	     line = strtok_r(NULL, column ? "\n" : " \n", &save)) {
		unsigned long long v[3];
		char rest;

		if (column == 0 && sscanf(line, "%llu%c", &v[0], &rest) == 1)
			json_element(j, v[0]);
		else if (column &&
			 sscanf(line, "%llu %llu %llu%c", &v[0], &v[1], &v[2], &rest) == 3)
			json_element(j, v[column]);
	}
	json_close(j, ']');
}

static void add_usage(struct json *j, const char *dir)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	json_open(j, "usage", '{');
	if (dir) {
		(void)!cg_read(dir, "cpuacct.stat", &sb);
		json_u64_nz(j, "total", cg_stat_file(dir, "cpuacct.usage"));
		add_percpu(j, "percpu", dir, 0);
		add_percpu(j, "percpu_kernel", dir, 2);
		add_percpu(j, "percpu_user", dir, 1);
	}
	json_u64(j, "kernel", cg_stat_key(strbuf_str(&sb), "system") * TICK_NS);
	json_u64(j, "user", cg_stat_key(strbuf_str(&sb), "user") * TICK_NS);
	json_close(j, '}');
}

static void add_cpu(struct json *j, const struct cgroup *cg)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	const char *dir = dir_of(cg, CG_CPU);

	if (dir)
		(void)!cg_read(dir, "cpu.stat", &sb);
	add_usage(j, dir_of(cg, CG_CPUACCT));
	json_open(j, "throttling", '{');
	json_u64_nz(j, "periods", cg_stat_key(strbuf_str(&sb), "nr_periods"));
	json_u64_nz(j, "throttledPeriods", cg_stat_key(strbuf_str(&sb), "nr_throttled"));
	json_u64_nz(j, "throttledTime", cg_stat_key(strbuf_str(&sb), "throttled_time"));
	json_close(j, '}');
}

static void add_cpuset(struct json *j, const char *dir)
{
	static const char *const flags[][2] = {
		{"cpu_exclusive", "cpuset.cpu_exclusive"},
		{"mem_hardwall", "cpuset.mem_hardwall"},
		{"mem_exclusive", "cpuset.mem_exclusive"},
		{"memory_migrate", "cpuset.memory_migrate"},
		{"memory_spread_page", "cpuset.memory_spread_page"},
		{"memory_spread_slab", "cpuset.memory_spread_slab"},
		{"memory_pressure", "cpuset.memory_pressure"},
		{"sched_load_balance", "cpuset.sched_load_balance"},
	};
	uint64_t level = 0;

	if (dir) {
		cg_stat_list(j, "cpus", dir, "cpuset.cpus");
		cg_stat_list(j, "mems", dir, "cpuset.mems");
		level = cg_stat_file(dir, "cpuset.sched_relax_domain_level");
	}
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		json_u64(j, flags[i][0], dir ? cg_stat_file(dir, flags[i][1]) : 0);
	json_i64(j, "sched_relax_domain_level", level == UINT64_MAX ? -1 : (int64_t)level);
}

/* ---- memory ---- */

static void add_entry(struct json *j, const char *key, const char *dir, const char *prefix)
{
	char file[64];

	json_open(j, key, '{');
	(void)snprintf(file, sizeof(file), "%slimit_in_bytes", prefix);
	json_u64(j, "limit", cg_stat_file(dir, file));
	(void)snprintf(file, sizeof(file), "%susage_in_bytes", prefix);
	json_u64_nz(j, "usage", cg_stat_file(dir, file));
	(void)snprintf(file, sizeof(file), "%smax_usage_in_bytes", prefix);
	json_u64_nz(j, "max", cg_stat_file(dir, file));
	(void)snprintf(file, sizeof(file), "%sfailcnt", prefix);
	json_u64(j, "failcnt", cg_stat_file(dir, file));
	json_close(j, '}');
}

static void add_memory(struct json *j, const char *dir)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

	if (!dir)
		return;
	(void)!cg_read(dir, "memory.stat", &sb);
	json_u64_nz(j, "cache", cg_stat_key(strbuf_str(&sb), "cache"));
	add_entry(j, "usage", dir, "memory.");
	add_entry(j, "swap", dir, "memory.memsw.");
	add_entry(j, "kernel", dir, "memory.kmem.");
	add_entry(j, "kernelTCP", dir, "memory.kmem.tcp.");
	cg_stat_map(j, "raw", dir, "memory.stat");
}

/* ---- blkio ---- */

/* "8:0 Read 4096", "8:0 4096"; "Total" lines have no device or that word, and are left out. */
static int io_line(void *arg, char *line)
{
	struct cg_io_list *l = arg;
	unsigned long long major, minor, value;
	char op[16] = "", rest;

	if (sscanf(line, "%llu:%llu %15[A-Za-z] %llu%c", &major, &minor, op, &value, &rest) == 4) {
		if (strcmp(op, "Total") != 0)
			cg_io_add(l, major, minor, op, value);
	} else if (sscanf(line, "%llu:%llu %llu%c", &major, &minor, &value, &rest) == 3) {
		cg_io_add(l, major, minor, "", value);
	}
	return 0;
}

/* The first of the files that there is. */
static void add_io(struct json *j, const char *key, const char *dir, const char *const *files)
{
	struct cg_io_list l = {.j = j, .key = key};

	for (; *files; files++) {
		AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;

		if (cg_read(dir, *files, &sb) < 0)
			continue;
		(void)cg_for_each_line(sb.s, io_line, &l);
		if (l.open)
			break;
	}
	cg_io_end(&l);
}

static void add_blkio(struct json *j, const char *dir)
{
	static const struct {
		const char *key;
		const char *files[4];
	} rows[] = {
		{"ioServiceBytesRecursive",
		 {"blkio.io_service_bytes_recursive", "blkio.bfq.io_service_bytes_recursive",
		  "blkio.throttle.io_service_bytes_recursive", NULL}},
		{"ioServicedRecursive",
		 {"blkio.io_serviced_recursive", "blkio.bfq.io_serviced_recursive",
		  "blkio.throttle.io_serviced_recursive", NULL}},
		{"ioQueueRecursive",
		 {"blkio.io_queued_recursive", "blkio.bfq.io_queued_recursive", NULL}},
		{"ioServiceTimeRecursive",
		 {"blkio.io_service_time_recursive", "blkio.bfq.io_service_time_recursive", NULL}},
		{"ioWaitTimeRecursive",
		 {"blkio.io_wait_time_recursive", "blkio.bfq.io_wait_time_recursive", NULL}},
		{"ioMergedRecursive",
		 {"blkio.io_merged_recursive", "blkio.bfq.io_merged_recursive", NULL}},
		{"ioTimeRecursive", {"blkio.time_recursive", "blkio.bfq.time_recursive", NULL}},
		{"sectorsRecursive",
		 {"blkio.sectors_recursive", "blkio.bfq.sectors_recursive", NULL}},
	};

	for (size_t i = 0; dir && i < ARRAY_SIZE(rows); i++)
		add_io(j, rows[i].key, dir, rows[i].files);
}

/* ---- the rest ---- */

static void add_pids(struct json *j, const char *dir)
{
	uint64_t max = dir ? cg_stat_file(dir, "pids.max") : 0;

	json_u64_nz(j, "current", dir ? cg_stat_file(dir, "pids.current") : 0);
	json_u64_nz(j, "limit", max == UINT64_MAX ? 0 : max);
}

struct huge {
	struct json *j;
	const char *dir;
};

static void huge_size(void *arg, const char *size)
{
	struct huge *h = arg;
	char file[64];

	json_open(h->j, size, '{');
	(void)snprintf(file, sizeof(file), "hugetlb.%s.usage_in_bytes", size);
	json_u64_nz(h->j, "usage", cg_stat_file(h->dir, file));
	(void)snprintf(file, sizeof(file), "hugetlb.%s.max_usage_in_bytes", size);
	json_u64_nz(h->j, "max", cg_stat_file(h->dir, file));
	(void)snprintf(file, sizeof(file), "hugetlb.%s.failcnt", size);
	json_u64(h->j, "failcnt", cg_stat_file(h->dir, file));
	json_close(h->j, '}');
}

void cg_stats_v1(struct json *j, const struct cgroup *cg, enum cgroup_controller c)
{
	const char *dir = dir_of(cg, c);
	struct huge h = {j, dir};

	if (c == CG_CPU)
		add_cpu(j, cg);
	else if (c == CG_CPUSET)
		add_cpuset(j, dir);
	else if (c == CG_MEMORY)
		add_memory(j, dir);
	else if (c == CG_PIDS)
		add_pids(j, dir);
	else if (c == CG_BLKIO)
		add_blkio(j, dir);
	else if (c == CG_HUGETLB && dir)
		cg_stat_hugepages(dir, "usage_in_bytes", huge_size, &h);
}
