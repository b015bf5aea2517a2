/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the task room. Locks: kernel->tasklist, then tg->lock (of one group at a time), then what
 * lies below. */
#pragma once

#include "abi/errno.h"
#include "sentry/task/process.h"
#include "sentry/task/task.h"

/* ---- pidmap.c: all under kernel->tasklist ---- */

struct pid *pid_find(struct kernel *k, int32_t nr) REQUIRES(k->tasklist);
struct pid *pid_next(struct kernel *k, int32_t from) REQUIRES(k->tasklist);
/* wish 0: the next free one. -EAGAIN: none left; -EEXIST, -EINVAL: the wish cannot be met; -ENOMEM.
 */
MUST_CHECK int pid_alloc(struct kernel *k, int32_t wish, struct pid **ret) REQUIRES(k->tasklist);
/* Give it back if nobody has it any more. */
void pid_release(struct kernel *k, struct pid *p) REQUIRES(k->tasklist);

/* ---- task.c ---- */

extern const struct ctx_ops task_ctx_ops;

/* A thread of tg (a reference is taken) with one reference, in no list, without mm and credentials.
 * NULL: out of memory. */
struct task *task_alloc(struct kernel *k, struct thread_group *tg);
/* It never was published: free it with all that it got so far. By its maker, before its host thread
 * was let go. */
void task_abort(struct task *t);

/* How a new thread begins. In the arena; the thread frees it. */
struct task_start {
	_Atomic uint32_t word;   /* host futex: enum start_word */
	bool set_regs;           /* regs and fpu are to be loaded */
	struct plan_start *plan; /* a program is to be loaded first: plan.c */
	struct lx_user_regs regs;
	size_t fpu_size;
	unsigned char fpu[] __attribute__((aligned(16)));
};
enum start_word { START_WAIT, START_GO, START_ABORT };

/* plan.c: load and link; failure sets t->exited. */
void plan_run(struct task *t, struct plan_start *s);
/* Start the host thread; it waits for task_let_go. */
MUST_CHECK int task_spawn(struct task *t);
void task_let_go(struct task *t, enum start_word word);
/* One more task thread, or one less, for kernel_wait. */
void kernel_thread_left(struct kernel *k);

/* Link a new thread under its number; its group becomes known with its first. */
void task_publish(struct task *t, struct pid *pid) REQUIRES(t->kernel->tasklist);

/* Replace credentials (takes over new, and user, which is charged for the thread; NULL: as before).
 */
void task_replace_cred(struct task *t, const struct cred *new, struct user *user);

/* Set work bits and get the thread to look: ends its sleep, interrupts its guest code. Under
 * tg->lock. */
void task_kick(struct task *t, uint32_t bits) REQUIRES(t->tg->lock);
static inline void task_work_clear(struct task *t, uint32_t bits)
{
	atomic_fetch_and(&t->work, ~bits);
}
static inline bool task_work(struct task *t, uint32_t bits)
{
	return (atomic_load(&t->work) & bits) != 0;
}

/* ---- group.c ---- */

/* A group without threads, one reference. sighand is taken over on success. NULL: out of memory. */
struct thread_group *tg_alloc(struct kernel *k, struct sighand *sh);
static inline bool tg_flag(struct thread_group *tg, uint32_t bits)
{
	return (atomic_load(&tg->flags) & bits) != 0;
}
static inline void tg_flag_set(struct thread_group *tg, uint32_t bits)
{
	atomic_fetch_or(&tg->flags, bits);
}
static inline void tg_flag_clear(struct thread_group *tg, uint32_t bits)
{
	atomic_fetch_and(&tg->flags, ~bits);
}
/* The first thread that has not ended, or NULL. */
struct task *tg_live_thread(struct thread_group *tg) REQUIRES(tg->kernel->tasklist);
struct task *tg_live_thread_locked(struct thread_group *tg) REQUIRES(tg->lock);

/* ---- send.c ---- */

/* From whom: a process inside, or the kernel and the world outside, which init may not ignore
 * (SIGKILL, SIGSTOP). */
enum signal_from { SIGNAL_FROM_INSIDE, SIGNAL_FROM_KERNEL };

/* t: whom it is for, and with SIGNAL_GROUP who is asked first. The sender's user pays, NULL: t's
 * own. */
int signal_send_locked(struct task *t, const lx_siginfo_t *info, enum signal_scope scope,
		       enum signal_from from) REQUIRES(t->tg->lock);
/* Look again whether signals are pending for t. */
void signal_recalc(struct task *t) REQUIRES(t->tg->lock);
/* Signals in `which` that are pending for the group and that t will not take: wake somebody who
 * does. */
void signal_retarget(struct task *t, lx_sigset_t which) REQUIRES(t->tg->lock);
/* The group ends with this status unless it does already: every thread is told. */
void tg_begin_exit(struct thread_group *tg, int wait_status) REQUIRES(tg->lock);
/* To every member of a group of processes; 0 or -ESRCH. */
int pgrp_signal_locked(struct kernel *k, int32_t pgrp, const lx_siginfo_t *info,
		       enum signal_from from) REQUIRES(k->tasklist);
/* One group, tasklist held; collects for forks under way. */
int tg_signal_many(struct thread_group *tg, const lx_siginfo_t *info, enum signal_from from)
	REQUIRES(tg->kernel->tasklist);

/* ---- stop.c ---- */

/* SIGCONT reached tg: forget stop signals, wake stopped threads. */
void stop_continue(struct thread_group *tg) REQUIRES(tg->lock);
/* A deadly signal: stopped threads run on, to die. */
void stop_cancel(struct thread_group *tg) REQUIRES(tg->lock);
/* A thread ends, or stops: it is no longer waited for. True: the stop is complete, tell the parent.
 */
bool stop_count_down(struct task *t) REQUIRES(t->tg->lock);
/* A thread joins a group that is about to stop. */
void stop_join(struct task *t) REQUIRES(t->tg->lock);
/* t took a stop signal: the group begins to stop. False: SIGCONT or the end came since cont_epoch. */
bool stop_begin(struct task *t, int signo, uint32_t cont_epoch) REQUIRES(t->tg->lock);
/* Stop the calling thread if it must, until it may go on or must end. */
void stop_here(struct task *t);
/* Tell the parent of tg CLD_STOPPED or CLD_CONTINUED, and the signal that did it. Without locks. */
void stop_tell_parent(struct thread_group *tg, int code, int signo);

/* ---- freeze.c ---- */

/* Rest while TASK_WORK_FREEZE is set and nothing kills. */
void freeze_here(struct task *t);
/* A sleep that only a waker or SIGKILL ends begins, or is over. */
void freeze_sleep(struct task *t, bool asleep);
/* A thread that is being published rests if all do. */
void freeze_born(struct task *t) REQUIRES(t->kernel->tasklist);
/* The calling thread, init's first, is held. */
void freeze_hold(struct task *t) REQUIRES(t->kernel->tasklist);

/* ---- reap.c: all under kernel->tasklist ---- */

/* Tell the parent that tg is a zombie. True: nobody wants its status, it is to be reaped now. */
bool tg_notify_parent(struct thread_group *tg) REQUIRES(tg->kernel->tasklist);
/* Take a zombie out of all lists. Drops the number's reference. */
void tg_reap(struct thread_group *tg) REQUIRES(tg->kernel->tasklist);
/* RLIMIT_NPROC counts t no longer. Once it is released, or by its last reference. */
void task_pay_no_more(struct task *t);
/* Take an ended thread that does not lead its group out of all lists; drops the number's reference.
 */
void task_release(struct task *t) REQUIRES(t->kernel->tasklist);
/* Children of an ending thread get another parent. */
void tg_reparent_children(struct task *dying) REQUIRES(dying->kernel->tasklist);
/* Status, code and siginfo of a child that changed state. */
void siginfo_child(lx_siginfo_t *ret, struct thread_group *child, int signo, int code, int status);

/* ---- session.c: under kernel->tasklist ---- */

bool pgrp_orphaned_without(struct kernel *k, int32_t pgrp, struct thread_group *ignored)
	REQUIRES(k->tasklist);
/* POSIX: stopped members of a group that becomes orphaned get SIGHUP and SIGCONT. parent NULL: tg
 * itself ends. */
void pgrp_kill_if_orphaned(struct thread_group *tg, struct thread_group *parent)
	REQUIRES(tg->kernel->tasklist);
void tg_set_pgrp(struct thread_group *tg, struct pid *pgrp) REQUIRES(tg->kernel->tasklist);
/* Its own session and process group. -ENOMEM. */
MUST_CHECK int session_start(struct thread_group *tg) REQUIRES(tg->kernel->tasklist);
void session_leave(struct thread_group *tg) REQUIRES(tg->kernel->tasklist);
/* A child is in its parent's session and group. */
void session_inherit(struct thread_group *tg, struct thread_group *from)
	REQUIRES(tg->kernel->tasklist);

/* ---- ctty.c ---- */

extern const struct jobs_ops task_jobs_ops;
/* tg leads a session without a terminal; c controls nothing: now it is that session's. */
void session_take_tty(struct thread_group *tg, struct ctty *c) REQUIRES(tg->kernel->tasklist);
/* A session's leader has ended: its terminal is free, who is in the foreground hears of it. Without
 * locks. */
void session_hangup(struct thread_group *tg);

/* ---- exit_futex.c ---- */

/* Robust list and clear_tid of a thread that leaves its mm (exit, execve): while mm and context are
 * still its own. */
void exit_futexes(struct task *t);

/* ---- clone.c ---- */

/* The parent that vforked goes on: the child has its own image, or is gone. */
void vfork_release(struct task *t);

/* ---- seccomp.c ---- */

/* A published child, not yet let go, obeys what t obeys. */
void seccomp_copy(struct task *t, struct task *child);
/* The thread makes no more calls. */
void seccomp_leave(struct task *t);

/* ---- usage.c ---- */

/* The peak of the caller's memory, as of now. */
void task_sample_memory(struct task *t);
void usage_add(struct usage *to, const struct usage *from);
/* Sum over tg. */
void tg_usage_locked(struct thread_group *tg, struct usage *ret) REQUIRES(tg->lock);
int64_t ns_to_ticks(uint64_t ns);

/* ---- itimer.c ---- */

void itimers_init(struct thread_group *tg);
/* SIGALRM of the group was taken: an ITIMER_REAL with an interval starts again. */
void itimer_real_taken(struct thread_group *tg) REQUIRES(tg->lock);
/* RLIMIT_CPU or a timer changed: when is processor time to be looked at next? Without locks. */
void cpu_timer_rearm(struct thread_group *tg);
/* The group ends: without locks. */
void itimers_fini(struct thread_group *tg);

/*
 * Ask the threads of tg (`only`: that one) for a sample of their processor time, each as soon as it
 * is in the guest. False: none is now, so no time passes until one has sampled.
 */
bool cpu_ask(struct thread_group *tg, const struct task *only) REQUIRES(tg->lock);
/* A thread has sampled: timers of processor time that had stopped looking look again. */
void posix_timers_resume(struct thread_group *tg) REQUIRES(tg->lock);

/* Timers of timer_create(2) end with the program that made them. Without locks. */
void posix_timers_drop(struct thread_group *tg);

/* ---- exec.c ---- */

/* The first program of a process that is started from outside, into its empty mm. req's strings are
 * taken over on success. */
MUST_CHECK int exec_load_first(struct task *t, struct exec_request *req, struct lx_user_regs *ret);
/* The registers of a fresh program, and a fresh FPU. */
MUST_CHECK int exec_load_registers(struct task *t, const struct lx_user_regs *regs);

/* ---- exec_cred.c ---- */

struct exec_creds {
	struct cred *cred; /* new; owned */
	bool secure;       /* AT_SECURE */
	bool privileged;   /* more than before: not dumpable, pdeath_signal is cleared */
	bool held;         /* computed under no_new_privs */
};
MUST_CHECK int exec_creds_prepare(struct task *t, struct file *file, struct exec_creds *ret);
