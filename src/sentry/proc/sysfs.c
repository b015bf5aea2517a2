/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of sysfs: what programs look up about processors, memory and the loopback interface, and
 * empty directories for the rest.
 *
 * Differs: every processor is a core of its own in one socket and one node; caches and frequencies
 * are not told.
 */
#include "host/cpu.h"
#include "sentry/proc/proc_priv.h"

static const struct proc_dir empty = {NULL, 0, NULL};

/* ---- devices/system/cpu ---- */

static int show_used_cpus(const struct proc_at *at, struct strbuf *sb)
{
	proc_add_cpu_list(sb, at->k->host_cpus, ARRAY_SIZE(at->k->host_cpus));
	strbuf_addc(sb, '\n');
	return 0;
}

/* All numbers up to the highest. */
static int show_all_cpus(const struct proc_at *at, struct strbuf *sb)
{
	uint32_t n = proc_cpu_count(at->k);

	strbuf_addf(sb, n > 1 ? "0-%u\n" : "%u\n", n - 1);
	return 0;
}

static int show_kernel_max(const struct proc_at *at, struct strbuf *sb)
{
	(void)at;
	strbuf_addf(sb, "%u\n", TASK_CPU_WORDS * 64u - 1);
	return 0;
}

static int show_core_id(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%llu\n", (unsigned long long)at->number);
	return 0;
}

static int show_own_mask(const struct proc_at *at, struct strbuf *sb)
{
	uint64_t set[TASK_CPU_WORDS] = {0};

	set[at->number / 64] = 1ULL << (at->number % 64);
	proc_add_cpu_mask(sb, set, proc_cpu_count(at->k));
	strbuf_addc(sb, '\n');
	return 0;
}

static int show_all_mask(const struct proc_at *at, struct strbuf *sb)
{
	proc_add_cpu_mask(sb, at->k->host_cpus, proc_cpu_count(at->k));
	strbuf_addc(sb, '\n');
	return 0;
}

static const struct proc_entry topology_entries[] = {
	PROC_FILE("core_cpus", 0444, show_own_mask),
	PROC_FILE("core_cpus_list", 0444, show_core_id),
	PROC_FILE("core_id", 0444, show_core_id),
	PROC_FILE("core_siblings", 0444, show_all_mask),
	PROC_FILE("core_siblings_list", 0444, show_used_cpus),
	PROC_TEXT("die_id", 0444, "0\n"),
	PROC_FILE("package_cpus", 0444, show_all_mask),
	PROC_FILE("package_cpus_list", 0444, show_used_cpus),
	PROC_TEXT("physical_package_id", 0444, "0\n"),
	PROC_FILE("thread_siblings", 0444, show_own_mask),
	PROC_FILE("thread_siblings_list", 0444, show_core_id),
};
static const struct proc_dir topology_dir = PROC_DIR(topology_entries, NULL);

static const struct proc_entry cpu_entries[] = {
	PROC_TEXT("online", 0444, "1\n"),
	PROC_SUBDIR("topology", 0755, topology_dir),
};
static const struct proc_dir cpu_dir = PROC_DIR(cpu_entries, NULL);
static const struct proc_entry cpu_entry = PROC_SUBDIR(NULL, 0755, cpu_dir);

static bool next_cpu(const struct proc_at *at, uint64_t from, uint64_t *ret)
{
	return proc_next_cpu(at->k, from, ret);
}

static bool find_cpu(const struct proc_at *at, uint64_t number, struct proc_found *ret)
{
	uint64_t found;

	(void)ret;
	return proc_next_cpu(at->k, number, &found) && found == number;
}

static const struct proc_numbers cpu_numbers = {"cpu", &cpu_entry, next_cpu, find_cpu};

static const struct proc_entry cpus_entries[] = {
	PROC_FILE("kernel_max", 0444, show_kernel_max), PROC_TEXT("offline", 0444, "\n"),
	PROC_FILE("online", 0444, show_used_cpus),      PROC_FILE("possible", 0444, show_all_cpus),
	PROC_FILE("present", 0444, show_all_cpus),
};
static const struct proc_dir cpus_dir = PROC_DIR(cpus_entries, &cpu_numbers);

/* ---- devices/system/node ---- */

static int show_node_memory(const struct proc_at *at, struct strbuf *sb)
{
	struct host_memory mem;
	uint64_t total = at->k->ram_bytes, left;

	host_memory_get(&mem);
	left = proc_memory_free(at->k, &mem);
	strbuf_addf(
		sb,
		"Node 0 MemTotal: %14llu kB\nNode 0 MemFree: %15llu kB\nNode 0 MemUsed: %15llu kB\n",
		(unsigned long long)total / 1024, (unsigned long long)left / 1024,
		(unsigned long long)(total - left) / 1024);
	return 0;
}

static const struct proc_entry node0_entries[] = {
	PROC_FILE("cpulist", 0444, show_used_cpus),
	PROC_FILE("cpumap", 0444, show_all_mask),
	PROC_TEXT("distance", 0444, "10\n"),
	PROC_FILE("meminfo", 0444, show_node_memory),
};
static const struct proc_dir node0_dir = PROC_DIR(node0_entries, NULL);

static const struct proc_entry node_entries[] = {
	PROC_TEXT("has_cpu", 0444, "0\n"),     PROC_TEXT("has_memory", 0444, "0\n"),
	PROC_SUBDIR("node0", 0755, node0_dir), PROC_TEXT("online", 0444, "0\n"),
	PROC_TEXT("possible", 0444, "0\n"),
};
static const struct proc_dir node_dir = PROC_DIR(node_entries, NULL);

static const struct proc_entry system_entries[] = {
	PROC_SUBDIR("cpu", 0755, cpus_dir),
	PROC_SUBDIR("node", 0755, node_dir),
};
static const struct proc_dir system_dir = PROC_DIR(system_entries, NULL);

/* ---- net ---- */

static const struct proc_entry lo_entries[] = {
	PROC_TEXT("addr_len", 0444, "6\n"),
	PROC_TEXT("address", 0444, "00:00:00:00:00:00\n"),
	PROC_TEXT("broadcast", 0444, "00:00:00:00:00:00\n"),
	PROC_TEXT("carrier", 0444, "1\n"),
	PROC_TEXT("flags", 0444, "0x9\n"),
	PROC_TEXT("ifindex", 0444, "1\n"),
	PROC_TEXT("iflink", 0444, "1\n"),
	PROC_TEXT("mtu", 0444, "65536\n"),
	PROC_TEXT("operstate", 0444, "unknown\n"),
	PROC_TEXT("tx_queue_len", 0444, "1000\n"),
	PROC_TEXT("type", 0444, "772\n"),
};
static const struct proc_dir lo_dir = PROC_DIR(lo_entries, NULL);

static const struct proc_entry virtual_net_entries[] = {
	PROC_SUBDIR("lo", 0755, lo_dir),
};
static const struct proc_dir virtual_net_dir = PROC_DIR(virtual_net_entries, NULL);

static const struct proc_entry virtual_entries[] = {
	PROC_SUBDIR("net", 0755, virtual_net_dir),
};
static const struct proc_dir virtual_dir = PROC_DIR(virtual_entries, NULL);

static const struct proc_entry devices_entries[] = {
	PROC_SUBDIR("system", 0755, system_dir),
	PROC_SUBDIR("virtual", 0755, virtual_dir),
};
static const struct proc_dir devices_dir = PROC_DIR(devices_entries, NULL);

static const struct proc_entry class_net_entries[] = {
	{.name = "lo", .mode = LX_S_IFLNK | 0777, .text = "../../devices/virtual/net/lo"},
};
static const struct proc_dir class_net_dir = PROC_DIR(class_net_entries, NULL);

static const struct proc_entry class_entries[] = {
	PROC_SUBDIR("block", 0755, empty),
	PROC_SUBDIR("net", 0755, class_net_dir),
};
static const struct proc_dir class_dir = PROC_DIR(class_entries, NULL);

/* ---- kernel, fs ---- */

static const struct proc_entry thp_entries[] = {
	PROC_TEXT("defrag", 0644, "always defer defer+madvise [madvise] never\n"),
	PROC_TEXT("enabled", 0644, "always [madvise] never\n"),
	PROC_TEXT("hpage_pmd_size", 0444, "2097152\n"),
	PROC_TEXT("shmem_enabled", 0644, "always within_size advise [never] deny force\n"),
};
static const struct proc_dir thp_dir = PROC_DIR(thp_entries, NULL);

static const struct proc_entry kernel_mm_entries[] = {
	PROC_SUBDIR("transparent_hugepage", 0755, thp_dir),
};
static const struct proc_dir kernel_mm_dir = PROC_DIR(kernel_mm_entries, NULL);

static const struct proc_entry kernel_entries[] = {
	PROC_SUBDIR("mm", 0755, kernel_mm_dir),
};
static const struct proc_dir kernel_dir = PROC_DIR(kernel_entries, NULL);

static const struct proc_entry fs_entries[] = {
	PROC_SUBDIR("cgroup", 0755, empty),
};
static const struct proc_dir fs_dir = PROC_DIR(fs_entries, NULL);

static const struct proc_entry dev_entries[] = {
	PROC_SUBDIR("block", 0755, empty),
	PROC_SUBDIR("char", 0755, empty),
};
static const struct proc_dir dev_dir = PROC_DIR(dev_entries, NULL);

static const struct proc_entry bus_entries[] = {
	PROC_SUBDIR("cpu", 0755, empty),
};
static const struct proc_dir bus_dir = PROC_DIR(bus_entries, NULL);

static const struct proc_entry root_entries[] = {
	PROC_SUBDIR("block", 0755, empty),         PROC_SUBDIR("bus", 0755, bus_dir),
	PROC_SUBDIR("class", 0755, class_dir),     PROC_SUBDIR("dev", 0755, dev_dir),
	PROC_SUBDIR("devices", 0755, devices_dir), PROC_SUBDIR("firmware", 0755, empty),
	PROC_SUBDIR("fs", 0755, fs_dir),           PROC_SUBDIR("kernel", 0755, kernel_dir),
	PROC_SUBDIR("module", 0755, empty),
};
static const struct proc_dir root_dir = PROC_DIR(root_entries, NULL);
const struct proc_entry sysfs_root = PROC_SUBDIR("", 0555, root_dir);
