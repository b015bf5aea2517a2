/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/sched.h against the host's own headers. See abi/abi_check.h. */
#include "abi/sched.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/wait.h>
#include <linux/kcmp.h>
#include <linux/pidfd.h>
#include <linux/ioprio.h>

#include "abi/abi_check.h"

SAME(CSIGNAL);
SAME(CLONE_VM);
SAME(CLONE_FS);
SAME(CLONE_FILES);
SAME(CLONE_SIGHAND);
SAME(CLONE_PIDFD);
SAME(CLONE_PTRACE);
SAME(CLONE_VFORK);
SAME(CLONE_PARENT);
SAME(CLONE_THREAD);
SAME(CLONE_NEWNS);
SAME(CLONE_SYSVSEM);
SAME(CLONE_SETTLS);
SAME(CLONE_PARENT_SETTID);
SAME(CLONE_CHILD_CLEARTID);
SAME(CLONE_DETACHED);
SAME(CLONE_UNTRACED);
SAME(CLONE_CHILD_SETTID);
SAME(CLONE_NEWCGROUP);
SAME(CLONE_NEWUTS);
SAME(CLONE_NEWIPC);
SAME(CLONE_NEWUSER);
SAME(CLONE_NEWPID);
SAME(CLONE_NEWNET);
SAME(CLONE_IO);
SAME(CLONE_CLEAR_SIGHAND);
SAME(CLONE_INTO_CGROUP);
SAME(CLONE_NEWTIME);
SAME(CLONE_ARGS_SIZE_VER0);
SAME(CLONE_ARGS_SIZE_VER1);
SAME(CLONE_ARGS_SIZE_VER2);
SAME(SCHED_NORMAL);
SAME(SCHED_FIFO);
SAME(SCHED_RR);
SAME(SCHED_BATCH);
SAME(SCHED_IDLE);
SAME(SCHED_DEADLINE);
SAME(SCHED_RESET_ON_FORK);
SAME(SCHED_FLAG_RESET_ON_FORK);
SAME(SCHED_FLAG_RECLAIM);
SAME(SCHED_FLAG_DL_OVERRUN);
SAME(SCHED_FLAG_KEEP_POLICY);
SAME(SCHED_FLAG_KEEP_PARAMS);
SAME(SCHED_FLAG_UTIL_CLAMP_MIN);
SAME(SCHED_FLAG_UTIL_CLAMP_MAX);
SAME(SCHED_FLAG_ALL);
SAME(SCHED_ATTR_SIZE_VER0);
SAME(SCHED_ATTR_SIZE_VER1);
SAME(WNOHANG);
SAME(WUNTRACED);
SAME(WSTOPPED);
SAME(WEXITED);
SAME(WCONTINUED);
SAME(WNOWAIT);
SAME(__WNOTHREAD);
SAME(__WALL);
SAME(__WCLONE);
SAME(P_ALL);
SAME(P_PID);
SAME(P_PGID);
SAME(P_PIDFD);
SAME(PIDFD_NONBLOCK);
SAME(KCMP_FILE);
SAME(KCMP_VM);
SAME(KCMP_FILES);
SAME(KCMP_FS);
SAME(KCMP_SIGHAND);
SAME(KCMP_IO);
SAME(KCMP_SYSVSEM);
SAME(KCMP_EPOLL_TFD);
SAME(KCMP_TYPES);
SAME(IOPRIO_CLASS_SHIFT);
SAME(IOPRIO_CLASS_NONE);
SAME(IOPRIO_CLASS_RT);
SAME(IOPRIO_CLASS_BE);
SAME(IOPRIO_CLASS_IDLE);
SAME(IOPRIO_WHO_PROCESS);
SAME(IOPRIO_WHO_PGRP);
SAME(IOPRIO_WHO_USER);
SAME(IOPRIO_BE_NORM);
SAME(IOPRIO_BE_NR);

SAME_SIZE(struct lx_clone_args, struct clone_args);
SAME_FIELD(struct lx_clone_args, flags, struct clone_args, flags);
SAME_FIELD(struct lx_clone_args, pidfd, struct clone_args, pidfd);
SAME_FIELD(struct lx_clone_args, child_tid, struct clone_args, child_tid);
SAME_FIELD(struct lx_clone_args, parent_tid, struct clone_args, parent_tid);
SAME_FIELD(struct lx_clone_args, exit_signal, struct clone_args, exit_signal);
SAME_FIELD(struct lx_clone_args, stack, struct clone_args, stack);
SAME_FIELD(struct lx_clone_args, stack_size, struct clone_args, stack_size);
SAME_FIELD(struct lx_clone_args, tls, struct clone_args, tls);
SAME_FIELD(struct lx_clone_args, set_tid, struct clone_args, set_tid);
SAME_FIELD(struct lx_clone_args, set_tid_size, struct clone_args, set_tid_size);
SAME_FIELD(struct lx_clone_args, cgroup, struct clone_args, cgroup);
SAME_SIZE(struct lx_sched_attr, struct sched_attr);
SAME_FIELD(struct lx_sched_attr, size, struct sched_attr, size);
SAME_FIELD(struct lx_sched_attr, sched_policy, struct sched_attr, sched_policy);
SAME_FIELD(struct lx_sched_attr, sched_flags, struct sched_attr, sched_flags);
SAME_FIELD(struct lx_sched_attr, sched_nice, struct sched_attr, sched_nice);
SAME_FIELD(struct lx_sched_attr, sched_priority, struct sched_attr, sched_priority);
SAME_FIELD(struct lx_sched_attr, sched_runtime, struct sched_attr, sched_runtime);
SAME_FIELD(struct lx_sched_attr, sched_deadline, struct sched_attr, sched_deadline);
SAME_FIELD(struct lx_sched_attr, sched_period, struct sched_attr, sched_period);
SAME_FIELD(struct lx_sched_attr, sched_util_min, struct sched_attr, sched_util_min);
SAME_FIELD(struct lx_sched_attr, sched_util_max, struct sched_attr, sched_util_max);
SAME_SIZE(struct lx_kcmp_epoll_slot, struct kcmp_epoll_slot);
SAME_FIELD(struct lx_kcmp_epoll_slot, efd, struct kcmp_epoll_slot, efd);
SAME_FIELD(struct lx_kcmp_epoll_slot, tfd, struct kcmp_epoll_slot, tfd);
SAME_FIELD(struct lx_kcmp_epoll_slot, toff, struct kcmp_epoll_slot, toff);
