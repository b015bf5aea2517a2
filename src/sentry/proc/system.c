/* SPDX-License-Identifier: Apache-2.0 */
/* Files about the whole sandbox: stat, uptime, loadavg, meminfo. */
#include <string.h>

#include "abi/page.h"
#include "host/cpu.h"
#include "sentry/core/budget.h"
#include "sentry/core/clock.h"
#include "sentry/proc/proc_priv.h"

typedef unsigned long long ull;

#define TICK_NS  (NSEC_PER_SEC / LX_USER_HZ)
#define LOAD_ONE 65536ULL /* in host_memory.loads */

static uint64_t uptime_ns(const struct kernel *k)
{
	return (uint64_t)(clock_monotonic_ns() - k->boot_monotonic_ns);
}

static uint64_t idle_ns(const struct kernel *k, const struct proc_totals *t)
{
	uint64_t all = uptime_ns(k) * k->host_ncpus, busy = t->user_ns + t->system_ns;

	return all > busy ? all - busy : 0;
}

/* ---- stat ---- */

static void add_cpu_line(struct strbuf *sb, const struct proc_totals *t, uint64_t idle,
			 uint64_t share)
{
	strbuf_addf(sb, " %llu 0 %llu %llu 0 0 0 0 0 0\n", (ull)(t->user_ns / share / TICK_NS),
		    (ull)(t->system_ns / share / TICK_NS), (ull)(idle / share / TICK_NS));
}

/*
 * Differs: which processor ran what only the host knows, so all have an equal share. Interrupts are
 * the host's as well; the lines are there for those who look for them.
 */
int proc_show_stat_all(const struct proc_at *at, struct strbuf *sb)
{
	struct kernel *k = at->k;
	struct proc_totals t;
	uint64_t idle, cpu;

	proc_totals_get(at, &t);
	idle = idle_ns(k, &t);
	strbuf_adds(sb, "cpu ");
	add_cpu_line(sb, &t, idle, 1);
	for (uint64_t from = 0; proc_next_cpu(k, from, &cpu); from = cpu + 1) {
		strbuf_addf(sb, "cpu%llu", (ull)cpu);
		add_cpu_line(sb, &t, idle, k->host_ncpus);
	}
	strbuf_addf(
		sb,
		"intr 0\nctxt %llu\nbtime %lld\nprocesses %llu\nprocs_running %u\nprocs_blocked %u\n",
		(ull)t.nswitches, (long long)(k->boot_realtime_ns / NSEC_PER_SEC),
		(ull)atomic_load(&k->nforks), t.nrunning, t.nblocked);
	strbuf_adds(sb, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}

/* ---- uptime, loadavg ---- */

static void add_seconds(struct strbuf *sb, uint64_t ns)
{
	strbuf_addf(sb, "%llu.%02llu", (ull)(ns / NSEC_PER_SEC),
		    (ull)(ns % NSEC_PER_SEC / (NSEC_PER_SEC / 100)));
}

int proc_show_uptime(const struct proc_at *at, struct strbuf *sb)
{
	struct proc_totals t;

	proc_totals_get(at, &t);
	add_seconds(sb, uptime_ns(at->k));
	strbuf_addc(sb, ' ');
	add_seconds(sb, idle_ns(at->k, &t));
	strbuf_addc(sb, '\n');
	return 0;
}

/* The averages are the host's, as in a container and in sysinfo(2); the counts are the sandbox's. */
int proc_show_loadavg(const struct proc_at *at, struct strbuf *sb)
{
	struct proc_totals t;
	struct host_memory mem;
	int32_t last_pid;

	proc_totals_get(at, &t);
	host_memory_get(&mem);
	lock_acquire(&at->k->tasklist);
	last_pid = at->k->last_pid;
	lock_release(&at->k->tasklist);
	for (size_t i = 0; i < ARRAY_SIZE(mem.loads); i++) {
		uint64_t v = mem.loads[i] + LOAD_ONE / 200;

		strbuf_addf(sb, "%llu.%02llu ", (ull)(v / LOAD_ONE),
			    (ull)(v % LOAD_ONE * 100 / LOAD_ONE));
	}
	strbuf_addf(sb, "%u/%u %d\n", t.nrunning, t.nthreads, last_pid);
	return 0;
}

/* ---- meminfo ---- */

uint64_t proc_memory_used(const struct kernel *k)
{
	return MIN(budget_used(), k->ram_bytes);
}

uint64_t proc_memory_free(const struct kernel *k, const struct host_memory *mem)
{
	uint64_t free = MIN(mem->free, k->ram_bytes);

	return k->limits.memory_max ? MIN(free, k->ram_bytes - proc_memory_used(k)) : free;
}

/*
 * Differs: memory is the host's. What it has free is free to us as far as the sandbox's own limit
 * goes; how much of the rest it could win back from its caches it does not say, so MemAvailable is
 * a careful guess.
 */
int proc_show_meminfo(const struct proc_at *at, struct strbuf *sb)
{
	struct host_memory mem;
	uint64_t total = at->k->ram_bytes, free, available;

	host_memory_get(&mem);
	free = proc_memory_free(at->k, &mem);
	available = at->k->limits.memory_max ? free : MIN(mem.free + mem.buffers, total);
	const struct {
		const char *name;
		uint64_t bytes;
	} lines[] = {
		{"MemTotal", total},
		{"MemFree", free},
		{"MemAvailable", available},
		{"Buffers", MIN(mem.buffers, total - free)},
		{"Cached", 0},
		{"SwapCached", 0},
		{"Active", total - free},
		{"Inactive", 0},
		{"Active(anon)", 0},
		{"Inactive(anon)", 0},
		{"Active(file)", 0},
		{"Inactive(file)", 0},
		{"Unevictable", 0},
		{"Mlocked", 0},
		{"SwapTotal", 0},
		{"SwapFree", 0},
		{"Dirty", 0},
		{"Writeback", 0},
		{"AnonPages", total - free},
		{"Mapped", 0},
		{"Shmem", MIN(mem.shared, total - free)},
		{"KReclaimable", 0},
		{"Slab", 0},
		{"SReclaimable", 0},
		{"SUnreclaim", 0},
		{"KernelStack", 0},
		{"PageTables", 0},
		{"NFS_Unstable", 0},
		{"Bounce", 0},
		{"WritebackTmp", 0},
		{"CommitLimit", total / 2},
		{"Committed_AS", total - free},
		{"VmallocTotal", 34359738367ULL * 1024},
		{"VmallocUsed", 0},
		{"VmallocChunk", 0},
		{"AnonHugePages", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		strbuf_addf(sb, "%s:%*llu kB\n", lines[i].name, 23 - (int)strlen(lines[i].name),
			    (ull)lines[i].bytes / 1024);
	strbuf_adds(
		sb,
		"HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\n"
		"Hugepagesize:       2048 kB\nHugetlb:               0 kB\n");
	return 0;
}

/* Differs: what moves between memory and disks is the host's business; the counters that programs
 * insist on are here. */
int proc_show_vmstat(const struct proc_at *at, struct strbuf *sb)
{
	struct host_memory mem;

	host_memory_get(&mem);
	strbuf_addf(
		sb,
		"nr_free_pages %llu\nnr_dirty 0\nnr_writeback 0\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n",
		(ull)(proc_memory_free(at->k, &mem) / LX_PAGE_SIZE));
	strbuf_adds(sb, "pgfault 0\npgmajfault 0\noom_kill 0\n");
	return 0;
}
