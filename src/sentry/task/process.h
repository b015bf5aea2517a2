/* SPDX-License-Identifier: Apache-2.0 */
/* What the system calls about processes ask of the task room, after they have decoded their
 * arguments. */
#pragma once

#include "sentry/task/task.h"

/* ---- clone.c: clone(2), fork(2), vfork(2), clone3(2) ---- */

#define CLONE_SET_TID_MAX 32

struct clone_request {
	uint64_t flags; /* LX_CLONE_, without CSIGNAL */
	int exit_signal;
	uint64_t stack; /* the child's rsp; 0: as the parent's */
	uint64_t tls;
	uaddr_t parent_tid, child_tid;
	uaddr_t pidfd;   /* where LX_CLONE_PIDFD puts the descriptor */
	int32_t set_tid; /* clone3's wish; 0: none */
};
/* The child's tid, -errno, or -LX_ERESTARTNOINTR. */
MUST_CHECK long task_clone(struct task *t, const struct clone_request *req);
/* unshare(2). */
MUST_CHECK int task_unshare(struct task *t, uint64_t flags);

/* ---- exec.c: execve(2), execveat(2) ---- */

struct exec_request {
	const struct path *at; /* borrowed; NULL: the working directory */
	const char *path;
	unsigned walk_flags;   /* WALK_ */
	const char *told_path; /* AT_EXECFN and the #! argument: "/dev/fd/3" for execveat with
				  AT_EMPTY_PATH */
	struct loader_strings argv, envp; /* taken over, on failure too */
};
/* 0: the new image is in place and t->regs_were_set. */
MUST_CHECK long task_exec(struct task *t, struct exec_request *req);

/* ---- wait.c: wait4(2), waitid(2) ---- */

struct wait_request {
	int type; /* LX_P_ALL, LX_P_PID, LX_P_PGID, LX_P_PIDFD */
	int32_t id;
	struct thread_group *tg; /* LX_P_PIDFD: borrowed */
	unsigned options;        /* LX_W */
};
struct wait_result {
	int32_t pid; /* 0: WNOHANG and nothing to tell */
	uint32_t uid;
	int code;        /* LX_CLD_ */
	int status;      /* exit code or signal, as siginfo has it */
	int wait_status; /* as wait4 has it */
	struct usage usage;
};
/* 0, -ECHILD, -LX_ERESTARTSYS. */
MUST_CHECK int task_wait(struct task *t, const struct wait_request *req, struct wait_result *ret);

/* ---- session.c ---- */

MUST_CHECK int task_setpgid(struct task *t, int32_t pid, int32_t pgid);
/* The new session's number, or -EPERM, -ENOMEM. */
MUST_CHECK long task_setsid(struct task *t);
/* pid 0: the caller. Numbers, or -ESRCH. */
MUST_CHECK long task_getpgid(struct task *t, int32_t pid);
MUST_CHECK long task_getsid(struct task *t, int32_t pid);
int32_t task_getppid(struct task *t);

/* ---- task.c ---- */

/*
 * New credentials for the caller; takes over new. As commit_creds of Linux: a change of effective
 * ids or a gain of capabilities makes the process undumpable and forgets PR_SET_PDEATHSIG; a new
 * real uid pays for the thread. -EAGAIN: no memory for that.
 */
MUST_CHECK int task_commit_cred(struct task *t, struct cred *new);

/* PR_SET_CHILD_SUBREAPER. (reap.c) */
void task_set_subreaper(struct task *t, bool on);

/* ---- seccomp.c ---- */

/* SECCOMP_SET_MODE_STRICT. -EINVAL: there are filters. */
MUST_CHECK int task_seccomp_strict(struct task *t);
/*
 * SECCOMP_SET_MODE_FILTER: f, which is taken over on success, becomes the caller's newest filter;
 * flags: TSYNC, TSYNC_ESRCH. 0, -errno of seccomp_may_attach, or what TSYNC answers if a thread
 * cannot follow: -ESRCH or that thread's number. Rights are the caller's to check.
 */
MUST_CHECK long task_seccomp_attach(struct task *t, struct seccomp_filter *f, unsigned flags);

/* ---- deliver.c: for sentry/run and the signal calls ---- */

struct signal_to_handle {
	lx_siginfo_t info;
	struct lx_sigaction action; /* with a handler */
};
/*
 * Look around: stop, continue, end, default actions. True: *ret is a signal whose handler must run.
 * False: nothing (more) to do, or t->exited.
 */
bool task_next_signal(struct task *t, struct signal_to_handle *ret);
/* The handler's frame stands (or not): mask, SA_NODEFER, SS_AUTODISARM. */
void task_signal_handled(struct task *t, const struct signal_to_handle *s, bool frame_stands);

/* sigaction(2) after decoding. NULL: leave it. */
void task_set_action(struct task *t, int signo, const struct lx_sigaction *act,
		     struct lx_sigaction *ret_old);
/* rt_sigtimedwait(2): deadline as ctx_block's. The number, -EAGAIN, -EINTR. */
MUST_CHECK long task_signal_wait(struct task *t, lx_sigset_t set, int64_t deadline_ns,
				 lx_siginfo_t *ret);

/* ---- send.c: with permission checks, for the caller ---- */

/* kill(2): pid > 0, 0, -1, < -1; info->si_signo 0 only asks. */
MUST_CHECK int task_kill(struct task *by, int32_t pid, const lx_siginfo_t *info);
/* tgkill(2), tkill(2) (tgid 0), rt_tgsigqueueinfo(2). */
MUST_CHECK int task_tgkill(struct task *by, int32_t tgid, int32_t tid, const lx_siginfo_t *info);
/* rt_sigqueueinfo(2). */
MUST_CHECK int task_queueinfo(struct task *by, int32_t pid, const lx_siginfo_t *info);

/* ---- limits and scheduling of others (group.c) ---- */

/* prlimit(2) on t: old and new in one step. new or ret_old may be NULL. */
MUST_CHECK int task_prlimit(struct task *by, struct task *t, int which, const struct lx_rlimit *new,
			    struct lx_rlimit *ret_old);

/* Run fn for each thread selected as setpriority(2) does (LX_PRIO_ which, who), tasklist held.
 * -ESRCH: none. */
MUST_CHECK int task_for_each_prio(struct task *by, int which, int32_t who,
				  void (*fn)(void *arg, struct task *t), void *arg);
