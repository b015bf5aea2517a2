/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads, thread groups, process groups, sessions, and the kernel that they live in. README.md of
 * this directory tells who owns what, and the races.
 *
 * Keys:  [I] set before shared, then immutable     [a] atomic     [t] only its own host thread
 *        [T] kernel->tasklist                      [S] tg->lock   [TS] written under both, read
 * under either [o] written by the own thread under tg->lock; the own thread reads it freely, others
 * under tg->lock
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/signal.h"
#include "abi/types.h"
#include "base/compiler.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"
#include "base/tree.h"
#include "host/thread.h"
#include "platform/platform.h"
#include "sentry/core/clock.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/core/jobs.h"
#include "sentry/core/limits.h"
#include "sentry/core/uaddr.h"
#include "sentry/core/waitq.h"
#include "sentry/loader/loader.h"
#include "sentry/seccomp/seccomp.h"
#include "sentry/signal/signal.h"
#include "sentry/vfs/path.h"

struct fdtable;
struct file;
struct fs_info;
struct kernel;
struct mm;
struct mnt_ns;
struct sem_undo_list;
struct sysargs;
struct task;
struct thread_group;

#define TASK_COMM_LEN   16
#define TASK_CPU_WORDS  16 /* affinity of up to 1024 processors */
#define PID_MAX_DEFAULT 32768

/* ---- numbers (pidmap.c) ---- */

/* A number in use: as thread, process group or session. Key: all [T] */
struct pid {
	struct tree_node node;
	int32_t nr;
	struct task *task;           /* the thread of this number (one reference), or NULL */
	struct list pgrp;            /* struct thread_group.pgrp_link */
	struct list session;         /* struct thread_group.session_link */
	struct session *session_obj; /* of the session led by this number; NULL: none */
};

/* ---- sessions (session.c) ---- */

/* Key: [T] */
struct session {
	struct ref ref;
	int32_t sid;      /* [I] */
	struct ctty *tty; /* [T] the controlling terminal, one reference; NULL: none */
	int32_t old_pgrp; /* [T] the foreground when that hung up, told when the leader ends */
};

/* ---- time used (usage.c) ---- */

/* Sums of what a thread or a whole group has used. Times in ns. */
struct usage {
	uint64_t utime_ns, stime_ns;
	uint64_t minflt, majflt, nvcsw, nivcsw, inblock, oublock;
	uint64_t maxrss_kib;
};

/* ---- restarts ---- */

/*
 * What restart_syscall(2) continues: a call that returned -LX_ERESTART_RESTARTBLOCK sets it up with
 * task_set_restart. arg[] is the call's own.
 */
struct restart_block {
	long (*fn)(struct task *t, struct restart_block *rb); /* NULL: -EINTR */
	uint64_t arg[8];
};

/* ---- calls that the platform answers (run/fast.c) ---- */

struct task_fast {
	const struct mm *mm;      /* for whose patched sites; never followed */
	struct plat_identity who; /* what is answered */
	unsigned landed;          /* calls of patched sites that were not */
	bool on, refused;
};

/* ---- one thread ---- */

/* Why a thread must look around before it goes on in the guest or sleeps. Bits of task->work. */
enum task_work {
	TASK_WORK_SIGNAL = 1 << 0, /* a signal that is not blocked is pending */
	TASK_WORK_STOP = 1 << 1,   /* the group stops, or is stopped */
	TASK_WORK_KILL =
		1 << 2, /* the thread must end: SIGKILL, exit_group, another thread's exec */
	TASK_WORK_USAGE = 1 << 3,  /* somebody wants to know how much processor time it has used */
	TASK_WORK_NOTIFY = 1 << 4, /* the group's stop or continuation is to be told to the parent
				      (tg->notify) */
	TASK_WORK_FREEZE = 1 << 5, /* everything rests: freeze.c */
};

enum task_state {
	TASK_IN_GUEST, /* R: runs the guest's code */
	TASK_IN_CALL,  /* S to everybody else: in a system call, mostly asleep */
	TASK_VFORK,    /* D: waits for a vfork child */
	TASK_STOPPED,  /* T */
	TASK_ZOMBIE,   /* Z: a group leader that has ended */
	TASK_DEAD,     /* X: released */
};

struct task {
	struct ctx ctx; /* first; ctx.tid and ctx.tgid are the numbers; tid changes in exec only,
			   under [T] */
	struct ref ref;
	struct kernel *kernel;    /* [I] */
	struct thread_group *tg;  /* [I] one reference */
	struct list thread_link;  /* [TS] in tg->threads */
	int32_t tid;              /* [T] as ctx.tid */
	char comm[TASK_COMM_LEN]; /* [S] */
	_Atomic int state;        /* [a] enum task_state */
	_Atomic uint32_t work;    /* [a] enum task_work bits; changed under tg->lock */
	_Atomic bool deaf;        /* [a] sleeps until woken or killed: to freeze.c it is at rest */
	bool exiting;             /* [S] past the point where signals reach it */
	bool exited;              /* [t] task_exit is done: the trap loop must return */
	struct host_thread host;  /* [t] */
	struct task_start *start; /* [t] what a new thread begins with; NULL once it runs */

	/* what it shares */
	struct mm *mm;           /* [o] one user; NULL: ended */
	struct fdtable *fds;     /* [o] one user */
	struct fs_info *fs;      /* [o] one reference */
	struct mnt_ns *mnt_ns;   /* [o] one reference */
	const struct cred *cred; /* [o] as ctx.cred; one reference */
	struct user *user;       /* [o] of cred->uid: pays for the thread */
	bool unpaid;             /* [T] released: user->nproc no longer counts it */
	bool nproc_exceeded;     /* [t] setuid went over RLIMIT_NPROC: the next execve fails */

	/* signals */
	lx_sigset_t blocked;    /* [o] */
	lx_sigset_t saved_mask; /* [t] what rt_sigreturn shall restore after sigsuspend and its kin */
	bool restore_mask;      /* [t] saved_mask is valid */
	lx_sigset_t real_blocked;  /* [S] what was blocked before rt_sigtimedwait opened its set */
	struct sigpending pending; /* [S] */
	bool stop_counted;         /* [S] is one of tg->stop_pending */
	bool forking; /* [S] makes a process: signals to many are collected for the child */
	lx_sigset_t fork_signals;     /* [S] those */
	lx_stack_t altstack;          /* [t] */
	struct sigfault fault;        /* [t] of the last fault */
	struct restart_block restart; /* [t] */

	/* what it may do */
	struct seccomp_state seccomp; /* changed under tg->lock */
	_Atomic bool no_new_privs;    /* [a] set by a sibling; counts beside cred's: ask
					 task_no_new_privs */

	/* the call that is being carried out */
	uint64_t call_nr;      /* [t] UINT64_MAX: none */
	uint64_t call_args[6]; /* [t] */
	bool regs_were_set;    /* [t] the call set all registers itself (rt_sigreturn, execve): no
				  result */

	struct task_fast fast; /* [t] */

	/* threads */
	uaddr_t clear_tid;        /* [t] set_tid_address(2), CLONE_CHILD_CLEARTID */
	uaddr_t set_child_tid;    /* [t] CLONE_CHILD_SETTID, written by the child */
	uaddr_t robust_list;      /* [t] */
	uint64_t robust_list_len; /* [t] */
	struct vfork_wait *vfork; /* [S] the parent that waits for us; NULL: nobody */
	int exit_code;            /* [t] wait status of this thread */

	/* prctl(2), sched(7) */
	int pdeath_signal;                             /* [S] */
	bool thp_disable;                              /* [t] kept for PR_GET_THP_DISABLE alone */
	uint64_t timerslack_ns, default_timerslack_ns; /* [t] */
	int nice, policy, ioprio;                      /* [S] */
	uint32_t rt_priority;                          /* [S] */
	bool reset_on_fork;                            /* [S] */
	uint64_t cpus[TASK_CPU_WORDS];                 /* [S] */
	uint32_t personality;                          /* [t] */
	int64_t start_ns;                              /* [I] monotonic */

	struct usage usage;             /* [S] as of the last sample */
	uint64_t cpu_seen_ns;           /* [t] what the context's clock read at the last sample */
	_Atomic uint64_t nr_faults;     /* [a] */
	void *trace;                    /* [t] the strace log's */
	void *futex;                    /* [t] the futex room's */
	struct sem_undo_list *sem_undo; /* [t] what SEM_UNDO owes; NULL: nothing */
};

static inline struct task *ctx_task(struct ctx *ctx)
{
	return container_of(ctx, struct task, ctx);
}

/* ---- one process ---- */

enum tg_state {
	TG_ALIVE,
	TG_ZOMBIE, /* every thread has ended; waits for its parent */
	TG_REAPED,
};

enum tg_flags {
	TG_STOP_STOPPED = 1 << 0,   /* all threads are stopped */
	TG_REPORT_STOPPED = 1 << 1, /* wait has not been told of the stop yet */
	TG_REPORT_CONTINUED = 1 << 2,
	TG_EXITING = 1 << 3,       /* exit_group or a deadly signal: every thread ends */
	TG_UNKILLABLE = 1 << 4,    /* init: signals without a handler do not reach it from inside */
	TG_SUBREAPER = 1 << 5,     /* PR_SET_CHILD_SUBREAPER */
	TG_HAS_SUBREAPER = 1 << 6, /* an ancestor is one */
	TG_DID_EXEC = 1 << 7,      /* setpgid by the parent is over */
};

struct itimer {
	int64_t interval_ns,
		expires_ns; /* expires: monotonic (REAL) or processor time (VIRTUAL, PROF); 0: off */
};

struct thread_group {
	struct ref ref;
	struct kernel *kernel; /* [I] */
	int32_t tgid;          /* [I] */
	struct lock lock;      /* RANK_SIGHAND */
	struct list threads; /* [TS] struct task.thread_link; the leader is first, and stays till it
				is reaped */
	struct task *leader; /* [TS] borrowed; replaced in exec */
	uint32_t nlive;      /* [TS] threads that have not ended */
	_Atomic uint32_t flags; /* [a] enum tg_flags; changed under lock */

	/* family */
	enum tg_state state;         /* [T] */
	struct thread_group *parent; /* [T] borrowed; NULL: started from outside the sandbox */
	struct task *parent_task; /* [T] borrowed: the thread of parent that the child belongs to */
	struct list children;     /* [T] struct thread_group.sibling */
	struct list sibling;      /* [T] in parent->children */
	int exit_signal;          /* [T] what the parent gets; 0: nothing */
	int exit_status;          /* [T] wait status, once a zombie */
	bool stray;               /* [T] orphaned after init's end: nobody waits for it */
	struct waitq child_wait;  /* woken when a child changes state */

	/* group and session */
	int32_t pgrp, sid;        /* [TS] */
	struct list pgrp_link;    /* [T] */
	struct list session_link; /* [T] */
	struct session *session;  /* [TS] one reference */
	bool has_tty;             /* [T] the session's terminal is this process's too: ctty.c */

	/* signals */
	struct sighand *sighand;   /* [S] one reference; exec replaces it */
	struct sigpending pending; /* [S] */
	struct waitq end_wait;     /* woken with POLLIN when a thread or the group ends or is waited
				      for: pidfds */
	struct waitq signal_wait; /* woken with POLLIN when a signal becomes pending: signalfd(2) */
	int group_exit_code;      /* [S] with TG_EXITING */
	int stop_signal;          /* [S] the signal of the stop in progress or in force; 0: none */
	uint32_t stop_pending;    /* [S] threads that have not stopped yet */
	uint32_t cont_epoch;      /* [S] one more with each SIGCONT and each deadly signal */
	int notify;               /* [S] CLD_STOPPED or CLD_CONTINUED to be told; 0: nothing */
	int notify_signal;        /* [S] the signal that goes with it */
	struct task *exec_task;   /* [S] the thread that waits for all others to end, borrowed */

	/* limits, time */
	struct limits limits;        /* [a] */
	struct usage dead;           /* [S] of threads that have ended */
	struct usage children_usage; /* [S] of children that were waited for */
	struct ktimer itimer_real_timer;
	struct itimer itimer[3]; /* [S] LX_ITIMER_ */
	struct ktimer cpu_timer; /* looks at processor time: itimers, RLIMIT_CPU */
	int64_t start_ns;        /* [I] monotonic */
	void *posix_timers;      /* [S] of timer_create(2), the time family's */
	void (*posix_timers_free)(struct thread_group *tg); /* [S] called without locks at exec and
							       exit; NULL: none */
	int oom_score_adj;                                  /* [S] for procfs */
};

/* ---- the kernel: one per sandbox ---- */

/* Who wants to see what tasks do; sys/strace.h. Each is called on the task's own thread, without
 * locks. NULL members: not wanted. */
struct kernel_trace {
	void (*strace_enter)(struct task *t, uint64_t nr, const struct sysargs *a);
	void (*strace_exit)(struct task *t, uint64_t nr, const struct sysargs *a,
			    long ret); /* ret may be an LX_ERESTART code */
	void (*signal)(struct task *t, const lx_siginfo_t *info); /* about to be delivered */
	void (*stopped)(struct task *t, int signo);
	void (*ended)(struct task *t, int wait_status); /* this thread */
};

struct kernel {
	struct jobs jobs;                 /* [I] ctty.c */
	const struct platform_ops *pops;  /* [I] */
	struct platform *platform;        /* [I] */
	struct plat_abilities abilities;  /* [I] */
	void (*entry)(struct task *t);    /* [I] what a task thread runs: run_task of sentry/run */
	const struct kernel_trace *trace; /* [I] may be NULL */
	struct mnt_ns *mnt_ns;            /* [I] the first one; one reference */
	struct lock tasklist;             /* RANK_TASKLIST */
	struct tree pids;                 /* [T] struct pid by nr */
	int32_t last_pid;                 /* [T] */
	int32_t pid_max;                  /* [T] */
	uint32_t nthreads;                /* [T] task threads that have not left yet */
	uint32_t threads_max;             /* [I] */
	uint32_t ntasks;                  /* [T] threads, and zombies that were not waited for */
	_Atomic uint64_t pids_refused;    /* [a] forks that met limits.pids_max */
	struct sandbox_limits limits;     /* written under [T]; who only shows them reads freely */
	struct thread_group
		*init;  /* [T] NULL before it starts and after it was reaped; one reference */
	bool dying;     /* [T] init has ended: no new threads */
	bool frozen;    /* [T] kernel_freeze */
	bool init_held; /* [T] init is loaded, and rests until kernel_release_init */
	void (*stopped_outside)(void *arg, int signo); /* [I] a process without a parent inside has
							  stopped; NULL: nobody cares */
	void *stopped_arg;                             /* [I] */
	void (*ended_outside)(void *arg);              /* [I] a process without a parent inside has
							  ended; NULL: nobody cares */
	void *ended_arg;                               /* [I] */
	struct list outside; /* [T] struct thread_group.sibling: groups without a parent inside */
	_Atomic uint32_t change_word; /* [a] host futex: one more whenever an outside group ends or
					 a thread leaves */
	_Atomic uint64_t nforks;      /* [a] since boot, /proc/stat */
	struct user_table users;
	const char *uid_map, *gid_map;               /* [I] borrowed; NULL: all */
	struct lock uts_lock;                        /* RANK_LEAF */
	struct lx_utsname uts;                       /* [uts_lock] */
	int64_t boot_monotonic_ns, boot_realtime_ns; /* [I] */
	uint64_t host_cpus[TASK_CPU_WORDS]; /* [I] the processors of the host that tasks may use */
	uint32_t host_ncpus;                /* [I] */
	uint64_t ram_bytes;                 /* [I] what sysinfo and /proc/meminfo say */
};

struct kernel_config {
	const struct platform_ops *pops;
	struct platform *platform; /* borrowed for the kernel's life */
	struct mnt_ns *mnt_ns;     /* a reference is taken */
	void (*entry)(struct task *t);
	const struct kernel_trace *trace; /* NULL: nobody looks */
	/*
	 * Whoever started init can stop and continue it, as a shell does a job: told of its stops,
	 * without locks. NULL: init's group counts as orphaned, and keyboard stops pass it by.
	 */
	void (*stopped_outside)(void *arg, int signo);
	void *stopped_arg;
	/* A process from kernel_start_process has ended; under the tasklist, may only make somebody
	 * look. NULL: nobody is told. */
	void (*ended_outside)(void *arg);
	void *ended_arg;
	/* What /proc/pid/uid_map and gid_map say, for the kernel's life; NULL: all, as they are. */
	const char *uid_map, *gid_map;
	const char *hostname;   /* NULL: "caisson" */
	const char *domainname; /* NULL: "(none)" */
	uint64_t ram_bytes;     /* 0: the host's, or the limit if that is less */
	/* Borrowed; NULL: there are none. */
	const struct sandbox_limits *limits;
};

/* Caller owns. -ENOMEM. */
MUST_CHECK int kernel_new(const struct kernel_config *config, struct kernel **ret);
/* After kernel_wait: every thread has ended. */
void kernel_free(struct kernel *k);

/* A process that is started from outside: init, and later `caisson exec`. */
struct task_plan {
	const char *file;            /* the program; as execve(2) takes it, relative to cwd */
	struct loader_strings argv;  /* taken over on success */
	struct loader_strings envp;  /* taken over on success */
	struct path root, cwd;       /* borrowed; an empty root means the namespace's */
	const char *cwd_path;        /* used when cwd is empty: walked from root with the plan's
					credentials; NULL: "/" */
	const struct cred *cred;     /* borrowed */
	const struct limits *limits; /* borrowed; NULL: limits_init's */
	struct fdtable *fds;         /* taken over on success: stdio is in it */
	uint32_t umask;
	struct ctty *ctty;  /* borrowed: the terminal of a new session; NULL: it has none */
	bool new_session;   /* its own session and process group, as setsid(2); init always has */
	bool killable_init; /* init dies of signals as any process does (`do`), not only as a
			       container's init would */
	int oom_score_adj;
	bool held; /* init: loaded, and at rest until kernel_release_init */
	uint32_t personality;
	int policy, nice, ioprio; /* sched_setscheduler(2), setpriority(2), ioprio_set(2) */
	uint32_t rt_priority;

	/* Borrowed: the newest filter of a chain (seccomp_chain_new) that binds the program from
	 * its first call on. NULL: none. */
	struct seccomp_filter *seccomp;
};

/* Load and start the first process as pid 1. -errno of execve(2), -EAGAIN, -ENOMEM; nothing is left
 * behind then. */
MUST_CHECK int kernel_start_init(struct kernel *k, struct task_plan *plan);
/* One more process beside init, whose parent is outside (ppid 0). -ESRCH: init has ended. */
MUST_CHECK int kernel_start_process(struct kernel *k, struct task_plan *plan, int32_t *ret_pid);
/* Wait until init has ended and every other thread is gone. The wait(2) status of init. */
int kernel_wait(struct kernel *k);
/* Wait for a process from kernel_start_process and reap it: its wait status. -ESRCH. */
MUST_CHECK int kernel_wait_process(struct kernel *k, int32_t pid, int *ret_status);
/* Signal from outside (`caisson kill`): reaches init even without a handler only if SIGKILL or
 * SIGSTOP, as from a parent namespace. */
MUST_CHECK int kernel_kill(struct kernel *k, int32_t pid, int signo);
/* As kernel_kill to every process. */
void kernel_kill_all(struct kernel *k, int signo);

/* ---- from outside (outside.c, freeze.c) ---- */

/* 1: a process from kernel_start_process has ended, and is reaped: its wait status. 0: it lives.
 * -ESRCH. */
MUST_CHECK int kernel_reap_process(struct kernel *k, int32_t pid, int *ret_status);
/* As from the keyboard: to the foreground group of the terminal of pid's session; without one to
 * pid. -ESRCH, -EINVAL. */
MUST_CHECK int kernel_kill_foreground(struct kernel *k, int32_t pid, int signo);
/* The terminal of pid's session. Caller owns (ops->put); NULL: none. */
struct ctty *kernel_terminal_of(struct kernel *k, int32_t pid);

struct outside_process {
	int32_t pid, ppid;
	int32_t origin; /* what was started from outside, and this descends from; 0: not known */
};
/* Every process, zombies too, in an arena block (caller owns). -ENOMEM. */
MUST_CHECK int kernel_processes(struct kernel *k, struct outside_process **ret, size_t *ret_n);
/* New limits; the processors that programs see, and who keeps memory_max, stay as they are. */
void kernel_update_limits(struct kernel *k, const struct sandbox_limits *l);

/*
 * Bring every thread to rest, and those that come; returns when all are. -EBUSY: they are, or are
 * about to be; -ETIMEDOUT: not until deadline_ns (monotonic), then they all go on; -ECANCELED:
 * somebody thawed meanwhile; -ESRCH: init has ended.
 */
MUST_CHECK int kernel_freeze(struct kernel *k, int64_t deadline_ns);
/* -EINVAL: nothing is frozen. */
MUST_CHECK int kernel_thaw(struct kernel *k);
bool kernel_is_frozen(struct kernel *k);
/* Init that was started with task_plan.held goes. -EALREADY: it does already; -ESRCH: it has ended.
 */
MUST_CHECK int kernel_release_init(struct kernel *k);
bool kernel_init_is_held(struct kernel *k);

/* ---- finding tasks (pidmap.c, group.c) ---- */

struct task *task_get(struct task *t);
void task_put(struct task *t);
DEFINE_AUTO(struct task *, task_put)
struct thread_group *tg_get(struct thread_group *tg);
void tg_put(struct thread_group *tg);
DEFINE_AUTO(struct thread_group *, tg_put)

/* Any thread (zombie leaders too) by its number. Caller owns; NULL: none. */
struct task *task_find(struct kernel *k, int32_t tid);
/* The process of this number: only if it is a tgid. Caller owns; NULL: none. */
struct thread_group *tg_find(struct kernel *k, int32_t tgid);
/* The process with the lowest tgid >= from, zombies too. For procfs. Caller owns; NULL: none. */
struct thread_group *tg_next(struct kernel *k, int32_t from);
/* The thread with the lowest tid >= from. Caller owns; NULL: none. */
struct task *tg_next_thread(struct thread_group *tg, int32_t from);
/* Caller owns; never NULL. */
struct task *tg_leader(struct thread_group *tg);

/* What another thread uses. Caller owns (mm_put, fdtable_put, fs_info_put, mnt_ns_put, cred_put);
 * NULL: it has ended. */
struct mm *task_mm_get(struct task *t);
struct fdtable *task_fds_get(struct task *t);
struct fs_info *task_fs_get(struct task *t);
struct mnt_ns *task_mnt_ns_get(struct task *t);
const struct cred *task_cred_get(struct task *t); /* never NULL */

void task_comm_get(struct task *t, char ret[TASK_COMM_LEN]);
void task_comm_set(struct task *t, const char *name);

/* ptrace_may_access(2)'s rule with the caller's ids: may `by` look into t (procfs,
 * process_vm_readv, kcmp)? */
enum task_access { TASK_ACCESS_FSCREDS, TASK_ACCESS_REALCREDS };
bool task_may_access(struct task *by, struct task *t, enum task_access how);

/* prctl(2) PR_SET_NO_NEW_PRIVS; asked by the thread itself, or under tg->lock. */
bool task_no_new_privs(struct task *t);

/* A picture for /proc/pid/stat and status, in one go. */
struct task_info {
	char state; /* as in /proc/pid/stat: R S D T Z X */
	char comm[TASK_COMM_LEN];
	int32_t tid, tgid, ppid, pgrp, sid;
	int32_t tpgid;   /* -1: no terminal */
	uint64_t tty_nr; /* device number; 0: no terminal */
	uint32_t nthreads;
	int nice, policy, exit_signal;
	uint32_t rt_priority;
	uint32_t uid[4], gid[4]; /* real, effective, saved, fs */
	lx_sigset_t pending, shared_pending, blocked, ignored, caught;
	uint64_t nsigqueue, sigqueue_limit;
	struct usage thread, group, children;
	int64_t start_ns; /* since the sandbox started */
	int exit_status;
	bool no_new_privs;
	int seccomp_mode; /* LX_SECCOMP_MODE_ */
	uint32_t seccomp_filters;
	uint64_t cpus[TASK_CPU_WORDS];
};
void task_get_info(struct task *t, struct task_info *ret);

/* ---- signals (send.c, deliver.c, stop.c) ---- */

enum signal_scope {
	SIGNAL_THREAD, /* tgkill(2): this thread */
	SIGNAL_GROUP,  /* kill(2): the process, any of its threads */
};

/*
 * Make a signal pending and wake who must look. No permission is checked; t may have ended (nothing
 * happens). -EAGAIN: over RLIMIT_SIGPENDING. Any lock above SIGHAND (TASKLIST) may be held.
 */
int task_signal_send(struct task *t, const lx_siginfo_t *info, enum signal_scope scope);
int tg_signal_send(struct thread_group *tg, const lx_siginfo_t *info);
/* To a process group; 0 or -ESRCH. */
int pgrp_signal_send(struct kernel *k, int32_t pgrp, const lx_siginfo_t *info);
/* A POSIX timer's own signal (embedded queue entry, its info set): to t, or to t's group. */
void task_signal_send_embedded(struct task *t, struct sigqueue *q, enum signal_scope scope);
/* Take it back, wherever it is queued. */
void task_signal_cancel_embedded(struct thread_group *tg, struct sigqueue *q);
/* A fault of the calling thread: blocked or ignored, it kills. */
void task_signal_force(struct task *t, const lx_siginfo_t *info);
/* SIGSEGV after a bad frame, as force_sigsegv of Linux: for SIGSEGV itself the handler is dropped. */
void task_signal_force_segv(struct task *t, int during_signo);
/* kill(2)'s rule: may `by` send signo to t? -EPERM. */
MUST_CHECK int task_may_signal(struct task *by, struct task *t, int signo);

/* Change the caller's mask (SIGKILL and SIGSTOP are never blocked). */
void task_set_blocked(struct task *t, lx_sigset_t mask);
/* Until the call returns: for sigsuspend, ppoll, pselect6, epoll_pwait. The old mask comes back
 * with the handler's frame, or at return. */
void task_set_blocked_temporarily(struct task *t, lx_sigset_t mask);
/* As read on a signalfd(2): take one pending signal out of `mask` for the calling thread. False:
 * none. */
bool task_signal_dequeue(struct task *t, lx_sigset_t mask, lx_siginfo_t *ret);
/* Signals that are pending for t, its own and the group's. */
lx_sigset_t task_signal_pending(struct task *t);

/* ---- the end ---- */

/* The calling thread ends: called by the trap loop with TASK_WORK_KILL, by exit(2). Does not return
 * to the guest: run/ leaves its loop. */
void task_exit(struct task *t, int wait_status);
/* exit_group(2), a deadly signal: the whole group ends with this wait status, or with the one that
 * came first. */
void tg_exit(struct task *t, int wait_status);

/* ---- time and usage ---- */

/* Take a sample of the calling thread's own processor time. */
void task_sample_usage(struct task *t);
/* After a sample: are RLIMIT_CPU, ITIMER_VIRTUAL or ITIMER_PROF due? */
void cpu_timers_check(struct task *t);
void task_usage(struct task *t, struct usage *ret);
/* Sample the caller, and ask its siblings that run in the guest for a fresh sample (which they take
 * a moment later). */
void task_usage_refresh(struct task *t);
/* Ask threads that run in the guest for a fresh sample, which they take a moment later. */
void tg_usage_ask(struct thread_group *tg);
/* All threads, ended ones too. */
void tg_usage(struct thread_group *tg, struct usage *ret);
void tg_children_usage(struct thread_group *tg, struct usage *ret);
/* getitimer(2), setitimer(2). ret_old may be NULL. Values in ns; value_ns 0: off. */
void itimer_get(struct thread_group *tg, int which, int64_t *ret_value_ns,
		int64_t *ret_interval_ns);
void itimer_set(struct thread_group *tg, int which, int64_t value_ns, int64_t interval_ns,
		int64_t *ret_old_value_ns, int64_t *ret_old_interval_ns);

/* ---- sessions and terminals, for the tty room's contract ---- */

/* The session of a group. Caller owns (session_put). */
struct session *tg_session_get(struct thread_group *tg);
void session_put(struct session *s);
/* Is there a process group `pgrp` in session sid? */
bool pgrp_in_session(struct kernel *k, int32_t pgrp, int32_t sid);
/* POSIX: no member has a parent in another group of the same session. */
bool pgrp_is_orphaned(struct kernel *k, int32_t pgrp);

/* ---- restarts ---- */

/* Returns -LX_ERESTART_RESTARTBLOCK, for the caller to return. */
long task_set_restart(struct task *t, long (*fn)(struct task *t, struct restart_block *rb),
		      const uint64_t *args, int nargs);

/* ---- names ---- */

void kernel_uts_get(struct kernel *k, struct lx_utsname *ret);

/* ---- limits of the sandbox ---- */

/* Threads, and zombies that were not waited for: what pids_max limits. */
uint32_t kernel_ntasks(struct kernel *k);
