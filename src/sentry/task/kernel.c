/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel of one sandbox: made by boot, holds everything that all tasks share, outlives them
 * all.
 *
 * It counts its task threads (nthreads). A thread is counted from before its host thread starts
 * until that thread has let go of its task; kernel_wait sleeps on change_word until the count is
 * zero, so that kernel_free meets nobody.
 */
#include <errno.h>
#include <string.h>

#include "abi/errno.h"
#include "base/check.h"
#include "host/cpu.h"
#include "host/futex.h"
#include "sentry/core/alloc.h"
#include "sentry/core/budget.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/ipc/sysv/sysv.h"
#include "sentry/task/task_priv.h"
#include "sentry/vfs/mount.h"

SLAB_DEFINE(kernel_slab, struct kernel);

/* One host thread and one guest thread each: what a small host bears. */
#define THREADS_MAX 16384

static void uts_set(char to[LX_UTSNAME_LENGTH], const char *from)
{
	size_t n = strnlen(from, LX_UTSNAME_LENGTH - 1);

	memset(to, 0, LX_UTSNAME_LENGTH);
	memcpy(to, from, n);
}

static void uts_init(struct kernel *k, const struct kernel_config *config)
{
	lock_init(&k->uts_lock, RANK_LEAF, "uts");
	uts_set(k->uts.sysname, "Linux");
	uts_set(k->uts.nodename, config->hostname ? config->hostname : "caisson");
	uts_set(k->uts.release, "6.12.0-caisson");
	uts_set(k->uts.version, "#1 SMP Caisson");
	uts_set(k->uts.machine, "x86_64");
	uts_set(k->uts.domainname, config->domainname ? config->domainname : "(none)");
}

void kernel_uts_get(struct kernel *k, struct lx_utsname *ret)
{
	GUARD(&k->uts_lock);
	*ret = k->uts;
}

uint32_t kernel_ntasks(struct kernel *k)
{
	GUARD(&k->tasklist);
	return k->ntasks;
}

/* As many processors as the quota pays for, the lowest ones; a part of one is one. */
static void keep_cpus(struct kernel *k, uint64_t n)
{
	for (size_t cpu = 0; cpu < TASK_CPU_WORDS * 64u; cpu++) {
		uint64_t bit = 1ULL << (cpu % 64);

		if (!(k->host_cpus[cpu / 64] & bit))
			continue;
		if (n > 0)
			n--;
		else
			k->host_cpus[cpu / 64] &= ~bit;
	}
}

/*
 * What programs size themselves by. Differs: under Linux a quota does not change the number of
 * processors that are shown, and programs start too many threads.
 */
static void limits_apply(struct kernel *k, const struct sandbox_limits *l)
{
	uint64_t period = l->cpu_period_us ? l->cpu_period_us : 100000;
	uint64_t both[TASK_CPU_WORDS], any = 0;

	k->limits = *l;
	for (size_t i = 0; i < TASK_CPU_WORDS; i++) {
		both[i] = k->host_cpus[i] & l->cpus[i];
		any |= both[i];
	}
	if (any)
		memcpy(k->host_cpus, both, sizeof(both));
	if (l->cpu_quota_us > 0)
		keep_cpus(k, l->cpu_quota_us / period + (l->cpu_quota_us % period != 0));
	k->host_ncpus = 0;
	for (size_t i = 0; i < TASK_CPU_WORDS; i++)
		k->host_ncpus += (uint32_t)__builtin_popcountll(k->host_cpus[i]);
	if (l->memory_max > 0)
		k->ram_bytes = MIN(k->ram_bytes, l->memory_max);
	budget_set_limit(l->memory_by_host ? 0 : l->memory_max);
}

int kernel_new(const struct kernel_config *config, struct kernel **ret)
{
	struct kernel *k = slab_alloc(&kernel_slab);
	struct host_memory mem;

	if (!k)
		return -ENOMEM;
	k->jobs.ops = &task_jobs_ops;
	k->pops = config->pops;
	k->platform = config->platform;
	k->pops->abilities(k->platform, &k->abilities);
	k->entry = config->entry;
	k->trace = config->trace;
	k->mnt_ns = mnt_ns_get(config->mnt_ns);
	lock_init(&k->tasklist, RANK_TASKLIST, "tasklist");
	tree_init(&k->pids);
	list_init(&k->outside);
	k->pid_max = PID_MAX_DEFAULT;
	k->threads_max = THREADS_MAX;
	user_table_init(&k->users);
	uts_init(k, config);
	/* The guest's clocks are the host's, so the time of boot is, too: uptime and CLOCK_BOOTTIME
	 * agree. */
	k->boot_monotonic_ns = 0;
	k->boot_realtime_ns = clock_realtime_ns() - clock_monotonic_ns();
	k->stopped_outside = config->stopped_outside;
	k->stopped_arg = config->stopped_arg;
	k->ended_outside = config->ended_outside;
	k->ended_arg = config->ended_arg;
	k->host_ncpus = host_cpu_set(k->host_cpus, ARRAY_SIZE(k->host_cpus));
	host_memory_get(&mem);
	k->ram_bytes = config->ram_bytes ? config->ram_bytes : mem.total;
	if (config->limits)
		limits_apply(k, config->limits);
	k->uid_map = config->uid_map;
	k->gid_map = config->gid_map;
	*ret = k;
	return 0;
}

/* Zombies whose parents are gone, or were never inside. */
static void reap_all(struct kernel *k) REQUIRES(k->tasklist);
static void reap_all(struct kernel *k)
{
	for (struct pid *p = pid_next(k, 1); p;) {
		struct thread_group *tg = p->task ? p->task->tg : NULL;
		int32_t nr = p->nr;

		if (tg && tg->tgid == nr) {
			LOCK_ASSERT_HELD(&tg->kernel->tasklist);
			check(tg->state == TG_ZOMBIE);
			tg_reap(tg);
		}
		p = pid_next(k, nr + 1);
	}
}

void kernel_free(struct kernel *k)
{
	struct thread_group *init;

	lock_acquire(&k->tasklist);
	check(k->nthreads == 0);
	reap_all(k);
	init = TAKE(k->init);
	lock_release(&k->tasklist);
	tg_put(init);
	check(tree_empty(&k->pids));
	mnt_ns_put(k->mnt_ns);
	sysv_fini();
	user_table_fini(&k->users);
	lock_fini(&k->uts_lock);
	lock_fini(&k->tasklist);
	slab_free(&kernel_slab, k);
}

void kernel_thread_left(struct kernel *k)
{
	lock_acquire(&k->tasklist);
	check(k->nthreads > 0);
	k->nthreads--;
	atomic_fetch_add(&k->change_word, 1);
	host_futex_wake(&k->change_word, INT32_MAX);
	/* The last touch: who waits for us takes this lock before it believes the count. */
	lock_release(&k->tasklist);
}

/* ---- waiting from outside ---- */

static void wait_for_change(struct kernel *k, uint32_t seen)
{
	int r = host_futex_wait(&k->change_word, seen, HOST_FUTEX_FOREVER);

	(void)r; /* woken, or the word has changed: the caller looks */
}

int kernel_wait(struct kernel *k)
{
	for (;;) {
		uint32_t seen = atomic_load(&k->change_word);
		bool done;
		int status = 0;

		lock_acquire(&k->tasklist);
		check(k->init);
		done = k->nthreads == 0;
		if (done) {
			check(k->init->state != TG_ALIVE);
			status = k->init->exit_status;
		}
		lock_release(&k->tasklist);
		if (done)
			return status;
		wait_for_change(k, seen);
	}
}

int kernel_wait_process(struct kernel *k, int32_t pid, int *ret_status)
{
	for (;;) {
		uint32_t seen = atomic_load(&k->change_word);
		int r = kernel_reap_process(k, pid, ret_status);

		if (r != 0)
			return r < 0 ? r : 0;
		wait_for_change(k, seen);
	}
}

/* ---- signals from outside ---- */

int kernel_kill(struct kernel *k, int32_t pid, int signo)
{
	AUTO(task_put) struct task *t = task_find(k, pid);
	lx_siginfo_t info;

	if (!t)
		return -ESRCH;
	if (signo == 0)
		return 0;
	if (!signal_valid(signo))
		return -EINVAL;
	siginfo_user(&info, signo, LX_SI_USER, 0, 0);
	return task_signal_send(t, &info, SIGNAL_GROUP);
}

void kernel_kill_all(struct kernel *k, int signo)
{
	lx_siginfo_t info;

	check(signal_valid(signo));
	siginfo_user(&info, signo, LX_SI_USER, 0, 0);
	GUARD(&k->tasklist);
	for (struct pid *p = pid_next(k, 1); p;) {
		struct tree_node *next = tree_next(&p->node);

		if (p->task && p->task == p->task->tg->leader) {
			LOCK_ASSERT_HELD(&p->task->tg->kernel->tasklist);
			(void)tg_signal_many(p->task->tg, &info, SIGNAL_FROM_KERNEL);
		}
		p = next ? tree_entry(next, struct pid, node) : NULL;
	}
}
