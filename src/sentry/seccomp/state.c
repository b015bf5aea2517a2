/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a thread is bound by: nothing, strict mode, or a chain of filters; and the verdict on one
 * call. Nothing ever takes a bond away.
 *
 *	DISABLED -> STRICT             seccomp_set_strict
 *	DISABLED -> FILTER             seccomp_attach, seccomp_sync by another thread
 *	FILTER   -> FILTER, longer     the same
 *
 * A thread reads its own state without a lock while another thread of its process may lengthen its
 * chain (SECCOMP_FILTER_FLAG_TSYNC):
 *
 *	the other thread                               the thread
 *	newest = longer chain          (A)
 *	mode = FILTER (release)        (B)
 *	drop the reference to the old newest
 *	                                               mode (acquire)   (C)
 *	                                               newest           (D)
 * (B) pairs with (C): who sees the mode sees the chain. A thread that has read the old newest may
 * go on with it: the longer chain contains it, and this thread's state holds the longer chain.
 */
#include <errno.h>

#include "abi/unistd.h"
#include "base/check.h"
#include "sentry/seccomp/seccomp_priv.h"

static int mode_of(const struct seccomp_state *s)
{
	return atomic_load(&s->mode);
}

static struct seccomp_filter *newest_of(const struct seccomp_state *s)
{
	return atomic_load(&s->newest);
}

static void set_newest(struct seccomp_state *s, struct seccomp_filter *f)
{
	atomic_store(&s->newest, f); /* (A) */
	atomic_store(&s->nfilters, f->depth);
	atomic_store(&s->mode, LX_SECCOMP_MODE_FILTER); /* (B) */
}

int seccomp_set_strict(struct seccomp_state *s)
{
	if (mode_of(s) == LX_SECCOMP_MODE_FILTER)
		return -EINVAL;
	atomic_store(&s->mode, LX_SECCOMP_MODE_STRICT);
	return 0;
}

int seccomp_may_attach(const struct seccomp_state *s, const struct seccomp_filter *f)
{
	if (mode_of(s) == LX_SECCOMP_MODE_STRICT)
		return -EINVAL;
	if (f->listener)
		for (struct seccomp_filter *i = newest_of(s); i; i = i->prev)
			if (i->listener && seccomp_listener_is_open(i->listener))
				return -EBUSY;
	return f->cost + seccomp_path(newest_of(s)) > SECCOMP_PATH_MAX ? -ENOMEM : 0;
}

void seccomp_attach(struct seccomp_state *s, struct seccomp_filter *f)
{
	seccomp_filter_stack(f, newest_of(s));
	set_newest(s, f);
}

void seccomp_attach_chain(struct seccomp_state *s, struct seccomp_filter *f)
{
	check(mode_of(s) == LX_SECCOMP_MODE_DISABLED);
	set_newest(s, seccomp_filter_get(f));
}

void seccomp_inherit(struct seccomp_state *to, const struct seccomp_state *from)
{
	struct seccomp_filter *f = newest_of(from);

	if (f)
		seccomp_sync(to, from);
	else
		atomic_store(&to->mode, mode_of(from));
}

static bool is_beginning_of(const struct seccomp_filter *part, const struct seccomp_filter *chain)
{
	while (chain && chain != part)
		chain = chain->prev;
	return chain == part;
}

bool seccomp_may_sync(const struct seccomp_state *s, const struct seccomp_state *like)
{
	if (mode_of(s) == LX_SECCOMP_MODE_DISABLED)
		return true;
	return mode_of(s) == LX_SECCOMP_MODE_FILTER &&
	       is_beginning_of(newest_of(s), newest_of(like));
}

void seccomp_sync(struct seccomp_state *s, const struct seccomp_state *like)
{
	struct seccomp_filter *old = newest_of(s);

	set_newest(s, seccomp_filter_get(newest_of(like)));
	seccomp_filter_drop(old);
}

void seccomp_drop(struct seccomp_state *s)
{
	seccomp_filter_drop(atomic_exchange(&s->newest, NULL));
}

/* ---- verdicts ---- */

static bool strict_allows(int32_t nr)
{
	return nr == LX_SYS_read || nr == LX_SYS_write || nr == LX_SYS_exit ||
	       nr == LX_SYS_rt_sigreturn;
}

/* What no kernel knows kills as the worst does. */
static uint32_t known_action(uint32_t said)
{
	switch (said & LX_SECCOMP_RET_ACTION_FULL) {
	case LX_SECCOMP_RET_KILL_THREAD:
	case LX_SECCOMP_RET_TRAP:
	case LX_SECCOMP_RET_ERRNO:
	case LX_SECCOMP_RET_USER_NOTIF:
	case LX_SECCOMP_RET_TRACE:
	case LX_SECCOMP_RET_LOG:
	case LX_SECCOMP_RET_ALLOW:
		return said & LX_SECCOMP_RET_ACTION_FULL;
	default:
		return LX_SECCOMP_RET_KILL_PROCESS;
	}
}

/* The smaller, the worse; KILL_PROCESS is the smallest as a signed number. */
static int32_t severity(uint32_t said)
{
	return (int32_t)(said & LX_SECCOMP_RET_ACTION_FULL);
}

/* There is always a newest one; if not, that is our bug, and nothing passes. */
static void ask_filters(struct seccomp_filter *newest, const struct lx_seccomp_data *call,
			struct seccomp_verdict *ret)
{
	uint32_t worst = newest ? LX_SECCOMP_RET_ALLOW : LX_SECCOMP_RET_KILL_PROCESS;
	struct seccomp_filter *by = NULL;

	for (struct seccomp_filter *f = newest; f; f = f->prev) {
		uint32_t said = seccomp_run(f->code, call);

		if (severity(said) < severity(worst)) {
			worst = said;
			by = f;
		}
	}
	*ret = (struct seccomp_verdict){
		.action = known_action(worst),
		.data = worst & LX_SECCOMP_RET_DATA,
		.by = by,
		.log = by && by->log,
	};
}

void seccomp_judge(const struct seccomp_state *s, const struct lx_seccomp_data *call,
		   struct seccomp_verdict *ret)
{
	*ret = (struct seccomp_verdict){.action = LX_SECCOMP_RET_ALLOW};
	switch (atomic_load_explicit(&s->mode, memory_order_acquire)) { /* (C) */
	case LX_SECCOMP_MODE_DISABLED:
		return;
	case LX_SECCOMP_MODE_STRICT:
		if (!strict_allows(call->nr))
			ret->action = LX_SECCOMP_RET_KILL_THREAD;
		return;
	default:
		ask_filters(newest_of(s), call, ret); /* (D) */
		return;
	}
}
