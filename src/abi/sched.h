/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making threads, scheduling them, waiting for them.
 * Source:
 * include/uapi/linux/{sched,wait,kcmp,pidfd}.h, include/uapi/linux/sched/types.h,
 * include/uapi/linux/ioprio.h; clone(2), sched(7), wait(2), waitid(2), pidfd_open(2), kcmp(2).
 */
#ifndef CAISSON_ABI_SCHED_H
#define CAISSON_ABI_SCHED_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_CSIGNAL              0x000000ff
#define LX_CLONE_VM             0x00000100
#define LX_CLONE_FS             0x00000200
#define LX_CLONE_FILES          0x00000400
#define LX_CLONE_SIGHAND        0x00000800
#define LX_CLONE_PIDFD          0x00001000
#define LX_CLONE_PTRACE         0x00002000
#define LX_CLONE_VFORK          0x00004000
#define LX_CLONE_PARENT         0x00008000
#define LX_CLONE_THREAD         0x00010000
#define LX_CLONE_NEWNS          0x00020000
#define LX_CLONE_SYSVSEM        0x00040000
#define LX_CLONE_SETTLS         0x00080000
#define LX_CLONE_PARENT_SETTID  0x00100000
#define LX_CLONE_CHILD_CLEARTID 0x00200000
#define LX_CLONE_DETACHED       0x00400000
#define LX_CLONE_UNTRACED       0x00800000
#define LX_CLONE_CHILD_SETTID   0x01000000
#define LX_CLONE_NEWCGROUP      0x02000000
#define LX_CLONE_NEWUTS         0x04000000
#define LX_CLONE_NEWIPC         0x08000000
#define LX_CLONE_NEWUSER        0x10000000
#define LX_CLONE_NEWPID         0x20000000
#define LX_CLONE_NEWNET         0x40000000
#define LX_CLONE_IO             0x80000000
/* clone3 only */
#define LX_CLONE_CLEAR_SIGHAND 0x100000000ULL
#define LX_CLONE_INTO_CGROUP   0x200000000ULL
/* unshare, setns and clone3 only: within CSIGNAL */
#define LX_CLONE_NEWTIME 0x80

struct lx_clone_args {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack; /* the lowest byte */
	uint64_t stack_size;
	uint64_t tls;
	uint64_t set_tid;
	uint64_t set_tid_size;
	uint64_t cgroup;
};
LX_ASSERT_SIZE(struct lx_clone_args, 88);
LX_ASSERT_AT(struct lx_clone_args, flags, 0);
LX_ASSERT_AT(struct lx_clone_args, pidfd, 8);
LX_ASSERT_AT(struct lx_clone_args, child_tid, 16);
LX_ASSERT_AT(struct lx_clone_args, parent_tid, 24);
LX_ASSERT_AT(struct lx_clone_args, exit_signal, 32);
LX_ASSERT_AT(struct lx_clone_args, stack, 40);
LX_ASSERT_AT(struct lx_clone_args, stack_size, 48);
LX_ASSERT_AT(struct lx_clone_args, tls, 56);
LX_ASSERT_AT(struct lx_clone_args, set_tid, 64);
LX_ASSERT_AT(struct lx_clone_args, set_tid_size, 72);
LX_ASSERT_AT(struct lx_clone_args, cgroup, 80);

#define LX_CLONE_ARGS_SIZE_VER0 64
#define LX_CLONE_ARGS_SIZE_VER1 80
#define LX_CLONE_ARGS_SIZE_VER2 88

#define LX_SCHED_NORMAL              0
#define LX_SCHED_OTHER               0
#define LX_SCHED_FIFO                1
#define LX_SCHED_RR                  2
#define LX_SCHED_BATCH               3
#define LX_SCHED_IDLE                5
#define LX_SCHED_DEADLINE            6
#define LX_SCHED_EXT                 7
#define LX_SCHED_RESET_ON_FORK       0x40000000
#define LX_SCHED_FLAG_RESET_ON_FORK  0x1
#define LX_SCHED_FLAG_RECLAIM        0x2
#define LX_SCHED_FLAG_DL_OVERRUN     0x4
#define LX_SCHED_FLAG_KEEP_POLICY    0x8
#define LX_SCHED_FLAG_KEEP_PARAMS    0x10
#define LX_SCHED_FLAG_UTIL_CLAMP_MIN 0x20
#define LX_SCHED_FLAG_UTIL_CLAMP_MAX 0x40
#define LX_SCHED_FLAG_ALL            0x7f

struct lx_sched_param {
	int32_t sched_priority;
};
LX_ASSERT_SIZE(struct lx_sched_param, 4);
LX_ASSERT_AT(struct lx_sched_param, sched_priority, 0);

struct lx_sched_attr {
	uint32_t size;
	uint32_t sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime;
	uint64_t sched_deadline;
	uint64_t sched_period;
	uint32_t sched_util_min;
	uint32_t sched_util_max;
};
LX_ASSERT_SIZE(struct lx_sched_attr, 56);
LX_ASSERT_AT(struct lx_sched_attr, size, 0);
LX_ASSERT_AT(struct lx_sched_attr, sched_policy, 4);
LX_ASSERT_AT(struct lx_sched_attr, sched_flags, 8);
LX_ASSERT_AT(struct lx_sched_attr, sched_nice, 16);
LX_ASSERT_AT(struct lx_sched_attr, sched_priority, 20);
LX_ASSERT_AT(struct lx_sched_attr, sched_runtime, 24);
LX_ASSERT_AT(struct lx_sched_attr, sched_deadline, 32);
LX_ASSERT_AT(struct lx_sched_attr, sched_period, 40);
LX_ASSERT_AT(struct lx_sched_attr, sched_util_min, 48);
LX_ASSERT_AT(struct lx_sched_attr, sched_util_max, 52);

#define LX_SCHED_ATTR_SIZE_VER0 48
#define LX_SCHED_ATTR_SIZE_VER1 56

/* wait4(2), waitid(2) */
#define LX_WNOHANG     0x00000001
#define LX_WUNTRACED   0x00000002
#define LX_WSTOPPED    0x00000002
#define LX_WEXITED     0x00000004
#define LX_WCONTINUED  0x00000008
#define LX_WNOWAIT     0x01000000
#define LX___WNOTHREAD 0x20000000
#define LX___WALL      0x40000000
#define LX___WCLONE    0x80000000
#define LX_P_ALL       0
#define LX_P_PID       1
#define LX_P_PGID      2
#define LX_P_PIDFD     3

/* The status word of wait4. */
#define LX_W_EXITCODE(ret, sig) ((ret) << 8 | (sig))
#define LX_W_STOPCODE(sig)      ((sig) << 8 | 0x7f)
#define LX_W_CONTINUED          0xffff
#define LX_WCOREFLAG            0x80

#define LX_PIDFD_NONBLOCK          04000
#define LX_PIDFD_THREAD            0200
#define LX_PIDFD_SELF_THREAD       (-10000)
#define LX_PIDFD_SELF_THREAD_GROUP (-10001)
#define LX_PIDFD_SELF              LX_PIDFD_SELF_THREAD

/* kcmp(2) */
#define LX_KCMP_FILE      0
#define LX_KCMP_VM        1
#define LX_KCMP_FILES     2
#define LX_KCMP_FS        3
#define LX_KCMP_SIGHAND   4
#define LX_KCMP_IO        5
#define LX_KCMP_SYSVSEM   6
#define LX_KCMP_EPOLL_TFD 7
#define LX_KCMP_TYPES     8

struct lx_kcmp_epoll_slot {
	uint32_t efd;
	uint32_t tfd;
	uint32_t toff;
};
LX_ASSERT_SIZE(struct lx_kcmp_epoll_slot, 12);
LX_ASSERT_AT(struct lx_kcmp_epoll_slot, efd, 0);
LX_ASSERT_AT(struct lx_kcmp_epoll_slot, tfd, 4);
LX_ASSERT_AT(struct lx_kcmp_epoll_slot, toff, 8);

/* ioprio_set(2) */
#define LX_IOPRIO_CLASS_SHIFT 13
#define LX_IOPRIO_CLASS_NONE  0
#define LX_IOPRIO_CLASS_RT    1
#define LX_IOPRIO_CLASS_BE    2
#define LX_IOPRIO_CLASS_IDLE  3
#define LX_IOPRIO_WHO_PROCESS 1
#define LX_IOPRIO_WHO_PGRP    2
#define LX_IOPRIO_WHO_USER    3
#define LX_IOPRIO_BE_NORM     4
#define LX_IOPRIO_BE_NR       8

#endif
