/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup2 as the guest sees it: one group, the root of its cgroup namespace, with the files of
 * cpu, cpuset, memory and pids that programs read to learn how much they may use. Source: the
 * kernel's Documentation/admin-guide/cgroup-v2.rst.
 *
 * Differs: there are no groups below, and limits are the sandbox's own, so nothing can be written;
 * memory that is used is what was promised (core/budget.h), as the host alone knows what is
 * touched.
 */
#include "sentry/core/budget.h"
#include "sentry/proc/proc_priv.h"

typedef unsigned long long ull;

static int add_limit(struct strbuf *sb, uint64_t v)
{
	if (v == 0)
		strbuf_adds(sb, "max\n");
	else
		strbuf_addf(sb, "%llu\n", (ull)v);
	return 0;
}

/* ---- who is in it ---- */

static int show_procs(const struct proc_at *at, struct strbuf *sb)
{
	for (int32_t from = 1; from > 0;) {
		AUTO(tg_put) struct thread_group *tg = tg_next(at->k, from);

		if (!tg)
			break;
		strbuf_addf(sb, "%d\n", tg->tgid);
		from = tg->tgid < INT32_MAX ? tg->tgid + 1 : 0;
	}
	return 0;
}

static void add_threads(struct thread_group *tg, struct strbuf *sb)
{
	for (int32_t from = 1; from > 0;) {
		AUTO(task_put) struct task *t = tg_next_thread(tg, from);

		if (!t)
			break;
		strbuf_addf(sb, "%d\n", t->ctx.tid);
		from = t->ctx.tid < INT32_MAX ? t->ctx.tid + 1 : 0;
	}
}

static int show_threads(const struct proc_at *at, struct strbuf *sb)
{
	for (int32_t from = 1; from > 0;) {
		AUTO(tg_put) struct thread_group *tg = tg_next(at->k, from);

		if (!tg)
			break;
		add_threads(tg, sb);
		from = tg->tgid < INT32_MAX ? tg->tgid + 1 : 0;
	}
	return 0;
}

/* ---- cpu ---- */

static int show_cpu_max(const struct proc_at *at, struct strbuf *sb)
{
	const struct sandbox_limits *l = &at->k->limits;
	ull period = l->cpu_period_us ? l->cpu_period_us : 100000;

	if (l->cpu_quota_us == 0)
		strbuf_addf(sb, "max %llu\n", period);
	else
		strbuf_addf(sb, "%llu %llu\n", (ull)l->cpu_quota_us, period);
	return 0;
}

static int show_cpu_weight(const struct proc_at *at, struct strbuf *sb)
{
	uint64_t weight = at->k->limits.cpu_weight;

	strbuf_addf(sb, "%llu\n", (ull)(weight ? weight : 100));
	return 0;
}

static int show_cpu_stat(const struct proc_at *at, struct strbuf *sb)
{
	struct proc_totals t;
	ull user, in_kernel;

	proc_totals_get(at, &t);
	user = t.user_ns / 1000;
	in_kernel = t.system_ns / 1000;
	strbuf_addf(sb,
		    "usage_usec %llu\nuser_usec %llu\nsystem_usec %llu\nnice_usec 0\n"
		    "nr_periods 0\nnr_throttled 0\nthrottled_usec 0\nnr_bursts 0\nburst_usec 0\n",
		    user + in_kernel, user, in_kernel);
	return 0;
}

static int show_cpus(const struct proc_at *at, struct strbuf *sb)
{
	proc_add_cpu_list(sb, at->k->host_cpus, ARRAY_SIZE(at->k->host_cpus));
	strbuf_addc(sb, '\n');
	return 0;
}

/* ---- memory ---- */

static int show_memory_max(const struct proc_at *at, struct strbuf *sb)
{
	return add_limit(sb, at->k->limits.memory_max);
}

static int show_swap_max(const struct proc_at *at, struct strbuf *sb)
{
	const struct sandbox_limits *l = &at->k->limits;

	if (l->no_swap)
		strbuf_adds(sb, "0\n");
	else
		add_limit(sb, l->swap_max);
	return 0;
}

static int show_memory_low(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%llu\n", (ull)at->k->limits.memory_low);
	return 0;
}

static int show_memory_current(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%llu\n", (ull)proc_memory_used(at->k));
	return 0;
}

static int show_memory_peak(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%llu\n", (ull)MIN(budget_peak(), at->k->ram_bytes));
	return 0;
}

static int show_memory_stat(const struct proc_at *at, struct strbuf *sb)
{
	ull used = proc_memory_used(at->k);

	strbuf_addf(sb, "anon %llu\nfile 0\nkernel 0\nkernel_stack 0\npagetables 0\nsock 0\n",
		    used);
	strbuf_addf(sb,
		    "shmem 0\nfile_mapped 0\nfile_dirty 0\nfile_writeback 0\nswapcached 0\n"
		    "inactive_anon 0\nactive_anon %llu\ninactive_file 0\nactive_file 0\n",
		    used);
	strbuf_adds(sb, "unevictable 0\nslab_reclaimable 0\nslab_unreclaimable 0\nslab 0\n"
			"pgfault 0\npgmajfault 0\n");
	return 0;
}

/* Nothing is killed here: who would go over the limit is told, so `oom` counts refusals. */
static int show_memory_events(const struct proc_at *at, struct strbuf *sb)
{
	ull refusals = budget_refusals();

	(void)at;
	strbuf_addf(
		sb,
		"low 0\nhigh 0\nmax %llu\noom %llu\noom_kill 0\noom_group_kill 0\nsock_throttled "
		"0\n",
		refusals, refusals);
	return 0;
}

/* ---- pids ---- */

static int show_pids_max(const struct proc_at *at, struct strbuf *sb)
{
	return add_limit(sb, at->k->limits.pids_max);
}

static int show_pids(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "%u\n", kernel_ntasks(at->k));
	return 0;
}

static int show_pids_events(const struct proc_at *at, struct strbuf *sb)
{
	strbuf_addf(sb, "max %llu\n", (ull)atomic_load(&at->k->pids_refused));
	return 0;
}

static const struct proc_entry entries[] = {
	PROC_TEXT("cgroup.controllers", 0444, "cpuset cpu memory pids\n"),
	PROC_TEXT("cgroup.events", 0444, "populated 1\nfrozen 0\n"),
	PROC_TEXT("cgroup.freeze", 0644, "0\n"),
	PROC_TEXT("cgroup.max.depth", 0644, "0\n"),
	PROC_TEXT("cgroup.max.descendants", 0644, "0\n"),
	PROC_FILE("cgroup.procs", 0644, show_procs),
	PROC_TEXT("cgroup.stat", 0444, "nr_descendants 0\nnr_dying_descendants 0\n"),
	PROC_TEXT("cgroup.subtree_control", 0644, ""),
	PROC_FILE("cgroup.threads", 0644, show_threads),
	PROC_TEXT("cgroup.type", 0644, "domain\n"),
	PROC_TEXT("cpu.idle", 0644, "0\n"),
	PROC_FILE("cpu.max", 0644, show_cpu_max),
	PROC_TEXT("cpu.max.burst", 0644, "0\n"),
	PROC_FILE("cpu.stat", 0444, show_cpu_stat),
	PROC_FILE("cpu.weight", 0644, show_cpu_weight),
	PROC_FILE("cpuset.cpus", 0644, show_cpus),
	PROC_FILE("cpuset.cpus.effective", 0444, show_cpus),
	PROC_TEXT("cpuset.mems", 0644, "0\n"),
	PROC_TEXT("cpuset.mems.effective", 0444, "0\n"),
	PROC_FILE("memory.current", 0444, show_memory_current),
	PROC_FILE("memory.events", 0444, show_memory_events),
	PROC_FILE("memory.events.local", 0444, show_memory_events),
	PROC_TEXT("memory.high", 0644, "max\n"),
	PROC_FILE("memory.low", 0644, show_memory_low),
	PROC_FILE("memory.max", 0644, show_memory_max),
	PROC_TEXT("memory.min", 0644, "0\n"),
	PROC_TEXT("memory.oom.group", 0644, "0\n"),
	PROC_FILE("memory.peak", 0444, show_memory_peak),
	PROC_FILE("memory.stat", 0444, show_memory_stat),
	PROC_TEXT("memory.swap.current", 0444, "0\n"),
	PROC_FILE("memory.swap.max", 0644, show_swap_max),
	PROC_FILE("pids.current", 0444, show_pids),
	PROC_FILE("pids.events", 0444, show_pids_events),
	PROC_FILE("pids.max", 0644, show_pids_max),
};

static const struct proc_dir root_dir = PROC_DIR(entries, NULL);
const struct proc_entry cgroupfs_root = PROC_SUBDIR("", 0555, root_dir);
