/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as pure state: dispositions, pending queues, default actions, alternate stacks, frames.
 * Nothing here knows a task, sleeps or wakes; the task room owns the objects, takes the locks and
 * acts on the answers. signal(7), sigaction(2), sigaltstack(2).
 *
 * A signal number is 1 .. LX_NSIG wherever it is an argument; callers have checked it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/ptrace.h"
#include "abi/signal.h"
#include "base/compiler.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/core/uaddr.h"
#include "sentry/signal/user.h"

struct ctx;
struct mm;

/* ---- numbers (defaults.c) ---- */

enum sig_default {
	SIG_DO_TERMINATE,
	SIG_DO_CORE, /* terminate; a core if limits allow */
	SIG_DO_STOP,
	SIG_DO_CONTINUE,
	SIG_DO_IGNORE,
};

enum sig_default signal_default(int signo);

#define SIGMASK_KERNEL_ONLY (LX_SIGMASK(LX_SIGKILL) | LX_SIGMASK(LX_SIGSTOP))
#define SIGMASK_STOP                                                                               \
	(LX_SIGMASK(LX_SIGSTOP) | LX_SIGMASK(LX_SIGTSTP) | LX_SIGMASK(LX_SIGTTIN) |                \
	 LX_SIGMASK(LX_SIGTTOU))
/* Raised by what the thread itself did: taken before all others. */
#define SIGMASK_SYNCHRONOUS                                                                        \
	(LX_SIGMASK(LX_SIGSEGV) | LX_SIGMASK(LX_SIGBUS) | LX_SIGMASK(LX_SIGILL) |                  \
	 LX_SIGMASK(LX_SIGTRAP) | LX_SIGMASK(LX_SIGFPE) | LX_SIGMASK(LX_SIGSYS))

static inline bool signal_valid(int signo)
{
	return signo >= 1 && signo <= LX_NSIG;
}

/* siginfo of kill(2)-like senders and of the kernel (SI_KERNEL) itself. */
void siginfo_user(lx_siginfo_t *ret, int signo, int code, int32_t pid, uint32_t uid);
void siginfo_kernel(lx_siginfo_t *ret, int signo);
/* As signalfd(2) gives it. */
struct lx_signalfd_siginfo;
void siginfo_to_signalfd(const lx_siginfo_t *info, struct lx_signalfd_siginfo *ret);

/* ---- dispositions (sighand.c) ---- */

/*
 * The table of sigaction(2), shared by CLONE_SIGHAND. Its lock ranks SIGHAND and is taken with
 * subclass 1, inside the lock of a thread group (task.h); functions take it themselves. Key: [h]
 * lock
 */
struct sighand {
	struct ref ref;
	struct lock lock;                    /* RANK_SIGHAND, subclass 1 */
	struct lx_sigaction action[LX_NSIG]; /* [h] index signo - 1 */
};

struct sighand *sighand_new(void); /* all SIG_DFL. Caller owns; NULL: out of memory */
struct sighand *sighand_copy(struct sighand *sh); /* caller owns; NULL: out of memory */
struct sighand *sighand_get(struct sighand *sh);
void sighand_put(struct sighand *sh);
DEFINE_AUTO(struct sighand *, sighand_put)
bool sighand_is_shared(struct sighand *sh);

struct lx_sigaction sighand_action(struct sighand *sh, int signo);
/* Stores `act` as sigaction(2) does: unknown flags dropped, SIGKILL and SIGSTOP out of the mask.
 * Returns the old one. */
struct lx_sigaction sighand_set_action(struct sighand *sh, int signo,
				       const struct lx_sigaction *act);
/* Handlers become SIG_DFL, what is ignored stays ignored: execve(2), CLONE_CLEAR_SIGHAND. */
void sighand_reset(struct sighand *sh);
/* SIG_IGN, or SIG_DFL whose default is to ignore. */
bool sighand_ignores(struct sighand *sh, int signo);
/* Bit sets for /proc/pid/status SigIgn and SigCgt. */
void sighand_sets(struct sighand *sh, lx_sigset_t *ret_ignored, lx_sigset_t *ret_caught);

/* ---- pending signals (pending.c) ---- */

/*
 * One queued signal. Those of POSIX timers are embedded in the timer (sigqueue_init_embedded) and
 * never allocated: a second expiry while the first is queued only counts. `taken` runs when the
 * signal leaves the queue for delivery, under the lock of the thread group; it may edit info
 * (overruns) and set timers, nothing more.
 */
struct sigqueue {
	struct list link;
	lx_siginfo_t info;
	struct user *user; /* owned; NULL: not charged */
	bool embedded;
	void (*taken)(struct sigqueue *q, lx_siginfo_t *info); /* NULL: nothing */
};

void sigqueue_init_embedded(struct sigqueue *q,
			    void (*taken)(struct sigqueue *q, lx_siginfo_t *info));
/* Is it in a queue? If not, it may be queued or freed by its owner (under the thread group's lock).
 */
static inline bool sigqueue_is_queued(const struct sigqueue *q)
{
	return !list_empty(&q->link);
}
/* Where signals wait: one per thread, one per thread group. Guarded by the lock of the thread
 * group. */
struct sigpending {
	lx_sigset_t set;   /* bit set: pending, even if its siginfo found no room */
	struct list queue; /* struct sigqueue, oldest first */
};

void sigpending_init(struct sigpending *p);
/* Forget all; signals in `mask`. */
void sigpending_flush(struct sigpending *p);
void sigpending_flush_mask(struct sigpending *p, lx_sigset_t mask);

enum sigpending_result {
	SIGPENDING_QUEUED,  /* now pending */
	SIGPENDING_ALREADY, /* a standard signal that was pending: nothing changed */
	SIGPENDING_FULL,    /* a real-time signal from sigqueue(3) over the limit: -EAGAIN, nothing
			       changed */
};
/*
 * Queue info->si_signo. user (may be NULL: not charged) pays; limit is its RLIMIT_SIGPENDING.
 * Kernel signals and kill(2) become pending without siginfo when there is no room; forced ones
 * (`must`) ignore the limit.
 */
enum sigpending_result sigpending_add(struct sigpending *p, const lx_siginfo_t *info,
				      struct user *user, uint64_t limit, bool must);
/* Queue an embedded one that is not queued. Its info is set. */
void sigpending_add_embedded(struct sigpending *p, struct sigqueue *q);
/* Take an embedded one out of whatever queue it is in; no callback. p is that queue. */
void sigpending_remove_embedded(struct sigpending *p, struct sigqueue *q);
/* Clear the bit of a signal that has no entry any more. */
void sigpending_refresh(struct sigpending *p, int signo);
/* The next signal to deliver out of p: synchronous ones first, then the lowest number. 0: none
 * outside `blocked`. */
int sigpending_next(const struct sigpending *p, lx_sigset_t blocked);
/* Take signo, which is pending, out; siginfo says SI_USER and zeroes if it had found no room. */
void sigpending_take(struct sigpending *p, int signo, lx_siginfo_t *ret);

/* ---- alternate stacks (altstack.c) ---- */

/* sigaltstack(2): checks and stores. sp: the caller's. -EPERM: running on it; -ENOMEM: too small;
 * -EINVAL: flags. */
MUST_CHECK int altstack_set(lx_stack_t *stack, const lx_stack_t *want, uint64_t sp,
			    uint64_t min_size);
/* What sigaltstack(2) reports: SS_ONSTACK as sp says. */
lx_stack_t altstack_report(const lx_stack_t *stack, uint64_t sp);
bool altstack_is_on(const lx_stack_t *stack, uint64_t sp);
void altstack_reset(lx_stack_t *stack);

/* ---- frames (x86_64/frame.c) ---- */

/* What a fault leaves for sigcontext. All zero for other signals' own sake: Linux keeps the last
 * fault's. */
struct sigfault {
	uint64_t trapno, error_code, cr2;
};

struct sigframe_args {
	const struct lx_sigaction *action;
	const lx_siginfo_t *info;
	const lx_stack_t *altstack; /* before SS_AUTODISARM takes effect */
	lx_sigset_t saved_mask;     /* goes into uc_sigmask */
	struct sigfault fault;
	size_t fpu_size; /* plat_abilities.fpu_size */
};

/*
 * Put a frame for a handler onto the guest's stack and turn regs (the interrupted state, call
 * restart already resolved) into those of the handler's first instruction. The FPU image is read
 * from ctx's context, and the handler starts with a fresh FPU. -EFAULT: no room or no restorer: the
 * caller forces SIGSEGV, regs are unchanged.
 */
MUST_CHECK int sigframe_push(struct mm *mm, struct ctx *ctx, const struct sigframe_args *a,
			     struct lx_user_regs *regs);

struct sigframe_saved {
	bool mask_valid;  /* set as soon as the mask was read: Linux restores it even if the rest is
			     bad */
	lx_sigset_t mask; /* without SIGKILL and SIGSTOP */
	lx_stack_t altstack; /* to be handed to altstack_set; errors are ignored as Linux does */
};

/*
 * rt_sigreturn(2): read the frame that regs->rsp points behind, check all of it, load the FPU, fill
 * regs. -EFAULT: a bad frame, the caller forces SIGSEGV.
 */
MUST_CHECK int sigframe_pop(struct mm *mm, struct ctx *ctx, struct lx_user_regs *regs,
			    size_t fpu_size, struct sigframe_saved *ret);

/* The XSAVE image that every program starts with. */
void sigframe_fresh_fpu(void *image, size_t fpu_size);
/* AT_MINSIGSTKSZ: the largest frame that sigframe_push builds with an XSAVE image of fpu_size
 * bytes. */
uint64_t sigframe_max_size(size_t fpu_size);
