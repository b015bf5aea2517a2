/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Futexes, futex(2): threads that sleep until somebody names a word of guest memory. Pure of tasks:
 * a waiter is a struct ctx, a word is an address in an mm. README.md tells the races. Nothing here
 * holds a lock when it returns or sleeps.
 *
 * Sleeping calls answer -LX_ERESTARTSYS when they are interrupted; the caller turns that into what
 * its system call owes.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"
#include "sentry/core/ctx.h"
#include "sentry/core/uaddr.h"

struct mm;

enum futex_scope {
	FUTEX_PRIVATE, /* FUTEX_PRIVATE_FLAG: of this mm alone */
	FUTEX_SHARED,  /* whoever maps the same page of the same object */
};

struct futex_word {
	struct mm *mm; /* borrowed */
	uaddr_t addr;
	enum futex_scope scope;
};

/*
 * When a sleep ends by itself: at_ns of a settable or monotonic clock (LX_CLOCK_), CTX_FOREVER:
 * never.
 */
struct futex_deadline {
	int clock;
	int64_t at_ns;
};
#define FUTEX_NO_DEADLINE ((struct futex_deadline){.clock = 1, .at_ns = CTX_FOREVER})

/* ---- FUTEX_WAIT, FUTEX_WAKE and their kin ---- */

/*
 * Sleep if the word is val, until a wake whose bits meet bitset. 0: woken (perhaps for nothing).
 * -EAGAIN: the word is not val; -ETIMEDOUT; -LX_ERESTARTSYS; -EINVAL: misaligned, or bitset 0;
 * -EFAULT.
 */
MUST_CHECK int futex_wait(struct ctx *ctx, const struct futex_word *w, uint32_t val,
			  uint32_t bitset, struct futex_deadline until);

struct futex_wait_one {
	struct futex_word word;
	uint32_t val;
};
#define FUTEX_WAIT_MANY_MAX 128
/*
 * futex_waitv(2): sleep while all words hold their values. The index of one that was woken, or an
 * error as futex_wait.
 */
MUST_CHECK int futex_wait_many(struct ctx *ctx, const struct futex_wait_one *v, uint32_t n,
			       struct futex_deadline until);

/*
 * Wake up to n waiters, oldest first; how many. n below 1 is 1, as ever in futex(2). -EINVAL,
 * -EFAULT.
 */
MUST_CHECK int futex_wake(const struct futex_word *w, int n, uint32_t bitset);

/*
 * Wake nwake waiters of `from` and let up to nmove more wait on `to`. How many in all. cmp: only if
 * `from` holds *cmp, else -EAGAIN; NULL: always. -EINVAL: a negative number; -EFAULT.
 */
MUST_CHECK int futex_requeue(const struct futex_word *from, const struct futex_word *to, int nwake,
			     int nmove, const uint32_t *cmp);

/*
 * FUTEX_WAKE_OP: change the word at `op_at` as encoded says, wake n waiters of w, and if the old
 * value passes the test n_op more of op_at. How many in all. -ENOSYS: no such operation.
 */
struct futex_wake_op {
	struct futex_word w, op_at;
	int n, n_op;
	uint32_t encoded;
};
MUST_CHECK int futex_wake_op(struct ctx *ctx, const struct futex_wake_op *op);

/* ---- locks with an owner: FUTEX_LOCK_PI and its kin ---- */

/* Whether a thread of that number could still unlock: it exists, and its ctx is not futex_gone. */
typedef bool (*futex_lives_fn)(struct ctx *ctx, int32_t tid);

struct futex_lock_pi {
	struct futex_word word;
	struct futex_deadline until; /* ignored when only trying */
	futex_lives_fn lives;
	bool try;
};
/*
 * Take the lock, in the order of arrival. 0: ctx owns it; the word may say that its last owner
 * died. -EAGAIN: trying only, and it is held; -EDEADLK: by ctx itself, or by who waits for it;
 * -ESRCH: its owner does not exist; -EINVAL: word and waiters contradict each other; -ETIMEDOUT;
 * -LX_ERESTARTNOINTR; -EPERM; -ENOMEM; -EFAULT.
 * Differs: waiters of real-time priority do not go first, and nobody inherits a priority.
 */
MUST_CHECK int futex_lock_pi(struct ctx *ctx, const struct futex_lock_pi *l);
/* Hand it to the next one. -EPERM: ctx is not the owner; -EINVAL, -EFAULT. */
MUST_CHECK int futex_unlock_pi(struct ctx *ctx, const struct futex_word *w);
/* ctx leaves its mm: locks that others wait for go to the next ones, as owner-died. */
enum futex_leave_why { FUTEX_LEAVES_BY_EXEC, FUTEX_LEAVES_BY_EXIT };
void futex_pi_exit(struct ctx *ctx, enum futex_leave_why why);

/* ---- the end of a thread ---- */

/*
 * Wake n waiters of a shared word, as the kernel itself does (clear_child_tid). Errors are
 * nobody's.
 */
void futex_wake_addr(struct ctx *ctx, struct mm *mm, uaddr_t addr, int n);
/*
 * Robust locks that the ending thread ctx still holds become owner-died, set_robust_list(2). The
 * list is the guest's: it is followed for LX_ROBUST_LIST_LIMIT entries at most, and left at the
 * first thing that is not there. ctx's context is still mm's.
 */
void futex_robust_exit(struct ctx *ctx, struct mm *mm, uaddr_t head, uint64_t len);
