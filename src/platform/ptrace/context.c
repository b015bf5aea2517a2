/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contexts: a stub thread each. Made parked and untraced; from context_attach on a tracee of the
 * attaching thread.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/check.h"
#include "base/log.h"
#include "platform/ptrace/ptrace_priv.h"

#define NS_PER_S 1000000000ULL

static bool is_leader(const struct pcontext *pc)
{
	return pc->tid == pc->pid;
}

void context_lose(struct pcontext *pc)
{
	if (pc->gone)
		return;
	pc->gone = true;
	kill(pc->pid, SIGKILL);
	if (!is_leader(pc))
		tracee_reap(pc->tid);
}

int context_inject(struct pcontext *pc, struct user_regs_struct *regs)
{
	int r;

	check(pc->attached);
	if (pc->gone)
		return -ESRCH;
	r = regs_save(pc);
	if (r == 0) {
		pc->regs_dirty = true;
		r = tracee_inject(pc->as->p, pc->tid, regs);
	}
	if (r < 0 && r != -EFAULT)
		context_lose(pc);
	return r;
}

/* A thread beside by's; its tid. */
static int clone_thread(struct pcontext *by)
{
	struct user_regs_struct regs;
	int r;

	stub_regs(by->as->p, ptrace_stub_thread, &regs);
	regs.rax = SYS_clone;
	regs.rdi = CLONE_FOR_THREAD;
	r = context_inject(by, &regs);
	return r < 0 ? r : (int)regs.rax;
}

static void context_enter(struct pcontext *pc, struct aspace *as, pid_t tid)
{
	pc->as = as;
	pc->pid = as->pid;
	pc->tid = tid;
	if (tid == as->pid)
		check(!atomic_exchange(&as->leader_used, true));
	if (atomic_fetch_add(&as->ncontexts, 1) > 0)
		atomic_store(&as->was_shared, true);
}

int ptrace_context_new(struct aspace *as, struct pcontext *by, struct pcontext **ret)
{
	struct pcontext *pc;
	pid_t tid = as->pid;

	pc = calloc(1, sizeof(*pc));
	if (!pc)
		return -ENOMEM;
	if (by) {
		check(by->as == as);
		tid = clone_thread(by);
		if (tid < 0) {
			free(pc);
			return tid;
		}
	}
	lock_init(&pc->kick_lock, 0, "ptrace kick");
	context_enter(pc, as, tid);
	*ret = pc;
	return 0;
}

/*
 * A leader arms its death signal before it parks, unless it was seized on the way there: then we
 * arm it. (Not needed while it is traced, but a leader is not always.)
 */
static int arm_leader(const struct pcontext *pc)
{
	const struct platform *p = pc->as->p;
	uint64_t park = p->base + (uint64_t)(ptrace_stub_park - ptrace_stub_begin);
	uint64_t park_end = p->base + (uint64_t)(ptrace_stub_map - ptrace_stub_begin);
	struct user_regs_struct regs;
	int64_t value;
	int r;

	r = tracee_get_regs(pc->tid, &regs);
	if (r < 0 || (regs.rip >= park && regs.rip < park_end))
		return r;
	return tracee_call(p, pc->tid, SYS_prctl,
			   (uint64_t[6]){PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0, 0}, &value);
}

static int seize(const struct pcontext *pc)
{
	int r = tracee_seize(pc->tid);

	if (r == 0 && is_leader(pc))
		r = arm_leader(pc);
	return r;
}

int ptrace_context_attach(struct pcontext *pc)
{
	int r;

	check(!pc->attached);
	r = seize(pc);
	pc->attached = true;
	if (r < 0) { /* it died meanwhile, which the first switch tells; the host says EPERM of a
			dead leader */
		log_debug("ptrace: thread %d of a stub cannot be seized: error %d", pc->tid, -r);
		context_lose(pc);
	}
	return 0;
}

/* What this thread of its own has used of the processor since its aspace began. */
static uint64_t thread_time_ns(struct pcontext *pc)
{
	const struct platform *p = pc->as->p;
	uint64_t where = p->base + STUB_PAGE + offsetof(struct stub_data, cpu_time);
	struct user_regs_struct regs;
	struct timespec ts;
	struct iovec ours = {&ts, sizeof(ts)};
	struct iovec theirs = {(void *)(uintptr_t)where, sizeof(ts)};

	stub_regs(p, ptrace_stub_call, &regs);
	regs.rax = SYS_clock_gettime;
	regs.rdi = CLOCK_THREAD_CPUTIME_ID;
	regs.rsi = where;

	GUARD(&pc->as->time_lock);
	if (context_inject(pc, &regs) < 0 || regs.rax != 0)
		return 0;
	if (process_vm_readv(pc->pid, &ours, 1, &theirs, 1, 0) != sizeof(ts))
		return 0;
	if (ts.tv_sec < 0 || ts.tv_sec > INT32_MAX || ts.tv_nsec < 0 ||
	    (uint64_t)ts.tv_nsec >= NS_PER_S)
		return 0;
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static uint64_t process_time_ns(const struct aspace *as)
{
	/* clock_getcpuclockid(3), without the host call that it makes: the layout is the kernel's
	 * ABI. */
	clockid_t clock = (clockid_t)(~(unsigned int)as->pid << 3 | 2);
	struct timespec ts;

	if (clock_gettime(clock, &ts) < 0)
		return 0;
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/*
 * While a stub has never had a second context, the clock of its process is the thread's: one host
 * call. Otherwise the thread is made to read its own. What it stores may be overwritten by other
 * guest threads before we fetch it, so it counts only up to what the process as a whole has used.
 */
static uint64_t time_here_ns(struct pcontext *pc)
{
	uint64_t all = process_time_ns(pc->as);

	if (!atomic_load(&pc->as->was_shared))
		return all;
	return MIN(thread_time_ns(pc), all);
}

uint64_t ptrace_cpu_time_ns(struct pcontext *pc)
{
	uint64_t now = pc->cpu_before_ns + time_here_ns(pc);

	pc->cpu_last_ns = MAX(pc->cpu_last_ns, now);
	return pc->cpu_last_ns;
}

/* Part with the stub thread: a leader parks, any other exits by itself, untraced, and is nobody's
 * zombie. */
static void retire_thread(struct pcontext *pc)
{
	const struct platform *p = pc->as->p;
	struct user_regs_struct regs;
	int r;

	if (pc->gone || (is_leader(pc) && !pc->attached))
		return;
	r = pc->attached ? 0 : seize(pc);
	if (r == 0 && is_leader(pc)) {
		r = tracee_park(p, pc->tid);
	} else if (r == 0) {
		stub_regs(p, ptrace_stub_call, &regs);
		regs.rax = SYS_exit;
		r = tracee_set_core_regs(pc->tid, &regs);
		if (r == 0)
			r = (int)host_ptrace(PTRACE_DETACH, pc->tid, 0, NULL);
	}
	if (r < 0)
		context_lose(pc);
}

static void context_leave(struct pcontext *pc)
{
	struct aspace *as = pc->as;

	retire_thread(pc);
	if (is_leader(pc))
		atomic_store(&as->leader_used, false);
	check(atomic_fetch_sub(&as->ncontexts, 1) > 0);
}

int ptrace_context_move(struct pcontext *pc, struct aspace *to)
{
	struct pcontext next = {.as = to, .pid = to->pid, .tid = to->pid};
	int r;

	check(pc->attached && pc->as != to);
	r = seize(&next);
	pc->cpu_before_ns = ptrace_cpu_time_ns(pc);

	context_leave(pc);
	lock_acquire(&pc->kick_lock);
	context_enter(pc, to, to->pid);
	lock_release(&pc->kick_lock);
	pc->gone = false;
	pc->regs_valid = pc->regs_dirty = pc->segs_dirty = pc->result_dirty = false;
	pc->step = pc->step_due = false;
	pc->last = LAST_NONE;
	if (r < 0)
		context_lose(pc);
	return 0;
}

void ptrace_context_free(struct pcontext *pc)
{
	if (!pc)
		return;
	context_leave(pc);
	lock_fini(&pc->kick_lock);
	free(pc);
}
