/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contexts: a thread of a stub each. A context that ends leaves its thread behind as new, for the
 * next one of the address space; the last one leaves it as it is, since its stub is about to end.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/log.h"
#include "platform/unotify/unotify_priv.h"

#define NS_PER_S 1000000000ULL

void context_give_up(struct pcontext *pc)
{
	if (pc->gone)
		return;
	pc->gone = true;
	aspace_lose(pc->as);
}

/* An idle thread, or a new one. */
static int thread_get(struct aspace *as, struct stub_thread **ret)
{
	struct stub_thread *th;
	struct seccomp_notif n;

	GUARD(&as->stub_lock);
	if (list_empty(&as->idle))
		return birth_thread(as, STUB_ORDER_GUEST, ret);
	th = list_first_entry(&as->idle, struct stub_thread, node);
	if (th->parked && thread_unpark(as, th, &n) < 0) {
		aspace_lose(as);
		return -ESRCH;
	}
	list_del(&th->node);
	as->nidle--;
	*ret = th;
	return 0;
}

/* One that waits as new: for the next context, or to end. */
static void thread_put(struct aspace *as, struct stub_thread *th)
{
	GUARD(&as->stub_lock);
	if (as->nidle < IDLE_MOST) {
		list_add_head(&as->idle, &th->node);
		as->nidle++;
		return;
	}
	slot_put(as, th->slot);
	stub_thread_free(th); /* without a listener it ends, and touches its slot no more */
}

static void thread_leave_behind(struct aspace *as, struct stub_thread *th)
{
	GUARD(&as->stub_lock);
	list_add_tail(&as->left, &th->node);
}

static void context_enter(struct pcontext *pc, struct aspace *as, struct stub_thread *th)
{
	lock_acquire(&pc->kick_lock);
	pc->as = as;
	pc->th = th;
	lock_release(&pc->kick_lock);
	pc->rest = AT_BORN;
	pc->gone = pc->in_call = pc->step = pc->step_due = pc->step_armed = false;
	pc->result_dirty = pc->fast = pc->gs_is_ours = false;
	atomic_store(&as_ctl(as, th->slot)->fast, 0);
	pc->regs = (struct lx_user_regs){0};
	frame_build(pc);
	if (atomic_fetch_add(&as->ncontexts, 1) > 0)
		atomic_store(&as->was_shared, true);
}

int unotify_context_new(struct aspace *as, struct pcontext *by, struct pcontext **ret)
{
	struct pcontext *pc = calloc(1, sizeof(*pc));
	struct stub_thread *th;
	int r;

	if (!pc)
		return -ENOMEM;
	check(!by || by->as == as);
	r = thread_get(as, &th);
	if (r < 0) {
		free(pc);
		return r;
	}
	lock_init(&pc->kick_lock, 0, "unotify kick");
	context_enter(pc, as, th);
	*ret = pc;
	return 0;
}

int unotify_context_attach(struct pcontext *pc)
{
	check(!pc->attached);
	pc->attached = true;
	return 0;
}

/* Bring the thread to where it waits as new. */
static int make_new(struct pcontext *pc)
{
	struct seccomp_notif n;
	int r = context_to_frame(pc);

	if (r < 0 || pc->rest == AT_BORN)
		return r;
	r = context_answer(pc, STUB_THEN_BORN, &n);
	/* A kick that was still on its way comes first. */
	while (r == 0 && is_ring(pc, &n) && n.data.args[0] == KICK_SIGNAL)
		r = context_answer(pc, STUB_THEN_BORN, &n);
	if (r == 0 && !(is_ring(pc, &n) && n.data.args[0] == STUB_BORN))
		r = -ESRCH;
	if (r < 0)
		context_give_up(pc);
	return r;
}

static void context_leave(struct pcontext *pc)
{
	struct aspace *as = pc->as;
	struct stub_thread *th;
	bool is_last = atomic_load(&as->ncontexts) == 1;
	bool is_new = !is_last && !pc->gone && make_new(pc) == 0;

	lock_acquire(&pc->kick_lock);
	th = TAKE(pc->th);
	lock_release(&pc->kick_lock);
	overdue_forget(pc);
	if (is_new)
		thread_put(as, th);
	else
		thread_leave_behind(as, th);
	check(atomic_fetch_sub(&as->ncontexts, 1) > 0);
}

int unotify_context_move(struct pcontext *pc, struct aspace *to)
{
	struct stub_thread *th;
	int r;

	check(pc->attached && pc->as != to);
	r = thread_get(to, &th);
	pc->cpu_before_ns = unotify_cpu_time_ns(pc);
	if (r < 0)
		return r;
	context_leave(pc);
	context_enter(pc, to, th);
	return 0;
}

void unotify_context_free(struct pcontext *pc)
{
	if (!pc)
		return;
	context_leave(pc);
	lock_fini(&pc->kick_lock);
	free(pc);
}

/* ---- processor time ---- */

/* What this thread has used of the processor, in its own words. */
static uint64_t thread_time_ns(struct pcontext *pc)
{
	struct seccomp_notif n;
	uint64_t s, ns;

	if (context_to_frame(pc) < 0 || pc->rest == AT_BORN)
		return 0;
	frame_load_regs(pc);
	if (context_answer(pc, STUB_THEN_TIME, &n) < 0 || !is_ring(pc, &n) ||
	    n.data.args[0] != STUB_TIME) {
		context_give_up(pc);
		return 0;
	}
	s = n.data.args[1];
	ns = n.data.args[2];
	if (s > INT32_MAX || ns >= NS_PER_S)
		return 0;
	return s * NS_PER_S + ns;
}

uint64_t aspace_time_ns(const struct aspace *as)
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
 * While a stub has never had a second context, the clock of its process is the thread's, and the
 * agent's work is done for it. Otherwise the thread is made to read its own. What it says may be
 * the guest's invention, so it counts only up to what the process as a whole has used.
 */
static uint64_t time_here_ns(struct pcontext *pc)
{
	uint64_t all = aspace_time_ns(pc->as);

	if (!atomic_load(&pc->as->was_shared) || pc->gone)
		return all;
	return MIN(thread_time_ns(pc), all);
}

uint64_t unotify_cpu_time_ns(struct pcontext *pc)
{
	uint64_t now = pc->cpu_before_ns + time_here_ns(pc);

	pc->cpu_last_ns = MAX(pc->cpu_last_ns, now);
	return pc->cpu_last_ns;
}

/* ---- compare and exchange ---- */

/* By the guest thread itself, as guest code, so that it is atomic and meets the same protection as
 * the guest would. Its registers come back from our copy. */
int unotify_cmpxchg32(struct pcontext *by, uint64_t addr, uint32_t expect, uint32_t value,
		      uint32_t *ret_old)
{
	struct lx_user_regs saved;
	struct seccomp_notif n;
	bool step;
	int r;

	if (addr >= PLAT_GUEST_TOP || addr % sizeof(uint32_t) != 0)
		return -EFAULT;
	if (context_to_frame(by) < 0)
		return -ESRCH;
	frame_load_regs(by);
	saved = by->regs;
	step = by->step;
	by->step = false;
	by->regs.rip = region_address(by->as->p, unotify_stub_cas);
	by->regs.rdi = addr;
	by->regs.rax = expect;
	by->regs.rsi = value;
	by->regs_dirty = true;
	by->result_dirty = false;
	r = context_resume(by, &n);
	/* A kick that was still on its way comes first; who sent it is told at the next switch. */
	while (r == 0 && is_ring(by, &n) && n.data.args[0] == KICK_SIGNAL) {
		r = frame_enter(by, &n);
		if (r == 0)
			r = context_resume(by, &n);
	}
	if (r == 0 && !is_ring(by, &n))
		r = -ESRCH;
	if (r == 0 && n.data.args[0] == STUB_CAS) {
		*ret_old = (uint32_t)n.data.args[1];
	} else if (r == 0) {
		r = frame_enter(by, &n); /* it faulted: that frame is forgotten */
		if (r == 0)
			r = -EFAULT;
	}
	if (r < 0 && r != -EFAULT) {
		context_give_up(by);
		return -ESRCH;
	}
	by->step = step;
	by->regs = saved;
	by->rest = AT_FRAME;
	by->regs_valid = by->regs_dirty = by->bases_dirty = true;
	return r;
}
