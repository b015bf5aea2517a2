/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The robust list of an ending thread: set_robust_list(2),
 * Documentation/locking/robust-futex-ABI.rst. The list is linked through the guest's own locks and
 * belongs to it: each link is fetched once, the walk is bounded, and whatever is not there ends it.
 */
#include <errno.h>

#include "abi/futex.h"
#include "sentry/ipc/futex/futex_priv.h"
#include "sentry/mm/uaccess.h"

/*
 * Differs: a guest that changes the word while we do gives up after so many times; Linux tries
 * until it is done.
 */
#define TRIES_MAX 1000

/* Bit 0 of a link says that its lock is a PI futex. */
struct entry {
	uint64_t at;
	bool pi;
};

static int fetch_entry(struct mm *mm, uaddr_t from, struct entry *ret)
{
	uint64_t link;
	int r = copy_in(mm, &link, from, sizeof(link));

	if (r < 0)
		return r;
	ret->at = link & ~1ull;
	ret->pi = link & 1;
	return 0;
}

enum death { DEATH_LIST, DEATH_PENDING };

/* Mark one lock, if it is ours. Negative: leave the list alone from here on. */
static int lock_died(struct ctx *ctx, struct mm *mm, uaddr_t word, bool pi, enum death how)
{
	uint32_t seen, old, owner;
	int tries, r;

	r = load_u32(mm, word, &seen);
	for (tries = 0; r == 0 && tries < TRIES_MAX; tries++) {
		old = seen;
		owner = old & LX_FUTEX_TID_MASK;
		/* It had unlocked the word but not woken anybody yet. */
		if (how == DEATH_PENDING && !pi && owner == 0) {
			futex_wake_addr(ctx, mm, word, 1);
			return 0;
		}
		if (owner != (uint32_t)ctx->tid)
			return 0;
		r = cmpxchg_u32(mm, ctx, word, old, (old & LX_FUTEX_WAITERS) | LX_FUTEX_OWNER_DIED,
				&seen);
		if (r == 0 && seen == old) {
			if (!pi && (old & LX_FUTEX_WAITERS))
				futex_wake_addr(ctx, mm, word, 1);
			return 0;
		}
	}
	return r < 0 ? r : -EAGAIN;
}

static int entry_died(struct ctx *ctx, struct mm *mm, struct entry e, int64_t offset,
		      enum death how)
{
	/* As in Linux the sum may wrap; an address that is nonsense is not there. */
	return lock_died(ctx, mm, uaddr(e.at + (uint64_t)offset), e.pi, how);
}

void futex_robust_exit(struct ctx *ctx, struct mm *mm, uaddr_t head_at, uint64_t len)
{
	struct lx_robust_list_head head;
	struct entry e, pending, next = {.at = 0};
	int n, r = 0;

	if (len != sizeof(head) || copy_in(mm, &head, head_at, sizeof(head)) < 0)
		return;
	e = (struct entry){.at = head.list.next & ~1ull, .pi = head.list.next & 1};
	pending =
		(struct entry){.at = head.list_op_pending & ~1ull, .pi = head.list_op_pending & 1};
	for (n = 0; e.at != head_at.va && n < LX_ROBUST_LIST_LIMIT; n++) {
		/* The next link first: after the lock is marked, its memory is its next owner's. */
		r = fetch_entry(mm, uaddr(e.at), &next);
		if (e.at != pending.at && entry_died(ctx, mm, e, head.futex_offset, DEATH_LIST) < 0)
			return;
		if (r < 0)
			return;
		e = next;
	}
	if (pending.at != 0)
		(void)!entry_died(ctx, mm, pending, head.futex_offset, DEATH_PENDING);
}
