/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters of system calls: programs, chains of them, verdicts, and the file by which one process
 * answers for another. seccomp(2), seccomp_unotify(2). No task, no signal: the task room owns the
 * state of its threads and takes the locks, sentry/run carries verdicts out.
 *
 * A filter never changes once it is attached. A thread's chain only grows at its end, so that what
 * a thread reads from its own state stays alive without a lock, even while another thread of its
 * process puts a longer chain in its place.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/seccomp.h"
#include "base/compiler.h"

struct ctx;
struct fdtable;
struct file;
struct mm;
struct seccomp_filter;

/* The one architecture that guest code can make calls of. */
#define SECCOMP_ARCH LX_AUDIT_ARCH_X86_64

/* ---- filters (check.c, filter.c) ---- */

/* What a filter program must have been granted is the caller's to check. One reference, which is an
 * acting one: seccomp_filter_drop or seccomp_attach ends it. */
struct seccomp_program {
	const struct lx_sock_filter *code;
	uint32_t ninsns;
	unsigned flags; /* LX_SECCOMP_FILTER_FLAG_: LOG, WAIT_KILLABLE_RECV; others mean nothing
			   here */
};

/* Caller owns. -EINVAL: not a program that Linux would take; -ENOMEM. */
MUST_CHECK int seccomp_filter_new(const struct seccomp_program *p, struct seccomp_filter **ret);
/* A filter, or the newest one of a chain, acts for nobody here any more. Accepts NULL. */
void seccomp_filter_drop(struct seccomp_filter *f);
DEFINE_AUTO(struct seccomp_filter *, seccomp_filter_drop)
/* One more acting reference. */
struct seccomp_filter *seccomp_filter_get(struct seccomp_filter *f);

/*
 * The chain that a process begins with which is started from outside: programs[0] is the oldest.
 * Caller owns its newest. -EINVAL: one of them is no program, or n is 0; -ENOMEM: also if all of
 * them together are longer than Linux allows.
 */
MUST_CHECK int seccomp_chain_new(const struct seccomp_program *programs, size_t n,
				 struct seccomp_filter **ret);

/* ---- what a thread is bound by (state.c) ---- */

/* Zeroed: nothing. Key: [a], changed under the lock of the thread's group. */
struct seccomp_state {
	_Atomic int mode;                      /* [a] LX_SECCOMP_MODE_ */
	struct seccomp_filter *_Atomic newest; /* [a] an acting reference; NULL: none */
	_Atomic uint32_t nfilters;             /* [a] as it was when the thread ended, too */
};

/* -EINVAL: the other mode is on. */
MUST_CHECK int seccomp_set_strict(struct seccomp_state *s);
/* May f become the newest filter? -EINVAL: strict mode is on; -EBUSY: a second listener; -ENOMEM:
 * the chain would be too long. */
MUST_CHECK int seccomp_may_attach(const struct seccomp_state *s, const struct seccomp_filter *f);
/* It does; takes over f, which was allowed under the same lock. */
void seccomp_attach(struct seccomp_state *s, struct seccomp_filter *f);
/* The same for a chain from seccomp_chain_new, in a state without any; f is borrowed. */
void seccomp_attach_chain(struct seccomp_state *s, struct seccomp_filter *f);
/* A new thread or process starts with what its maker has. `to` may have been synchronised already. */
void seccomp_inherit(struct seccomp_state *to, const struct seccomp_state *from);
/* SECCOMP_FILTER_FLAG_TSYNC: is what `s` has a beginning of what `like` has? Then make it the same.
 */
bool seccomp_may_sync(const struct seccomp_state *s, const struct seccomp_state *like);
void seccomp_sync(struct seccomp_state *s, const struct seccomp_state *like);
/* The thread ends. Mode and number of filters stay, for those who look at a zombie. */
void seccomp_drop(struct seccomp_state *s);

/* ---- verdicts (filter.c, state.c) ---- */

/* Does f's chain let this call pass whatever its arguments are? One look at one bit. */
bool seccomp_always_allows(const struct seccomp_filter *f, uint64_t nr);

/* True: nothing stands between this thread and the call. False: seccomp_judge has the answer. */
static inline bool seccomp_lets_pass(const struct seccomp_state *s, uint64_t nr)
{
	struct seccomp_filter *f;

	if (atomic_load_explicit(&s->mode, memory_order_acquire) == LX_SECCOMP_MODE_DISABLED)
		return true;
	f = atomic_load_explicit(&s->newest, memory_order_acquire);
	return f && seccomp_always_allows(f, nr);
}

struct seccomp_verdict {
	uint32_t action;           /* LX_SECCOMP_RET_, one of those that exist */
	uint32_t data;             /* the filter's 16 bits */
	struct seccomp_filter *by; /* who said so; NULL: nobody objected. Lives as long as the
				      state */
	bool log;                  /* the filter that said so wants it told */
};
/* Filter mode: every filter is asked, newest first; the most severe answer counts, of equal ones
 * the newest filter's. Strict mode: KILL_THREAD or ALLOW. */
void seccomp_judge(const struct seccomp_state *s, const struct lx_seccomp_data *call,
		   struct seccomp_verdict *ret);

/* ---- notifications (notify.c, listener.c) ---- */

/*
 * The file that seccomp_unotify(2) describes, for a filter that is not attached yet. Caller owns
 * it; it keeps the filter, but does not act for it. -ENOMEM.
 */
MUST_CHECK int seccomp_listener_new(struct seccomp_filter *f, struct file **ret);
/*
 * SECCOMP_IOCTL_NOTIF_ADDFD, which is the one ioctl of the file that needs the caller's descriptors.
 * fds: those; mm: where arg lies. The descriptor's number in the other thread, or -errno.
 */
bool seccomp_is_addfd(struct file *f, unsigned cmd);
MUST_CHECK long seccomp_addfd(struct ctx *ctx, struct file *f, struct mm *mm, struct fdtable *fds,
			      unsigned cmd, uint64_t arg);

struct seccomp_answer {
	bool go_on; /* carry the call out after all */
	long value; /* else: what it returns */
};
/*
 * LX_SECCOMP_RET_USER_NOTIF: ask the listener of `by` and wait for its answer. Descriptors that it
 * adds go into fds, the calling thread's own. No listener: the answer is -ENOSYS. -LX_ERESTARTSYS:
 * a signal came first.
 */
MUST_CHECK int seccomp_ask(struct ctx *ctx, struct fdtable *fds, struct seccomp_filter *by,
			   const struct lx_seccomp_data *call, struct seccomp_answer *ret);
