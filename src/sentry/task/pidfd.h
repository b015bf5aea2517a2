/* SPDX-License-Identifier: Apache-2.0 */
/* Processes and threads as files: pidfd_open(2), pidfd_send_signal(2), CLONE_PIDFD. */
#pragma once

#include "sentry/task/task.h"

struct file;

enum pidfd_kind {
	PIDFD_PROCESS,
	PIDFD_THREAD, /* LX_PIDFD_THREAD: this thread alone */
};

/*
 * A file that stands for t, or for the process of t, whatever numbers are given out later. t may
 * still be without its number (a child that is being made). flags: LX_O_NONBLOCK. Caller owns.
 * -ENOMEM.
 */
MUST_CHECK int pidfd_new(struct task *t, enum pidfd_kind kind, unsigned flags, struct file **ret);
/* pidfd_open(2): -ESRCH: no such number; -EINVAL: a thread that is no process. */
MUST_CHECK int pidfd_open(struct kernel *k, int32_t nr, enum pidfd_kind kind, unsigned flags,
			  struct file **ret);
bool pidfd_is(struct file *f);
enum pidfd_kind pidfd_kind(struct file *f);
/* Caller owns. The process, also when it has ended. */
struct thread_group *pidfd_group(struct file *f);
/* The thread, or the leader of the process; a zombie too. Caller owns; NULL: it was waited for. */
struct task *pidfd_task(struct file *f);

/* A thread or process has changed its state: who polls looks again. Under the tasklist. */
void pidfd_wake(struct thread_group *tg, uint32_t events);
