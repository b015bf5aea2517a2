/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running the guest, and stopping it from another thread.
 *
 * A kick must not get lost, whatever the owner does at that moment:
 *
 *     context_interrupt (any thread)            context_switch (the owner)
 *     kicked = true                      (A)    running = true                      (B)
 *     if running: tgkill(KICK_SIGNAL)           if kicked: do not run the guest
 *
 * (A) and (B) are sequentially consistent, as are the loads after them, so at least one side sees
 * the other's store. If only the signal is sent, it brings the thread to its handler, which rings;
 * or it is pending when the guest is let go, and the handler rings before another instruction of
 * the guest's. The flag alone says what that ring means: one that comes too late, when another
 * event was first and the flag has been seen since, is answered with "go on". Only the owner clears
 * the flag.
 *
 * A kick and an answer cannot cut a call in two: once we have received a notification, its thread
 * takes no signal but death until we answer (WAIT_KILLABLE_RECV); before that a signal takes the
 * call back as if it had not begun, and sigreturn begins it anew.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "platform/unotify/unotify_priv.h"

/* What the host kernel takes for "restart this call" when it finds it in rax with a signal pending.
 */
enum { RESTART_FIRST = -516, RESTART_LAST = -512 };

enum { SYSCALL_LEN = 2 };

void unotify_context_interrupt(struct pcontext *pc)
{
	atomic_store(&pc->kicked, true); /* (A) */

	GUARD(&pc->kick_lock);
	if (!pc->th || !atomic_load(&pc->running))
		return;
	overdue_note(pc);
	syscall(SYS_tgkill, pc->as->pid, pc->th->tid, KICK_SIGNAL);
}

static bool take_kick(struct pcontext *pc)
{
	return atomic_load(&pc->kicked) && atomic_exchange(&pc->kicked, false);
}

bool is_ring(const struct pcontext *pc, const struct seccomp_notif *n)
{
	return n->data.nr == STUB_RING &&
	       n->data.instruction_pointer == region_address(pc->as->p, unotify_stub_rang);
}

/* Answer what the thread waits in; wait for what it does next. */
static int hand_over(struct pcontext *pc, int64_t value, struct seccomp_notif *ret)
{
	int r = thread_answer(pc->as, pc->th, value);

	if (r == 0)
		r = listener_recv(pc->as, pc->th->listener, ret);
	overdue_forget(pc);
	if (r < 0)
		return r;
	pc->sent_id = pc->th->id;
	pc->sent_ip = pc->rest == AT_CALL ? pc->call_ip : 0;
	pc->sent_value = value;
	pc->th->id = ret->id;
	return 0;
}

/*
 * Before Linux 6.17 a kick could make the host begin a call anew that we had just answered:
 *
 *     we                                the guest thread, on another processor
 *     tgkill(KICK_SIGNAL)
 *                                       wakes in its interruptible wait: a signal, no answer
 *     SEND: the answer is there
 *                                       finds its call no longer waiting, and "interrupted"
 *
 * Its frame then stands at the instruction instead of behind it. A call that the guest did begin
 * again looks the same, but had a notification of its own, whose number is missing between our
 * answer and the ring.
 */
static void undo_restart(struct pcontext *pc, const struct seccomp_notif *n)
{
	if (pc->sent_ip == 0 || n->id != pc->sent_id + 1)
		return;
	frame_load_regs(pc);
	if (pc->regs.rip != pc->sent_ip - SYSCALL_LEN)
		return;
	pc->regs.rip = pc->sent_ip;
	pc->regs.rax = (uint64_t)pc->sent_value;
	pc->regs_dirty = true;
}

int context_answer(struct pcontext *pc, uint32_t then, struct seccomp_notif *ret)
{
	uint64_t ctl = slot_address(pc->as->p, pc->th->slot) + SLOT_CTL;

	as_ctl(pc->as, pc->th->slot)->then = then;
	return hand_over(pc, (int64_t)ctl, ret);
}

int context_to_frame(struct pcontext *pc)
{
	struct seccomp_notif n;
	int r = context_unpark(pc);

	if (r == 0 && pc->rest != AT_CALL)
		return 0;
	if (r == 0 && syscall(SYS_tgkill, pc->as->pid, pc->th->tid, KICK_SIGNAL) < 0)
		r = -ESRCH;
	if (r == 0)
		r = hand_over(pc, 0, &n);
	if (r == 0 && !(is_ring(pc, &n) && n.data.args[0] == KICK_SIGNAL))
		r = -ESRCH; /* it has been made to block its kicks */
	if (r == 0)
		r = frame_enter(pc, &n);
	if (r < 0) {
		context_give_up(pc);
		return -ESRCH;
	}
	undo_restart(pc, &n);
	frame_load_regs(pc);
	pc->regs.rax = pc->result_dirty ? (uint64_t)pc->result : (uint64_t)-ENOSYS;
	pc->regs_dirty = true;
	pc->result_dirty = false;
	return 0;
}

/* Does the thread's next start need a frame, though it waits in a plain call? */
static bool wants_frame(const struct pcontext *pc)
{
	if (pc->rest != AT_CALL)
		return false;
	return pc->regs_dirty || pc->step || pc->step_armed ||
	       (pc->result_dirty && pc->result >= RESTART_FIRST && pc->result <= RESTART_LAST);
}

int context_resume(struct pcontext *pc, struct seccomp_notif *ret)
{
	int64_t value = 0;
	int r = context_unpark(pc);

	if (r == 0 && wants_frame(pc))
		r = context_to_frame(pc);
	if (r < 0)
		return r;
	if (pc->rest == AT_CALL) {
		value = pc->result_dirty ? pc->result : 0;
	} else if (frame_store_regs(pc)) {
		as_ctl(pc->as, pc->th->slot)->then = STUB_THEN_RESUME;
		value = (int64_t)(slot_address(pc->as->p, pc->th->slot) + SLOT_CTL);
	}
	pc->regs_valid = pc->regs_dirty = pc->bases_dirty = pc->result_dirty = false;
	return hand_over(pc, value, ret);
}

int unotify_context_park(struct pcontext *pc)
{
	int r = context_to_frame(pc);

	if (r < 0)
		return r;
	/* The frame stays where it is; its thread forgets where that was. */
	if (pc->rest == AT_FRAME)
		frame_load_regs(pc);
	r = thread_park(pc->as, pc->th);
	if (r < 0) {
		context_give_up(pc);
		return -ESRCH;
	}
	pc->bases_dirty = true;
	return 0;
}

int context_unpark(struct pcontext *pc)
{
	struct seccomp_notif n;

	if (pc->gone)
		return -ESRCH;
	if (!pc->th->parked)
		return 0;
	if (thread_unpark(pc->as, pc->th, &n) < 0) {
		context_give_up(pc);
		return -ESRCH;
	}
	return 0;
}

static void fill_call(struct pcontext *pc, const struct seccomp_data *d, struct plat_event *ret)
{
	ret->why = PLAT_SYSCALL;
	ret->sys.nr = (uint32_t)d->nr;
	for (int i = 0; i < 6; i++)
		ret->sys.args[i] = d->args[i];
	ret->sys.ip = d->instruction_pointer;
	ret->sys.sp = 0;
	pc->rest = AT_CALL;
	pc->call_ip = d->instruction_pointer;
}

/* What the thread's notification means. 0: nothing, go on; 1: *ret is filled; negative: nonsense. */
static int interpret(struct pcontext *pc, const struct seccomp_notif *n, struct plat_event *ret)
{
	int r = 1;

	pc->in_call = false;
	if (!is_ring(pc, n)) {
		fill_call(pc, &n->data, ret);
	} else {
		r = frame_enter(pc, n);
		if (r == 0 && n->data.args[0] == KICK_SIGNAL) {
			undo_restart(pc, n);
			ret->why = PLAT_INTERRUPTED;
			r = take_kick(pc) ? 1 : 0;
		} else if (r == 0) {
			r = event_from_frame(pc, (int)n->data.args[0], ret);
		}
	}
	if (r == 1 && ret->why == PLAT_SYSCALL) {
		pc->in_call = true;
		pc->nr = ret->sys.nr;
		pc->step_due = pc->step;
	}
	if (r == 1 && ret->why == PLAT_FAULT && ret->fault.signo == SIGTRAP)
		pc->step = false;
	return r;
}

/* Linux traps at the end of a system call that is single-stepped, before another instruction. */
static void report_step(struct pcontext *pc, struct plat_event *ret)
{
	*ret = (struct plat_event){.why = PLAT_FAULT};
	ret->fault.signo = SIGTRAP;
	ret->fault.code = TRAP_TRACE;
	ret->fault.trapno = LX_X86_TRAP_DB;
	pc->step = pc->step_due = false;
	pc->in_call = false;
}

static bool start_running(struct pcontext *pc)
{
	atomic_store(&pc->running, true); /* (B) */
	return !take_kick(pc);
}

int unotify_context_switch(struct pcontext *pc, struct plat_event *ret)
{
	struct seccomp_notif n;
	int r = 0;

	check(pc->attached);
	if (!pc->gone && pc->step_due) {
		report_step(pc, ret);
		return 0;
	}
	while (r == 0 && !pc->gone) {
		if (!start_running(pc)) {
			pc->in_call = false;
			ret->why = PLAT_INTERRUPTED;
			r = 1;
		} else {
			r = context_resume(pc, &n);
			if (r == 0)
				r = interpret(pc, &n, ret);
		}
		atomic_store_explicit(&pc->running, false, memory_order_relaxed);
	}
	if (r == 1)
		return 0;
	context_give_up(pc);
	ret->why = PLAT_GONE;
	return 0;
}
